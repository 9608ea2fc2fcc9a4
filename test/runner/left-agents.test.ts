import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { startEngineRun } from "../../mcp-server/src/run/engine/engine-runs.ts";
import { existingGraph } from "../../mcp-server/src/run/plan/load-plan.ts";
import { createContext } from "../../mcp-server/src/run/project/run-context.ts";
import { markOfRunner, RUNNER_VARIABLE } from "../../mcp-server/src/run/session/runner-child.ts";
import { endLeftAgents } from "../../mcp-server/src/runner/left-agents.ts";
import { repository, task } from "../support/checkout.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

/** A process that lives until the test ends. */
async function processWith(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn("sleep", ["3600"], { stdio: "ignore", env: { PATH: process.env.PATH, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return child;
}

/** A plan of which a runner has begun to execute, that is another process. */
async function begunByAnother(isOneOfSeveral = false) {
  const folder = await repository();
  const runner = await processWith({});
  const contextOf = async (parentPid: number) => {
    const ctx = await createContext({
      ...{ directory: folder, env: emptyEnvironment(), parentPid, pluginRoot: folder, now: Date.now },
    });
    return ctx;
  };
  const others = await contextOf(Number(runner.pid));
  await createPlan(others, "main", { plan: "p", tasks: [task("1")] });
  await startEngineRun(others, await existingGraph(others, "p"), "main", "p", "run", isOneOfSeveral);
  await others.close();
  const ctx = await contextOf(process.pid);
  onTestFinished(() => ctx.close());
  const mark = markOfRunner(others.owner);
  return { ctx, runner, mark, store: await existingGraph(ctx, "p") };
}

describe("agents of a runner that has died", () => {
  it("agents of a runner that has died are found by its mark and ended, and nobody else's", async () => {
    const { ctx, runner, mark, store } = await begunByAnother();
    const left = await processWith({ [RUNNER_VARIABLE]: mark });
    const other = await processWith({ [RUNNER_VARIABLE]: `${mark}0` });
    runner.kill("SIGKILL");
    await once(runner, "exit");
    const ended = once(left, "exit");
    expect(await endLeftAgents(ctx, store, "p")).toBe(1);
    await ended;
    expect(other.exitCode ?? other.signalCode).toBeNull();
  });

  it("agents of a runner that lives are left alone, and a second runner is refused", async () => {
    const { ctx, runner, mark, store } = await begunByAnother();
    const own = await processWith({ [RUNNER_VARIABLE]: mark });
    await expect(endLeftAgents(ctx, store, "p")).rejects.toMatchObject({
      message: `parallel run executes p already (process ${runner.pid}).`,
    });
    expect(own.exitCode ?? own.signalCode).toBeNull();
  });

  it("a runner goes on with its plan after its death although workers take part in it", async () => {
    const { ctx, mark, store } = await begunByAnother(true);
    const theirs = await processWith({ [RUNNER_VARIABLE]: mark });
    expect(await endLeftAgents(ctx, store, "p")).toBe(0);
    expect(theirs.exitCode ?? theirs.signalCode).toBeNull();
  });
});
