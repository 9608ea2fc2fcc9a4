import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { launchFor, put, report, repository, type TaskInput, task } from "../../support/checkout.ts";
import { runCommand } from "../../support/command-line.ts";
import { git } from "../../support/git.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { claimNow, done, fileAt, read } from "../../support/worktrees.ts";

type Files = Readonly<Record<string, string>>;

const POLICY = { isolation: "worktree", deliver: "checkout" };

/** Does a task in its worktree. */
async function doTask(server: ParallelServer, id: string, work: (folder: string) => void, plan = "p") {
  const held = await claimNow(server, plan, id);
  expect(held.folder).not.toBe("");
  work(held.folder);
  await done(server, held);
}

/** A plan whose one task wrote these files in a worktree. */
async function doneInWorktree(
  committed: Files,
  written: Files,
  policy: Readonly<Record<string, unknown>> = POLICY,
) {
  const folder = await repository(committed);
  const server = await ParallelServer.start(folder);
  const tasks = [task("1", { writes: ["**"] })];
  await server.call("plan_create", { plan: "p", tasks, policy });
  await doTask(server, "1", (place) => put(place, written));
  return { folder, server };
}

async function reportOf(server: ParallelServer, plan = "p"): Promise<string> {
  return (await server.call("plan_report", { plan })).report;
}

const statusOf = (folder: string) => git(folder, "status", "--porcelain", "--untracked-files=all");
const deliveries = (folder: string) =>
  logOf(graphOf(folder)).filter(({ type }) => type === "work.delivered" || type === "delivery.refused");

describe("deliver: checkout", () => {
  it("deliver: checkout puts every change of the plan into the checkout when it is done, and touches nothing else", async () => {
    const folder = await repository({
      "changed.txt": "old\n",
      "gone/a.txt": "old\n",
      "folder/inside.txt": "old\n",
      "file.txt": "old\n",
      "run.sh": "#!/bin/sh\n",
      "mine.txt": "committed\n",
      "staged.txt": "committed\n",
    });
    const server = await ParallelServer.start(folder);
    const tasks = [task("1", { writes: ["**"] }), task("2", { writes: ["src/2.ts"], dependencies: ["1"] })];
    await server.call("plan_create", { plan: "p", tasks, policy: POLICY });
    put(folder, { "mine.txt": "the user's\n", "staged.txt": "the user's\n", "new.txt": "the user's\n" });
    await git(folder, "add", "staged.txt");
    await doTask(server, "1", (place) => {
      put(place, { "changed.txt": "new\n", "deep/down/new.txt": "new\n" });
      rmSync(join(place, "gone"), { recursive: true });
      rmSync(join(place, "folder"), { recursive: true });
      rmSync(join(place, "file.txt"));
      put(place, { folder: "now a file\n", "file.txt/inside.txt": "now a folder\n" });
      chmodSync(join(place, "run.sh"), 0o755);
      symlinkSync("changed.txt", join(place, "link"));
    });
    expect(read(folder, "changed.txt")).toBe("old\n");
    await doTask(server, "2", (place) => put(place, { "src/2.ts": "two\n" }));
    const head = await git(folder, "rev-parse", "HEAD");
    const next = await server.call("batch_next", { plan: "p" });
    expect(next.next).toContain(
      "plan_report says whether it is in the checkout, too, as uncommitted changes",
    );
    expect(read(folder, "src/2.ts")).toBe("two\n");
    const text = await reportOf(server);
    expect(text).toContain("and in your checkout, as uncommitted changes of 10 files.");
    expect(await git(folder, "rev-parse", "HEAD")).toBe(head);
    const branch = await git(folder, "diff", "--name-status", "--no-renames", "HEAD", "parallel/p");
    await git(folder, "add", "--intent-to-add", "--", "deep", "folder", "file.txt", "link", "src");
    expect(
      await git(folder, "diff", "--name-status", "--no-renames", "HEAD", "--", ":!mine.txt", ":!staged.txt"),
    ).toBe(branch);
    expect(await git(folder, "diff", "parallel/p", "--", ":!mine.txt", ":!staged.txt")).toBe("");
    expect([read(folder, "mine.txt"), read(folder, "new.txt")]).toEqual(["the user's\n", "the user's\n"]);
    expect(await git(folder, "show", ":staged.txt")).toBe("the user's\n");
    expect(existsSync(join(folder, "gone"))).toBe(false);
    expect(readlinkSync(join(folder, "link"))).toBe("changed.txt");
    expect(lstatSync(join(folder, "run.sh")).mode & 0o111).not.toBe(0);
    expect(deliveries(folder)).toHaveLength(1);
  });

  it("deliver: checkout stages nothing", async () => {
    const { folder, server } = await doneInWorktree(
      { "a.txt": "old\n" },
      { "a.txt": "new\n", "b.txt": "new\n" },
    );
    await reportOf(server);
    expect(await statusOf(folder)).toBe(" M a.txt\n?? b.txt\n");
  });

  it("deliver: checkout does nothing a second time, whatever the user makes of it", async () => {
    const { folder, server } = await doneInWorktree({ "a.txt": "old\n" }, { "a.txt": "new\n" });
    await reportOf(server);
    put(folder, { "a.txt": "the user's\n" });
    expect(await reportOf(server)).toContain("as uncommitted changes of 1 file.");
    expect(read(folder, "a.txt")).toBe("the user's\n");
    expect(deliveries(folder)).toHaveLength(1);
  });

  it.each([
    [
      "changed",
      (folder: string) => put(folder, { "a.txt": "the user's\n" }),
      "were changed by somebody else",
    ],
    ["removed", (folder: string) => rmSync(join(folder, "a.txt")), "were changed by somebody else"],
    ["made", (folder: string) => put(folder, { "new.txt": "the user's\n" }), "were changed by somebody else"],
    [
      "made where git ignores it",
      (folder: string) => put(folder, { "out.log": "the user's\n" }),
      "were changed by somebody else",
    ],
    [
      "made a folder of it",
      (folder: string) => put(folder, { "new.txt/mine.txt": "the user's\n" }),
      "have something else in their place",
    ],
    [
      "made a link on the way",
      (folder: string) => symlinkSync("/tmp", join(folder, "way")),
      "have something else in their place",
    ],
  ])(
    "deliver: checkout touches nothing if the user has %s one of its files, and names it and the command",
    async (_, change, reason) => {
      const { folder, server } = await doneInWorktree(
        { "a.txt": "old\n", "b.txt": "old\n", ".gitignore": "" },
        { "a.txt": "new\n", "b.txt": "new\n", "new.txt": "new\n", "out.log": "new\n", "way/x.txt": "new\n" },
      );
      put(folder, { ".git/info/exclude": "*.log\n.claude/\n" });
      change(folder);
      const before = await statusOf(folder);
      const text = await reportOf(server);
      expect(text).toContain(
        `**It is not in your checkout, where nothing was touched**: files that the work changes ${reason}`,
      );
      expect(text).toContain("`parallel-tasks deliver p`, or `git merge parallel/p`");
      expect(await statusOf(folder)).toBe(before);
      expect(read(folder, "b.txt")).toBe("old\n");
      const { code, out } = await runCommand(folder, "deliver", "p");
      expect([code, out]).toEqual([1, expect.stringContaining("Nothing was touched: ")]);
      await reportOf(server);
      expect(deliveries(folder)).toHaveLength(1);
    },
  );

  it("deliver: checkout takes what the user has staged for his change", async () => {
    const { folder, server } = await doneInWorktree({ "a.txt": "old\n" }, { "a.txt": "new\n" });
    put(folder, { "a.txt": "staged\n" });
    await git(folder, "add", "a.txt");
    put(folder, { "a.txt": "old\n" });
    expect(await reportOf(server)).toContain("are staged with other content: a.txt");
    expect(await git(folder, "show", ":a.txt")).toBe("staged\n");
  });

  it("deliver: checkout merges with what the user has committed since, and touches nothing if that conflicts", async () => {
    const lines = "1\n2\n3\n4\n5\n6\n7\n";
    const { folder, server } = await doneInWorktree(
      { "a.txt": lines },
      { "a.txt": lines.replace("1", "one") },
    );
    put(folder, { "a.txt": lines.replace("1", "eins") });
    await git(folder, "commit", "--quiet", "--all", "--message", "Mine");
    const text = await reportOf(server);
    expect(text).toContain("has other changes since, with which the work conflicts: a.txt");
    expect(await statusOf(folder)).toBe("");
    await git(folder, "reset", "--quiet", "--hard", "HEAD~1");
    put(folder, { "a.txt": lines.replace("7", "seven") });
    await git(folder, "commit", "--quiet", "--all", "--message", "Mine");
    expect((await runCommand(folder, "deliver", "p")).code).toBe(0);
    expect(read(folder, "a.txt")).toBe(lines.replace("1", "one").replace("7", "seven"));
    expect(await reportOf(server)).toContain("as uncommitted changes of 1 file.");
  });

  it("deliver: checkout brings the work of the plan alone where its branch began at commits that the checkout lacks", async () => {
    const folder = await repository({ "a.txt": "old\n" });
    put(folder, { "upstream.txt": "of others\n" });
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "Upstream");
    await git(folder, "branch", "parallel/p");
    await git(folder, "reset", "--quiet", "--hard", "HEAD~1");
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", tasks: [task("1", { writes: ["**"] })], policy: POLICY });
    await doTask(server, "1", (place) => {
      expect(read(place, "upstream.txt")).toBe("of others\n");
      put(place, { "a.txt": "new\n", "b.txt": "new\n" });
    });
    expect(await reportOf(server)).toContain("as uncommitted changes of 2 files.");
    expect(await statusOf(folder)).toBe(" M a.txt\n?? b.txt\n");
  });

  it("deliver: checkout waits for a task of another plan that holds one of its files", async () => {
    const { folder, server } = await doneInWorktree(
      { "a.txt": "old\n" },
      { "a.txt": "new\n", "b.txt": "new\n" },
    );
    const other = { plan: "q", tasks: [task("x", { writes: ["b.txt"] })] };
    await server.call("plan_create", other);
    const { launch } = await server.call("batch_next", { plan: "q" });
    expect(await reportOf(server)).toContain("are held by a task that works in the checkout (q/x): b.txt");
    expect(await statusOf(folder)).toBe("");
    await report(server, "q", launchFor(launch, "x"));
    expect(await reportOf(server)).toContain("as uncommitted changes of 2 files.");
    expect(await statusOf(folder)).toBe(" M a.txt\n?? b.txt\n");
  });

  it("deliver: checkout counts what tasks of the plan wrote in the checkout for nobody else's change", async () => {
    const folder = await repository({ "src/shared.ts": "old\n" });
    const server = await ParallelServer.start(folder);
    const shared: TaskInput = task("s", { writes: ["src/shared.ts"], isolation: "shared" });
    const apart = task("w", { writes: ["src/shared.ts", "src/w.ts"], dependencies: ["s"] });
    await server.call("plan_create", { plan: "p", tasks: [shared, apart], policy: POLICY });
    const held = await claimNow(server, "p", "s");
    expect(held.folder).toBe("");
    put(folder, { "src/shared.ts": "by s\n" });
    await done(server, held, { filesChanged: ["src/shared.ts"] });
    await doTask(server, "w", (place) => {
      expect(read(place, "src/shared.ts")).toBe("by s\n");
      put(place, { "src/shared.ts": "by s and w\n", "src/w.ts": "w\n" });
    });
    expect(await reportOf(server)).toContain("as uncommitted changes of 2 files.");
    expect([read(folder, "src/shared.ts"), read(folder, "src/w.ts")]).toEqual(["by s and w\n", "w\n"]);
  });

  it("deliver: checkout brings what comes later, on top of what it brought and the user has committed or not", async () => {
    const { folder, server } = await doneInWorktree(
      { "a.txt": "old\n", "c.txt": "old\n" },
      { "a.txt": "new\n", "b.txt": "new\n", "c.txt": "new\n" },
    );
    await reportOf(server);
    const more = async (id: string, files: Files) => {
      await server.call("task_create", { plan: "p", tasks: [task(id, { writes: ["**"] })] });
      await doTask(server, id, (place) => put(place, files));
      return reportOf(server);
    };
    expect(await more("2", { "a.txt": "newer\n", "c.txt": "old\n" })).toContain(
      "as uncommitted changes of 3 files.",
    );
    expect(await statusOf(folder)).toBe(" M a.txt\n?? b.txt\n");
    expect(read(folder, "a.txt")).toBe("newer\n");
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "Mine");
    expect(await more("3", { "d.txt": "new\n" })).toContain("as uncommitted changes of ");
    expect(await statusOf(folder)).toBe("?? d.txt\n");
  });

  it("deliver: checkout writes files as the repository's attributes say", async () => {
    const { folder, server } = await doneInWorktree(
      { ".gitattributes": "*.crlf text eol=crlf\n", "a.crlf": "old\n" },
      { "a.crlf": "new\r\n" },
    );
    await reportOf(server);
    expect(readFileSync(join(folder, "a.crlf"), "utf8")).toBe("new\r\n");
    expect(await reportOf(server)).toContain("as uncommitted changes of 1 file.");
  });

  it("deliver: checkout leaves alone files that a sparse checkout leaves out", async () => {
    const { folder, server } = await doneInWorktree(
      { "in/a.txt": "old\n", "out/b.txt": "old\n" },
      { "out/b.txt": "new\n" },
    );
    await git(folder, "sparse-checkout", "set", "in");
    expect(await reportOf(server)).toContain("are left out of the checkout: out/b.txt");
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  it("deliver: checkout does nothing while the user is in the midst of a merge", async () => {
    const { folder, server } = await doneInWorktree({}, { "a.txt": "new\n" });
    await git(folder, "branch", "side");
    put(folder, { "x.txt": "x\n" });
    await git(folder, "add", "x.txt");
    await git(folder, "commit", "--quiet", "--message", "X");
    await git(folder, "checkout", "--quiet", "side");
    put(folder, { "y.txt": "y\n" });
    await git(folder, "add", "y.txt");
    await git(folder, "commit", "--quiet", "--message", "Y");
    await git(folder, "merge", "--quiet", "--no-commit", "main");
    expect(await reportOf(server)).toContain("a merge is under way in the checkout");
    expect(existsSync(join(folder, "a.txt"))).toBe(false);
  });

  it("deliver: checkout takes back what an interrupted delivery wrote, but not what the user did since, and begins anew", async () => {
    const { folder, server } = await doneInWorktree(
      { "a.txt": "old\n", "b.txt": "old\n" },
      { "a.txt": "new\n", "b.txt": "new\n", "c.txt": "new\n" },
    );
    const head = (await git(folder, "rev-parse", "HEAD")).trim();
    const version = async (at: string, path: string) => {
      const object = (await git(folder, "rev-parse", `${at}:${path}`)).trim();
      return { mode: "100644", object };
    };
    const files = [];
    for (const path of ["a.txt", "b.txt"])
      files.push({ path, from: await version("HEAD", path), to: await version("parallel/p", path) });
    files.push({ path: "c.txt", to: await version("parallel/p", "c.txt") });
    // As a delivery leaves it that was killed after two files, and whose first file the user has changed since.
    const staged = join(folder, ".git/parallel-deliver-x");
    mkdirSync(staged);
    writeFileSync(
      join(folder, ".git/parallel-deliver-p.json"),
      JSON.stringify({ delivery: "0011", onto: head, staged, files }),
    );
    put(folder, { "a.txt": "the user's\n", "b.txt": "new\n", "c.txt": "new\n" });
    expect(await reportOf(server)).toContain("were changed by somebody else: a.txt");
    expect(await statusOf(folder)).toBe(" M a.txt\n");
    expect(existsSync(staged)).toBe(false);
    put(folder, { "a.txt": "old\n" });
    expect(await reportOf(server)).toContain("as uncommitted changes of 3 files.");
    expect(await statusOf(folder)).toBe(" M a.txt\n M b.txt\n?? c.txt\n");
  });
});

describe("parallel-tasks deliver", () => {
  it("parallel-tasks deliver brings the work of a plan that leaves it on its branch, on the user's word", async () => {
    const { folder } = await doneInWorktree(
      { "a.txt": "old\n" },
      { "a.txt": "new\n" },
      { isolation: "worktree" },
    );
    const { code, out } = await runCommand(folder, "deliver", "p");
    expect([code, out]).toEqual([0, "The work of p is in the checkout, as uncommitted changes of 1 file.\n"]);
    expect(await statusOf(folder)).toBe(" M a.txt\n");
    await git(folder, "checkout", "--quiet", "a.txt");
    const again = await runCommand(folder, "deliver", "p", "--json");
    expect(JSON.parse(again.out)).toEqual({ kind: "delivered", how: "changes", files: ["a.txt"] });
    expect(read(folder, "a.txt")).toBe("new\n");
  });

  it("parallel-tasks deliver --merge moves the branch, forward or by a merge, and leaves nothing uncommitted", async () => {
    const { folder, server } = await doneInWorktree(
      { "a.txt": "old\n" },
      { "a.txt": "new\n" },
      { isolation: "worktree" },
    );
    put(folder, { "mine.txt": "the user's\n" });
    const first = await runCommand(folder, "deliver", "p", "--merge");
    expect([first.code, first.out]).toEqual([
      0,
      "The work of p is merged into the branch that is checked out: 1 file.\n",
    ]);
    expect(await git(folder, "rev-parse", "main")).toBe(await git(folder, "rev-parse", "parallel/p"));
    expect(await statusOf(folder)).toBe("?? mine.txt\n");
    expect(await reportOf(server)).toContain("and merged into the branch that was checked out.");
    await git(folder, "add", "mine.txt");
    await git(folder, "commit", "--quiet", "--message", "Mine");
    await server.call("task_create", { plan: "p", tasks: [task("2", { writes: ["b.txt"] })] });
    await doTask(server, "2", (place) => put(place, { "b.txt": "new\n" }));
    expect((await runCommand(folder, "deliver", "p", "--merge")).code).toBe(0);
    expect(await git(folder, "log", "-1", "--format=%s")).toBe("Merge branch 'parallel/p'\n");
    expect([await statusOf(folder), read(folder, "b.txt")]).toEqual(["", "new\n"]);
    const third = await runCommand(folder, "deliver", "p");
    expect([third.code, third.out]).toEqual([
      0,
      "Nothing of p is to be delivered: the branch that is checked out has it.\n",
    ]);
  });

  it("parallel-tasks deliver --merge commits what was delivered as uncommitted changes", async () => {
    const { folder, server } = await doneInWorktree(
      { "a.txt": "old\n" },
      { "a.txt": "new\n", "b.txt": "new\n" },
    );
    await reportOf(server);
    expect((await runCommand(folder, "deliver", "p", "--merge")).code).toBe(0);
    expect(await statusOf(folder)).toBe("");
    expect(await fileAt(folder, "main", "b.txt")).toBe("new\n");
  });

  it("parallel-tasks deliver may be called by several at once", async () => {
    const made = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`made/${n}.txt`, `${n}\n`]));
    const { folder } = await doneInWorktree({ "a.txt": "old\n" }, { "a.txt": "new\n", ...made });
    const all = await Promise.all(Array.from({ length: 4 }, () => runCommand(folder, "deliver", "p")));
    const text = "The work of p is in the checkout, as uncommitted changes of 51 files.\n";
    expect(all.map(({ code, out }) => [code, out])).toEqual(Array(4).fill([0, text]));
    await git(folder, "add", "--all");
    expect(await git(folder, "diff", "--cached", "parallel/p")).toBe("");
  });

  it("parallel-tasks deliver is refused while a task of the plan runs, and for a plan that is not there", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", tasks: [task("1"), task("2")], policy: POLICY });
    await doTask(server, "1", (place) => put(place, { "src/1.ts": "one\n" }));
    await claimNow(server, "p", "2");
    const { code, err } = await runCommand(folder, "deliver", "p");
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("Nothing was delivered: 1 task of p still runs."),
    ]);
    expect((await runCommand(folder, "deliver", "q")).code).toBe(2);
  });
});
