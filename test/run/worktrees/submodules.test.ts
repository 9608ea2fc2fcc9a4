import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { claimNow, done, read, startServer, worktreesOf } from "../../support/worktrees.ts";

const LOCAL = ["-c", "protocol.file.allow=always"] as const;

/** A repository with the submodule `vendor/lib`, which has a submodule of its own, both checked out; no origin is left. */
async function withSubmodules() {
  const inner = await repository({ "inner.c": "int i;\n" });
  const library = await repository({ "lib.c": "int a;\n" });
  await git(library, ...LOCAL, "submodule", "--quiet", "add", inner, "inner");
  await git(library, "commit", "--quiet", "--message", "Inner");
  const folder = await repository();
  await git(folder, ...LOCAL, "submodule", "--quiet", "add", library, "vendor/lib");
  await git(folder, ...LOCAL, "submodule", "--quiet", "update", "--init", "--recursive");
  await git(folder, "commit", "--quiet", "--message", "A submodule");
  for (const origin of [inner, library]) renameSync(origin, `${origin}.away`);
  return { folder, library };
}

async function planOf(folder: string, ...ids: readonly string[]) {
  const server = await startServer(folder);
  const tasks = ids.map((id) => ({ id, subject: `Do ${id}` }));
  const { warnings } = await server.call("plan_create", { plan: "p", tasks });
  return { server, warnings };
}

describe("submodules in a worktree", () => {
  it("submodules in a worktree are checked out as in the checkout, without their origins, and the user's are untouched", async () => {
    const { folder, library } = await withSubmodules();
    const own = join(folder, "vendor/lib");
    await git(own, "checkout", "--quiet", "-b", "unpushed");
    const settings = await git(folder, "config", "--list", "--local");
    const { server } = await planOf(folder, "1", "2");
    const held = await claimNow(server, "p", "1");
    expect(read(held.folder, "vendor/lib/lib.c")).toBe("int a;\n");
    expect(read(held.folder, "vendor/lib/inner/inner.c")).toBe("int i;\n");
    expect(await git(held.folder, "status", "--porcelain", "--ignored")).toBe("");
    const inside = join(held.folder, "vendor/lib");
    expect(await git(inside, "config", "--get", "remote.origin.url")).toBe(`${library}\n`);
    expect(await git(inside, "for-each-ref", "--format=%(refname)", "refs/heads")).toBe("");
    expect(await git(inside, "branch", "--remotes", "--list", "origin/unpushed")).toBe("");
    expect(await git(folder, "config", "--list", "--local")).toBe(settings);
    put(held.folder, { "made.txt": "1\n" });
    await done(server, held);
    await done(server, await claimNow(server, "p", "2"));
    await server.call("plan_report", { plan: "p" });
    expect(await worktreesOf(folder)).toEqual([]);
  });

  it("submodules in a worktree stay with it while they hold a commit that nobody else has, on whatever branch", async () => {
    const { folder } = await withSubmodules();
    const { server } = await planOf(folder, "1");
    const held = await claimNow(server, "p", "1");
    const inside = join(held.folder, "vendor/lib");
    await git(inside, "checkout", "--quiet", "-b", "port");
    put(inside, { "port.c": "int b;\n" });
    await git(inside, "add", "--all");
    await git(inside, "commit", "--quiet", "--message", "Port");
    await git(inside, "checkout", "--quiet", "--detach", "HEAD~1");
    put(held.folder, { "made.txt": "1\n" });
    await done(server, held);
    await server.call("plan_report", { plan: "p" });
    expect(await git(inside, "log", "--format=%s", "-1", "port")).toBe("Port\n");
    expect(await worktreesOf(folder)).toEqual([held.folder]);
  });

  it("submodules in a worktree that the checkout does not have stay empty, and the plan says so before it starts", async () => {
    const { folder } = await withSubmodules();
    await git(folder, "submodule", "--quiet", "deinit", "--all");
    renameSync(join(folder, ".git/modules"), join(folder, ".git/modules-away"));
    const { server, warnings } = await planOf(folder, "1");
    expect(warnings.join()).toContain("git submodule update --init");
    const held = await claimNow(server, "p", "1");
    expect(existsSync(join(held.folder, "vendor/lib/lib.c"))).toBe(false);
    expect(await git(held.folder, "status", "--porcelain", "--ignored")).toBe("");
  });
});
