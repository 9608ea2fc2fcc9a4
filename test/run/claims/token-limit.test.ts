import { describe, expect, it } from "vitest";
import type { LaunchAnswer } from "../../support/answers.ts";
import { launchFor, report, repository, task } from "../../support/checkout.ts";
import { logOf } from "../../support/graph-file.ts";
import { finishes, measuredPlan } from "../../support/measured-plan.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { SESSION } from "../../support/transcript-home.ts";

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

    const raised = await server.call("plan_update", { plan: "p", policy: { maxTokens: 3_000 } });
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
