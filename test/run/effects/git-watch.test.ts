import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ensurePlanBranch, moveRefs } from "../../../mcp-server/src/git/plan-branch.ts";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { PlanSlug } from "../../../mcp-server/src/graph/task.ts";
import { gitMoveText } from "../../../mcp-server/src/policy/effects/git-move-text.ts";
import { GitWatch } from "../../../mcp-server/src/run/effects/git-watch.ts";
import { put, repository } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";

const HOLDER = 1 as AttemptId;

async function watched(inner: readonly string[] = []) {
  const root = await repository({ "a.txt": "a" });
  const run = (...parameters: string[]) => git(root, ...parameters);
  const watch = new GitWatch(root, Date.now);
  const folders = new Map(inner.map((folder) => [folder, [HOLDER]]));
  const look = () => watch.look(folders).moves.map(({ move }) => gitMoveText(move));
  const head = async () => (await run("rev-parse", "HEAD")).trim();
  const commit = (text: string) => run("commit", "--quiet", "--allow-empty", "--message", text);
  const branch = (await run("symbolic-ref", "--short", "HEAD")).trim();
  return { root, run, look, head, commit, branch };
}

describe("watching git", () => {
  it("a commit, a reset and a switch are told in words, and nothing is told twice", async () => {
    const { run, look, head, commit, branch } = await watched();
    expect(look()).toEqual([]);
    const first = (await head()).slice(0, 7);
    await commit("second");
    const second = (await head()).slice(0, 7);
    expect(look()).toEqual([`${branch} moved from ${first} to ${second} (commit)`]);
    await run("reset", "--quiet", "--hard", "HEAD~1");
    expect(look()).toEqual([`${branch} moved from ${second} to ${first} (reset)`]);
    await run("switch", "--quiet", "--create", "other");
    expect(look()).toEqual([`HEAD switched from ${branch} to other`, `other was made at ${first}`]);
    await run("switch", "--quiet", "--detach", branch);
    expect(look()).toEqual([`HEAD switched from other to ${first}`]);
    expect(look()).toEqual([]);
  });

  it("packing refs moves nothing, and what is moved or deleted among packed ones is seen", async () => {
    const { run, look, head, branch, commit } = await watched();
    const first = (await head()).slice(0, 7);
    await run("branch", "x/y");
    await run("tag", "v1");
    look();
    await run("pack-refs", "--all");
    expect(look()).toEqual([]);
    await run("branch", "--quiet", "-D", "x/y");
    await run("tag", "--delete", "v1");
    expect(look()).toEqual([
      `x/y was deleted (it was at ${first})`,
      `the tag v1 was deleted (it was at ${first})`,
    ]);
    await commit("second");
    expect(look()).toHaveLength(1);
    expect(branch).not.toBe("");
  });

  it("stash entries that come and go are told, and the index only where what is staged differs", async () => {
    const { root, run, look } = await watched();
    look();
    put(root, { "a.txt": "other" });
    await run("stash", "--quiet");
    expect(look()).toContain("a stash entry was added");
    await run("stash", "pop", "--quiet");
    expect(look()).toContain("a stash entry is gone");
    await run("add", "a.txt");
    expect(look()).toEqual(["the index changed"]);
    put(root, { "a.txt": "other" });
    await run("status");
    await run("update-index", "--refresh");
    expect(look()).toEqual([]);
    await run("reset", "--quiet");
    expect(look()).toEqual(["the index changed"]);
  });

  it.each(["2", "3", "4"])(
    "an index of version %s tells what is staged from what was touched",
    async (version) => {
      const { root, run, look } = await watched();
      put(root, { "b/c.txt": "c", "b/d.txt": "d" });
      await run("add", "--all");
      await run("update-index", "--index-version", version);
      look();
      put(root, { "b/c.txt": "c" });
      await run("update-index", "--refresh");
      expect(look()).toEqual([]);
      await run("rm", "--quiet", "--cached", "b/c.txt");
      expect(look()).toEqual(["the index changed"]);
    },
  );

  it("what this program moves is known, and is named again once somebody else moves it", async () => {
    const { root, run, look, head, branch, commit } = await watched();
    await run("config", "core.logAllRefUpdates", "false");
    const from = await head();
    const to = (await run("commit-tree", "-p", from, "-m", "work", `${from}^{tree}`)).trim();
    look();
    await ensurePlanBranch(root, "p" as PlanSlug);
    await moveRefs(root, [{ ref: "refs/heads/parallel/p", from, to }], "parallel: p/1");
    await run("branch", "parallel-work/p/1");
    expect(look()).toEqual([]);
    await moveRefs(root, [{ ref: "HEAD", from, to }], "parallel: p");
    expect(look()).toEqual([]);
    await commit("parallel: p");
    expect(look()).toEqual([expect.stringContaining(`${branch} moved`)]);
  });

  it("a worktree is watched by its own HEAD and index, and branches of the others are not its concern", async () => {
    const { root, run, commit } = await watched();
    const folder = join(root, "..", `${root.split("/").at(-1)}-tree`);
    await run("worktree", "add", "--quiet", "-b", "side", folder);
    const watch = new GitWatch(folder, Date.now);
    const look = () => watch.look().moves.map(({ move }) => move.what);
    look();
    await commit("in the main one");
    expect(look()).toEqual([]);
    await git(folder, "commit", "--quiet", "--allow-empty", "--message", "here");
    expect(look()).toEqual(["branch"]);
    rmSync(folder, { recursive: true });
  });

  it("a submodule that is moved or taken away, and a repository inside the checkout, are named by their folder", async () => {
    const other = await repository({ "s.txt": "s" });
    const { root, run, look } = await watched(["sub", "nested"]);
    await run("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "sub");
    put(root, { "nested/n.txt": "n" });
    await git(join(root, "nested"), "init", "--quiet");
    look();
    await git(join(root, "sub"), "commit", "--quiet", "--allow-empty", "--message", "moved");
    await git(join(root, "nested"), "add", "n.txt");
    expect(look()).toEqual([
      expect.stringMatching(/^in sub: \S+ moved from \w{7} to \w{7} \(commit\)$/),
      "in nested: the index changed",
    ]);
    await run("submodule", "--quiet", "deinit", "--force", "sub");
    expect(look()).toContain("in sub: the repository is gone");
    expect(look()).toEqual([]);
  });

  it("a ref that is written without git is seen", async () => {
    const { root, run, look, head, branch } = await watched();
    const from = await head();
    const to = (await run("commit-tree", "-p", from, "-m", "x", `${from}^{tree}`)).trim();
    look();
    appendFileSync(join(root, ".git/refs/heads/loose"), `${to}\n`);
    expect(look()).toEqual([`loose was made at ${to.slice(0, 7)}`]);
    expect(branch).not.toBe("");
  });
});
