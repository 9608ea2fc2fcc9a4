import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENGINES, freshDatabase, stopPostgresAfterAll, type TestDatabase } from "../../store/databases.ts";
import { rebuildFromLog, tablesOf } from "../../store/rebuilt-graph.ts";
import { put, repository, task } from "../../support/checkout.ts";
import { delivered } from "../../support/delivered.ts";
import { git } from "../../support/git.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claimNow, fileAt, startServer } from "../../support/worktrees.ts";
import { reportAndDie, SEAMS, type Seam } from "./seam.ts";

stopPostgresAfterAll();

const BRANCH = "parallel/p";

/** Types of the events about the one attempt since its report. */
async function logOf(database: TestDatabase): Promise<string[]> {
  const rows = await database.query("select type from events where attempt_id is not null order by seq");
  const types = rows.map(({ type }) => String(type));
  return types.slice(types.indexOf("work.committed"));
}

/** The commits on the branch's own line that say that they hold the attempt. */
async function holding(folder: string, ref = BRANCH): Promise<string[]> {
  const log = await git(
    folder,
    "log",
    "--first-parent",
    "--format=%H %(trailers:key=Parallel-Attempt,valueonly)",
    ref,
  );
  return log.split("\n").filter((line) => line.includes("p/1#"));
}

describe.each(ENGINES)("a server that is killed while it delivers, in %s", (engine) => {
  it.each(SEAMS)(
    "a server that is killed %s leaves an attempt that the log shows as accepted, and the next server completes it once",
    async (seam: Seam) => {
      const folder = await repository();
      const database = await freshDatabase(engine);
      const server = await startServer(folder, { env: { PARALLEL_DATABASE_URL: database.url } });
      const tasks = [
        task("1", { isolation: "worktree" }),
        task("2", { dependencies: ["1"], writes: ["src/1.ts"] }),
      ];
      await server.call("plan_create", { plan: "p", tasks, policy: { review: "off" } });
      const held = await claimNow(server, "p", "1");
      put(held.folder, { "src/1.ts": "one\n" });
      expect(await reportAndDie(folder, database.url, held, seam)).toBe("SIGKILL");

      expect(await logOf(database)).toEqual(["work.committed", "delivery.accepted"]);
      expect((await fileAt(folder, BRANCH, "src/1.ts")) !== undefined).toBe(
        seam !== "after the first transaction",
      );
      const before = await server.call("task_list", { plan: "p" });
      expect(before.plans[0]?.counts).toMatchObject({ delivering: 1, pending: 1 });
      expect(before.tasks[0]).toMatchObject({ status: "in_progress", delivering: true });

      await server.call("batch_next", { plan: "p" });
      await delivered(server, "p");
      const found = seam === "after the first transaction" ? [] : ["delivery.found"];
      expect((await logOf(database)).slice(0, 4 + found.length)).toEqual([
        "work.committed",
        "delivery.accepted",
        ...found,
        "work.merged",
        "attempt.ended",
      ]);
      expect(await holding(folder)).toHaveLength(1);
      expect(await fileAt(folder, BRANCH, "src/1.ts")).toBe("one\n");
      expect(await git(folder, "for-each-ref", "refs/parallel-attempts")).toBe("");
      const { tasks: after } = await server.call("task_list", { plan: "p" });
      expect(after[0]).toMatchObject({ status: "completed" });
      const ends = (await logOf(database)).filter((type) => type === "attempt.ended");
      expect(ends).toHaveLength(1);
      if (engine === "sqlite") {
        const path = database.url.slice("sqlite:".length);
        const rebuilt = join(temporaryFolder(), "rebuilt.sqlite");
        await rebuildFromLog(path, rebuilt);
        expect(tablesOf(rebuilt)).toEqual(tablesOf(path));
      }
    },
  );

  it.each(SEAMS)(
    "a server that is killed %s commits the task on the user's branch once, and the index shows it as committed",
    async (seam: Seam) => {
      const folder = await repository();
      const database = await freshDatabase(engine);
      const server = await startServer(folder, { env: { PARALLEL_DATABASE_URL: database.url } });
      await server.call("plan_create", {
        plan: "p",
        tasks: [task("1")],
        policy: { review: "off", commit: "task" },
      });
      const held = await claimNow(server, "p", "1");
      put(folder, { "src/1.ts": "one\n" });
      expect(await reportAndDie(folder, database.url, held, seam)).toBe("SIGKILL");
      // The user goes on working meanwhile.
      put(folder, { "README.md": "# By the user\n" });
      await git(folder, "commit", "--quiet", "--message", "By the user", "README.md");

      await server.call("batch_next", { plan: "p" });
      await delivered(server, "p");
      expect(await holding(folder, "HEAD")).toHaveLength(1);
      expect(await git(folder, "status", "--porcelain")).toBe("");
      expect(await fileAt(folder, "HEAD", "README.md")).toBe("# By the user\n");
      expect(await fileAt(folder, "HEAD", "src/1.ts")).toBe("one\n");
    },
  );
});
