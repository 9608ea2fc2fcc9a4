import { describe, expect, it } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claimNow, done, worktreesOf } from "../../support/worktrees.ts";

/** Tasks that run for long enough that a worktree is cheap, side by side. */
const SIDE_BY_SIDE = [task("a", { estimateMinutes: 10 }), task("b", { estimateMinutes: 10 })];
const plan = (policy: Readonly<Record<string, unknown>>, tasks = SIDE_BY_SIDE) => ({
  plan: "p",
  tasks,
  policy,
});

/** The folders in which tasks of the plan are told to work; empty: the checkout. */
async function folders(server: ParallelServer, ...ids: string[]) {
  const found: string[] = [];
  for (const id of ids) found.push((await claimNow(server, "p", id)).folder);
  return found;
}

describe("where the tasks of a plan work", () => {
  it("where the tasks of a plan work is worktrees, if the policy says so, and is told before the start", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const tasks = [task("a"), task("reads", { writes: [] }), task("b", { isolation: "shared" })];
    const made = await server.call("plan_create", plan({ isolation: "worktree" }, tasks));
    expect(made.isolation).toMatch(
      /^worktree: 1 of 3 tasks works in worktrees, as the policy says; one takes \d+ m?s here$/,
    );
    expect((await server.call("plan_analyze", { plan: "p" })).isolation).toBe(made.isolation);
    expect(await folders(server, "a", "reads", "b")).toEqual([`${folder}/.claude/worktrees/p-a-1`, "", ""]);
  });

  it("where the tasks of a plan work is measured without a trace in the repository", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", plan({ isolation: "worktree" }));
    expect(await worktreesOf(folder)).toEqual([]);
    expect(await git(folder, "status", "--porcelain")).toBe("");
    expect(await git(folder, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main\n");
  });

  it("where the tasks of a plan work is decided by what runs at once, and stays when the plan goes on elsewhere", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder, { env: { PARALLEL_ISOLATION: "auto" } });
    const made = await server.call("plan_create", { plan: "p", tasks: SIDE_BY_SIDE });
    expect(made.isolation).toMatch(
      /^worktree: up to 2 tasks that write would run at once; a worktree takes \d+ m?s here/,
    );
    await server.close();
    const other = await ParallelServer.start(folder, { env: { PARALLEL_ISOLATION: "shared" } });
    expect((await claimNow(other, "p", "a")).folder).not.toBe("");
    const again = await other.call("plan_create", { plan: "p", tasks: SIDE_BY_SIDE });
    expect(again.isolation).toBeUndefined();
    expect((await claimNow(other, "p", "b")).folder).not.toBe("");
    const decided = logOf(graphOf(folder)).filter(({ type }) => type === "isolation.decided");
    expect(decided).toHaveLength(1);
  });

  it("where the tasks of a plan work is the checkout, by auto, if they follow each other, are short, or git is missing", async () => {
    const chain = [
      task("a", { estimateMinutes: 10 }),
      task("b", { estimateMinutes: 10, dependencies: ["a"] }),
    ];
    const server = await ParallelServer.start(await repository());
    const one = await server.call("plan_create", plan({ isolation: "auto" }, chain));
    expect(one.isolation).toBe("shared: at no time would two tasks that write run at once");
    expect(await folders(server, "a")).toEqual([""]);
    const outside = await ParallelServer.start(temporaryFolder());
    expect((await outside.call("plan_create", plan({ isolation: "auto" }))).isolation).toContain(
      "but this is no git repository",
    );
    const taken = await repository({ ".claude": "a file\n" });
    const hindered = await ParallelServer.start(taken);
    expect((await hindered.call("plan_create", plan({ isolation: "auto" }))).isolation).toContain(
      "shared: worktrees cannot be made here: ",
    );
  });

  it("where the tasks of a plan work goes by what worktrees took in earlier runs", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", plan({ isolation: "worktree" }));
    const held = await claimNow(server, "p", "a");
    put(held.folder, { "src/a.ts": "a\n" });
    await done(server, held);
    const cut = logOf(graphOf(folder)).find(({ type }) => type === "worktree.cut");
    const tookMs = Number(cut?.data.tookMs);
    expect(tookMs).toBeGreaterThan(0);
    const next = await server.call("plan_create", {
      ...plan({ isolation: "auto" }),
      plan: "q",
      dryRun: true,
    });
    expect(next.isolation).toMatch(/a worktree takes [\d.]+ m?s here/);
    const withSetup = { isolation: "auto", setup: "make ready" };
    const unknown = await server.call("plan_create", { ...plan(withSetup), plan: "q", dryRun: true });
    expect(unknown.isolation).toContain("what a worktree takes here is measured when the plan is made");
    const made = await server.call("plan_create", { ...plan(withSetup), plan: "q" });
    expect(made.isolation).toContain(
      'shared: up to 2 tasks that write would run at once, but what its set-up takes is known when a plan with isolation "worktree" has run it',
    );
  });

  it("where the tasks of a plan work is not changed once one has begun", async () => {
    const server = await ParallelServer.start(await repository());
    await server.call("plan_create", plan({}));
    await server.call("plan_update", { plan: "p", policy: { isolation: "worktree" } });
    await claimNow(server, "p", "a");
    const refused = await server.refused("plan_update", { plan: "p", policy: { isolation: "shared" } });
    expect(refused).toMatchObject({ kind: "wrong_state", field: "policy.isolation" });
    expect(refused.message).toBe(
      'Tasks of p have begun with isolation "worktree", and their work stays where it was done.',
    );
    expect(await server.refused("plan_create", plan({ isolation: "shared" }))).toMatchObject(refused);
    await server.call("plan_create", plan({ isolation: "auto" }));
    expect((await claimNow(server, "p", "b")).folder).not.toBe("");
  });

  it("where the tasks of a plan work is the checkout for what writes in a submodule, and for what that builds on", async () => {
    const inner = await repository();
    const folder = await repository();
    await git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "lib");
    await git(folder, "commit", "--quiet", "--message", "Add lib");
    const server = await ParallelServer.start(folder);
    const tasks = [
      task("before"),
      task("in", { writes: ["lib/x.ts"], dependencies: ["before"] }),
      task("apart"),
    ];
    const made = await server.call("plan_create", plan({ isolation: "worktree" }, tasks));
    expect(made.warnings.join()).toContain(
      "in writes in a submodule, which no worktree's commit can hold, and works in the checkout; so does before, on which that builds.",
    );
    expect(await folders(server, "before", "apart")).toEqual(["", `${folder}/.claude/worktrees/p-apart-2`]);
    const again = await server.call("plan_create", plan({}, tasks));
    expect(again.updated).toEqual([]);
  });
});
