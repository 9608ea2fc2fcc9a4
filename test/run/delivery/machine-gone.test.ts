import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { existingGraph } from "../../../mcp-server/src/run/plan/load-plan.ts";
import { createContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { Presence } from "../../../mcp-server/src/run/runners/presence.ts";
import { BUNDLE } from "../../support/bundled-server.ts";
import { repository, task } from "../../support/checkout.ts";
import { cloneOf } from "../../support/clones.ts";
import { git } from "../../support/git.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { emptyEnvironment, temporaryFolder } from "../../support/temporary-folder.ts";
import { claim, claimNow, fileAt } from "../../support/worktrees.ts";

const TESTS = join(import.meta.dirname, "..", "..");
const OTHER_MACHINE = pathToFileURL(join(TESTS, "stress", "machines", "other-machine.mjs"));
const PATIENCE = { timeout: 60_000, interval: 200 };
const MINUTE_MS = 60_000;

/** `parallel worker` as on a machine of another name. */
function workerIn(folder: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const agent = `${process.execPath} ${join(TESTS, "support", "printing-agent.mjs")} {briefFile}`;
  const words = ["worker", "p", "--agents", "command=1", "--command", agent];
  const child = spawn(process.execPath, [join(dirname(BUNDLE), "parallel.mjs"), ...words], {
    cwd: folder,
    env: {
      ...emptyEnvironment(),
      ...{ NODE_OPTIONS: `--import=${OTHER_MACHINE.href}`, MACHINE_NAME: "lost" },
      ...env,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function killed(worker: ChildProcess): Promise<void> {
  worker.kill("SIGKILL");
  await once(worker, "exit");
}

const tasks = [task("x"), task("y")];
const policy = { isolation: "worktree", review: "off" };

/** How the task `y` stands, after this server was asked for something to do, and has delivered what it may. */
async function standing(server: ParallelServer) {
  await claim(server, "p", "x");
  const { task: found, attempts } = await server.call("task_get", { task: "p/y" });
  return { status: found.status, attempts };
}

/**
 * Two clones of one remote with a plan in both: a server of this machine in one, at work at `x`, and a worker of another
 * machine in the other, which is killed while it gives the remote what it did of `y`; other pushes are let through.
 * @param hook of the remote, in which the push stands still then.
 */
async function killedWhilePushing(hook: "pre-receive" | "post-receive") {
  const start = await repository();
  const remote = join(temporaryFolder(), "app.git");
  await git(start, "clone", "--quiet", "--bare", start, remote);
  const [first, second] = [await cloneOf(remote, 0), await cloneOf(remote, 1)];
  const graph = join(temporaryFolder(), "graph.sqlite");
  const env = { PARALLEL_DATABASE_URL: `sqlite:${graph}` };
  let aheadMs = 0;
  const server = await ParallelServer.start(second, { env, now: () => Date.now() + aheadMs });
  await server.call("plan_create", { plan: "p", tasks, policy });
  await claimNow(server, "p", "x");
  const [reached, goOn] = [join(temporaryFolder(), "reached"), join(temporaryFolder(), "go")];
  const wait = `touch '${reached}'; while [ ! -e '${goOn}' ]; do sleep 0.1; done; exit 1`;
  const isOfY = 'git log --format=%B "$new" | grep -q "Parallel-Attempt: p/y"';
  const script = `while read -r old new ref; do if ${isOfY}; then ${wait}; fi; done`;
  mkdirSync(join(remote, "hooks"), { recursive: true });
  writeFileSync(join(remote, "hooks", hook), `#!/bin/sh\n${script}\n`);
  chmodSync(join(remote, "hooks", hook), 0o755);
  onTestFinished(() => writeFileSync(goOn, ""));
  const worker = workerIn(first, env);
  await vi.waitFor(() => expect(existsSync(reached)).toBe(true), PATIENCE);
  await killed(worker);
  // For the pushes of others.
  rmSync(join(remote, "hooks", hook));
  return {
    ...{ server, second, env },
    log: () => logOf(graph).filter(({ task: id }) => id === "y"),
    passed: (ms: number) => {
      aheadMs = ms;
    },
  };
}

describe("a delivery of a machine that is gone", () => {
  it("a delivery in a clone that another container shares is its own while that may live, and made as soon as it is known to be gone", async () => {
    const folder = await repository();
    let aheadMs = 0;
    const server = await ParallelServer.start(folder, { now: () => Date.now() + aheadMs });
    await server.call("plan_create", {
      plan: "p",
      tasks: [task("y"), task("x", { labels: ["here"] })],
      policy,
    });
    const [lock, go] = [join(folder, ".git/refs/heads/parallel/p.lock"), join(temporaryFolder(), "go")];
    const worker = workerIn(folder, { WAIT_FOR: go });
    await vi.waitFor(
      async () => expect(await git(folder, "branch", "--list", "parallel/p")).not.toBe(""),
      PATIENCE,
    );
    writeFileSync(lock, "");
    writeFileSync(go, "");
    const logged = () => logOf(graphOf(folder)).map(({ type }) => type);
    await vi.waitFor(() => expect(logged()).toContain("delivery.delayed"), PATIENCE);
    await killed(worker);
    rmSync(lock);
    expect(await standing(server)).toMatchObject({ status: "in_progress" });
    aheadMs = 1.1 * MINUTE_MS;
    await vi.waitFor(async () => expect((await standing(server)).status).toBe("completed"), PATIENCE);
    expect(await fileAt(folder, "parallel/p", "src/y.ts")).toBe("lost\n");
    expect(logged().filter((type) => type === "attempt.ended")).toHaveLength(1);
  });

  it("a delivery that the remote has got is completed from another clone as soon as its machine is known to be gone", async () => {
    const { server, second, log, passed } = await killedWhilePushing("post-receive");
    expect(await standing(server)).toMatchObject({ status: "in_progress" });
    passed(1.1 * MINUTE_MS);
    await vi.waitFor(async () => expect((await standing(server)).status).toBe("completed"), PATIENCE);
    expect(await fileAt(second, "parallel/p", "src/y.ts")).toBe("lost\n");
    const types = log().map(({ type }) => type);
    expect(types.slice(types.indexOf("delivery.accepted"))).toEqual([
      ...["delivery.accepted", "delivery.found", "work.merged", "attempt.ended", "task.status"],
    ]);
  });

  it("a delivery that the remote has not got is waited for ten minutes, and then its task is done anew", async () => {
    const { server, passed } = await killedWhilePushing("pre-receive");
    passed(9 * MINUTE_MS);
    expect(await standing(server)).toMatchObject({ status: "in_progress" });
    passed(10.2 * MINUTE_MS);
    await vi.waitFor(async () => expect((await standing(server)).status).toBe("pending"), PATIENCE);
    expect((await standing(server)).attempts).toMatchObject([
      { outcome: "lost", cause: "its machine is gone, and its commit did not come through the remote" },
    ]);
    expect(await claim(server, "p", "y")).toBeDefined();
  });

  it("a delivery of a machine that is gone for long is not forgotten with the machine", async () => {
    const { server, second, env, passed } = await killedWhilePushing("pre-receive");
    passed(121 * MINUTE_MS);
    const worker = await createContext({
      ...{ directory: second, env: { ...emptyEnvironment(), ...env }, parentPid: process.pid },
      ...{ pluginRoot: second, now: () => Date.now() + 121 * MINUTE_MS },
    });
    onTestFinished(() => worker.close());
    const facts = { kind: "worker", clients: [], labels: [], roles: [], plans: [], draining: false } as const;
    await new Presence(worker, await existingGraph(worker, "p"), () => facts).renew();
    await vi.waitFor(async () => expect((await standing(server)).status).toBe("pending"), PATIENCE);
  });
});
