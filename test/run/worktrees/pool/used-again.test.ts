import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { gitFolderOf } from "../../../../mcp-server/src/git/work-tree.ts";
import { runningProcesses } from "../../../../mcp-server/src/host/processes.ts";
import { ownerOf } from "../../../../mcp-server/src/run/project/owner.ts";
import { put, repository } from "../../../support/checkout.ts";
import { git } from "../../../support/git.ts";
import type { ParallelServer, StartOptions } from "../../../support/parallel-server.ts";
import {
  type Claimed,
  claimNow,
  done,
  fileAt,
  read,
  startBundle,
  startServer,
  worktreesOf,
} from "../../../support/worktrees.ts";

/** So long after its report an agent's worktree is its own. */
const GRACE_MS = 30_000;

const tasks = (...ids: readonly string[]) => ids.map((id) => ({ id, subject: `Do ${id}` }));

/** A plan of these tasks, and a clock that can be set forward. */
async function planOf(ids: readonly string[], files = {}, options: StartOptions = {}) {
  const folder = await repository({ ".gitignore": "build/\n", ...files });
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const server = await startServer(folder, { ...options, now });
  await server.call("plan_create", { plan: "p", tasks: tasks(...ids), policy: { retries: 0 } });
  const later = () => {
    clock.aheadMs += GRACE_MS;
  };
  return { folder, server, later };
}

/** Completes a task with a file of its own. */
async function complete(server: ParallelServer, held: Claimed): Promise<void> {
  put(held.folder, { [`${held.id}.txt`]: held.id });
  await done(server, held);
}

async function useOf(path: string): Promise<Record<string, unknown>> {
  const folder = (await gitFolderOf(path)) ?? "";
  const [name = ""] = readdirSync(folder).filter((file) => /^parallel-use-\d+\.json$/.test(file));
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

/** A process that writes an ignored file every 50 ms, and that whoever has started it has left. */
async function processLeftIn(folder: string): Promise<number> {
  const program = `setInterval(() => { fs.mkdirSync("build", { recursive: true }); fs.writeFileSync("build/out", "x"); }, 50)`;
  const child = spawn(
    "sh",
    ["-c", 'setsid "$0" -e "$1" >/dev/null 2>&1 & echo $!', process.execPath, program],
    {
      ...{ cwd: folder, stdio: ["ignore", "pipe", "ignore"] },
    },
  );
  const pid = Number(String((await once(child.stdout, "data"))[0]));
  onTestFinished(() => {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It was ended.
    }
  });
  await expect.poll(() => existsSync(join(folder, "build/out"))).toBe(true);
  return pid;
}

describe.skipIf(process.platform !== "linux")("a worktree whose task is merged", () => {
  it("a worktree whose task is merged is used again for the next one, at its base, with nothing of the last task in it", async () => {
    const { folder, server, later } = await planOf(["1", "2", "3", "4"]);
    const [one, two] = [await claimNow(server, "p", "1"), await claimNow(server, "p", "2")];
    put(one.folder, { "build/out.js": "1" });
    await complete(server, one);
    await complete(server, two);
    later();
    const three = await claimNow(server, "p", "3");
    const four = await claimNow(server, "p", "4");
    expect([three.folder, four.folder].sort()).toEqual([one.folder, two.folder].sort());
    expect(await git(three.folder, "log", "--format=%H", "-1")).toBe(
      await git(folder, "log", "--format=%H", "-1", "parallel/p"),
    );
    expect([read(three.folder, "1.txt"), read(three.folder, "2.txt")]).toEqual(["1", "2"]);
    expect([three, four].some((held) => existsSync(join(held.folder, "build")))).toBe(false);
    expect(await git(three.folder, "branch", "--show-current")).toBe("parallel-work/p/3-3\n");
    await complete(server, three);
    await complete(server, four);
    expect(await fileAt(folder, "parallel/p", "3.txt")).toBe("3");
    await server.call("plan_report", { plan: "p" });
    expect(await worktreesOf(folder)).toEqual([]);
    expect(await git(folder, "branch", "--list", "parallel-work/*")).toBe("");
    expect(readdirSync(join(folder, ".claude/worktrees"))).toEqual([]);
  });

  it("a worktree whose task is merged is not used again while its agent may say a last line", async () => {
    const { server } = await planOf(["1", "2"]);
    const one = await claimNow(server, "p", "1");
    await complete(server, one);
    expect((await claimNow(server, "p", "2")).folder).not.toBe(one.folder);
  });

  it("a worktree with work that is not merged is never used again, whatever hides it", async () => {
    const { folder, server, later } = await planOf(["1", "2", "3", "4", "5"], { "src/a.ts": "a\n" });
    const held = [];
    for (const id of ["1", "2", "3", "4"]) held.push(await claimNow(server, "p", id));
    const [one, two, three, four] = held as [Claimed, Claimed, Claimed, Claimed];
    await done(server, one, { outcome: "failed", evidence: [] });
    for (const each of [two, three, four]) await complete(server, each);
    put(one.folder, { "new.ts": "of a task that failed\n" });
    await git(two.folder, "commit", "--quiet", "--allow-empty", "--message", "Late");
    await git(three.folder, "update-index", "--assume-unchanged", "src/a.ts");
    await git(four.folder, "update-index", "--skip-worktree", "src/a.ts");
    put(three.folder, { "src/a.ts": "hidden\n" });
    put(four.folder, { "src/a.ts": "hidden too\n" });
    later();
    const five = await claimNow(server, "p", "5");
    expect(held.map((each) => each.folder)).not.toContain(five.folder);
    await complete(server, five);
    await server.call("plan_report", { plan: "p" });
    expect(read(one.folder, "new.ts")).toBe("of a task that failed\n");
    expect(read(three.folder, "src/a.ts")).toBe("hidden\n");
    expect(read(four.folder, "src/a.ts")).toBe("hidden too\n");
    expect(await git(two.folder, "log", "--format=%s", "-1")).toBe("Late\n");
    expect((await worktreesOf(folder)).length).toBe(4);
  });

  it("a worktree in which somebody works after it was freed is left to them", async () => {
    const { folder, server, later } = await planOf(["1", "2", "3"]);
    const [one, two] = [await claimNow(server, "p", "1"), await claimNow(server, "p", "2")];
    await complete(server, one);
    await complete(server, two);
    later();
    await server
      .call("batch_next", { plan: "p", max: 0 })
      .catch(() => server.call("plan_report", { plan: "p" }));
    await expect.poll(async () => (await useOf(one.folder)).state).toBe("free");
    put(one.folder, { "mine.txt": "the user's\n" });
    const three = await claimNow(server, "p", "3");
    expect(three.folder).not.toBe(one.folder);
    await complete(server, three);
    await server.call("plan_report", { plan: "p" });
    expect(read(one.folder, "mine.txt")).toBe("the user's\n");
    expect(await worktreesOf(folder)).toEqual([one.folder]);
  });

  it("what the last task left running is ended before the next task gets its worktree", async () => {
    const { server, later } = await planOf(["1", "2"]);
    const one = await claimNow(server, "p", "1");
    const pid = await processLeftIn(one.folder);
    await complete(server, one);
    later();
    const two = await claimNow(server, "p", "2");
    expect(two.folder).toBe(one.folder);
    expect((await runningProcesses()).some((one) => one.pid === pid)).toBe(false);
    expect(existsSync(join(two.folder, "build"))).toBe(false);
  });

  it("a worktree in which something of this server still runs is not used again", async () => {
    const { server, later } = await planOf(["1", "2"]);
    const one = await claimNow(server, "p", "1");
    const child = spawn("sleep", ["3600"], { cwd: one.folder, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");
    await complete(server, one);
    later();
    expect((await claimNow(server, "p", "2")).folder).not.toBe(one.folder);
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  it("a server that died while it cleaned a worktree leaves one that nobody is given", async () => {
    const { server, later } = await planOf(["1", "2", "3"]);
    const [one, two] = [await claimNow(server, "p", "1"), await claimNow(server, "p", "2")];
    await complete(server, one);
    await complete(server, two);
    const gitFolder = (await gitFolderOf(one.folder)) ?? "";
    const [name = ""] = readdirSync(gitFolder).filter((file) => file.startsWith("parallel-use-"));
    const { host } = await ownerOf(process.pid, undefined);
    const by = { host, pid: 2 ** 22 + 1, startedAt: "1" };
    const head = (await git(one.folder, "rev-parse", "HEAD")).trim();
    const before = { state: "free", plan: "p", head, setup: "" };
    writeFileSync(join(gitFolder, name), JSON.stringify({ state: "taken", by, before }));
    put(one.folder, { "half.txt": "cleaned by half\n" });
    later();
    const three = await claimNow(server, "p", "3");
    expect(three.folder).toBe(two.folder);
    expect(existsSync(one.folder)).toBe(false);
  });
});

describe.skipIf(process.platform !== "linux")("servers that want a worktree at once", () => {
  it("servers that want a worktree at once never get the same", async () => {
    const env = { PARALLEL_MAX_PARALLEL: "8" };
    const { folder, server, later } = await planOf(["a", "b", "c", "d", "e", "f"], {}, { env });
    for (const id of ["a", "b", "c", "d"]) await complete(server, await claimNow(server, "p", id));
    later();
    await server.call("batch_next", { plan: "p" });
    const free = (await worktreesOf(folder)).sort();
    expect(free.length).toBe(2);
    await server.call("plan_create", { plan: "q", tasks: tasks("1", "2", "3", "4", "5", "6") });
    await server.close();
    const servers = await Promise.all(Array.from({ length: 3 }, () => startBundle(folder, { env })));
    const claimed = await Promise.all(
      ["1", "2", "3", "4", "5", "6"].map(async (id, n) => {
        const one = servers[n % 3];
        if (!one) throw new Error("no server");
        return { one, held: await claimNow(one, "q", id) };
      }),
    );
    const folders = claimed.map(({ held }) => held.folder);
    expect(new Set(folders).size).toBe(6);
    expect(folders.filter((path) => free.includes(path)).sort()).toEqual(free);
  });
});
