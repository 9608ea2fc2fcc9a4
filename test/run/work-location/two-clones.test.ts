import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stopPostgresAfterAll } from "../../store/databases.ts";
import { launchFor, put, report, task, tokenIn } from "../../support/checkout.ts";
import { clones } from "../../support/clones.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { claim, claimNow, done } from "../../support/worktrees.ts";

stopPostgresAfterAll();

/** Two clones with a server in each, and a plan whose task `b` comes after `a`, which the first clone's worker did. */
async function afterA(
  fields: Readonly<Record<string, unknown>>,
  policy: Readonly<Record<string, unknown>> = {},
) {
  const { folders, env } = await clones();
  const [here, there] = await Promise.all(folders.map((folder) => ParallelServer.start(folder, { env })));
  if (!here || !there) throw new Error("no servers");
  const tasks = [task("a", fields), task("b", { ...fields, dependencies: ["a"] })];
  await here.call("plan_create", { plan: "p", tasks, policy });
  const a = await claimNow(here, "p", "a");
  put(a.folder === "" ? folders[0] : a.folder, { "src/a.ts": "export const a = 1;\n" });
  await done(here, a, { filesChanged: ["src/a.ts"] });
  return { here, there, folders };
}

const claimOfB = (server: ParallelServer) => server.call("task_claim", { plan: "p", worker: "w", task: "b" });

describe("two clones of one remote that share a graph", () => {
  it("a task is not handed out in a clone in whose files the work before it is not, and the reason names where that is", async () => {
    const { here, there, folders } = await afterA({});
    const { claim: none, why } = await claimOfB(there);
    expect(none).toBeNull();
    expect(why).toContain(`a lies uncommitted in ${folders[0]}`);
    expect((await there.call("batch_next", { plan: "p" })).why).toEqual([
      { task: "b", reasons: [expect.stringContaining(`a lies uncommitted in ${folders[0]}`)] },
    ]);
    expect(await claim(here, "p", "b")).toBeDefined();
  });

  it("a task in a worktree is not handed out in a clone that cannot have the commit before it, and says so", async () => {
    const { here, there, folders } = await afterA({ isolation: "worktree" });
    const { claim: none, why } = await claimOfB(there);
    expect(none).toBeNull();
    expect(why).toContain(folders[0]);
    expect(await claim(here, "p", "b")).toBeDefined();
  });

  it("a task is handed out where the files before it stand as they were left, because the user committed and pulled them", async () => {
    const { folders, env } = await clones();
    const [here, there] = await Promise.all(folders.map((folder) => ParallelServer.start(folder, { env })));
    if (!here || !there) throw new Error("no servers");
    const tasks = [task("a"), task("b", { dependencies: ["a"] })];
    await here.call("plan_create", { plan: "p", tasks });
    const { launch } = await here.call("batch_next", { plan: "p" });
    const own = { agent: "agent-a", cwd: folders[0] };
    await here.hook({ ...own, event: "PreToolUse", use: "u1", tool: "mcp__plugin_parallel_tasks__task_get" });
    const token = tokenIn(launchFor(launch, "a").prompt);
    await here.call("task_get", { task: "p/a", token }, { toolUseId: "u1" });
    const write = { ...own, use: "u2", tool: "Write" };
    const input = JSON.stringify({
      file_path: join(folders[0], "src/a.ts"),
      content: "export const a = 1;\n",
    });
    await here.hook({ ...write, event: "PreToolUse", input });
    put(folders[0], { "src/a.ts": "export const a = 1;\n" });
    await here.hook({ ...write, event: "PostToolUse", input });
    await report(here, "p", launchFor(launch, "a"), { filesChanged: ["src/a.ts"] });
    expect((await claimOfB(there)).claim).toBeNull();
    await git(folders[0], "add", "--all");
    await git(folders[0], "commit", "--quiet", "--message", "By hand");
    await git(folders[0], "push", "--quiet", "origin", "main");
    await git(folders[1], "pull", "--quiet", "origin", "main");
    expect((await claimOfB(there)).claim).not.toBeNull();
  });

  it("with commit: task, a task is handed out where HEAD holds the commit before it", async () => {
    const { there, folders } = await afterA({}, { commit: "task" });
    expect((await claimOfB(there)).claim).toBeNull();
    await git(folders[0], "push", "--quiet", "origin", "main");
    expect((await claimOfB(there)).why).toContain("git pull");
    await git(folders[1], "pull", "--quiet", "origin", "main");
    expect((await claimOfB(there)).claim).not.toBeNull();
  });
});
