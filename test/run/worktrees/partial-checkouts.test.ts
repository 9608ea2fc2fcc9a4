import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claimNow, done, fileAt, read, startServer, worktreesOf } from "../../support/worktrees.ts";

const GRACE_MS = 30_000;
const POINTER = "version https://git-lfs.github.com/spec/v1\n";

async function planOf(folder: string, ...ids: readonly string[]) {
  const clock = { aheadMs: 0 };
  const server = await startServer(folder, { now: () => Date.now() + clock.aheadMs });
  const tasks = ids.map((id) => ({ id, subject: `Do ${id}` }));
  const { warnings } = await server.call("plan_create", { plan: "p", tasks });
  const later = () => {
    clock.aheadMs += GRACE_MS;
  };
  return { server, warnings, later };
}

/** A repository with a file that Git LFS would keep, of which git has the pointer. */
async function withLargeFile(): Promise<string> {
  return repository({ ".gitattributes": "*.bin filter=lfs -text\n", "a.bin": POINTER });
}

describe("a shallow clone", () => {
  it("a shallow clone has worktrees like any other: cut, merged, used again and removed", async () => {
    const origin = await repository({ "a.txt": "1\n" });
    put(origin, { "a.txt": "2\n" });
    await git(origin, "commit", "--quiet", "--all", "--message", "Second");
    const folder = join(temporaryFolder(), "clone");
    await git(origin, "clone", "--quiet", "--depth", "1", `file://${origin}`, folder);
    expect(await git(folder, "rev-parse", "--is-shallow-repository")).toBe("true\n");
    const { server, later } = await planOf(folder, "1", "2", "3");
    for (const id of ["1", "2", "3"]) {
      const held = await claimNow(server, "p", id);
      expect(read(held.folder, "a.txt")).toBe("2\n");
      put(held.folder, { [`${id}.txt`]: id });
      await done(server, held);
      later();
    }
    expect(await git(folder, "ls-tree", "--name-only", "parallel/p")).toBe(
      "1.txt\n2.txt\n3.txt\nREADME.md\na.txt\n",
    );
    await server.call("plan_report", { plan: "p" });
    expect(await worktreesOf(folder)).toEqual([]);
  });
});

describe("files of Git LFS", () => {
  it("files of Git LFS are pointers in worktrees where it is not set up, and the plan says so before it starts", async () => {
    const folder = await withLargeFile();
    const { server, warnings } = await planOf(folder, "1");
    expect(warnings.join()).toContain("1 file is kept by Git LFS, which is not set up here");
    expect(read((await claimNow(server, "p", "1")).folder, "a.bin")).toBe(POINTER);
  });

  it("files of Git LFS are there with their content where it is set up, also in a worktree that is used again", async () => {
    const folder = await withLargeFile();
    // Stands for the real one: what git keeps is the pointer, and what lies in the folder is "content".
    await git(folder, "config", "filter.lfs.smudge", "sed 's/.*/content/'");
    await git(folder, "config", "filter.lfs.clean", `sed 's|.*|${POINTER.trim()}|'`);
    await git(folder, "config", "alias.lfs", "!true");
    const { server, warnings, later } = await planOf(folder, "1", "2");
    expect(warnings.join()).not.toContain("LFS");
    const one = await claimNow(server, "p", "1");
    expect(read(one.folder, "a.bin")).toBe("content\n");
    put(one.folder, { "b.bin": "content\n" });
    await done(server, one);
    expect(await fileAt(folder, "parallel/p", "b.bin")).toBe(POINTER);
    later();
    const two = await claimNow(server, "p", "2");
    expect([read(two.folder, "a.bin"), read(two.folder, "b.bin")]).toEqual(["content\n", "content\n"]);
    expect(await git(two.folder, "status", "--porcelain")).toBe("");
  });
});
