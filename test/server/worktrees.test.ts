import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, task } from "./checkout.ts";
import { graphOf, integrityOf, logOf } from "./graph-file.ts";
import { git, ParallelServer, temporaryFolder } from "./parallel-server.ts";
import {
  bothSides,
  type Claimed,
  claim,
  claimNow,
  done,
  fileAt,
  read,
  startServer,
  worktreesOf,
} from "./worktrees.ts";

const BRANCH = "parallel/p";

/** A task of which nobody knows what it writes. */
function open(id: string, dependencies: readonly string[] = []) {
  return { id, subject: `Do ${id}`, dependencies };
}

describe("twelve tasks in four levels, worked on by four processes in worktrees", () => {
  const LEVELS = [
    ["a1", "a2", "a3"],
    ["b1", "b2", "b3"],
    ["c1", "c2", "c3"],
    ["d1", "d2", "d3"],
  ];
  const BEFORE: Readonly<Record<string, readonly string[]>> = {
    ...{ b1: ["a1"], b2: ["a2"], b3: ["a3"] },
    ...{ c1: ["b1"], c2: ["b2", "b3"], c3: ["b3"] },
    ...{ d1: ["c1", "c2", "c3"], d2: ["c1"], d3: ["c3"] },
  };
  /** Two tasks of a pair change the same line, each without knowing of the other. */
  const PAIRS: Readonly<Record<string, { file: string; with: string }>> = {
    b1: { file: "shared.txt", with: "b2" },
    b2: { file: "shared.txt", with: "b1" },
    c1: { file: "config.txt", with: "c3" },
    c3: { file: "config.txt", with: "c1" },
  };

  it("end on the plan's branch with every change, two conflicts as tasks of their own, and a sound repository", async () => {
    const folder = await repository({ "shared.txt": "one\ntwo\n", "config.txt": "one\ntwo\n" });
    const start = (await git(folder, "rev-parse", "HEAD")).trim();
    const first = await startServer(folder, { ownParent: true });
    const tasks = LEVELS.flat().map((id) => open(id, BEFORE[id]));
    await first.call("plan_create", { plan: "p", tasks, policy: { maxParallel: 5 } });
    const others = await Promise.all([1, 2, 3].map(() => startServer(folder, { ownParent: true })));
    const reached = new Map<string, () => void>();
    const isReached = new Map(
      Object.keys(PAIRS).map((id) => [id, new Promise<void>((resolve) => reached.set(id, resolve))]),
    );
    const missing: string[] = [];
    const merges: Claimed[] = [];

    const workOn = async (held: Claimed) => {
      for (const earlier of BEFORE[held.id] ?? []) {
        if (read(held.folder, `work/${earlier}.txt`) === undefined)
          missing.push(`${held.id} lacks ${earlier}`);
      }
      if (held.id.includes("-merge")) {
        merges.push(held);
        for (const file of ["shared.txt", "config.txt"]) {
          writeFileSync(join(held.folder, file), bothSides(readFileSync(join(held.folder, file), "utf8")));
        }
        return;
      }
      put(held.folder, { [`work/${held.id}.txt`]: `${held.id}\n` });
      const pair = PAIRS[held.id];
      if (!pair) return;
      writeFileSync(join(held.folder, pair.file), `one by ${held.id}\ntwo\n`);
      reached.get(held.id)?.();
      await isReached.get(pair.with);
    };
    await Promise.all(
      [first, ...others].map(async (server) => {
        for (;;) {
          const answer = await server.call("task_list", { plan: "p", limit: 0 });
          if (answer.plans[0]?.done) return;
          const held = await claim(server, "p");
          if (!held) {
            await server.call("batch_collect", { plan: "p", waitSeconds: 1 });
            continue;
          }
          await workOn(held);
          await done(server, held, { filesChanged: [`work/${held.id}.txt`] });
        }
      }),
    );

    const listed = await first.call("task_list", { plan: "p", limit: 50 });
    expect(listed.tasks.map(({ status }) => status)).toEqual(Array(14).fill("completed"));
    expect(missing).toEqual([]);
    expect(merges.map(({ id }) => id.replace(/^(b|c)\d/, "$1")).sort()).toEqual(["b-merge", "c-merge"]);
    for (const merge of merges) {
      const [, side = ""] = /^(\w\d)-merge/.exec(merge.id) ?? [];
      const pair = PAIRS[side];
      expect(merge.brief).toContain(
        `of p/${side} "Do ${side}", which reported "p/${side} is done." (attempt 1) does not go together`,
      );
      expect(merge.brief).toContain(`Files in conflict: ${pair?.file}.`);
      expect(merge.brief).toMatch(new RegExp(`commit [0-9a-f]{40} of p/${pair?.with} "Do ${pair?.with}"`));
    }
    for (const id of LEVELS.flat()) expect(await fileAt(folder, BRANCH, `work/${id}.txt`)).toBe(`${id}\n`);
    expect((await fileAt(folder, BRANCH, "shared.txt"))?.split("\n").sort()).toEqual([
      "",
      "one by b1",
      "one by b2",
      "two",
    ]);
    expect((await fileAt(folder, BRANCH, "config.txt"))?.split("\n").sort()).toEqual([
      "",
      "one by c1",
      "one by c3",
      "two",
    ]);

    expect((await git(folder, "rev-parse", "main")).trim()).toBe(start);
    expect(await git(folder, "status", "--porcelain")).toBe("");
    await first.call("plan_report", { plan: "p" });
    expect(await worktreesOf(folder)).toEqual([]);
    expect((await git(folder, "branch", "--format=%(refname:short)")).trim().split("\n").sort()).toEqual([
      "main",
      BRANCH,
    ]);
    // It fails when anything is missing or damaged.
    await git(folder, "fsck", "--full", "--strict", "--no-dangling");
    expect(integrityOf(graphOf(folder))).toBe("ok");
    const events = logOf(graphOf(folder)).map(({ type }) => type);
    const count = (type: string) => events.filter((event) => event === type).length;
    console.log(
      `${count("worktree.cut")} worktrees, ${count("work.merged")} merges, ${count("work.conflicted")} conflicts`,
    );
  });
});

describe("a worktree", () => {
  it("is told to the worker, cut from the last commit, and leaves the user's changes, index and branch alone", async () => {
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
    expect(report).toContain("Your own branch was not moved; take it over with: git merge parallel/p");
  });

  it("is refused outside git, and where there is no commit", async () => {
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

  it("is for tasks that ask for one and for those behind them, with what was done in the shared checkout", async () => {
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

  it("does not hold what a task did in the shared checkout before any task wanted one, and its brief says so", async () => {
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

  it("gets back what its prerequisites merged when somebody has moved the plan's branch away", async () => {
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

  it("can be made by eight processes at once", async () => {
    const folder = await repository();
    const env = { PARALLEL_MAX_PARALLEL: "8" };
    const servers = await Promise.all(Array.from({ length: 8 }, () => startServer(folder, { env })));
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
  }, 60_000);
});

describe("what a worker leaves in its worktree", () => {
  it("is committed but not merged when it failed, stays, and is named to the next attempt", async () => {
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

  it("stays when its process is killed, also what was never committed", async () => {
    const folder = await repository();
    const doomed = await startServer(folder, { ownParent: true });
    await doomed.call("plan_create", { plan: "p", tasks: [open("1")] });
    const lost = await claimNow(doomed, "p", "1");
    put(lost.folder, { "half.txt": "half\n" });
    doomed.kill("owner");
    const other = await startServer(folder);
    await expect.poll(async () => (await claim(other, "p"))?.folder, { timeout: 5_000 }).toMatch(/p-1-2$/);
    await other.call("plan_report", { plan: "p" });
    expect(read(lost.folder, "half.txt")).toBe("half\n");
  });

  it("does not go while somebody has locked the worktree, nor do worktrees of others ever", async () => {
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
  it("leaves no merged worktree behind: its lock is nobody's any more", async () => {
    const folder = await repository();
    const doomed = await startServer(folder, { ownParent: true });
    await doomed.call("plan_create", { plan: "p", tasks: [open("1"), open("2")] });
    const [merged, lost] = [await claimNow(doomed, "p", "1"), await claimNow(doomed, "p", "2")];
    put(lost.folder, { "half.txt": "half\n" });
    await git(folder, "worktree", "unlock", merged.folder);
    await git(folder, "worktree", "lock", "--reason", "claude agent", merged.folder);
    await done(doomed, merged);
    doomed.kill("owner");
    const other = await startServer(folder);
    await expect
      .poll(async () => {
        await other.call("plan_report", { plan: "p" });
        return worktreesOf(folder);
      })
      .toEqual([lost.folder]);
  });
});

describe("a process that is killed in the midst of its report", () => {
  it("leaves a branch and a graph with which the others finish, and loses no work", async () => {
    const folder = await repository();
    const ids = Array.from({ length: 8 }, (_, n) => `t${n}`);
    const survivor = await startServer(folder);
    await survivor.call("plan_create", { plan: "p", tasks: ids.map((id) => open(id)) });
    const work = async (server: ParallelServer, id?: string) => {
      const held = await claim(server, "p", id);
      if (held) put(held.folder, { [`work/${held.id}.txt`]: `${held.id}\n` });
      return held;
    };
    for (const [n, id] of ids.entries()) {
      const doomed = await startServer(folder, { ownParent: true });
      const held = await work(doomed, id);
      if (!held) throw new Error(`${id} cannot be claimed`);
      const reporting = done(doomed, held).catch(() => undefined);
      // Between the first commit in the worktree and the answer, at eight moments.
      await new Promise((resolve) => setTimeout(resolve, 15 + n * 20));
      doomed.kill("owner");
      doomed.kill("server");
      await reporting;
    }
    await expect
      .poll(
        async () => {
          const held = await work(survivor);
          if (held) await done(survivor, held);
          return (await survivor.call("task_list", { plan: "p", limit: 0 })).plans[0]?.done;
        },
        { timeout: 60_000, interval: 50 },
      )
      .toBe(true);
    for (const id of ids) expect(await fileAt(folder, BRANCH, `work/${id}.txt`)).toBe(`${id}\n`);
    await git(folder, "fsck", "--full", "--strict", "--no-dangling");
    const ends = logOf(graphOf(folder)).filter(({ type }) => type === "attempt.ended");
    const lost = ends.filter(({ data }) => data.outcome === "lost").length;
    console.log(`${lost} of 8 reports were lost with their process`);
  }, 120_000);
});

describe("a merge", () => {
  async function conflicting() {
    const folder = await repository({ "a.txt": "one\n" });
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1"), open("2"), open("3", ["2"])] });
    const [one, two] = [await claimNow(server, "p", "1"), await claimNow(server, "p", "2")];
    writeFileSync(join(one.folder, "a.txt"), "by one\n");
    writeFileSync(join(two.folder, "a.txt"), "by two\n");
    await done(server, one);
    await done(server, two);
    return { folder, server };
  }

  it("that conflicts holds its dependents up until it is solved, and is not taken while markers are left", async () => {
    const { folder, server } = await conflicting();
    expect((await server.call("task_get", { task: "p/3" })).task.dependencies).toEqual(["2", "2-merge"]);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("**not merged yet**, see **2-merge**");
    expect(await claim(server, "p", "3")).toBeUndefined();
    const merge = await claimNow(server, "p", "2-merge");
    expect(read(merge.folder, "a.txt")).toContain("<<<<<<<");
    const refused = await server.refused("task_report", {
      task: merge.task,
      token: merge.token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ criterion: "1", inspected: "a.txt" }],
    });
    expect(refused.message).toBe("a.txt still holds conflict markers.");
    writeFileSync(join(merge.folder, "a.txt"), "by one and two\n");
    await done(server, merge);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("by one and two\n");
    expect((await claimNow(server, "p", "3")).folder).not.toBe("");
  });

  it("may conflict in its turn, and then that is a task as well", async () => {
    const { folder, server } = await conflicting();
    await server.call("task_create", { plan: "p", tasks: [open("4")] });
    const [merge, four] = [await claimNow(server, "p", "2-merge"), await claimNow(server, "p", "4")];
    put(merge.folder, { "a.txt": "by one and two\n", "b.txt": "by the merge\n" });
    put(four.folder, { "b.txt": "by four\n" });
    await done(server, four);
    await done(server, merge);
    expect((await server.call("task_get", { task: "p/3" })).task.dependencies).toEqual([
      "2",
      "2-merge",
      "2-merge-merge",
    ]);
    const again = await claimNow(server, "p", "2-merge-merge");
    put(again.folder, { "b.txt": bothSides(read(again.folder, "b.txt") ?? "") });
    await done(server, again);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("by one and two\n");
    expect((await fileAt(folder, BRANCH, "b.txt"))?.split("\n").sort()).toEqual([
      "",
      "by four",
      "by the merge",
    ]);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("**2** conflicted in a.txt: solved by **2-merge**");
    expect(report).not.toContain("not merged yet");
  });

  it("that was given up is not taken for a solution", async () => {
    const { server } = await conflicting();
    const merge = await claimNow(server, "p", "2-merge");
    await git(merge.folder, "merge", "--abort");
    const refused = await server.refused("task_report", {
      task: merge.task,
      token: merge.token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ criterion: "1", inspected: "a.txt" }],
    });
    expect(refused.message).toContain("was given up");
  });

  it("waits while somebody has the plan's branch checked out, and loses nothing", async () => {
    const folder = await repository();
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [open("1")] });
    const held = await claimNow(server, "p", "1");
    put(held.folder, { "a.txt": "1\n" });
    await git(folder, "checkout", "--quiet", BRANCH);
    const refused = await server.refused("task_report", {
      task: held.task,
      token: held.token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ inspected: "a.txt" }],
    });
    expect(refused.message).toContain(`The branch ${BRANCH} is checked out in ${folder}`);
    await git(folder, "checkout", "--quiet", "main");
    await done(server, held);
    expect(await fileAt(folder, BRANCH, "a.txt")).toBe("1\n");
  });
});

describe("alternatives", () => {
  it("run at once on the same files; the first to complete is merged, the others are stopped and kept", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const way = (id: string) => task(id, { writes: ["src/x.ts"], alternatives: "ways" });
    const tasks = [way("a"), way("b"), way("c"), task("use", { dependencies: ["a"] })];
    await server.call("plan_create", { plan: "p", tasks });
    const [a, b] = [await claimNow(server, "p", "a"), await claimNow(server, "p", "b")];
    put(a.folder, { "src/x.ts": "a\n" });
    put(b.folder, { "src/x.ts": "b\n" });
    await done(server, b);
    const { tasks: rows } = await server.call("task_list", { plan: "p", limit: 9 });
    expect(rows.map(({ status, cause }) => [status, cause])).toEqual([
      ["cancelled", "not needed after its alternative b"],
      ["completed", undefined],
      ["cancelled", "not needed after its alternative b"],
      ["pending", undefined],
    ]);
    expect((await server.call("task_get", { task: "p/use" })).task.dependencies).toEqual(["b"]);
    expect((await server.refused("task_report", { ...reportOf(a) })).kind).toBe("refused_token");
    expect(await fileAt(folder, BRANCH, "src/x.ts")).toBe("b\n");
    const use = await claimNow(server, "p", "use");
    expect(read(use.folder, "src/x.ts")).toBe("b\n");
    await done(server, use);
    await server.call("plan_report", { plan: "p" });
    expect(read(a.folder, "src/x.ts")).toBe("a\n");
  });
});

function reportOf({ task: name, token }: Claimed) {
  return { task: name, token, outcome: "completed", summary: "Done.", evidence: [{ inspected: "it" }] };
}
