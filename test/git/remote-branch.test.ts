import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GitFailed } from "../../mcp-server/src/git/git.ts";
import { RefMoved } from "../../mcp-server/src/git/plan-branch.ts";
import {
  fetchAttempt,
  fetchPlanBranch,
  hasRemote,
  pushAttempt,
  pushPlanBranch,
} from "../../mcp-server/src/git/remote/remote-branch.ts";
import type { PlanSlug } from "../../mcp-server/src/graph/task.ts";
import { put, repository } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PLAN = "p" as PlanSlug;
const HOOKS = { runHooks: true };

/** A bare repository and two clones of it. */
async function remoteWithClones() {
  const start = await repository();
  const remote = join(temporaryFolder(), "app.git");
  await git(start, "clone", "--quiet", "--bare", start, remote);
  const cloned = async () => {
    const folder = join(temporaryFolder(), "app");
    await git(remote, "clone", "--quiet", remote, folder);
    return folder;
  };
  return { remote, one: await cloned(), other: await cloned() };
}

/** A new commit on top of what is checked out; nothing but HEAD moves. */
async function commitIn(folder: string, name: string): Promise<string> {
  put(folder, { [name]: `${name}\n` });
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", name);
  return (await git(folder, "rev-parse", "HEAD")).trim();
}

function program(folder: string, name: string, ...lines: string[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(join(folder, name), 0o755);
  return join(folder, name);
}

describe("the plan's branch of a remote", () => {
  it("a commit that one clone pushes is fetched by the other, in a ref of no branch, and nothing else moves", async () => {
    const { remote, one, other } = await remoteWithClones();
    const commit = await commitIn(one, "a.txt");
    const before = await git(other, "for-each-ref");
    const unborn = await fetchPlanBranch(one, PLAN);
    expect(unborn).toEqual({ ref: "refs/parallel/p", at: undefined });
    await pushPlanBranch(one, PLAN, unborn, commit, HOOKS);
    expect(await fetchPlanBranch(other, PLAN)).toEqual({ ref: "refs/parallel/p", at: commit });
    expect(await git(other, "show", `${commit}:a.txt`)).toBe("a.txt\n");
    expect((await git(other, "for-each-ref")).replace(/.*refs\/parallel-fetched\/p\n/, "")).toBe(before);
    expect(await git(remote, "for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/main\nrefs/parallel/p\n",
    );
  });

  it("who pushes on top of what another has moved meanwhile is told so, and nothing is overwritten", async () => {
    const { one, other, remote } = await remoteWithClones();
    const from = await fetchPlanBranch(one, PLAN);
    const mine = await commitIn(one, "a.txt");
    await pushPlanBranch(one, PLAN, from, mine, HOOKS);
    const theirs = await commitIn(other, "b.txt");
    await expect(pushPlanBranch(other, PLAN, from, theirs, HOOKS)).rejects.toThrow(RefMoved);
    const seen = await fetchPlanBranch(other, PLAN);
    await git(other, "merge", "--quiet", "--no-edit", mine);
    const merged = (await git(other, "rev-parse", "HEAD")).trim();
    await pushPlanBranch(other, PLAN, seen, merged, HOOKS);
    await expect(pushPlanBranch(one, PLAN, seen, await commitIn(one, "c.txt"), HOOKS)).rejects.toThrow(
      RefMoved,
    );
    expect((await git(remote, "rev-parse", "refs/parallel/p")).trim()).toBe(merged);
  });

  it("a remote that takes nothing but branches gets a branch, which every clone finds", async () => {
    const { one, other, remote } = await remoteWithClones();
    program(
      join(remote, "hooks"),
      "pre-receive",
      'while read -r old new ref; do case "$ref" in refs/heads/*) ;; *) echo no; exit 1;; esac; done',
    );
    const commit = await commitIn(one, "a.txt");
    const pushed = await pushPlanBranch(one, PLAN, await fetchPlanBranch(one, PLAN), commit, HOOKS);
    expect(pushed).toEqual({ ref: "refs/heads/parallel/p", at: commit });
    expect(await fetchPlanBranch(other, PLAN)).toEqual(pushed);
  });

  it("a remote that refuses says why", async () => {
    const { one, remote } = await remoteWithClones();
    program(join(remote, "hooks"), "pre-receive", "echo over quota >&2", "exit 1");
    const push = pushPlanBranch(one, PLAN, await fetchPlanBranch(one, PLAN), await commitIn(one, "a"), HOOKS);
    await expect(push).rejects.toThrow(
      /does not take refs\/heads\/parallel\/p: pre-receive hook declined.*over quota/,
    );
  });

  it("the pre-push hook runs only where it is asked for, and its refusal is one", async () => {
    const { one } = await remoteWithClones();
    const ran = join(temporaryFolder(), "ran");
    program(join(one, ".git", "hooks"), "pre-push", `echo x >> '${ran}'`, `test "$(wc -l < '${ran}')" -lt 2`);
    const first = await pushPlanBranch(
      one,
      PLAN,
      await fetchPlanBranch(one, PLAN),
      await commitIn(one, "a"),
      HOOKS,
    );
    expect(readFileSync(ran, "utf8")).toBe("x\n");
    const next = await commitIn(one, "b");
    await expect(pushPlanBranch(one, PLAN, first, next, HOOKS)).rejects.toThrow(GitFailed);
    await pushPlanBranch(one, PLAN, first, next, { runHooks: false });
    expect(readFileSync(ran, "utf8")).toBe("x\nx\n");
  });

  it("a remote that does not answer is given up after a time, and one that is gone at once", async () => {
    const { one, remote } = await remoteWithClones();
    await git(one, "remote", "set-url", "origin", "ssh://git@git.example.org/app.git");
    await git(one, "config", "core.sshCommand", program(temporaryFolder(), "ssh", "exec sleep 60"));
    await expect(fetchPlanBranch(one, PLAN, { timeoutMs: 300 })).rejects.toThrow(
      "origin did not answer within 1 s",
    );
    await git(one, "remote", "set-url", "origin", `${remote}-gone`);
    await expect(fetchPlanBranch(one, PLAN)).rejects.toThrow(GitFailed);
    expect(existsSync(remote)).toBe(true);
  });

  it("the commit of an attempt that is on no branch reaches other clones by a ref of its own, once", async () => {
    const { one, other } = await remoteWithClones();
    const commit = await commitIn(one, "a.txt");
    await pushAttempt(one, PLAN, 7, commit);
    await pushAttempt(one, PLAN, 7, commit);
    await fetchAttempt(other, PLAN, 7);
    expect((await git(other, "rev-parse", "refs/parallel-attempts/p/7")).trim()).toBe(commit);
  });

  it("a repository without a remote has none", async () => {
    expect(await hasRemote(await repository())).toBe(false);
    expect(await hasRemote((await remoteWithClones()).one)).toBe(true);
  });
});
