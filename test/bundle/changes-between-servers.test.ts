import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { HeldFilesChanged } from "../../mcp-server/src/graph/effect.ts";
import { BundledServer } from "../support/bundled-server.ts";
import { launchFor, repository, task, tokenIn } from "../support/checkout.ts";
import { graphOf, logOf } from "../support/graph-file.ts";
import { answerOf } from "../support/two-at-work.ts";

const OWN = "mcp__plugin_parallel_tasks__task_get";

/** Two agents at work at a file each, with the servers of their one session. */
async function twoAgents() {
  const folder = await repository({ "src/a.ts": "a\n", "src/b.ts": "b\n" });
  const server = await BundledServer.start(folder);
  await server.call("plan_create", {
    plan: "p",
    tasks: [task("1", { writes: ["src/a.ts"] }), task("2", { writes: ["src/b.ts"] })],
  });
  const { launch } = await server.call("batch_next", { plan: "p" });
  for (const id of ["1", "2"]) {
    await server.hook({ event: "PreToolUse", agent: `agent-${id}`, use: `take-${id}`, tool: OWN });
    const token = tokenIn(launchFor(launch, id).prompt);
    await server.call("task_get", { task: `p/${id}`, token }, { toolUseId: `take-${id}` });
  }
  const says = async (to: BundledServer, event: string, id: string, use: string) =>
    answerOf(
      await to.hook({
        ...{ event, session: "s", cwd: folder, agent: `agent-${id}`, use, tool: "Bash" },
        ...{ input: JSON.stringify({ command: "sh work.sh" }), response: "{}" },
      }),
    );
  const beside = join(folder, ".git", "parallel");
  return {
    folder,
    server,
    begins: (to: BundledServer, id: string, use: string) => says(to, "PreToolUse", id, use),
    ends: (to: BundledServer, id: string, use: string) => says(to, "PostToolUse", id, use),
    write: (path: string, text: string) => writeFileSync(join(folder, path), text),
    effects: () =>
      logOf(graphOf(folder)).flatMap(({ type, data }) =>
        type === "files.changed" && data.atWork === undefined ? [data as unknown as HeldFilesChanged] : [],
      ),
    keptTexts: () => {
      const kept = join(beside, "kept", "p");
      return readdirSync(kept).map((name) => readFileSync(join(kept, name), "utf8"));
    },
    looks: () => {
      const calls = join(beside, "calls");
      const folders = readdirSync(calls, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      return folders.flatMap(({ name }) =>
        readdirSync(join(calls, name))
          .filter((file) => file.endsWith(".look"))
          .map((file) => join(calls, name, file)),
      );
    },
  };
}

describe("a server that is killed while a call is in flight", () => {
  it("a server that is killed while a call is in flight leaves a change to the next server, which finds it with its first call", async () => {
    const { folder, server, begins, ends, write, effects, keptTexts, looks } = await twoAgents();
    await begins(server, "2", "own");
    write("src/b.ts", "the holder's work\n");
    await ends(server, "2", "own");
    // Further apart than the clocks of two processes may be.
    await pause(100);
    await begins(server, "1", "intruder");
    server.kill();
    write("src/b.ts", "overwritten\n");
    const next = await BundledServer.start(folder);
    const before = effects().length;
    const told = await begins(next, "2", "first");
    const [seen] = effects().slice(before);
    expect(seen?.files).toMatchObject([{ path: "src/b.ts", by: "uncertain" }]);
    expect(seen?.calls.map(({ id }) => id)).toEqual(["intruder"]);
    // Calls that nobody heard begin may run as well.
    expect(seen?.doubts).toEqual(["a server was started anew, and calls may run that began before"]);
    expect(keptTexts()).toEqual(expect.arrayContaining(["the holder's work\n", "overwritten\n"]));
    expect(told + (await begins(next, "2", "second"))).toContain("p/1 (Bash)");
    expect(looks()).toHaveLength(1);
    if (process.platform !== "win32") {
      for (const look of looks()) expect(statSync(look).mode & 0o777).toBe(0o600);
    }
  });

  it("a server that is killed while a call is in flight is followed by one that finds nothing where nothing changed", async () => {
    const { folder, server, begins, ends, effects, write } = await twoAgents();
    await begins(server, "1", "one");
    write("src/a.ts", "own\n");
    await ends(server, "1", "one");
    await begins(server, "1", "two");
    server.kill();
    const next = await BundledServer.start(folder);
    const before = effects().length;
    await begins(next, "2", "first");
    await ends(next, "1", "two");
    expect(effects()).toHaveLength(before);
  });
});

describe.skipIf(process.platform === "win32")("a server that stands still", () => {
  const STANDSTILL_MS = 5_000;

  it("a server that stands still is not certain of what changed meanwhile: the host lets calls go", async () => {
    const { server, begins, ends, write, effects } = await twoAgents();
    await begins(server, "1", "one");
    process.kill(server.pid, "SIGSTOP");
    write("src/b.ts", "overwritten\n");
    await pause(STANDSTILL_MS);
    process.kill(server.pid, "SIGCONT");
    await ends(server, "1", "one");
    expect(effects().map(({ calls, doubts }) => [calls.map(({ id }) => id), doubts])).toEqual([
      [["one"], ["a server did not run for a while, and calls may have begun meanwhile"]],
    ]);
  });

  it("a server that stands still makes those of other sessions uncertain of what changed, until it runs again", async () => {
    const { folder, server, begins, ends, write, effects } = await twoAgents();
    const other = await BundledServer.start(folder, { ownParent: true });
    await begins(server, "1", "one");
    await ends(server, "1", "one");
    await begins(other, "3", "theirs");
    process.kill(server.pid, "SIGSTOP");
    await pause(STANDSTILL_MS);
    write("src/b.ts", "overwritten\n");
    await ends(other, "3", "theirs");
    process.kill(server.pid, "SIGCONT");
    expect(effects()).toMatchObject([
      {
        files: [{ path: "src/b.ts", by: "uncertain" }],
        doubts: ["the server of another session does not tell of its calls"],
      },
    ]);
  });
});
