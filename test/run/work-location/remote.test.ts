import { renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { stopPostgresAfterAll } from "../../store/databases.ts";
import { put, task } from "../../support/checkout.ts";
import { clones } from "../../support/clones.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { bothSides, type Claimed, claim, claimNow, done, read } from "../../support/worktrees.ts";

stopPostgresAfterAll();

/** Two clones with a server in each, and a plan in which both take part. */
async function twoAtWork(tasks: readonly object[], files: Readonly<Record<string, string>> = {}) {
  const { folders, remote, env } = await clones(files);
  const [one, other] = await Promise.all(folders.map((folder) => ParallelServer.start(folder, { env })));
  if (!one || !other) throw new Error("no servers");
  await one.call("plan_create", {
    plan: "p",
    tasks: [task("x"), task("y"), ...tasks],
    policy: { maxParallel: 9 },
  });
  const at = { x: await claimNow(one, "p", "x"), y: await claimNow(other, "p", "y") };
  return { one, other, folders, remote, at };
}

async function tasksOf(server: ParallelServer) {
  const { tasks } = await server.call("task_list", { plan: "p" });
  return new Map(tasks.map(({ task: name, status }) => [name.replace(/^p\//, ""), status]));
}

async function reaches(server: ParallelServer, status: string, ...ids: string[]) {
  await vi.waitFor(
    async () => {
      const tasks = await tasksOf(server);
      expect(ids.map((id) => tasks.get(id))).toEqual(ids.map(() => status));
    },
    { timeout: 60_000, interval: 200 },
  );
}

async function work(server: ParallelServer, claimed: Claimed, files: Readonly<Record<string, string>>) {
  put(claimed.folder, files);
  return done(server, claimed, { filesChanged: Object.keys(files) });
}

/** A report whose work cannot be delivered now: nobody waits until it is. */
function report(server: ParallelServer, { task, token, folder }: Claimed, path: string) {
  put(folder, { [path]: "export {};\n" });
  return server.call("task_report", {
    ...{ task, token, outcome: "completed", summary: "Done.", filesChanged: [path] },
    evidence: [{ criterion: "1", inspected: "the result" }],
  });
}

/** The tree of the plan's branch as the remote has it. */
const filesOnRemote = (remote: string) =>
  git(remote, "ls-tree", "-r", "--name-only", "refs/parallel/p").then((list) => list.trim().split("\n"));

describe("a plan that several clones share", () => {
  it("what clones deliver at the same time lands on one branch of the remote, each change once", async () => {
    const names = ["a", "b", "c"];
    const { one, other, remote } = await twoAtWork(names.map((name) => task(name)));
    const servers = [one, other];
    const claimed: (readonly [ParallelServer, Claimed])[] = [];
    for (const [i, name] of names.entries()) {
      const server = servers[i % 2] as ParallelServer;
      claimed.push([server, await claimNow(server, "p", name)]);
    }
    await Promise.all(
      claimed.map(([server, one]) =>
        work(server, one, { [`src/${one.id}.ts`]: `export const ${one.id} = 1;\n` }),
      ),
    );
    await reaches(one, "completed", ...names);
    expect(await filesOnRemote(remote)).toEqual(["README.md", ...names.map((name) => `src/${name}.ts`)]);
    const trailers = await git(
      remote,
      "log",
      "--first-parent",
      "--format=%(trailers:key=Parallel-Attempt,valueonly)",
      "refs/parallel/p",
    );
    for (const [, { id, token }] of claimed) {
      const name = `p/${id}#${token.split("-")[0]}`;
      expect(trailers.split("\n").filter((line) => line === name)).toHaveLength(1);
    }
  });

  it("a conflict is merged by whoever takes it, in whatever clone", async () => {
    const both = { writes: ["shared.txt"] };
    const { one, other, remote } = await twoAtWork(
      [task("a", { ...both, isolation: "worktree" }), task("b", { ...both, isolation: "worktree" })],
      { "shared.txt": "start\n" },
    );
    const [a, b] = [await claimNow(one, "p", "a"), await claimNow(other, "p", "b")];
    await work(one, a, { "shared.txt": "start\nfrom a\n" });
    await reaches(one, "completed", "a");
    await work(other, b, { "shared.txt": "start\nfrom b\n" });
    await reaches(one, "completed", "b");
    const attempts = () => git(remote, "for-each-ref", "refs/parallel-attempts");
    expect(await attempts()).not.toBe("");
    // The clone that did not make the conflicting commit.
    const merge = await claimNow(one, "p", "b-merge");
    const text = bothSides(read(merge.folder, "shared.txt") ?? "");
    await work(one, merge, { "shared.txt": text });
    await reaches(other, "completed", "b-merge");
    expect(await git(remote, "show", "refs/parallel/p:shared.txt")).toBe("start\nfrom a\nfrom b\n");
    await vi.waitFor(async () => expect(await attempts()).toBe(""), { timeout: 60_000 });
  });

  it("a remote that cannot be reached holds up the completion, and nothing else, until it is back", async () => {
    const { one, other, remote, at } = await twoAtWork([task("b", { dependencies: ["y"] })]);
    renameSync(remote, `${remote}-away`);
    expect((await report(other, at.y, "src/y.ts")).reply).toBe("DONE p/y");
    const { plans } = await other.call("task_list", { plan: "p" });
    expect(plans[0]?.counts).toMatchObject({ pending: 1, running: 1, delivering: 1 });
    expect(await claim(one, "p", "b")).toBeUndefined();
    renameSync(`${remote}-away`, remote);
    await vi.waitFor(
      async () => {
        await other.call("task_claim", { plan: "p", worker: "w", task: "y" });
        expect((await tasksOf(other)).get("y")).toBe("completed");
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(read((await claimNow(one, "p", "b")).folder, "src/y.ts")).toBe("export {};\n");
  });

  it("nothing of the user's is pushed or moved: neither branches, nor tags, nor what lies uncommitted", async () => {
    const { other, folders, remote, at } = await twoAtWork([]);
    const [, folder] = folders;
    await git(folder, "tag", "mine");
    put(folder, { "notes.txt": "private\n" });
    const { remote: said } = await other.call("plan_analyze", { plan: "p" });
    expect(said).toContain("pushed to refs/parallel/p of origin, which is no branch");
    const before = await git(folder, "for-each-ref", "refs/heads/main", "refs/tags", "refs/remotes");
    await work(other, at.y, { "src/y.ts": "export const y = 1;\n" });
    await reaches(other, "completed", "y");
    expect(await git(remote, "for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/main\nrefs/parallel/p\n",
    );
    expect(await filesOnRemote(remote)).toEqual(["README.md", "src/y.ts"]);
    expect(await git(folder, "for-each-ref", "refs/heads/main", "refs/tags", "refs/remotes")).toBe(before);
    expect(await git(folder, "status", "--porcelain")).toBe("?? notes.txt\n");
    expect(read(join(folder), "src/y.ts")).toBeUndefined();
  });
});
