import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { graphOf, tamper } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claim, claimNow, done } from "../../support/worktrees.ts";

/** A clone with a second work tree, and a plan whose task `b` comes after `a`, which was done in the first one. */
async function afterA(policy: Readonly<Record<string, unknown>> = {}) {
  const folder = await repository();
  const linked = join(temporaryFolder(), "linked");
  await git(folder, "worktree", "add", "--quiet", "-b", "other", linked);
  const server = await ParallelServer.start(folder);
  const tasks = [task("a"), task("b", { dependencies: ["a"] })];
  await server.call("plan_create", { plan: "p", tasks, policy });
  const a = await claimNow(server, "p", "a");
  put(folder, { "src/a.ts": "export const a = 1;\n" });
  await done(server, a, { filesChanged: ["src/a.ts"] });
  await server.close();
  return { folder, linked };
}

/** What a server that starts in the folder answers to whoever wants `b`. */
async function askFor(folder: string, id: string) {
  const server = await ParallelServer.start(folder);
  const answer = await server.call("task_claim", { plan: "p", worker: "w", task: id });
  await server.close();
  return answer;
}

describe("two work trees of one clone", () => {
  it("a task is not handed out in the work tree that lacks the uncommitted files of the one before it", async () => {
    const { folder, linked } = await afterA();
    expect((await askFor(linked, "b")).why).toContain(`lies uncommitted in ${folder} on`);
    expect((await askFor(folder, "b")).claim).not.toBeNull();
  });

  it("a task is handed out in the other work tree once that holds the commit", async () => {
    const { linked } = await afterA({ commit: "task" });
    expect((await askFor(linked, "b")).claim).toBeNull();
    await git(linked, "merge", "--quiet", "main");
    expect((await askFor(linked, "b")).claim).not.toBeNull();
  });

  it("a task is handed out in a folder whose machine was renamed, or that was moved", async () => {
    for (const was of ["renamed:%", "machine:/gone/app"]) {
      const { folder } = await afterA();
      tamper(graphOf(folder), `update claims set checkout = '${was.replace("%", folder)}'`);
      expect((await askFor(folder, "b")).claim).not.toBeNull();
    }
  });

  it("a review is done where the files are that it judges", async () => {
    const folder = await repository();
    const linked = join(temporaryFolder(), "linked");
    await git(folder, "worktree", "add", "--quiet", "-b", "other", linked);
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", tasks: [task("a", { review: true })] });
    const a = await claimNow(server, "p", "a");
    put(folder, { "src/a.ts": "export const a = 1;\n" });
    await done(server, a, { filesChanged: ["src/a.ts"] });
    expect((await server.call("task_list", { plan: "p" })).tasks).toHaveLength(2);
    await server.close();
    const there = await ParallelServer.start(linked);
    const { why } = await there.call("task_claim", { plan: "p", worker: "w" });
    expect(why).toContain("the work of a lies uncommitted");
    await there.close();
    const here = await ParallelServer.start(folder);
    expect((await claim(here, "p"))?.id).toBe("a-review");
  });
});
