import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { type Claimed, claimNow, done, fileAt, read, startServer } from "../../support/worktrees.ts";

const BRANCH = "parallel/p";
const LOCAL = ["-c", "protocol.file.allow=always"] as const;

/** A repository with the submodule `vendor/lib`, which has one file. */
async function withSubmodule(): Promise<string> {
  const library = await repository({ "lib.c": "int a;\n" });
  const folder = await repository();
  await git(folder, ...LOCAL, "submodule", "--quiet", "add", library, "vendor/lib");
  await git(folder, "commit", "--quiet", "--message", "A submodule");
  return folder;
}

/** A plan of one task in a worktree and one behind it. */
async function atWork(folder: string): Promise<{ server: ParallelServer; held: Claimed }> {
  const server = await startServer(folder);
  const tasks = [
    { id: "1", subject: "First" },
    { id: "2", subject: "Second", dependencies: ["1"] },
  ];
  await server.call("plan_create", { plan: "p", tasks });
  return { server, held: await claimNow(server, "p", "1") };
}

async function makeRepository(folder: string, commits: boolean): Promise<void> {
  await git(folder, "init", "--quiet");
  if (!commits) return;
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", "Scaffold");
}

function reported({ task: name, token }: Claimed, fields: Readonly<Record<string, unknown>> = {}) {
  const evidence = [{ inspected: "the result" }];
  return { task: name, token, outcome: "completed", summary: "Done.", evidence, ...fields };
}

describe("a repository that a worker made inside its worktree", () => {
  it.each([
    ["with a commit", true],
    ["without a commit", false],
  ])(
    "a repository that a worker made inside its worktree, %s, completes no task until git sees its files",
    async (_, commits) => {
      const { server, held } = await atWork(await repository());
      put(held.folder, { "app/package.json": "{}\n", "beside.txt": "1\n" });
      await makeRepository(join(held.folder, "app"), commits);
      const { message, remedy } = await server.refused("task_report", reported(held));
      expect(message).toContain("app/ in your worktree is a git repository of its own");
      expect(remedy).toContain("move app/.git to a folder outside");
      renameSync(join(held.folder, "app/.git"), join(temporaryFolder(), "git"));
      await done(server, held, { filesChanged: ["app/package.json", "beside.txt"] });
      expect(read((await claimNow(server, "p", "2")).folder, "app/package.json")).toBe("{}\n");
    },
  );

  it("a repository that a worker made inside its worktree counts as one also when the worker has committed the link to it", async () => {
    const folder = await repository();
    const { server, held } = await atWork(folder);
    put(held.folder, { "app/package.json": "{}\n" });
    await makeRepository(join(held.folder, "app"), true);
    await git(held.folder, "add", "app");
    await git(held.folder, "commit", "--quiet", "--message", "App");
    expect((await server.refused("task_report", reported(held))).message).toContain("app/ in your worktree");
    renameSync(join(held.folder, "app/.git"), join(temporaryFolder(), "git"));
    await done(server, held);
    expect(await fileAt(folder, BRANCH, "app/package.json")).toBe("{}\n");
  });

  it("a repository that a worker made inside its worktree and that git ignores is no part of the work", async () => {
    const folder = await repository({ ".gitignore": "cache/\n" });
    const { server, held } = await atWork(folder);
    put(held.folder, { "cache/a": "1\n", "made.txt": "1\n" });
    await makeRepository(join(held.folder, "cache"), true);
    await done(server, held, { filesChanged: ["made.txt"] });
    expect(await git(folder, "ls-tree", "--name-only", BRANCH)).toBe(".gitignore\nREADME.md\nmade.txt\n");
  });

  it("a repository that a worker made inside its worktree stays there when the task has failed", async () => {
    const folder = await repository();
    const { server, held } = await atWork(folder);
    put(held.folder, { "app/package.json": "{}\n", "beside.txt": "1\n" });
    await makeRepository(join(held.folder, "app"), false);
    await server.call("task_report", reported(held, { outcome: "failed", summary: "No.", evidence: [] }));
    const work = (await git(held.folder, "branch", "--show-current")).trim();
    expect(await fileAt(folder, work, "beside.txt")).toBe("1\n");
    await server.call("plan_report", { plan: "p" });
    expect(read(held.folder, "app/package.json")).toBe("{}\n");
  });
});

describe("a repository inside the shared checkout", () => {
  it("a repository inside the shared checkout completes no task whose work is to reach worktrees", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    const tasks = [
      task("1", { writes: ["app/**"] }),
      task("2", { isolation: "worktree", dependencies: ["1"] }),
    ];
    await server.call("plan_create", { plan: "p", tasks });
    const held = await claimNow(server, "p", "1");
    put(folder, { "app/package.json": "{}\n" });
    await makeRepository(join(folder, "app"), true);
    const files = { filesChanged: ["app/package.json"] };
    const { message } = await server.refused("task_report", reported(held, files));
    expect(message).toContain("app/ in your checkout is a git repository of its own");
  });

  it("a repository inside the shared checkout is left to its user where only that checkout counts, and the report says so", async () => {
    const folder = await withSubmodule();
    const server = await ParallelServer.start(folder);
    const tasks = [task("1", { writes: ["vendor/lib/**", "notes.md"] })];
    await server.call("plan_create", { plan: "p", tasks, policy: { commit: "task", review: "off" } });
    const held = await claimNow(server, "p", "1");
    put(folder, { "vendor/lib/port.c": "int b;\n", "notes.md": "ported\n" });
    await done(server, held, { filesChanged: ["vendor/lib/port.c", "notes.md"] });
    expect(await git(folder, "show", "--format=", "--name-only", "HEAD")).toBe("notes.md\n");
    const { report } = await server.call("plan_report", { plan: "p" });
    expect(report).toContain("What 1 wrote in vendor/lib/ was not committed: that is a submodule.");
  });
});

describe("work in a submodule of a worktree", () => {
  it("work in a submodule of a worktree is warned of when the plan is made", async () => {
    const server = await startServer(await withSubmodule());
    const tasks = [
      task("1", { writes: ["vendor/**"], isolation: "worktree" }),
      task("2", { writes: ["vendor/lib/a.c"] }),
      task("3", { isolation: "worktree" }),
    ];
    const { warnings } = await server.call("plan_create", { plan: "p", tasks });
    expect(warnings.join()).toContain(
      "vendor/lib is a submodule: what 1 writes there in a worktree cannot come",
    );
  });

  it("work in a submodule of a worktree completes no task where the submodule is not checked out, and is never removed", async () => {
    const { server, held } = await atWork(await withSubmodule());
    put(held.folder, { "vendor/lib/src/port.c": "int b;\n", "notes.md": "ported\n" });
    const { message, remedy } = await server.refused("task_report", reported(held));
    expect(message).toContain("vendor/lib/src/port.c lies in the submodule vendor/lib");
    expect(remedy).toContain("report blocked with blockedOn");
    const question = { question: "How is the work in the submodule to be done?" };
    await server.call(
      "task_report",
      reported(held, { outcome: "blocked", evidence: [], blockedOn: question }),
    );
    await server.call("plan_report", { plan: "p" });
    expect(read(held.folder, "vendor/lib/src/port.c")).toBe("int b;\n");
  });

  it("work in a submodule of a worktree completes no task while only the worktree has its commit", async () => {
    const { server, held } = await atWork(await withSubmodule());
    await git(held.folder, ...LOCAL, "submodule", "--quiet", "update", "--init");
    const library = join(held.folder, "vendor/lib");
    put(library, { "port.c": "int b;\n" });
    expect((await server.refused("task_report", reported(held))).message).toContain(
      "vendor/lib/port.c lies in",
    );
    await git(library, "add", "--all");
    await git(library, "commit", "--quiet", "--message", "Port");
    const { message } = await server.refused("task_report", reported(held));
    expect(message).toContain("which only your worktree has");
    await git(library, "push", "--quiet", "origin", "HEAD:refs/heads/port");
    await done(server, held);
    const commit = (await git(library, "rev-parse", "HEAD")).trim();
    expect(await git(held.folder, "ls-tree", BRANCH, "vendor/lib")).toContain(commit);
  });

  it("a submodule that a worker adds or only reads keeps no task from being completed", async () => {
    const library = await repository({ "lib.c": "int a;\n" });
    const folder = await repository();
    const { server, held } = await atWork(folder);
    await git(held.folder, ...LOCAL, "submodule", "--quiet", "add", library, "vendor/lib");
    await done(server, held);
    expect(await git(folder, "ls-tree", BRANCH, "vendor/lib")).toContain("160000 commit");
    const next = await claimNow(server, "p", "2");
    expect(existsSync(join(next.folder, "vendor/lib/lib.c"))).toBe(false);
    put(next.folder, { "second.txt": "2\n" });
    await done(server, next);
    expect(await fileAt(folder, BRANCH, "second.txt")).toBe("2\n");
  });
});
