import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { gitFolderOf } from "../../../../mcp-server/src/git/work-tree.ts";
import { cleanWorktree } from "../../../../mcp-server/src/run/worktrees/pool/clean-worktree.ts";
import { put, repository } from "../../../support/checkout.ts";
import { git } from "../../../support/git.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const FILES = {
  ".gitignore": "build/\n*.log\nnode_modules/\n",
  "src/a.ts": "a\n",
  "src/b.ts": "b\n",
  "src/deep/c.ts": "c\n",
  "docs/d.md": "d\n",
  "tools/run.sh": "#!/bin/sh\n",
  "gone/later.ts": "1\n",
};

/** A repository with a commit `before`, its worktree, and a newer commit, which the next task is to build on. */
async function twoCommits() {
  const root = await repository(FILES);
  chmodSync(join(root, "tools/run.sh"), 0o755);
  symlinkSync("src/a.ts", join(root, "link"));
  await git(root, "add", "--all");
  await git(root, "commit", "--quiet", "--message", "Modes");
  const path = join(temporaryFolder(), "used");
  await git(root, "worktree", "add", "--quiet", "--no-track", "-b", "work/before", path);
  put(root, { "src/b.ts": "b, changed\n", "new/e.ts": "e\n" });
  await git(root, "rm", "--quiet", "gone/later.ts");
  await git(root, "add", "--all");
  await git(root, "commit", "--quiet", "--message", "Next");
  const base = (await git(root, "rev-parse", "HEAD")).trim();
  return { root, path, base, gitFolder: (await gitFolderOf(path)) ?? "" };
}

/** Cleans the worktree, and tells what it is then and what a new one of the same commit is. */
async function cleaned(
  { root, path, gitFolder, base }: Awaited<ReturnType<typeof twoCommits>>,
  kept: readonly string[] = [],
) {
  await cleanWorktree(root, { path, gitFolder }, { branch: "work/next", base, reason: "used", kept });
  const fresh = join(temporaryFolder(), "fresh");
  await git(root, "worktree", "add", "--quiet", "--no-track", "--lock", "-b", "work/fresh", fresh, base);
  return { now: await stateOf(path), fresh: await stateOf(fresh) };
}

/** All that somebody who works in a worktree could notice. */
async function stateOf(path: string) {
  const marks = await git(path, "ls-files", "-v", "-s", "-z", "--eol");
  const stash = (await git(path, "rev-parse", "--absolute-git-dir")).trim();
  const notes = readdirSync(stash, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(?:logs|ORIG_HEAD|locked|parallel-)|^refs$/.test(name))
    .sort();
  const head = (await git(path, "rev-parse", "HEAD")).trim();
  const status = await git(path, "status", "--porcelain", "--ignored", "--untracked-files=all");
  const settings = await git(path, "config", "--list");
  return { files: filesIn(path), marks: marks.split("\0"), notes, head, status, settings };
}

function filesIn(path: string, inside = ""): string[] {
  const folder = Buffer.concat([Buffer.from(path), Buffer.from(inside, "latin1")]);
  return readdirSync(folder, "latin1")
    .sort()
    .flatMap((name) => {
      const at = `${inside}/${name}`;
      if (at === "/.git") return [];
      const file = Buffer.concat([Buffer.from(path), Buffer.from(at, "latin1")]);
      const { mode, nlink } = lstatSync(file);
      const line = `${at} ${mode.toString(8)}`;
      const info = lstatSync(file);
      if (info.isDirectory()) return [line, ...filesIn(path, at)];
      const content = info.isSymbolicLink()
        ? readlinkSync(file)
        : info.isFile()
          ? readFileSync(file, "latin1")
          : "";
      return [`${line} ${nlink} ${content}`];
    });
}

/** What tasks do in their worktrees and leave there; each is done to the worktree at the path. */
const LEFT: readonly (readonly [string, (path: string, gitFolder: string) => unknown])[] = [
  ["nothing", () => undefined],
  [
    "changed and removed files",
    (path) => {
      put(path, { "src/a.ts": "x" });
      unlinkSync(join(path, "src/b.ts"));
    },
  ],
  [
    "a change of the same size and time",
    (path) => {
      const file = join(path, "src/a.ts");
      const { atime, mtime } = lstatSync(file);
      put(path, { "src/a.ts": "A\n" });
      utimesSync(file, atime, mtime);
    },
  ],
  ["new files, ignored files and empty folders", leaveFiles],
  ["names that are no UTF-8, and that look like options and patterns", leaveOddNames],
  ["odd modes of files and folders", leaveOddModes],
  ["a FIFO, a hard link, and links to the outside", leaveOddFiles],
  ["a folder where a file is, a file where a folder is, and a link where a folder is", leaveOtherKinds],
  ["repositories inside, one of them in a submodule's way", leaveRepositories],
  [
    "files that git was told to overlook",
    async (path) => {
      await git(path, "update-index", "--assume-unchanged", "src/a.ts");
      await git(path, "update-index", "--skip-worktree", "docs/d.md", "src/deep/c.ts");
      put(path, { "src/a.ts": "hidden\n", "docs/d.md": "hidden\n" });
    },
  ],
  [
    "an index that is nonsense and a lock on it",
    (_, folder) => put(folder, { index: "?", "index.lock": "" }),
  ],
  ["staged files and intentions to add", leaveStaged],
  ["a merge in conflict", leaveMerge],
  ["a rebase under way", leaveRebase],
  [
    "a bisection, a worktree's own refs, and a fetched head",
    async (path, folder) => {
      await git(path, "bisect", "start", "--no-checkout");
      await git(path, "update-ref", "refs/worktree/mine", "HEAD");
      put(folder, { FETCH_HEAD: "x", "hooks/pre-commit": "exit 1" });
    },
  ],
  ["another branch", (path) => git(path, "checkout", "--quiet", "-b", "somebody/else")],
  [
    "settings of this worktree alone",
    async (path) => {
      await git(path, "config", "extensions.worktreeConfig", "true");
      await git(path, "config", "--worktree", "core.autocrlf", "true");
      await git(path, "config", "--worktree", "user.name", "The last task");
    },
  ],
  ["a sparse checkout", (path) => git(path, "sparse-checkout", "set", "--cone", "docs")],
];

function leaveFiles(path: string): void {
  put(path, {
    "src/new.ts": "1",
    "build/out/a.js": "1",
    "x.log": "1",
    "node_modules/p/i.js": "1",
    "o/p/q.ts": "1",
  });
  for (const folder of ["empty", "src/empty/er", "build/none"])
    mkdirSync(join(path, folder), { recursive: true });
}

function leaveOddNames(path: string): void {
  for (const name of ["-rf", "*", "a\nb", " ", "\\", "$(x)", "ü", "[a]"]) put(path, { [`src/${name}`]: "1" });
  for (const name of ["\xff\xfe", "\xe9.log"]) {
    writeFileSync(Buffer.concat([Buffer.from(`${path}/src/`), Buffer.from(name, "latin1")]), "1");
  }
}

function leaveOddModes(path: string): void {
  put(path, { "shut/in/a.ts": "1", "build/shut/a": "1" });
  chmodSync(join(path, "src/a.ts"), 0o400);
  chmodSync(join(path, "src/b.ts"), 0o777);
  chmodSync(join(path, "tools/run.sh"), 0o4755);
  for (const folder of ["shut/in", "shut", "build/shut", "docs", "src/deep"])
    chmodSync(join(path, folder), 0o500);
  chmodSync(join(path, "src"), 0o711);
}

function leaveOddFiles(path: string): void {
  execFileSync("mkfifo", [join(path, "pipe"), join(path, "src/pipe")]);
  linkSync(join(path, "src/a.ts"), join(path, "second.ts"));
  const outside = temporaryFolder();
  put(outside, { "kept.txt": "kept" });
  symlinkSync(outside, join(path, "out"));
  symlinkSync(join(outside, "kept.txt"), join(path, "src/out.txt"));
  linkSync(join(outside, "kept.txt"), join(path, "docs/linked"));
  unlinkSync(join(path, "docs/d.md"));
  linkSync(join(outside, "kept.txt"), join(path, "docs/d.md"));
  onTestFinished(() => expect(readFileSync(join(outside, "kept.txt"), "utf8")).toBe("kept"));
}

function leaveOtherKinds(path: string): void {
  const outside = temporaryFolder();
  put(outside, { "a.ts": "theirs" });
  for (const name of ["src", "docs", "link", "tools/run.sh"]) rmSync(join(path, name), { recursive: true });
  symlinkSync(outside, join(path, "src"));
  put(path, { docs: "a file", "link/a/b.ts": "1", "tools/run.sh/c": "1" });
  onTestFinished(() => expect(readdirSync(outside)).toEqual(["a.ts"]));
}

async function leaveRepositories(path: string): Promise<void> {
  for (const folder of ["app", "build/app", "src/deep/app"]) {
    put(path, { [`${folder}/f`]: "1" });
    await git(join(path, folder), "init", "--quiet");
    await git(join(path, folder), "add", ".");
    await git(join(path, folder), "commit", "--quiet", "--message", "x");
  }
}

async function leaveStaged(path: string): Promise<void> {
  put(path, { "src/a.ts": "staged\n", "src/new.ts": "1", "src/planned.ts": "1" });
  await git(path, "add", "src/a.ts", "src/new.ts");
  await git(path, "add", "--intent-to-add", "src/planned.ts");
  await git(path, "rm", "--quiet", "--cached", "docs/d.md");
}

async function leaveMerge(path: string): Promise<void> {
  await git(path, "checkout", "--quiet", "-b", "side", "HEAD");
  put(path, { "src/b.ts": "other\n" });
  await git(path, "commit", "--quiet", "--all", "--message", "Side");
  await git(path, "merge", "--quiet", "main").catch(() => undefined);
  expect(await git(path, "status", "--porcelain")).toContain("UU src/b.ts");
}

async function leaveRebase(path: string): Promise<void> {
  put(path, { "src/b.ts": "other\n" });
  await git(path, "commit", "--quiet", "--all", "--message", "Side");
  await git(path, "rebase", "--quiet", "main").catch(() => undefined);
}

describe("a worktree that is used again", () => {
  it.each(LEFT)(
    "a worktree that is used again is like a new one after a task that left %s",
    async (_, leave) => {
      const worktree = await twoCommits();
      await leave(worktree.path, worktree.gitFolder);
      const { now, fresh } = await cleaned(worktree);
      expect(now).toEqual(fresh);
      expect(await git(worktree.path, "branch", "--show-current")).toBe("work/next\n");
      await git(worktree.path, "fsck", "--no-dangling");
    },
  );

  it("a worktree that is used again keeps what it is told to keep, where it is, and nothing beside it", async () => {
    const worktree = await twoCommits();
    const { path } = worktree;
    put(path, {
      "node_modules/p/i.js": "kept\n",
      "build/cache/x": "kept\n",
      "build/other": "1\n",
      "x.log": "1\n",
    });
    const { now, fresh } = await cleaned(worktree, ["node_modules", "build/cache"]);
    expect(existsSync(join(path, "node_modules/p/i.js"))).toBe(true);
    expect(existsSync(join(path, "build/cache/x"))).toBe(true);
    const others = now.files.filter((file) => !/^\/(node_modules|build)/.test(file));
    expect(others).toEqual(fresh.files);
    expect(readdirSync(join(path, "build"))).toEqual(["cache"]);
  });

  it("a worktree that is used again in a sparse checkout holds the checkout's part, however wide it was made", async () => {
    const root = await repository({ "app/f": "1\n", "docs/f": "1\n", "lib/f": "1\n" });
    await git(root, "sparse-checkout", "set", "--cone", "app");
    const path = join(temporaryFolder(), "used");
    await git(root, "worktree", "add", "--quiet", "--no-track", "-b", "work/before", path);
    await git(path, "sparse-checkout", "add", "docs");
    put(path, { "lib/f": "outside of its part\n", "lib/new": "1\n", "docs/f": "2\n" });
    const base = (await git(root, "rev-parse", "HEAD")).trim();
    const { now, fresh } = await cleaned({ root, path, base, gitFolder: (await gitFolderOf(path)) ?? "" });
    expect(now).toEqual(fresh);
    expect(now.files.map((line) => line.split(" ")[0])).toEqual(["/README.md", "/app", "/app/f"]);
  });

  it("a worktree in which somebody still writes is not taken for clean", async () => {
    const worktree = await twoCommits();
    const program = `setInterval(() => require("fs").writeFileSync("x.log", String(Math.random())), 1)`;
    const writer = spawn(process.execPath, ["-e", program], { cwd: worktree.path });
    onTestFinished(() => void writer.kill("SIGKILL"));
    await once(writer, "spawn");
    await expect.poll(() => existsSync(join(worktree.path, "x.log"))).toBe(true);
    await expect(cleaned(worktree)).rejects.toThrow("x.log");
  });
});
