// Another process on the same graph: told by its arguments what to do, it prints one line of JSON per thing done.

import { once } from "node:events";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { PostgresGraph } from "../../mcp-server/src/store/engines/postgres.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { claim, completed, NOW, REPOSITORY, started } from "./changes.ts";

const [url = "", action = "", argument = ""] = process.argv.slice(2);
const store = url.startsWith("sqlite:")
  ? await openSqlite(url.slice("sqlite:".length), true, estimatesFrom)
  : await new PostgresGraph(url, REPOSITORY, estimatesFrom).open(true);
if (!store) throw new Error("no graph");

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function plan() {
  const found = await store?.read((reader) => reader.plan(REPOSITORY, "shop"));
  if (!found) throw new Error("no plan");
  return found;
}

switch (action) {
  case "open":
    say("open");
    break;
  /** After a line of input claims and completes one task, so that everybody has had one; after another all that are left. */
  case "work": {
    say("ready");
    await once(process.stdin, "data");
    for (let n = 0, more = true; more; n++) {
      if (n === 1) {
        say("done one");
        await once(process.stdin, "data");
      }
      more = await store.write(
        () => NOW,
        argument,
        async (tx) => {
          const stored = await tx.plan(REPOSITORY, "shop");
          const task = stored && (await tx.graph(stored)).ready[0];
          if (!stored || !task) return false;
          const attempt = await claim(tx, stored.id, task.id);
          await tx.append(stored.id, ...started(task.id, attempt), ...completed(task.id, attempt));
          return true;
        },
      );
      // SQLite's queue for the write lock is not fair: without a pause one process would take all.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    say("done");
    break;
  }
  /** Changes the plan at every line of input and says when that was committed. */
  case "change": {
    const { id } = await plan();
    say("ready");
    for await (const _ of process.stdin) {
      await store.write(
        () => NOW,
        "other",
        (tx) => tx.append(id, { type: "decision.taken", decision: "proceed", reason: "test" }),
      );
      say(Date.now());
    }
    break;
  }
  /**
   * Waits five times for a change that never comes, and says what the cheapest wait cost, in milliseconds: compiling
   * and collecting garbage fall into some of them, and on a busy machine the same work costs several times as much.
   */
  case "wait": {
    const { id, version } = await plan();
    const costs: number[] = [];
    for (let n = 0; n < 5; n++) {
      const before = process.cpuUsage();
      await store.changed(id, version, Number(argument), new AbortController().signal);
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / 1000);
    }
    say(Math.min(...costs));
    break;
  }
}
await store.close();
process.stdin.destroy();
