import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { RunnerFacts } from "../../../mcp-server/src/graph/runner.ts";
import type { PlanSlug } from "../../../mcp-server/src/graph/task.ts";
import { claimTask } from "../../../mcp-server/src/run/claims/claim-task.ts";
import { readSnapshot } from "../../../mcp-server/src/run/live/plan-snapshot.ts";
import { existingGraph } from "../../../mcp-server/src/run/plan/load-plan.ts";
import { createContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { Presence } from "../../../mcp-server/src/run/runners/presence.ts";
import { workflowStep } from "../../../mcp-server/src/run/session/workflow-step.ts";
import { BUNDLE } from "../../support/bundled-server.ts";
import { idsOf, launchFor, report, task } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";
import { plannedRun, scriptedClient } from "../../support/plan-run.ts";
import { emptyEnvironment, temporaryFolder } from "../../support/temporary-folder.ts";
import { claimNow, done } from "../../support/worktrees.ts";

const SUPPORT = join(import.meta.dirname, "..", "..", "support");
const OTHER_MACHINE = join(SUPPORT, "..", "stress", "machines", "other-machine.mjs");
const PATIENCE = { timeout: 60_000, interval: 200 };
const SYSTEM = { linux: "linux", darwin: "macos", win32: "windows" }[String(process.platform)];

const tasks = [task("1"), task("2", { labels: ["gpu"] }), task("3", { dependencies: ["2"] })];
const wait = { task: "2", for: "a machine with gpu", until: "one that has it takes it" };
const why = {
  task: "2",
  reasons: [
    "it waits for a machine with gpu: claim it there, or run parallel worker there; where this one has it, PARALLEL_LABELS says so",
  ],
};

/** `parallel worker` as on a machine of that name with a gpu. @returns lets its agents go on. */
function gpuWorker(folder: string): () => void {
  const go = join(temporaryFolder(), "go");
  const agent = `${process.execPath} ${join(SUPPORT, "printing-agent.mjs")} {briefFile}`;
  const words = ["worker", "p", "--agents", "command=1", "--command", agent, "--label", "gpu"];
  const child = spawn(process.execPath, [join(dirname(BUNDLE), "parallel.mjs"), ...words], {
    cwd: folder,
    env: {
      ...emptyEnvironment(),
      NODE_OPTIONS: `--import=${pathToFileURL(OTHER_MACHINE).href}`,
      ...{ MACHINE_NAME: "graphics", WAIT_FOR: go },
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return () => writeFileSync(go, "");
}

describe("a task that asks for what this machine does not have", () => {
  it("a task for another machine is not offered, and every answer says for what it waits", async () => {
    const { server, next } = await planOf(tasks);
    const batch = await next();
    expect(idsOf(batch.launch)).toEqual(["1"]);
    await report(server, "p", launchFor(batch.launch, "1"));
    expect(await next()).toMatchObject({ launch: [], done: false, waits: [wait], why: [why] });
    const look = { plan: "p", waitSeconds: 0 };
    expect(await server.call("batch_collect", look)).toMatchObject({ waits: [wait], decision: "wait" });
    const { tasks: rows } = await server.call("task_list", { plan: "p" });
    expect(rows[1]).toMatchObject({ ready: true, waits: { for: wait.for, until: wait.until } });
  });

  it("a claim of a task for another machine is refused with the reason and the remedy", async () => {
    const { server } = await planOf(tasks);
    const claim = (id?: string) =>
      server.call("task_claim", { plan: "p", worker: "w", ...(id !== undefined && { task: id }) });
    expect(await claim("2")).toMatchObject({ claim: null, why: `2 cannot start here: ${why.reasons[0]}.` });
    expect((await claim()).claim?.task).toBe("p/1");
    expect(await claim()).toMatchObject({
      claim: null,
      why: `What is ready cannot start here. 2: ${why.reasons[0]}.`,
      next: expect.stringContaining("then claim again"),
    });
  });

  it("a machine has what its environment names, and knows its system by itself", async () => {
    const here = [task("1", { labels: ["gpu", `os=${SYSTEM}`] }), task("2", { labels: ["os=plan9"] })];
    const { server, next } = await planOf(here, {}, { env: { PARALLEL_LABELS: "disk, gpu" } });
    expect(idsOf((await next()).launch)).toEqual(["1"]);
    const refused = await server.call("task_claim", { plan: "p", worker: "w", task: "2" });
    // Nobody can give a machine another system by naming it.
    expect(refused.why).toBe(
      "2 cannot start here: it waits for a machine with os=plan9: claim it there, or run parallel worker there.",
    );
  });

  it("a task for another machine holds back nothing that can start here", async () => {
    // The schedule would begin with the long chain, of which nothing is for this machine.
    const chain = ["1", "2", "3", "4"].map((id, i, all) =>
      task(id, { labels: ["gpu"], size: "large", dependencies: all.slice(i - 1, i) }),
    );
    const { next } = await planOf([...chain, task("5", { size: "small" })], { maxParallel: 1 });
    expect(idsOf((await next()).launch)).toEqual(["5"]);
  });

  it("a plan whose rest is for machines that nobody knows ends the wait at once, and nobody is told to ask again", async () => {
    const { server, next } = await planOf(tasks);
    await report(server, "p", launchFor((await next()).launch, "1"));
    const collect = { plan: "p", launch: true, waitSeconds: 600 };
    expect(await server.call("batch_collect", collect)).toMatchObject({
      ...{ launch: [], done: false, why: [why] },
      next: "Nothing runs and nothing can start: tell the user what why names, and end.",
    });
    expect(await server.call("task_claim", { plan: "p", worker: "w" })).toMatchObject({
      ...{ claim: null, next: "Nothing runs and nothing can start here: tell the user why, and end." },
    });
  });

  it.each<[string, Partial<RunnerFacts> & { goneMs?: number }, boolean]>([
    ["waited for while a worker is there that may take it", {}, true],
    ["waited for by nobody where the worker drains", { draining: true }, false],
    ["waited for by nobody where the worker has not all of it", { labels: ["disk"] }, false],
    ["waited for by nobody where the worker does other roles", { roles: ["code-reviewer"] }, false],
    ["waited for by nobody where the worker is for another plan", { plans: ["q"] }, false],
    ["waited for by nobody where the worker is gone", { goneMs: 90_000 }, false],
  ])("a plan whose rest is for another machine is %s", async (_, { goneMs = 0, ...changes }, isWaitedFor) => {
    let aheadMs = 0;
    const { server, folder } = await planOf(
      [task("2", { labels: ["gpu"] })],
      {},
      { now: () => Date.now() + aheadMs },
    );
    const worker = await createContext({
      ...{ directory: folder, env: emptyEnvironment(), parentPid: process.pid, pluginRoot: folder },
      ...{ labels: ["gpu"], now: Date.now },
    });
    onTestFinished(() => worker.close());
    const facts = { kind: "worker" as const, clients: [], labels: worker.labels, roles: [], plans: [] };
    const told = { ...facts, draining: false, ...changes };
    await new Presence(worker, await existingGraph(worker, "p"), () => told).renew();
    aheadMs = goneMs;
    const { next } = await server.call("batch_collect", { plan: "p", launch: true, waitSeconds: 1 });
    expect(next).toMatch(isWaitedFor ? /it waits for that\.$/ : /tell the user what why names, and end\.$/);
  });

  it("a plan whose rest another machine can do is waited for, and that it has done it ends the wait", async () => {
    const { server, folder, log } = await planOf(tasks.slice(0, 2), { isolation: "worktree" });
    await done(server, await claimNow(server, "p", "1"));
    const release = gpuWorker(folder);
    await vi.waitFor(
      () => expect(log().filter(({ type }) => type === "attempt.started")).toHaveLength(2),
      PATIENCE,
    );
    const waiting = server.call("batch_collect", { plan: "p", launch: true, waitSeconds: 120 });
    release();
    expect(await waiting).toMatchObject({ launch: [], done: true, counts: { completed: 2 } });
  });
});

describe("an engine on a machine that does not have what a task asks for", () => {
  it("a runner leaves the task, does the rest, and ends with what the plan waits for", async () => {
    const { run, log } = await plannedRun(tasks);
    const end = await run([{ client: scriptedClient(), slots: 2 }]);
    expect(end).toMatchObject({ how: "stuck", exitCode: 1 });
    expect(end.text).toContain(`- 2: ${why.reasons[0]}`);
    expect(log("claim.offered").map(({ task: id }) => id)).toEqual(["1"]);
  });

  it("a runner on a machine that has it does all of it, and its agents' servers know what is there", async () => {
    const { run } = await plannedRun(tasks, {}, { PARALLEL_LABELS: "gpu" });
    const told: (string | undefined)[] = [];
    const { start } = scriptedClient();
    const client = scriptedClient("scripted", {
      start: (given) => {
        told.push(given.server.env.PARALLEL_LABELS);
        return start(given);
      },
    });
    expect(await run([{ client, slots: 2 }])).toMatchObject({ how: "done", exitCode: 0 });
    expect(told).toEqual(Array(3).fill(`os=${SYSTEM},gpu`));
  });

  it("the host's script ends with a report instead of asking agent after agent", async () => {
    const { ctx } = await plannedRun([task("2", { labels: ["gpu"] })]);
    const step = await workflowStep(ctx, "main", "p");
    expect(step).toMatchObject({ start: [], report: expect.stringContaining("0 of 1") });
  });

  it("status says what the task waits for, and no more of it where the machine has that", async () => {
    const { ctx, folder } = await plannedRun(tasks);
    const reasonIn = async (env: Readonly<Record<string, string>>) => {
      const place = { directory: folder, parentPid: process.pid, pluginRoot: folder, now: Date.now };
      const other = await createContext({ ...place, env: { ...emptyEnvironment(), ...env } });
      try {
        await other.roles.refresh();
        const { tasks: rows } = await readSnapshot(other, await existingGraph(other, "p"), "p");
        return rows.map(({ why: kind, reason }) => [kind, reason])[1];
      } finally {
        await other.close();
      }
    };
    expect(ctx.labels).toEqual([`os=${SYSTEM}`]);
    expect(await reasonIn({})).toEqual(["machine", "for a machine with gpu"]);
    expect((await reasonIn({ PARALLEL_LABELS: "gpu" }))?.[0]).not.toBe("machine");
  });

  it("a label is a breakdown's word, and is told in one clean line", async () => {
    const hostile = "gpu\u001b[31m\n`rm -rf`";
    const { ctx } = await plannedRun([task("1", { labels: [hostile] })]);
    const { why: told } = await claimTask(ctx, "main", undefined, { plan: "p" as PlanSlug, worker: "w" });
    expect(told).toContain("a machine with gpu");
    for (const sign of ["\u001b", "\n"]) expect(told).not.toContain(sign);
  });
});
