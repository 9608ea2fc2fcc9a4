import { describe, expect, it } from "vitest";
import { breakdown, launchFor, put, report, repository, task, tokenIn } from "../../support/checkout.ts";
import { finishes, measuredPlan } from "../../support/measured-plan.ts";
import { ParallelServer } from "../../support/parallel-server.ts";

const sized = (ids: readonly string[]) => ids.map((id) => task(id, { size: "small" }));

it("what attempts took in a repository is what its next plan is estimated by", async () => {
  const server = await ParallelServer.start(await repository());
  await server.call("plan_create", { plan: "first", tasks: sized(["1", "2", "3"]) });
  const before = (await server.call("plan_analyze", { plan: "first" })).estimate;
  for (const item of (await server.call("batch_next", { plan: "first" })).launch) {
    await report(server, "first", item);
  }
  await server.call("plan_create", { plan: "second", tasks: sized(["1", "2", "3"]) });
  const after = (await server.call("plan_analyze", { plan: "second" })).estimate;
  expect(before.basis).toContain("nothing of it was measured");
  expect(after.basis).toBe("3 by attempts in this repository");
  expect(after.sequentialMinutes).toBeLessThan(before.sequentialMinutes / 2);

  const { report: text } = await server.call("plan_report", { plan: "first" });
  expect(text).toMatch(/\| Estimated \| 18 min for 3 tasks that took /);
});

describe("the analysis of what a plan will cost", () => {
  it("the analysis of what a plan will cost has the money of tasks whose model is known, its basis, and the ways to do it", async () => {
    const server = await ParallelServer.start(await repository());
    const tasks = [...sized(["1", "2"]), task("3", { size: "small", model: "haiku" })];
    await server.call("plan_create", { plan: "p", tasks });
    const { estimate, models } = await server.call("plan_analyze", { plan: "p" });
    expect(models).toEqual(["inherit: 1, 2", "haiku: 3"]);
    expect(estimate.cost).toMatch(
      /^about \$0\.\d+ for 1 of 3 tasks, agents only: kinds of tokens as in an agent of twelve turns, .*, prices of 2026-10-24; this conversation's model is not known$/,
    );
    expect(estimate.ways).toEqual([
      expect.stringMatching(/^agents at once: 6 min, about [\d,]+ tokens with cache reads$/),
      expect.stringMatching(/^agents one after another: 18 min, about /),
      expect.stringMatching(/^directly here: 18 min, about /),
    ]);
  });

  it("the analysis of what a plan will cost is told beside what it did cost", async () => {
    const run = await measuredPlan(["1"], { models: { all: "haiku" } }, { model: "claude-haiku-5-5" });
    await finishes(run, "1", 1_000);
    const { report: text } = await run.server.call("plan_report", { plan: "p" });
    expect(text).toMatch(/Estimated: \\\$0\.\d+ for 1 task that cost \\\$0\.\d+\./);
    expect(text).toContain("(feature-implementer on haiku, ");
  });
});

describe("the analysis of a plan that has begun", () => {
  const analysisOf = async (server: ParallelServer) => await server.call("plan_analyze", { plan: "p" });

  it("the analysis of a plan that has begun subtracts what has run, and waits for nothing that completed", async () => {
    let nowMs = Date.now();
    const server = await ParallelServer.start(await repository(), { now: () => nowMs });
    const tasks = [
      task("1", { estimateMinutes: 20 }),
      task("2", { estimateMinutes: 30 }),
      task("3", { estimateMinutes: 40, dependencies: ["1", "2"], needs: "any" }),
    ];
    await server.call("plan_create", { plan: "p", tasks });
    expect((await analysisOf(server)).criticalPath).toEqual(["1", "3"]);
    const { launch } = await server.call("batch_next", { plan: "p" });
    await report(server, "p", launchFor(launch, "1"));
    await server.call("task_get", { task: "p/2", token: tokenIn(launchFor(launch, "2").prompt) });
    nowMs += 10 * 60_000;
    const { running, criticalPath, estimate } = await analysisOf(server);
    expect(running).toEqual(["2"]);
    expect(criticalPath).toEqual(["3"]);
    expect(estimate.sequentialMinutes).toBeCloseTo(60, 0);
  });

  it("the analysis of a plan that has begun counts nothing that waits for what failed, and names it", async () => {
    const server = await ParallelServer.start(await repository());
    const tasks = [task("1", { retries: 0 }), task("2", { dependencies: ["1"] })];
    await server.call("plan_create", { plan: "p", tasks });
    const { launch } = await server.call("batch_next", { plan: "p" });
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed" });
    const { cannotStart, bottleneck, estimate, help } = await analysisOf(server);
    expect(cannotStart).toEqual(["2: 1 failed"]);
    expect(bottleneck).toBe("what failed: 1 task cannot start");
    expect([estimate.makespanMinutes, help]).toEqual([0, []]);
  });
});

describe("the analysis of a plan", () => {
  const basisOf = async (server: ParallelServer) =>
    (await server.call("plan_analyze", { plan: "p" })).estimate.basis;

  it("the analysis of a plan says how many reviews its estimates leave out", async () => {
    const server = await ParallelServer.start(await repository());
    const tasks = [...sized(["1", "2"]), task("3", { writes: [] })];
    await server.call("plan_create", { plan: "p", tasks, policy: { review: "task" } });
    expect(await basisOf(server)).toMatch(/; without the reviews of 2 tasks$/);
    await server.call("plan_update", { plan: "p", policy: { review: "off" } });
    expect(await basisOf(server)).not.toContain("review");
  });

  it("the analysis of a plan says that the review at the end is left out, which only a plan from a file has", async () => {
    const folder = await repository();
    put(folder, { "specs/p/03-tasks.json": breakdown(sized(["1", "2"])) });
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", from: "specs/p/03-tasks.json" });
    expect(await basisOf(server)).toMatch(/; without the review at the end$/);
    await server.call("plan_update", { plan: "p", policy: { review: "task" } });
    expect(await basisOf(server)).toMatch(/; without the reviews of 2 tasks and the review at the end$/);
  });

  it("the analysis of a plan names the same critical path as the report, however little of it was run", async () => {
    const server = await ParallelServer.start(await repository());
    const tasks = [task("1"), task("2", { estimateMinutes: 1 }), task("3", { dependencies: ["1"] })];
    await server.call("plan_create", { plan: "p", tasks });
    const { criticalPath } = await server.call("plan_analyze", { plan: "p" });
    const { launch } = await server.call("batch_next", { plan: "p" });
    await report(server, "p", launchFor(launch, "2"));
    const { report: text } = await server.call("plan_report", { plan: "p" });
    expect(criticalPath).toEqual(["1", "3"]);
    expect(text).toContain("| Critical path, planned | 24 min: 1 → 3 |");
  });
});
