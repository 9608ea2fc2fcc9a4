import { existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, task } from "../../../support/checkout.ts";
import { git } from "../../../support/git.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { claimNow, done, fileAt, read, startServer, worktreesOf } from "../../../support/worktrees.ts";

const isolated = (id: string) => task(id, { isolation: "worktree" });

/** The worktree of a task in a repository with these files; those of `later` are not committed. */
async function worktreeIn(
  committed: Readonly<Record<string, string>>,
  later: Readonly<Record<string, string>>,
  prepare: (folder: string) => void = () => undefined,
) {
  const folder = await repository(committed);
  put(folder, later);
  prepare(folder);
  const server = await startServer(folder);
  await server.call("plan_create", { plan: "p", tasks: [isolated("a")] });
  const claimed = await claimNow(server, "p", "a");
  return { folder, server, claimed, worktree: claimed.folder };
}

const settings = (names: readonly string[]) => ({
  ".claude/settings.json": JSON.stringify({ worktree: { symlinkDirectories: names } }),
});

describe(".worktreeinclude", () => {
  it(".worktreeinclude gives a worktree the ignored files that its patterns name, and no others", async () => {
    const { worktree } = await worktreeIn(
      {
        ".gitignore": ".env*\n!.env.example\n*.key\nsecret/\nother/\n",
        ".worktreeinclude": "# comment\n.env*\n!.env.old\n/secret/*.key\nnotes.txt\n",
      },
      {
        ".env": "A=1\n",
        ".env.old": "A=0\n",
        ".env.example": "new and not ignored\n",
        "app/.env": "B=2\n",
        "secret/a.key": "key\n",
        "secret/a.txt": "text\n",
        "other/.env": "of a whole ignored folder\n",
        "other.key": "not named\n",
        "notes.txt": "named and not ignored\n",
      },
    );
    expect([read(worktree, ".env"), read(worktree, "app/.env"), read(worktree, "secret/a.key")]).toEqual([
      "A=1\n",
      "B=2\n",
      "key\n",
    ]);
    for (const path of [".env.old", ".env.example", "secret/a.txt", "other/.env", "other.key", "notes.txt"])
      expect([path, existsSync(join(worktree, path))]).toEqual([path, false]);
    expect(await git(worktree, "status", "--porcelain")).toBe("");
  });

  it(".worktreeinclude gives a worktree a whole folder, also one in an ignored folder that it names", async () => {
    const { worktree } = await worktreeIn(
      { ".gitignore": "cache/\nbuild/\n", ".worktreeinclude": "cache/\nbuild/keep/\n" },
      { "cache/a/b.bin": "1", "cache/c.bin": "2", "build/keep/x": "3", "build/other/y": "4" },
    );
    expect([read(worktree, "cache/a/b.bin"), read(worktree, "cache/c.bin")]).toEqual(["1", "2"]);
    expect([read(worktree, "build/keep/x"), read(worktree, "build/other/y")]).toEqual(["3", undefined]);
  });

  it(".worktreeinclude never takes the plan's other worktrees along", async () => {
    const { folder, server, claimed } = await worktreeIn(
      { ".gitignore": ".claude/\n", ".worktreeinclude": ".claude/\n" },
      { ".claude/notes.md": "mine\n" },
    );
    await done(server, claimed);
    await server.call("task_create", { plan: "p", tasks: [isolated("b")] });
    const next = await claimNow(server, "p", "b");
    expect(read(next.folder, ".claude/notes.md")).toBe("mine\n");
    expect(existsSync(join(next.folder, ".claude/worktrees"))).toBe(false);
    expect(await worktreesOf(folder)).toContain(next.folder);
  });

  it(".worktreeinclude copies a link as a link, and leaves out one that leads out of the checkout", async () => {
    const outside = temporaryFolder();
    put(outside, { secret: "the user's\n" });
    const { worktree } = await worktreeIn(
      { ".gitignore": "/local/\n", ".worktreeinclude": "local/\n" },
      { "local/plain": "1\n" },
      (folder) => {
        symlinkSync("plain", join(folder, "local/inside"));
        symlinkSync(join(outside, "secret"), join(folder, "local/outside"));
      },
    );
    expect(readlinkSync(join(worktree, "local/inside"))).toBe("plain");
    expect(existsSync(join(worktree, "local/outside"))).toBe(false);
  });

  it(".worktreeinclude writes nothing through a link that the commit has in a folder's place", async () => {
    const outside = temporaryFolder();
    const folder = await repository({ ".gitignore": "*.key\n", ".worktreeinclude": "*.key\n" });
    symlinkSync(outside, join(folder, "config"));
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "A link");
    await git(folder, "rm", "--quiet", "config");
    put(folder, { "config/a.key": "key\n" });
    const server = await startServer(folder);
    await server.call("plan_create", { plan: "p", tasks: [isolated("a")] });
    const { folder: worktree } = await claimNow(server, "p", "a");
    expect(lstatSync(join(worktree, "config")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(outside, "a.key"))).toBe(false);
  });
});

describe("worktree.symlinkDirectories", () => {
  it("worktree.symlinkDirectories become links that git does not see, also where it ignores folders only", async () => {
    const { folder, server, claimed, worktree } = await worktreeIn(
      { ".gitignore": "node_modules/\n" },
      { ...settings(["node_modules", "app/node_modules", "missing"]), "node_modules/x/index.js": "x\n" },
      (root) => mkdirSync(join(root, "app/node_modules"), { recursive: true }),
    );
    expect(realpathSync(join(worktree, "node_modules"))).toBe(join(folder, "node_modules"));
    expect(realpathSync(join(worktree, "app/node_modules"))).toBe(join(folder, "app/node_modules"));
    expect(existsSync(join(worktree, "missing"))).toBe(false);
    expect(await git(worktree, "status", "--porcelain")).toBe("");
    put(worktree, { "src/a.ts": "1\n" });
    await done(server, claimed);
    expect(await fileAt(folder, "parallel/p", "node_modules")).toBeUndefined();
    expect(read(folder, "node_modules/x/index.js")).toBe("x\n");
  });

  it("worktree.symlinkDirectories lead nowhere out of the project, and replace nothing", async () => {
    const outside = temporaryFolder();
    const { worktree } = await worktreeIn(
      { ".gitignore": "linked\nshared\n", "src/kept.ts": "kept\n" },
      {
        ...settings(["../up", outside, "linked", "src", "untracked", ".git", ".", "a/../../up"]),
        "untracked/new.txt": "not ignored\n",
      },
      (folder) => symlinkSync(outside, join(folder, "linked")),
    );
    for (const path of ["linked", "untracked"]) expect(existsSync(join(worktree, path))).toBe(false);
    expect(lstatSync(join(worktree, "src")).isDirectory()).toBe(true);
    expect(lstatSync(join(worktree, ".git")).isFile()).toBe(true);
  });

  it("worktree.symlinkDirectories of the user, the project and the local settings add up", async () => {
    const home = temporaryFolder();
    const folder = await repository({ ".gitignore": "/a/\n/b/\n/c/\n.claude/\n" });
    const names = (name: string) => JSON.stringify({ worktree: { symlinkDirectories: [name] } });
    put(home, { ".claude/settings.json": names("a") });
    put(folder, { ".claude/settings.json": names("b"), ".claude/settings.local.json": names("c") });
    for (const name of ["a", "b", "c"]) put(folder, { [`${name}/file`]: name });
    const server = await startServer(folder, { env: { HOME: home } });
    await server.call("plan_create", { plan: "p", tasks: [isolated("t")] });
    const { folder: worktree } = await claimNow(server, "p", "t");
    expect(["a", "b", "c"].map((name) => read(worktree, `${name}/file`))).toEqual(["a", "b", "c"]);
  });
});

describe("worktree.baseRef", () => {
  /** A clone that is a commit ahead of its origin. */
  async function cloneAhead() {
    const origin = await repository();
    const folder = temporaryFolder();
    await git(folder, "clone", "--quiet", origin, ".");
    put(folder, { "ahead.txt": "1\n" });
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "Ahead");
    return folder;
  }

  const baseRef = (folder: string, value: string) =>
    put(folder, { ".claude/settings.local.json": JSON.stringify({ worktree: { baseRef: value } }) });

  async function begins(folder: string) {
    await git(folder, "config", "core.excludesFile", join(folder, ".git", "excluded"));
    put(folder, { ".git/excluded": ".claude/\n" });
    const server = await startServer(folder);
    const { warnings } = await server.call("plan_create", { plan: "p", tasks: [isolated("a")] });
    const { folder: worktree } = await claimNow(server, "p", "a");
    return { warnings: warnings.join("\n"), isAhead: existsSync(join(worktree, "ahead.txt")) };
  }

  it("worktree.baseRef says where the plan's branch begins, and the plan says so before it starts", async () => {
    const folder = await cloneAhead();
    baseRef(folder, "fresh");
    const { warnings, isAhead } = await begins(folder);
    expect(isAhead).toBe(false);
    const commit = (await git(folder, "rev-parse", "origin/HEAD")).slice(0, 12);
    expect(warnings).toBe(
      `parallel/p begins at origin/HEAD (${commit}), without 1 commit of HEAD: worktree.baseRef is fresh.`,
    );
  });

  it("worktree.baseRef that nobody set leaves the branch to begin at what is checked out", async () => {
    expect(await begins(await cloneAhead())).toEqual({ warnings: "", isAhead: true });
  });

  it("worktree.baseRef fresh without a default branch of the origin is said, and HEAD holds", async () => {
    const folder = await repository({ "ahead.txt": "1\n" });
    baseRef(folder, "fresh");
    const { warnings, isAhead } = await begins(folder);
    expect(isAhead).toBe(true);
    expect(warnings).toContain("there is no origin/HEAD (git remote set-head origin --auto makes it)");
  });
});
