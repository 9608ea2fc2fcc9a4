import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BundledServer } from "../../support/bundled-server.ts";
import { launchFor, put, report, repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { twoAtWork } from "../../support/two-at-work.ts";
import { claimNow, done, fileAt } from "../../support/worktrees.ts";

/** First lines of the commits of the branch that is checked out, newest first. */
async function subjects(folder: string): Promise<string[]> {
  return (await git(folder, "log", "--format=%s")).trim().split("\n");
}

async function filesOf(folder: string, commit: string): Promise<string[]> {
  const list = await git(folder, "show", "--format=", "--name-only", "--no-renames", commit);
  return list.trim().split("\n").filter(Boolean).sort();
}

async function planned(commit: string, files: Readonly<Record<string, string>> = {}, ids = ["1", "2"]) {
  const folder = await repository(files);
  const server = await ParallelServer.start(folder);
  const tasks = ids.map((id) => task(id));
  await server.call("plan_create", { plan: "p", title: "A plan", tasks, policy: { commit } });
  return { folder, server };
}

describe("commit: task", () => {
  it("commit: task commits exactly a task's files when it completes, and nothing that the user had staged or changed", async () => {
    const { folder, server } = await planned("task", { "staged.txt": "old\n", "changed.txt": "old\n" });
    put(folder, { "staged.txt": "staged\n", "changed.txt": "changed\n", "untracked.txt": "mine\n" });
    await git(folder, "add", "staged.txt");
    put(folder, { "staged.txt": "staged, then changed\n" });
    const status = await git(folder, "status", "--porcelain");
    const held = await claimNow(server, "p", "1");
    put(folder, { "src/1.ts": "one\n", "src/1.test.ts": "reported only\n", "strange.txt": "nobody's\n" });
    await done(server, held, { filesChanged: ["src/1.ts", "src/1.test.ts"] });
    expect(await subjects(folder)).toEqual(["p/1: Do 1", "Start"]);
    expect(await filesOf(folder, "HEAD")).toEqual(["src/1.test.ts", "src/1.ts"]);
    expect(await git(folder, "status", "--porcelain")).toBe(status.replace("?? u", "?? strange.txt\n?? u"));
    expect(await git(folder, "show", ":staged.txt")).toBe("staged\n");
    expect((await git(folder, "log", "-1", "--format=%B")).trim()).toBe(
      "p/1: Do 1\n\np/1 is done.\n\nAttempt 1\n\nParallel-Attempt: p/1#1",
    );
  });

  it("commit: task commits removed files, none that git ignores, and a failed task's work with its next attempt", async () => {
    const { folder, server } = await planned("task", { "src/1.ts": "old\n", ".gitignore": "*.log\n" });
    const one = await claimNow(server, "p", "1");
    rmSync(join(folder, "src/1.ts"));
    put(folder, { "out.log": "noise\n" });
    await done(server, one, { filesChanged: ["src/1.ts", "out.log"] });
    expect(await fileAt(folder, "HEAD", "src/1.ts")).toBeUndefined();
    expect(await fileAt(folder, "HEAD", "out.log")).toBeUndefined();
    const two = await claimNow(server, "p", "2");
    put(folder, { "src/2.ts": "half\n" });
    await done(server, two, { outcome: "failed", evidence: [] });
    expect(await subjects(folder)).toEqual(["p/1: Do 1", "Start"]);
    // What the failed attempt left is the plan's, so the next one's commit holds it.
    await done(server, await claimNow(server, "p", "2"));
    expect(await subjects(folder)).toEqual(["p/2: Do 2", "p/1: Do 1", "Start"]);
    expect(await fileAt(folder, "HEAD", "src/2.ts")).toBe("half\n");
  });

  it("commit: task leaves out a file of the task that the user had changed before, and the report says so", async () => {
    const { folder, server } = await planned("task", { "src/1.ts": "old\n" });
    put(folder, { "src/1.ts": "the user's\n" });
    const held = await claimNow(server, "p", "1");
    put(folder, { "src/1.ts": "the user's and the task's\n", "src/new.ts": "new\n" });
    await done(server, held, { filesChanged: ["src/1.ts", "src/new.ts"] });
    expect(await filesOf(folder, "HEAD")).toEqual(["src/new.ts"]);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("src/1.ts of **1** was **not committed**: it was changed before the task began");
  });

  it("commit: task runs no hook of the repository, and signs with its configured identity", async () => {
    const { folder, server } = await planned("task");
    await git(folder, "config", "user.name", "Ada Example");
    await git(folder, "config", "user.email", "ada@example.org");
    for (const hook of ["pre-commit", "commit-msg", "post-commit", "reference-transaction"]) {
      const file = join(folder, ".git/hooks", hook);
      writeFileSync(file, "#!/bin/sh\nexit 1\n");
      chmodSync(file, 0o755);
    }
    const held = await claimNow(server, "p", "1");
    put(folder, { "src/1.ts": "one\n" });
    await done(server, held);
    expect((await git(folder, "log", "-1", "--format=%an <%ae> %cn")).trim()).toBe(
      "Ada Example <ada@example.org> Ada Example",
    );
  });

  it("commit: task does not commit into a merge of the user's, and the report says so", async () => {
    const { folder, server } = await planned("task", { "a.txt": "one\n" });
    await git(folder, "checkout", "--quiet", "-b", "other");
    put(folder, { "a.txt": "other\n" });
    await git(folder, "commit", "--quiet", "--all", "--message", "Other");
    await git(folder, "checkout", "--quiet", "main");
    await git(folder, "merge", "--quiet", "--no-ff", "--no-commit", "other");
    const held = await claimNow(server, "p", "1");
    put(folder, { "src/1.ts": "one\n" });
    await done(server, held);
    expect(await subjects(folder)).toEqual(["Start"]);
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("**Not committed**: 1 was not committed: a merge is under way in the checkout.");
  });

  it("commit: task keeps every commit when four processes report at the same moment", async () => {
    const ids = ["1", "2", "3", "4"];
    const { folder, server } = await planned("task", {}, ids);
    const servers = [server, ...(await Promise.all([1, 2, 3].map(() => BundledServer.start(folder))))];
    await Promise.all(
      servers.map(async (one, n) => {
        const held = await claimNow(one, "p", ids[n] ?? "");
        put(folder, { [`src/${held.id}.ts`]: `${held.id}\n` });
        await done(one, held);
      }),
    );
    expect((await subjects(folder)).sort()).toEqual(
      ["Start", ...ids.map((id) => `p/${id}: Do ${id}`)].sort(),
    );
    for (const id of ids) expect(await fileAt(folder, "HEAD", `src/${id}.ts`)).toBe(`${id}\n`);
    expect(await git(folder, "status", "--porcelain")).toBe("");
  });

  it("commit: task takes file names and summaries for what they are", async () => {
    const { folder, server } = await planned("task");
    const held = await claimNow(server, "p", "1");
    const names = ["-n.txt", "a b.txt", ":(top)c.txt", "*.md", 'q"uote.txt', "ümlaut.txt"];
    put(folder, Object.fromEntries([...names, "z.md"].map((name) => [name, "x\n"])));
    await done(server, held, { filesChanged: names, summary: "# Not a comment\n-m x $(touch pwned) `id`" });
    expect(
      (await git(folder, "-c", "core.quotePath=false", "show", "--format=", "--name-only", "-z", "HEAD"))
        .split("\0")
        .filter(Boolean)
        .sort(),
    ).toEqual([...names].sort());
    expect(await git(folder, "log", "-1", "--format=%b")).toContain(
      "# Not a comment\n-m x $(touch pwned) `id`",
    );
  });
});

describe("commit: end", () => {
  it("commit: end makes one commit of the whole plan when nothing is left to run, also of a file of two tasks", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const tasks = [
      task("1", { writes: ["a.txt"] }),
      task("2", { writes: ["a.txt", "b.txt"], dependencies: ["1"] }),
    ];
    await server.call("plan_create", { plan: "p", title: "A plan", tasks, policy: { commit: "end" } });
    put(folder, { "users.txt": "mine\n" });
    const one = await claimNow(server, "p", "1");
    put(folder, { "a.txt": "one\n" });
    await done(server, one);
    await server.call("plan_report", { plan: "p" });
    expect(await subjects(folder)).toEqual(["Start"]);
    const two = await claimNow(server, "p", "2");
    put(folder, { "a.txt": "one\ntwo\n", "b.txt": "two\n" });
    await done(server, two);
    expect(await subjects(folder)).toEqual(["Start"]);
    await server.call("batch_next", { plan: "p" });
    await server.call("plan_report", { plan: "p" });
    expect(await subjects(folder)).toEqual(["p: A plan", "Start"]);
    expect(await filesOf(folder, "HEAD")).toEqual(["a.txt", "b.txt"]);
    expect((await git(folder, "log", "-1", "--format=%b")).trim()).toBe("- 1: Do 1\n- 2: Do 2");
    expect(await git(folder, "status", "--porcelain")).toBe("?? users.txt\n");
  });
});

describe("a file of a task that only another task was seen to change", () => {
  /** The second task writes `src/b/own.ts`, and the first one meanwhile `src/b/two.ts`, which the second holds. */
  async function intruded(commit: string, filesChanged: readonly string[]) {
    const { folder, server, launch } = await twoAtWork({ commit }, undefined, { PARALLEL_GUARD: "warn" });
    for (const [agent, path] of [
      ["agent-2", "src/b/own.ts"],
      ["agent-1", "src/b/two.ts"],
    ] as const) {
      const call = { agent, use: `writes-${agent}`, tool: "Bash", session: "s", cwd: folder };
      await server.hook({ event: "PreToolUse", input: JSON.stringify({ command: "sh work.sh" }), ...call });
      put(folder, { [path]: `${agent} was here\n` });
      await server.hook({ event: "PostToolUse", response: "{}", input: "{}", ...call });
    }
    const completed = { evidence: [{ criterion: "1", inspected: "the result" }] };
    await report(server, "p", launchFor(launch, "2"), { ...completed, filesChanged });
    await report(server, "p", launchFor(launch, "1"), completed);
    const { report: markdown } = await server.call("plan_report", { plan: "p" });
    return { files: await filesOf(folder, "HEAD"), markdown };
  }

  const LEFT_OUT =
    "src/b/two.ts of **2** was **not committed**: the task does not report it, and only others were seen to change it";

  it.each(["task", "end"])(
    "a file of a task that only another task was seen to change is left out by commit: %s, and the report says why",
    async (commit) => {
      const { files, markdown } = await intruded(commit, ["src/b/own.ts"]);
      expect(files).toEqual(["src/b/own.ts"]);
      expect(markdown).toContain(LEFT_OUT);
    },
  );

  it("a file of a task that only another task was seen to change is committed where the task reports it", async () => {
    const { files, markdown } = await intruded("task", ["src/b/own.ts", "src/b/two.ts"]);
    expect(files).toEqual(["src/b/own.ts", "src/b/two.ts"]);
    expect(markdown).not.toContain("not committed");
  });
});

describe("work that is reviewed", () => {
  /** One task that is rejected once, and the first lines of the commits after each step. */
  async function reviewedOnce(commit: string) {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const tasks = [task("1", { review: true })];
    await server.call("plan_create", { plan: "p", title: "A plan", tasks, policy: { commit } });
    const commits: string[][] = [];
    const does = async (id: string, text: string | undefined, fields: Readonly<Record<string, unknown>>) => {
      const held = await claimNow(server, "p", id);
      if (text !== undefined) put(folder, { "src/1.ts": text });
      await done(server, held, fields);
      await server.call("plan_report", { plan: "p" });
      commits.push((await subjects(folder)).slice(0, -1));
    };
    const findings = [{ severity: "high", text: "It is wrong." }];
    await does("1", "wrong\n", {});
    await does("1-review", undefined, { verdict: "rejected", findings });
    await does("1-fix", "right\n", {});
    await does("1-review2", undefined, { verdict: "accepted" });
    return commits;
  }

  it("work that is reviewed is committed with its report by commit: task, and what fixes it by itself", async () => {
    expect(await reviewedOnce("task")).toEqual([
      ["p/1: Do 1"],
      ["p/1: Do 1"],
      ["p/1-fix: Fix 1: Do 1", "p/1: Do 1"],
      ["p/1-fix: Fix 1: Do 1", "p/1: Do 1"],
    ]);
  });

  it("work that is reviewed is committed by commit: end when its last review is over, and not before", async () => {
    expect(await reviewedOnce("end")).toEqual([[], [], [], ["p: A plan"]]);
  });
});

describe("commit: none", () => {
  it("commit: none is the default: no commit is made and nothing is staged", async () => {
    const { folder, server } = await planned("none");
    const held = await claimNow(server, "p", "1");
    put(folder, { "src/1.ts": "one\n" });
    await done(server, held);
    await server.call("plan_report", { plan: "p" });
    expect(await subjects(folder)).toEqual(["Start"]);
    expect(await git(folder, "status", "--porcelain")).toBe("?? src/\n");
  });
});
