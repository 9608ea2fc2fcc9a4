import { existsSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { idsOf, launchFor, report, repository, task, tokenIn } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { planOf } from "../../support/plan-of.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("the graph", () => {
  it("the graph does not exist before the first plan, whatever is asked", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("task_list", {});
    await server.refused("batch_next", { plan: "p" });
    await server.hook({ event: "Stop" });
    await server.hook({ event: "UserPromptSubmit", prompt: "Hello" });
    expect(existsSync(dirname(graphOf(folder)))).toBe(false);
  });

  it("the graph is shared by the worktrees of a repository, whose files are their own", async () => {
    const { folder, next } = await planOf([task("1"), task("2")], { maxParallel: 5 });
    const worktree = join(temporaryFolder(), "other");
    await git(folder, "worktree", "add", "--quiet", worktree);
    const other = await ParallelServer.start(worktree);
    expect((await other.call("task_list", {})).tasks).toHaveLength(2);
    await next();
    await other.call("plan_create", { plan: "q", tasks: [task("1")] });
    expect(idsOf((await other.call("batch_next", { plan: "q" })).launch)).toEqual(["1"]);
  });

  it("the graph lets a plan be stopped from another worktree than its agents work in", async () => {
    const { folder, server, next } = await planOf([task("1"), task("2")]);
    const { launch } = await next();
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    const worktree = join(temporaryFolder(), "other");
    await git(folder, "worktree", "add", "--quiet", worktree);
    const other = await ParallelServer.start(worktree);
    await other.call("plan_update", { plan: "p", action: "stop" });
    for (const id of ["1", "2"]) {
      await expect(report(server, "p", launchFor(launch, id))).rejects.toThrow(/refused/);
    }
  });

  it("the graph that was moved away is not written to any more", async () => {
    const { folder, server } = await planOf([task("1")]);
    const before = logOf(graphOf(folder));
    renameSync(dirname(graphOf(folder)), `${dirname(graphOf(folder))}-old`);
    expect((await server.refused("batch_next", { plan: "p" })).kind).toBe("store_moved");
    await server.call("plan_create", { plan: "q", tasks: [task("1")] });
    expect(logOf(`${dirname(graphOf(folder))}-old/graph.sqlite`)).toEqual(before);
  });
});
