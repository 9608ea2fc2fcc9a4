import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { existingGraph } from "../../mcp-server/src/run/plan/load-plan.ts";
import { ClientSlots } from "../../mcp-server/src/runner/client-slots.ts";
import { PlanRun, type RunnerNews } from "../../mcp-server/src/runner/run-plan.ts";
import { Worker, type WorkerOptions } from "../../mcp-server/src/runner/worker.ts";
import { type TaskInput, task } from "../support/checkout.ts";
import { plannedRun, scriptedClient } from "../support/plan-run.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

/** A repository with the plans `p` and `q`, and a worker that ends when nothing is left that it can do. */
async function twoPlans(p: readonly TaskInput[], q: readonly TaskInput[], labels = "") {
  const { ctx, drain, stop, log } = await plannedRun(p, {}, { PARALLEL_LABELS: labels });
  const policy = { isolation: "worktree", review: "off" } as const;
  await createPlan(ctx, "main", { plan: "q", tasks: q, policy });
  const news: { plan: string; task: string }[] = [];
  const hear = (plan: string | undefined, one: RunnerNews) => {
    if (one.kind === "agent") news.push({ plan: String(plan), task: one.task });
  };
  const work = async (options: Partial<WorkerOptions> = {}) => {
    const settings: WorkerOptions = {
      ...{
        plans: [],
        roles: [],
        untilDone: true,
        env: { ...process.env, ...emptyEnvironment() },
        pluginRoot: ctx.directory,
      },
      ...{ models: new Map(), clientOfRole: new Map() },
      slots: new ClientSlots([{ client: scriptedClient(), slots: 2 }]),
      ...options,
    };
    const signals = { drain: drain.signal, stop: stop.signal };
    await new Worker(ctx, await existingGraph(ctx, "p"), settings, signals, hear).work();
  };
  return { ctx, work, news, drain, log };
}

describe("a worker", () => {
  it("a worker does what is left of all plans, and ends when nothing is", async () => {
    const { work, news, log } = await twoPlans([task("1"), task("2", { dependencies: ["1"] })], [task("1")]);
    await work();
    expect(news.map(({ plan, task: id }) => `${plan}/${id}`).sort()).toEqual(["p/1", "p/2", "q/1"]);
    expect(log("attempt.ended").map(({ data }) => data.outcome)).toEqual(Array(3).fill("completed"));
    expect(log("engine.ended").map(({ data }) => data.how)).toEqual(["done", "done"]);
  });

  it("a worker takes the tasks of the plans, roles and labels that it is for, and leaves the others", async () => {
    const labelled = task("1", { labels: ["gpu"] });
    const { work, news, drain } = await twoPlans(
      [labelled, task("2", { agent: "code-writer" }), task("3")],
      [task("1")],
      "gpu",
    );
    const working = work({ plans: ["p"], roles: ["feature-implementer"] });
    await expect.poll(() => news.length).toBe(2);
    drain.abort();
    await working;
    expect(news.map(({ plan, task: id }) => `${plan}/${id}`).sort()).toEqual(["p/1", "p/3"]);
  });

  it("a worker without a label leaves the tasks that ask for it", async () => {
    const { work, news, drain } = await twoPlans([task("1", { labels: ["gpu"] }), task("2")], [task("1")]);
    const working = work();
    await expect.poll(() => news.length).toBe(2);
    drain.abort();
    await working;
    expect(news.map(({ plan, task: id }) => `${plan}/${id}`).sort()).toEqual(["p/2", "q/1"]);
  });

  it("a worker executes each plan once, however long its graph takes", async () => {
    const { ctx, work, news } = await twoPlans([task("1"), task("2")], [task("1")]);
    const store = await existingGraph(ctx, "p");
    const write = store.write.bind(store);
    let writes = 0;
    // Longer than two looks for new plans.
    const delayed: typeof store.write = async (...all) => {
      writes += 1;
      if (writes <= 2) await sleep(7_000);
      return write(...all);
    };
    store.write = delayed;
    const execute = vi.spyOn(PlanRun.prototype, "execute");
    onTestFinished(() => execute.mockRestore());
    await work();
    expect(execute).toHaveBeenCalledTimes(2);
    expect(news.map(({ plan, task: id }) => `${plan}/${id}`).sort()).toEqual(["p/1", "p/2", "q/1"]);
  });
});
