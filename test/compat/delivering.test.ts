import { rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it, vi } from "vitest";
import { ENGINES, freshDatabase, stopPostgresAfterAll } from "../store/databases.ts";
import { BundledServer } from "../support/bundled-server.ts";
import { put, repository, task } from "../support/checkout.ts";
import { delivered } from "../support/delivered.ts";
import { claimNow, fileAt, startServer } from "../support/worktrees.ts";
import { lastReleaseBundle } from "./last-release.ts";

stopPostgresAfterAll();
const bundle = lastReleaseBundle();

it.each(ENGINES)(
  "a server of the last release takes a delivering attempt of a dead session in %s for a live one, and leaves it alone",
  async (engine) => {
    const folder = await repository();
    const database = await freshDatabase(engine);
    const env = { PARALLEL_DATABASE_URL: database.url };
    const young = await startServer(folder, { env, ownParent: true });
    const tasks = [
      task("1", { isolation: "worktree" }),
      task("2", { isolation: "worktree", dependencies: ["1"] }),
      task("3", { writes: ["src/1.ts"] }),
    ];
    await young.call("plan_create", { plan: "p", tasks, policy: { review: "off", leaseMinutes: 1 } });
    const one = await claimNow(young, "p", "1");
    put(one.folder, { "src/1.ts": "one\n" });
    // Git cannot move the branch as long as another git seems to be moving it.
    const lock = join(folder, ".git", "refs", "heads", "parallel", "p.lock");
    await mkdir(dirname(lock), { recursive: true });
    writeFileSync(lock, "");
    const report = {
      task: one.task,
      token: one.token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ inspected: "the result" }],
    };
    await young.call("task_report", report);
    const delayed = async () => {
      const rows = await database.query("select type from events where type = 'delivery.delayed'");
      expect(rows).toHaveLength(1);
    };
    await vi.waitFor(delayed, { timeout: 60_000 });
    await young.killOwner();

    const old = await BundledServer.start(folder, { env, bundle, ownParent: true });
    for (let round = 0; round < 2; round += 1) {
      expect((await old.call("batch_next", { plan: "p" })).launch).toEqual([]);
      expect((await old.call("task_claim", { plan: "p", worker: "w" })).claim).toBeNull();
    }
    await old.refused("task_report", report);
    const { tasks: rows } = await old.call("task_list", { plan: "p" });
    expect(rows.map(({ status }) => status)).toEqual(["in_progress", "pending", "pending"]);

    rmSync(lock);
    const next = await startServer(folder, { env, ownParent: true });
    await next.call("batch_next", { plan: "p" });
    await delivered(next, "p");
    expect(await fileAt(folder, "parallel/p", "src/1.ts")).toBe("one\n");
    const [claim] = await database.query("select state, outcome, owner_host from claims order by id");
    expect(claim).toMatchObject({ state: "ended", outcome: "completed" });
    expect(claim?.owner_host).not.toContain("delivering");
    const seen = await old.call("task_list", { plan: "p" });
    expect(seen.tasks[0]).toMatchObject({ status: "completed" });
  },
);
