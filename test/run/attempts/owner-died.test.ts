import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BUNDLE, BundledServer } from "../../support/bundled-server.ts";
import { idsOf, launchFor, report, repository, task, tokenIn } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { emptyEnvironment, temporaryFolder } from "../../support/temporary-folder.ts";

const COMMAND_LINE = join(dirname(BUNDLE), "parallel.mjs");

describe("when the owner of claims is killed", () => {
  async function orphaned() {
    const folder = await repository();
    const doomed = await ParallelServer.start(folder, { ownParent: true });
    const tasks = [task("1"), task("2"), task("3", { dependencies: ["1"] })];
    await doomed.call("plan_create", { plan: "p", tasks, policy: { maxParallel: 2 } });
    const { launch } = await doomed.call("batch_next", { plan: "p" });
    await doomed.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    return { folder, doomed, launch };
  }

  it("when the owner of claims is killed again and again, a task in the middle each time has not failed by that", async () => {
    const { folder, doomed } = await orphaned();
    await doomed.killOwner();
    for (let n = 1; n <= 3; n++) {
      const next = await ParallelServer.start(folder, { ownParent: true });
      const { launch } = await next.call("batch_next", { plan: "p" });
      await next.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
      await next.killOwner();
    }
    const last = await ParallelServer.start(folder);
    const { launch } = await last.call("batch_next", { plan: "p" });
    expect((await last.call("task_get", { task: "p/1" })).attempts).toHaveLength(4);
    expect((await report(last, "p", launchFor(launch, "1"))).status).toBe("completed");
  });

  it("when the owner of claims is killed, another process is offered its tasks at once, running or only offered", async () => {
    const { folder, doomed, launch } = await orphaned();
    const other = await BundledServer.start(folder);
    expect((await other.call("batch_next", { plan: "p" })).launch).toEqual([]);
    await doomed.killOwner();
    const began = performance.now();
    const offered = await other.call("batch_next", { plan: "p" });
    console.log(`offered again ${Math.round(performance.now() - began)} ms after the owner's death`);
    expect(idsOf(offered.launch)).toEqual(["1", "2"]);
    expect(tokenIn(launchFor(offered.launch, "1").prompt)).not.toBe(tokenIn(launchFor(launch, "1").prompt));
    expect((await other.call("task_get", { task: "p/1" })).attempts).toMatchObject([{ outcome: "lost" }]);
    expect((await other.call("task_get", { task: "p/2" })).attempts).toEqual([]);
    await expect(report(other, "p", launchFor(launch, "1"))).rejects.toThrow(/refused/);
  });

  it("when the owner of claims is killed, whoever looks is told what was interrupted and sees nothing run", async () => {
    const { folder, doomed } = await orphaned();
    await doomed.killOwner();
    const interrupted = [{ task: "1", cause: expect.any(String) }];
    const shown = spawnSync(process.execPath, [COMMAND_LINE, "status"], {
      cwd: folder,
      env: emptyEnvironment(),
      encoding: "utf8",
    });
    expect(shown.stdout).toMatch(/^p \(open\): 0\/3 completed, 0 running, 0 failed, 1 interrupted\n/);
    expect(shown.stdout).toContain("~ lost");
    expect(shown.stdout).not.toContain("▶");
    const greeted = spawnSync(process.execPath, [COMMAND_LINE, "session-start"], {
      cwd: folder,
      env: emptyEnvironment(),
      encoding: "utf8",
    });
    expect(greeted.stdout).toContain("p (0/3 completed, 1 interrupted)");
    const other = await ParallelServer.start(folder);
    const [plan] = (await other.call("task_list", { plan: "p" })).plans;
    expect(plan).toMatchObject({ counts: { total: 3, pending: 3 }, interrupted });
    expect(plan?.counts).not.toHaveProperty("running");
    const text = (await other.call("plan_report", { plan: "p" })).report;
    expect(text).not.toContain("▶");
    expect(text).toContain("to be tried again after attempt 1 was lost");
  });

  it("when the owner of claims is killed, the first answers of the next session say what was interrupted, until it runs again", async () => {
    const { folder, doomed } = await orphaned();
    await doomed.killOwner();
    const next = await ParallelServer.start(folder);
    const interrupted = [{ task: "1", cause: "its session ended" }];
    const tasks = [task("1"), task("2"), task("3", { dependencies: ["1"] })];
    expect(await next.call("plan_create", { plan: "p", tasks })).toMatchObject({ interrupted });
    expect(await next.call("batch_next", { plan: "p" })).toMatchObject({ interrupted });
    expect(await next.call("batch_next", { plan: "p" })).not.toHaveProperty("interrupted");
  });

  it("when the owner of claims is killed, a process that waits learns of it without being asked again", async () => {
    const { folder, doomed } = await orphaned();
    const other = await BundledServer.start(folder);
    await other.call("task_list", {});
    const waiting = other.call("batch_collect", { plan: "p", waitSeconds: 20 });
    await pause(300);
    await doomed.killOwner();
    expect((await waiting).ended).toMatchObject([{ task: "1", outcome: "lost" }]);
  });

  it("when the owner of claims is killed, a session in another worktree of the repository is offered its tasks", async () => {
    const { folder, doomed } = await orphaned();
    const worktree = join(temporaryFolder(), "other");
    await git(folder, "worktree", "add", "--quiet", worktree);
    await doomed.killOwner();
    const other = await ParallelServer.start(worktree);
    expect(idsOf((await other.call("batch_next", { plan: "p" })).launch)).toEqual(["1", "2"]);
  });

  it("when the owner of claims is killed and its folder was renamed, a new session is offered its tasks as well", async () => {
    const { folder, doomed } = await orphaned();
    await doomed.killOwner();
    const renamed = join(temporaryFolder(), "renamed");
    cpSync(folder, renamed, { recursive: true });
    const other = await ParallelServer.start(renamed);
    expect(idsOf((await other.call("batch_next", { plan: "p" })).launch)).toEqual(["1", "2"]);
  });
});
