import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { LaunchAnswer } from "../../support/answers.ts";
import { launchFor, report, repository, task } from "../../support/checkout.ts";
import { logOf } from "../../support/graph-file.ts";
import { finishes, measuredPlan, type Running } from "../../support/measured-plan.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { launches, SESSION } from "../../support/transcript-home.ts";

function decisionsIn(path: string) {
  return logOf(path).flatMap(({ type, data }) => (type === "decision.taken" ? [data] : []));
}

describe("a plan with maxTokens", () => {
  it("a plan with maxTokens launches nothing more when they are used, says so, and goes on when there are more", async () => {
    const run = await measuredPlan(["1", "2", "3"], { maxTokens: 2_000, maxParallel: 2 });
    const { host, server, launch, path } = run;
    expect(launch).toHaveLength(2);
    await finishes(run, "1", 1_900);
    const said = "The agents have used 2,091 tokens, maxTokens is 2,000: nothing more is launched.";

    const while2Runs = await server.call("batch_next", { plan: "p" });
    expect(while2Runs).toMatchObject({ launch: [], done: false, next: expect.stringContaining(said) });
    // What runs may finish.
    host.says(host.agent("a2"), 100);
    await report(server, "p", launchFor(launch, "2"));
    const collected = await server.call("batch_collect", { plan: "p", waitSeconds: 0 });
    const now = "The agents have used 2,202 tokens, maxTokens is 2,000: nothing more is launched.";
    const quiet = await server.call("batch_next", { plan: "p" });
    expect(collected.done).not.toBe(true);
    expect(quiet).toMatchObject({ launch: [], done: false, why: [{ task: "3", reasons: [now] }] });
    expect(quiet.next).toContain(`${now} Call plan_report`);
    expect(quiet.next).toContain('plan_update {plan: "p", policy: {maxTokens: MORE}} lets it go on.');
    expect(await server.call("batch_collect", { plan: "p", waitSeconds: 0 })).toMatchObject({
      decision: "escalate",
      reason: now,
      done: false,
    });
    expect(await server.call("task_claim", { plan: "p", worker: "w" })).toMatchObject({
      claim: null,
      why: expect.stringContaining(now),
      done: false,
      next: expect.stringContaining("There is nothing more to claim"),
    });
    expect(await server.call("task_list", { plan: "p" })).toMatchObject({
      plans: [{ counts: { ready: 1 }, held: expect.stringContaining(now) }],
    });
    expect(decisionsIn(path)).toEqual([{ decision: "stop", reason: said, maxTokens: 2_000 }]);
    const { report: text } = await server.call("plan_report", { plan: "p" });
    expect(text).toContain("2 of 3 tasks completed, 1 to come");
    expect(text).toContain("- stop: The agents have used 2,091 tokens, maxTokens is 2,000");

    const raised = await server.call("plan_update", { plan: "p", policy: { maxTokens: 5_000 } });
    expect(raised.next).toBe("Call batch_next.");
    expect((await server.call("task_list", { plan: "p" })).plans[0]).not.toHaveProperty("held");
    const { launch: more } = await server.call("batch_next", { plan: "p" });
    expect(more.map((item: LaunchAnswer) => item.task)).toEqual(["3"]);
    await report(server, "p", launchFor(more, "3"));
    expect(await server.call("batch_next", { plan: "p" })).toMatchObject({ done: true });
  });

  it("a plan with maxTokens counts what running agents have used so far", async () => {
    const { host, server } = await measuredPlan(["1", "2"], { maxTokens: 1_000, maxParallel: 1 });
    host.says(host.agent("a1"), 5_000);
    expect((await server.call("batch_next", { plan: "p" })).next).toContain(
      "The agents have used 5,501 tokens",
    );
  });

  it("a plan with maxTokens sends the main conversation to the report once, and then lets it end", async () => {
    const run = await measuredPlan(["1", "2"], { maxTokens: 1_000, maxParallel: 1 });
    await finishes(run, "1", 1_000);
    await run.server.call("batch_next", { plan: "p" });
    const stop = { event: "Stop", session: SESSION };
    expect(await run.server.hook(stop)).toMatchObject({
      decision: "block",
      reason: expect.stringContaining("plan_report"),
    });
    await run.server.call("plan_report", { plan: "p" });
    expect(await run.server.hook(stop)).toEqual({});
  });

  it("a plan with maxTokens takes the limit from the user's settings where the plan states none, and 0 for none", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder, { env: { PARALLEL_MAX_TOKENS: "1000000" } });
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    const policyAfter = async (policy: object) =>
      (await server.call("plan_update", { plan: "p", policy })).policy;
    expect(await policyAfter({})).toMatchObject({ maxTokens: 1_000_000 });
    expect(await policyAfter({ maxTokens: 0 })).toMatchObject({ maxTokens: 0 });
  });
});

describe("a plan with other limits", () => {
  const near = (path: string) =>
    logOf(path).flatMap(({ type, data }) => (type === "limit.near" ? [data] : []));

  it("a plan with other limits tells at four fifths, once in the log, and launches nothing more at the limit", async () => {
    const run = await measuredPlan(["1", "2", "3"], { maxTurns: 10, maxParallel: 1 });
    const { host, server, launch, path } = run;
    for (let turn = 0; turn < 8; turn += 1) host.says(host.agent("a1"), 10);
    await report(server, "p", launchFor(launch, "1"));
    const second = await server.call("batch_next", { plan: "p" });
    expect(second.launch.map((item: LaunchAnswer) => item.task)).toEqual(["2"]);
    expect(second.limits).toEqual(["maxTurns: 8 of 10 (80 %)"]);
    await server.call("batch_next", { plan: "p" });
    expect(near(path)).toEqual([{ limit: "maxTurns", max: 10, reason: "maxTurns: 8 of 10 (80 %)" }]);
    await launches(server, "a2", launchFor(second.launch, "2"));
    for (const turn of [9, 10]) host.says(host.agent("a2"), turn);
    await report(server, "p", launchFor(second.launch, "2"));
    const third = await server.call("batch_next", { plan: "p" });
    expect(third).toMatchObject({
      launch: [],
      next: expect.stringContaining("maxTurns is 10: nothing more"),
    });
    expect(decisionsIn(path)).toMatchObject([{ decision: "stop", limit: { limit: "maxTurns", max: 10 } }]);
    expect((await server.call("plan_report", { plan: "p" })).report).toContain("limit: maxTurns: 8 of 10");
  });

  it("a plan with other limits starts nothing that could not report within them, and says so", async () => {
    const run = await measuredPlan(["1", "2"], { maxTurns: 5, maxParallel: 1 });
    for (let turn = 0; turn < 4; turn += 1) run.host.says(run.host.agent("a1"), 10);
    await report(run.server, "p", launchFor(run.launch, "1"));
    expect(await run.server.call("batch_next", { plan: "p" })).toMatchObject({
      launch: [],
      next: expect.stringContaining(
        "taken 4 turns, maxTurns is 5: what is left is too little for another agent, nothing more is launched.",
      ),
    });
  });

  it("a plan with other limits starts as many at once as can report within them", async () => {
    const { launch } = await measuredPlan(["1", "2", "3", "4"], { maxTurns: 5, maxParallel: 4 });
    expect(launch).toHaveLength(2);
  });

  it("a plan with other limits refuses a launch that was offered before one was reached", async () => {
    const run = await measuredPlan(["1", "2", "3"], { maxTurns: 9, maxParallel: 2 });
    const { host, server, launch } = run;
    for (let turn = 0; turn < 3; turn += 1) host.says(host.agent("a1"), 10);
    await report(server, "p", launchFor(launch, "1"));
    const { launch: offered } = await server.call("batch_next", { plan: "p" });
    expect(offered.map((item: LaunchAnswer) => item.task)).toEqual(["3"]);
    for (let turn = 0; turn < 6; turn += 1) host.says(host.agent("a2"), 10);
    await server.call("batch_next", { plan: "p" });
    const input = JSON.stringify({ ...offered[0], task: undefined });
    const event = { event: "PreToolUse", session: SESSION, tool: "Agent", use: "late", input };
    expect(await server.hook(event)).toMatchObject({
      hookSpecificOutput: {
        permissionDecision: "deny",
        permissionDecisionReason: expect.stringContaining("maxTurns is 9: nothing more is launched."),
      },
    });
  });

  it("a plan with other limits counts a turn as soon as its call is seen, though it is written down later", async () => {
    const run = await measuredPlan(["1", "2"], { maxTokens: 500, maxParallel: 1 });
    const { host, server, launch } = run;
    host.says(host.agent("a1"), 10);
    const call = {
      event: "PreToolUse",
      session: SESSION,
      agent: "a1",
      tool: "Bash",
      use: "slow",
      input: "{}",
    };
    await server.hook(call);
    await report(server, "p", launchFor(launch, "1"));
    const next = server.call("batch_next", { plan: "p" });
    await setTimeout(300);
    host.says(host.agent("a1"), 600, Date.now(), "slow");
    expect(await next).toMatchObject({
      launch: [],
      next: expect.stringContaining("maxTokens is 500: nothing"),
    });
  });

  it("a plan with other limits counts the money of its main conversation, by the user's own prices", async () => {
    const prices = {
      ...{ date: "2026-01-01", source: "a test", currency: "USD" },
      models: { m: { input: 0, cacheWrite: 0, cacheWriteHour: 0, cacheRead: 0, output: 1_000 } },
    };
    const run = await measuredPlan(["1", "2"], { maxCost: 3, maxParallel: 1 }, { prices, model: "m" });
    const { host, server } = run;
    host.says(host.main, 2_000);
    await finishes(run, "1", 500);
    expect((await server.call("batch_next", { plan: "p" })).limits).toEqual([
      "maxCost: $2.50 of $3.00 (83 %)",
    ]);
    host.says(host.main, 1_000);
    const { next, why } = await server.call("batch_next", { plan: "p" });
    expect(next).toContain("The plan has cost $3.50, maxCost is $3.00: nothing more is launched.");
    expect(why).not.toEqual([]);
  });

  it("a plan with other limits may have them from the user's settings", async () => {
    const env = { PARALLEL_MAX_COST: "2.5", PARALLEL_MAX_TURNS: "40", PARALLEL_MAX_MINUTES: "90" };
    const server = await ParallelServer.start(await repository(), { env });
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    const { policy } = await server.call("plan_update", { plan: "p", policy: {} });
    expect(policy).toMatchObject({ maxCost: 2.5, maxTurns: 40, maxMs: 90 * 60_000 });
  });
});

/** The agent says something and calls a tool, as the host's hooks tell of it. */
async function turn({ host, server }: Running, number: number, tool = "Bash", agent = "a1") {
  const use = `use-${number}`;
  const call = { event: "PreToolUse", session: SESSION, agent, tool, use, input: "{}" };
  const refused = JSON.stringify(await server.hook(call));
  host.says(host.agent(agent), 10, Date.now(), use);
  const calls = JSON.stringify([{ tool_name: tool, tool_use_id: use }]);
  const batch = { event: "PostToolBatch", session: SESSION, agent, calls };
  return { refused, told: JSON.stringify(await server.hook(batch)) };
}

describe("agents of a plan with limits", () => {
  it("agents of a plan with limits are asked to report when those at work are about to reach one, and their tasks wait for more", async () => {
    const run = await measuredPlan(["1", "2"], { maxTurns: 8, maxParallel: 2, retries: 0 });
    const { server, launch } = run;
    const told = async (number: number, agent: string) =>
      (await turn(run, number, "Bash", agent)).told.includes("This plan is at its limit");
    // Each may have a turn under way, and has its report to give.
    const asked = [];
    for (let number = 1; number <= 5; number += 1) asked.push(await told(number, number % 2 ? "a1" : "a2"));
    expect(asked).toEqual([false, false, false, false, true]);
    expect((await turn(run, 6, "Bash", "a1")).refused).toContain('"permissionDecision":"deny"');
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed", summary: "Half of it." });
    expect((await server.call("task_get", { task: "p/1" })).task).toMatchObject({
      status: "pending",
      cause: expect.stringContaining("1 was asked to report what it had: the plan's maxTurns: 5 of 8"),
    });
  });
});

describe("a task with limits", () => {
  it("a task with limits has its agent told at four fifths, asked to report before the last turn, and refused all else", async () => {
    const run = await measuredPlan(["1"], { retries: 3 }, { task: { maxTurns: 5 } });
    const { server, launch } = run;
    for (const number of [1, 2, 3]) expect((await turn(run, number)).told).toBe("{}");
    const { told } = await turn(run, 4);
    expect(told).toContain("This task is at its limit (maxTurns: 4 of 5 (80 %)). Call task_report now");
    expect((await turn(run, 5)).refused).toContain('"permissionDecision":"deny"');
    const own = "mcp__plugin_parallel_tasks__task_report";
    expect((await turn(run, 6, own)).refused).not.toContain("deny");
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed", summary: "Half of it." });
    // It is not tried again: that would only spend more.
    expect((await server.call("task_get", { task: "p/1" })).task).toMatchObject({
      status: "failed",
      cause: "1 was asked to report what it had: maxTurns: 4 of 5 (80 %)",
    });
    expect((await server.call("plan_report", { plan: "p" })).report).toContain(
      "limit: 1 was asked to report what it had",
    );
  });

  it("a task with limits that reports what it completed is completed", async () => {
    const run = await measuredPlan(["1"], {}, { task: { maxTurns: 2 } });
    expect((await turn(run, 1)).told).toContain("at its limit");
    await report(run.server, "p", launchFor(run.launch, "1"));
    expect((await run.server.call("task_get", { task: "p/1" })).task.status).toBe("completed");
  });

  it("a task with limits is told at four fifths before it is asked, where turns are small", async () => {
    const run = await measuredPlan(["1"], {}, { task: { maxTokens: 110 } });
    const said = [];
    for (let number = 1; number <= 9; number += 1) said.push((await turn(run, number)).told);
    // Twelve tokens a turn: 96 are four fifths and more, and with the ninth turn the tenth would be beyond 110.
    expect(said.slice(0, 7).every((told) => told === "{}")).toBe(true);
    expect(said[7]).toContain("most is spent: maxTokens: 96 of 110 (87 %). Come to an end.");
    expect(said[8]).toContain("at its limit (maxTokens: 108 of 110 (98 %))");
  });
});
