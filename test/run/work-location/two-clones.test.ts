import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { stopPostgresAfterAll } from "../../store/databases.ts";
import { launchFor, put, report, task, tokenIn } from "../../support/checkout.ts";
import { clones } from "../../support/clones.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { claimNow, done, read } from "../../support/worktrees.ts";

stopPostgresAfterAll();

/** Two clones with a server in each, and a plan whose task `b` comes after `a`, which the first clone's worker did. */
async function afterA(
  fields: Readonly<Record<string, unknown>>,
  policy: Readonly<Record<string, unknown>> = {},
) {
  const { folders, env, remote } = await clones();
  const [here, there] = await Promise.all(folders.map((folder) => ParallelServer.start(folder, { env })));
  if (!here || !there) throw new Error("no servers");
  const tasks = [
    task("a", fields),
    task("b", { ...fields, dependencies: ["a"] }),
    task("c", fields),
    task("d", { ...fields, dependencies: ["b", "c"] }),
  ];
  await here.call("plan_create", { plan: "p", tasks, policy });
  const a = await claimNow(here, "p", "a");
  put(a.folder === "" ? folders[0] : a.folder, { "src/a.ts": "export const a = 1;\n" });
  await done(here, a, { filesChanged: ["src/a.ts"] });
  return { here, there, folders, remote };
}

/** Waits until so many tasks are completed: what was reported is delivered after the answer. */
async function completed(server: ParallelServer, count: number) {
  await vi.waitFor(
    async () =>
      expect((await server.call("task_list", { plan: "p", status: "completed" })).tasks).toHaveLength(count),
    { timeout: 20_000 },
  );
}

const claimOfB = (server: ParallelServer) => server.call("task_claim", { plan: "p", worker: "w", task: "b" });

describe("two clones of one remote that share a graph", () => {
  it("a task is not handed out in a clone in whose files the work before it is not, until that came through the remote", async () => {
    const { here, there, folders, remote } = await afterA({});
    const { claim: none, why } = await claimOfB(there);
    expect(none).toBeNull();
    expect(why).toContain(`the work of a lies in ${folders[0]} on the machine`);
    expect(why).toContain("did not come through origin yet");
    // The first clone learns of the second by its claim.
    const c = await claimNow(there, "p", "c");
    expect(await here.call("task_claim", { plan: "p", worker: "w", task: "a" })).toMatchObject({
      claim: null,
    });
    const b = await claimNow(there, "p", "b");
    expect(read(b.folder, "src/a.ts")).toBe("export const a = 1;\n");
    put(b.folder, { "src/b.ts": "export const b = 2;\n" });
    await done(there, b, { filesChanged: ["src/b.ts"] });
    put(c.folder, { "src/c.ts": "export const c = 3;\n" });
    await done(there, c, { filesChanged: ["src/c.ts"] });
    await completed(there, 3);
    const d = await claimNow(here, "p", "d");
    for (const name of ["a", "b", "c"]) expect(read(d.folder, `src/${name}.ts`)).toContain(`const ${name} =`);
    expect(await git(remote, "for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/main\nrefs/parallel/p\n",
    );
    expect(await git(folders[0], "status", "--porcelain")).toBe("?? src/\n");
  });

  it("tasks in worktrees build on each other's work from clone to clone", async () => {
    const { here, there } = await afterA({ isolation: "worktree" });
    await completed(here, 1);
    await claimNow(there, "p", "c");
    await here.call("task_claim", { plan: "p", worker: "w", task: "a" });
    const b = await claimNow(there, "p", "b");
    expect(read(b.folder, "src/a.ts")).toBe("export const a = 1;\n");
  });

  it("two clones of which neither has a remote any more are told what is missing", async () => {
    const { there, folders } = await afterA({ isolation: "worktree" });
    await completed(there, 1);
    for (const folder of folders) await git(folder, "remote", "remove", "origin");
    const { why } = await claimOfB(there);
    expect(why).toContain(`is on parallel/p there and not in this repository`);
    expect(why).toContain("with a remote named origin in both clones git carries work by itself");
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

  it("work that commit: task put on a branch of the user's travels, too, and who does not have it says so", async () => {
    const { here, there } = await afterA({}, { commit: "task" });
    await completed(here, 1);
    const { launch, why } = await there.call("batch_next", { plan: "p" });
    expect(launch.map(({ task }) => task)).toEqual(["c"]);
    expect(why).toEqual([
      { task: "b", reasons: [expect.stringMatching(/^the work of a is commit [0-9a-f]{12} of /)] },
    ]);
    await here.call("task_claim", { plan: "p", worker: "w", task: "a" });
    expect(read((await claimNow(there, "p", "b")).folder, "src/a.ts")).toBe("export const a = 1;\n");
  });
});
