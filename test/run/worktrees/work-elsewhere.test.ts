import { renameSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, tokenIn } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import type { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { type Claimed, claimNow, done, fileAt, read, startServer } from "../../support/worktrees.ts";

const BRANCH = "parallel/p";
const FILES = { "src/a.ts": "1\n", ".gitignore": "dist/\n" };

/** The one task of a plan, held in a worktree. */
async function atWork(folder: string): Promise<{ server: ParallelServer; held: Claimed }> {
  const server = await startServer(folder);
  const tasks = [{ id: "1", subject: "Do it", writes: ["src/**"], isolation: "worktree" }];
  await server.call("plan_create", { plan: "p", tasks, policy: { review: "off" } });
  return { server, held: await claimNow(server, "p", "1") };
}

function completed({ task: name, token }: Claimed, filesChanged: readonly string[] = []) {
  const evidence = [{ inspected: "the result" }];
  return { task: name, token, outcome: "completed", summary: "Done.", evidence, filesChanged };
}

describe("a worktree that is gone", () => {
  it("a worktree that is gone completes no task: the report says failed, and the next attempt gets a new one", async () => {
    const folder = await repository(FILES);
    const { server, held } = await atWork(folder);
    put(held.folder, { "src/a.ts": "2\n" });
    rmSync(held.folder, { recursive: true });
    const { message, remedy } = await server.refused("task_report", completed(held, ["src/a.ts"]));
    expect(message).toContain(`Your worktree ${held.folder} is gone`);
    expect(remedy).toContain('Report outcome "failed"');
    await server.call("task_report", { ...completed(held), outcome: "failed", evidence: [] });
    const again = await claimNow(server, "p", "1");
    expect(again.folder).not.toBe(held.folder);
    expect(read(again.folder, "src/a.ts")).toBe("1\n");
  });

  it("a worktree that is gone after its work was committed is no loss: the commits are merged", async () => {
    const folder = await repository(FILES);
    const { server, held } = await atWork(folder);
    put(held.folder, { "src/a.ts": "2\n" });
    await git(held.folder, "commit", "--quiet", "--all", "--message", "Two");
    await git(folder, "worktree", "unlock", held.folder);
    await git(folder, "worktree", "remove", held.folder);
    await done(server, held, { filesChanged: ["src/a.ts"] });
    expect(await fileAt(folder, BRANCH, "src/a.ts")).toBe("2\n");
  });

  it("a worktree that has lost its .git is none any more: nothing of the checkout around it is committed", async () => {
    const folder = await repository(FILES);
    const { server, held } = await atWork(folder);
    put(held.folder, { "src/a.ts": "2\n" });
    put(folder, { "users.txt": "the user's\n" });
    renameSync(join(held.folder, ".git"), join(temporaryFolder(), "git"));
    const { message } = await server.refused("task_report", completed(held, ["src/a.ts"]));
    expect(message).toContain("is no worktree any more");
    expect(await git(folder, "log", "--format=%s", "main")).toBe("Start\n");
    expect(await git(folder, "status", "--porcelain")).toBe("?? users.txt\n");
  });

  it("a worktree that was never made, because nobody read the brief, completes no task", async () => {
    const folder = await repository(FILES);
    const server = await startServer(folder);
    const tasks = [{ id: "1", subject: "Do it", writes: ["src/**"], isolation: "worktree" }];
    await server.call("plan_create", { plan: "p", tasks });
    const { launch } = await server.call("batch_next", { plan: "p" });
    const token = tokenIn(launch[0]?.prompt ?? "");
    const report = {
      task: "p/1",
      token,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ inspected: "it" }],
    };
    const { message, remedy } = await server.refused("task_report", report);
    expect(message).toContain("its brief was never read");
    expect(remedy).toContain("task_get");
  });
});

describe("work beside the worktree", () => {
  it.each([
    ["that the report names", ["src/a.ts"]],
    ["that the report names by its full path", ["/src/a.ts"]],
    ["of which the report says nothing", []],
  ])("work beside the worktree, %s, completes no task until it is in the worktree", async (_, named) => {
    const folder = await repository(FILES);
    const { server, held } = await atWork(folder);
    put(folder, { "src/a.ts": "2\n" });
    const files = named.map((name) => (name.startsWith("/") ? folder + name : name));
    const { message, remedy } = await server.refused("task_report", completed(held, files));
    expect(message).toContain(
      `src/a.ts is not changed in your worktree ${held.folder}, but was written in the main`,
    );
    expect(remedy).toContain("Make your changes in your worktree");
    put(held.folder, { "src/a.ts": "2\n" });
    await done(server, held, { filesChanged: files });
    expect(await fileAt(folder, BRANCH, "src/a.ts")).toBe("2\n");
  });

  it("work beside the worktree is not what the user had changed before", async () => {
    const folder = await repository(FILES);
    put(folder, { "src/a.ts": "the user's\n" });
    utimesSync(join(folder, "src/a.ts"), new Date(0), new Date(0));
    const { server, held } = await atWork(folder);
    await done(server, held);
    expect(await fileAt(folder, BRANCH, "src/a.ts")).toBe("1\n");
  });

  it("a file that git ignores completes no task that reports it, unless it is staged all the same", async () => {
    const folder = await repository(FILES);
    const { server, held } = await atWork(folder);
    put(held.folder, { "dist/a.js": "1\n", "src/a.ts": "2\n" });
    const files = ["src/a.ts", "dist/a.js"];
    const { message, remedy } = await server.refused("task_report", completed(held, files));
    expect(message).toContain("dist/a.js is ignored by git");
    expect(remedy).toContain("git add -f");
    await git(held.folder, "add", "-f", "dist/a.js");
    await done(server, held, { filesChanged: files });
    expect(await fileAt(folder, BRANCH, "dist/a.js")).toBe("1\n");
  });

  it("a report that names files of a worktree in which nothing is changed is refused; one that names none is taken", async () => {
    const { server, held } = await atWork(await repository(FILES));
    const { message, remedy } = await server.refused("task_report", completed(held, ["src/a.ts"]));
    expect(message).toContain("Your report names src/a.ts, but nothing is changed in your worktree");
    expect(remedy).toContain("leave filesChanged empty");
    await done(server, held);
  });

  it("files may be reported by their full path in the worktree, and by the name of their folder", async () => {
    const folder = await repository(FILES);
    const { server, held } = await atWork(folder);
    put(held.folder, { "src/a.ts": "2\n", "src/new/b.ts": "1\n" });
    await done(server, held, { filesChanged: [join(held.folder, "src/a.ts"), "./src/new"] });
    expect(await fileAt(folder, BRANCH, "src/new/b.ts")).toBe("1\n");
  });
});
