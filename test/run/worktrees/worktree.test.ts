import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, type TaskInput, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import {
  bothSides,
  claim,
  claimNow,
  done,
  fileAt,
  read,
  startBundle,
  startServer,
  worktreesOf,
} from "../../support/worktrees.ts";

const BRANCH = "parallel/p";

/** A task of which nobody knows what it writes. */
function open(id: string, dependencies: readonly string[] = []) {
  return { id, subject: `Do ${id}`, dependencies };
}

describe("a worktree", () => {
  it("a worktree is told to the worker, cut from the last commit, and leaves the user's checkout alone", async () => {
    const folder = await repository({ "kept.txt": "committed\n" });
    put(folder, { "kept.txt": "the user's change\n", "new.txt": "the user's\n" });
    await git(folder, "add", "new.txt");
    const status = await git(folder, "status", "--porcelain");
    const server = await startServer(folder);
    const made = await server.call("plan_create", { plan: "p", tasks: [open("1")] });
    expect(made.warnings.join()).toContain(
      "2 uncommitted files of this checkout will not be in the worktrees",
    );
    const held = await claimNow(server, "p", "1");
    expect(held.folder).toBe(join(folder, ".claude/worktrees/p-1-1"));
    expect(read(held.folder, "kept.txt")).toBe("committed\n");
    expect(read(held.folder, "new.txt")).toBeUndefined();
    expect(await git(folder, "status", "--porcelain")).toBe(status);
    put(held.folder, { "made.txt": "1\n" });
    await done(server, held);
    expect(await git(folder, "status", "--porcelain")).toBe(status);
    expect(await fileAt(folder, BRANCH, "made.txt")).toBe("1\n");
    expect(await fileAt(folder, "main", "made.txt")).toBeUndefined();
    const next = await server.call("batch_next", { plan: "p" });
    expect(next.next).toContain("git merge parallel/p");
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("Your own branch was not moved; take it over with: `git merge parallel/p`");
  });

  it("a worktree is refused outside git, and where there is no commit", async () => {
    const outside = await startServer(temporaryFolder());
    const isolated = [{ ...open("1"), isolation: "worktree" }];
    expect((await outside.refused("plan_create", { plan: "p", tasks: isolated })).message).toContain(
      "no git repository",
    );
    const empty = temporaryFolder();
    await git(empty, "init", "--quiet");
    const server = await startServer(empty);
    expect((await server.refused("plan_create", { plan: "p", tasks: isolated })).message).toContain(
      "there is none yet",
    );
  });

  it("a worktree is refused where its folder cannot be made, before there is a plan and before an attempt is spent", async () => {
    const folder = await repository({ ".claude": "a file\n" });
    const server = await startServer(folder);
    const refused = `Worktrees cannot be made: ${join(folder, ".claude")} is no folder.`;
    const plan = { plan: "p", tasks: [open("1")] };
    expect(await server.refused("plan_create", plan)).toMatchObject({ message: refused });
    renameSync(join(folder, ".claude"), join(folder, "aside"));
    await server.call("plan_create", plan);
    renameSync(join(folder, "aside"), join(folder, ".claude"));
    const { message, remedy } = await server.refused("batch_next", { plan: "p" });
    expect([message, remedy]).toEqual([
      refused,
      "Ask the user to rename it, or leave out isolation and alternatives.",
    ]);
    renameSync(join(folder, ".claude"), join(folder, "aside"));
    expect((await claimNow(server, "p", "1")).folder).toMatch(/p-1-1$/);
  });

  it("a worktree is for tasks that ask for one and for those behind them, with what was done in the shared checkout", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const tasks = [
      task("before"),
      task("alone", { isolation: "worktree", dependencies: ["before"] }),
      task("after", { dependencies: ["alone"] }),
      task("apart"),
    ];
    await server.call("plan_create", { plan: "p", tasks });
    const before = await claimNow(server, "p", "before");
    expect(before.folder).toBe("");
    put(folder, { "src/before.ts": "before\n", "src/strange.ts": "nobody's\n" });
    await done(server, before, { filesChanged: ["src/before.ts"] });
    expect((await git(folder, "log", "--format=%s", "main")).trim()).toBe("Start");
    const alone = await claimNow(server, "p", "alone");
    expect(read(alone.folder, "src/before.ts")).toBe("before\n");
    expect(read(alone.folder, "src/strange.ts")).toBeUndefined();
    put(alone.folder, { "src/alone.ts": "alone\n" });
    await done(server, alone);
    const after = await claimNow(server, "p", "after");
    expect(read(after.folder, "src/alone.ts")).toBe("alone\n");
    expect((await claimNow(server, "p", "apart")).folder).toBe("");
  });

  it("a worktree lacks what a task did in the shared checkout before any task wanted one, and its brief says so", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    const one = await claimNow(server, "p", "1");
    put(folder, { "src/1.ts": "one\n" });
    await done(server, one, { filesChanged: ["src/1.ts"] });
    const late = task("2", { isolation: "worktree", dependencies: ["1"] });
    await server.call("task_create", { plan: "p", tasks: [late] });
    const { brief, folder: place } = await claimNow(server, "p", "2");
    expect(read(place, "src/1.ts")).toBeUndefined();
    expect(brief).toContain("The files of 1 are not in it: they lie uncommitted in the main checkout.");
  });

  it("a worktree gets back what its prerequisites merged when somebody has moved the plan's branch away", async () => {
    const folder = await repository();
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1"), open("2"), open("3", ["1", "2"])] });
    for (const id of ["1", "2"]) {
      const held = await claimNow(server, "p", id);
      put(held.folder, { [`${id}.txt`]: id });
      await done(server, held);
    }
    await git(folder, "branch", "--quiet", "--force", BRANCH, "main");
    const held = await claimNow(server, "p", "3");
    expect([read(held.folder, "1.txt"), read(held.folder, "2.txt")]).toEqual(["1", "2"]);
    expect(await fileAt(folder, BRANCH, "1.txt")).toBe("1");
  });

  it("a worktree can be made by eight processes at once", async () => {
    const folder = await repository();
    const env = { PARALLEL_MAX_PARALLEL: "8" };
    const servers = await Promise.all(Array.from({ length: 8 }, () => startBundle(folder, { env })));
    const tasks = Array.from({ length: 8 }, (_, n) => open(`t${n}`));
    await servers[0]?.call("plan_create", { plan: "p", tasks });
    await Promise.all(
      servers.map(async (server) => {
        const held = await claim(server, "p");
        if (!held) throw new Error("a process got nothing");
        put(held.folder, { [`${held.id}.txt`]: held.folder });
        await done(server, held);
      }),
    );
    const folders = await Promise.all(tasks.map(({ id }) => fileAt(folder, BRANCH, `${id}.txt`)));
    expect(new Set(folders).size).toBe(8);
    expect(folders).not.toContain(undefined);
  });
});

describe("a branch in the way", () => {
  it.each([
    ["parallel", BRANCH],
    [`${BRANCH}/old`, BRANCH],
    ["parallel-work", "parallel-work/p/0"],
    ["parallel-work/p", "parallel-work/p/0"],
  ])(
    "a branch in the way (%s) is named before there is a plan, and nothing is left behind",
    async (taken, wanted) => {
      const folder = await repository();
      await git(folder, "branch", taken);
      const refs = await git(folder, "for-each-ref");
      const server = await startServer(folder);
      for (const dryRun of [true, false]) {
        const refused = await server.refused("plan_create", { plan: "p", tasks: [open("1")], dryRun });
        expect(refused.message).toContain(`The branch ${wanted} cannot be made: there is a branch ${taken},`);
        expect(refused.remedy).toContain(`git branch -m ${taken}`);
      }
      expect(await git(folder, "for-each-ref")).toBe(refs);
      await server.call("plan_create", { plan: "p", tasks: [task("1")] });
      const late = await server.refused("task_create", { plan: "p", tasks: [open("2")] });
      expect(late.message).toContain(`there is a branch ${taken},`);
      await git(folder, "branch", "-m", taken, "renamed");
      await server.call("task_create", { plan: "p", tasks: [open("2")] });
      expect((await claimNow(server, "p", "2")).folder).not.toBe("");
    },
  );

  it("a branch in the way that comes later costs no attempt, and nobody is told to merge what is not there", async () => {
    const folder = await repository();
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1")], policy: { retries: 0 } });
    await git(folder, "branch", "parallel");
    for (const tool of ["task_claim", "batch_next"]) {
      const refused = await server.refused(tool, {
        plan: "p",
        ...(tool === "task_claim" && { worker: "w" }),
      });
      expect(refused.message).toContain("there is a branch parallel,");
    }
    await git(folder, "branch", "-m", "parallel", "renamed");
    const held = await claimNow(server, "p", "1");
    expect(held.folder).toMatch(/p-1-1$/);
    const failed = await done(server, held, { outcome: "failed", evidence: [] });
    expect(failed.status).toBe("failed");
    expect((await server.call("batch_next", { plan: "p" })).next).not.toContain("git merge");
  });

  it("a branch in the way that has the very name of the plan's is told, until the plan has run", async () => {
    const folder = await repository();
    await git(folder, "branch", BRANCH);
    const server = await startServer(folder);
    const create = () => server.call("plan_create", { plan: "p", tasks: [open("1")] });
    const warning = `The branch ${BRANCH} exists already and was not made by this plan`;
    expect((await create()).warnings.join()).toContain(warning);
    await claimNow(server, "p", "1");
    expect((await create()).warnings.join()).not.toContain(warning);
  });
});

describe("a sparse checkout", () => {
  async function sparse(tasks: readonly TaskInput[], policy = {}, mode = "--cone") {
    const files = { "app/f": "1\n", "docs/f": "1\n", "docs/[g]": "1\n", "lib/f": "1\n" };
    const folder = await repository(files);
    await git(folder, "sparse-checkout", "set", mode, "app");
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks, policy });
    return { folder, server };
  }

  it.each(["--cone", "--no-cone"])(
    "a sparse checkout (%s) takes work outside of its part: new files, changed ones and removed ones",
    async (mode) => {
      const writes = { writes: ["docs/**"], isolation: "worktree" };
      const { folder, server } = await sparse([task("1", writes)], {}, mode);
      const held = await claimNow(server, "p", "1");
      expect([read(held.folder, "docs/f"), read(held.folder, "docs/[g]")]).toEqual(["1\n", "1\n"]);
      expect(read(held.folder, "lib/f")).toBeUndefined();
      put(held.folder, { "docs/f": "2\n", "docs/new": "1\n", "lib/new": "1\n" });
      rmSync(join(held.folder, "docs/[g]"));
      await done(server, held);
      expect(
        (await git(folder, "diff", "--name-status", "--no-renames", "main", BRANCH)).trim().split("\n"),
      ).toEqual(["D\tdocs/[g]", "M\tdocs/f", "A\tdocs/new", "A\tlib/new"]);
      expect(await git(folder, "status", "--porcelain")).toBe("");
      await server.call("plan_report", { plan: "p" });
      expect(await git(folder, "sparse-checkout", "list")).toBe("app\n");
    },
  );

  it("a sparse checkout shows a task what those before it made, and a conflict that lies outside of its part", async () => {
    const { folder, server } = await sparse([open("1"), open("2"), open("3", ["1"])]);
    const [one, two] = [await claimNow(server, "p", "1"), await claimNow(server, "p", "2")];
    put(one.folder, { "docs/new": "by one\n" });
    put(two.folder, { "docs/new": "by two\n" });
    await done(server, one);
    await done(server, two);
    const three = await claimNow(server, "p", "3");
    expect(read(three.folder, "docs/new")).toBe("by one\n");
    const merge = await claimNow(server, "p", "2-merge");
    put(merge.folder, { "docs/new": bothSides(read(merge.folder, "docs/new") ?? "") });
    await done(server, merge);
    expect(await fileAt(folder, BRANCH, "docs/new")).toBe("by one\nby two\n");
    expect(await fileAt(folder, BRANCH, "lib/f")).toBe("1\n");
  });

  it("a sparse checkout takes commits of tasks that work in it, and loses nothing of the rest", async () => {
    const { folder, server } = await sparse([task("1", { writes: ["docs/**"] })], { commit: "task" });
    const held = await claimNow(server, "p", "1");
    put(folder, { "docs/new": "1\n", "docs/f": "2\n" });
    await done(server, held, { filesChanged: ["docs/new", "docs/f", "docs/[g]"] });
    expect(await git(folder, "diff", "--name-status", "HEAD~1", "HEAD")).toBe("M\tdocs/f\nA\tdocs/new\n");
    expect(await git(folder, "status", "--porcelain")).toBe("");
  });
});

describe("what a worker leaves in its worktree", () => {
  it("what a worker leaves in its worktree is committed and not merged when it failed, and named to the next attempt", async () => {
    const folder = await repository();
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1")], policy: { retries: 1 } });
    const first = await claimNow(server, "p", "1");
    put(first.folder, { "half.txt": "half\n" });
    await done(server, first, { outcome: "failed", evidence: [] });
    expect(await fileAt(folder, BRANCH, "half.txt")).toBeUndefined();
    const second = await claimNow(server, "p", "1");
    const [, commit = ""] = /`git show ([0-9a-f]{40})`/.exec(second.brief) ?? [];
    expect(await fileAt(folder, commit, "half.txt")).toBe("half\n");
    expect(read(second.folder, "half.txt")).toBeUndefined();
    await done(server, second);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("left work that is not merged in the worktree");
    expect(await worktreesOf(folder)).toEqual([first.folder]);
  });

  it("what a worker leaves in its worktree stays when its process is killed, also what was never committed", async () => {
    const folder = await repository();
    const doomed = await startServer(folder, { ownParent: true });
    await doomed.call("plan_create", { plan: "p", tasks: [open("1")] });
    const lost = await claimNow(doomed, "p", "1");
    put(lost.folder, { "half.txt": "half\n" });
    await doomed.killOwner();
    const other = await startServer(folder);
    await expect.poll(async () => (await claim(other, "p"))?.folder).toMatch(/p-1-2$/);
    await other.call("plan_report", { plan: "p" });
    expect(read(lost.folder, "half.txt")).toBe("half\n");
  });

  it("what a worker leaves in its worktree stays while the worktree is locked, and others' worktrees always stay", async () => {
    const folder = await repository();
    const foreign = join(temporaryFolder(), "foreign");
    await git(folder, "worktree", "add", "--quiet", "-b", "worktree-agent-of-somebody", foreign);
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1")] });
    const held = await claimNow(server, "p", "1");
    await done(server, held);
    await git(folder, "worktree", "unlock", held.folder);
    await git(folder, "worktree", "lock", "--reason", "claude agent", held.folder);
    await server.call("plan_report", { plan: "p" });
    expect((await worktreesOf(folder)).sort()).toEqual([foreign, held.folder].sort());
    await git(folder, "worktree", "unlock", held.folder);
    await server.call("plan_report", { plan: "p" });
    expect(await worktreesOf(folder)).toEqual([foreign]);
    expect(await git(folder, "branch", "--list", "worktree-agent-of-somebody")).not.toBe("");
  });
});

describe("a session that died", () => {
  it("a session that died leaves no merged worktree behind: its lock is nobody's any more", async () => {
    const folder = await repository();
    const doomed = await startServer(folder, { ownParent: true });
    await doomed.call("plan_create", { plan: "p", tasks: [open("1"), open("2")] });
    const [merged, lost] = [await claimNow(doomed, "p", "1"), await claimNow(doomed, "p", "2")];
    put(lost.folder, { "half.txt": "half\n" });
    await git(folder, "worktree", "unlock", merged.folder);
    await git(folder, "worktree", "lock", "--reason", "claude agent", merged.folder);
    await done(doomed, merged);
    await doomed.killOwner();
    const other = await startServer(folder);
    await other.call("plan_update", { plan: "p", action: "stop" });
    await expect
      .poll(async () => {
        await other.call("plan_report", { plan: "p" });
        return worktreesOf(folder);
      })
      .toEqual([lost.folder]);
  });
});
