import { describe, expect, it } from "vitest";
import type { LaunchAnswer } from "../../support/answers.ts";
import { idsOf, launchFor, report, type TaskInput, task, tokenIn } from "../../support/checkout.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import type { ParallelServer } from "../../support/parallel-server.ts";
import { FINDING, pair, reviewedPlan } from "../../support/reviewed-plan.ts";

describe("a reviewer", () => {
  async function underReview(tasks: readonly TaskInput[] = pair, policy = {}) {
    const plan = await reviewedPlan(tasks, policy);
    await plan.does("a");
    return { ...plan, review: launchFor(await plan.next(), "a-review") };
  }
  const refusal = (plan: { server: ParallelServer }, item: LaunchAnswer, fields: object) =>
    plan.server.refused("task_report", {
      task: `p/${item.task}`,
      token: tokenIn(item.prompt),
      outcome: "completed",
      summary: "Judged.",
      evidence: [{ inspected: "src/a.ts" }],
      ...fields,
    });

  it("a reviewer has to give a verdict with completed, gives none otherwise, and says what a rejection is about", async () => {
    const plan = await underReview();
    const refused = (fields: object) => refusal(plan, plan.review, fields);
    expect(await refused({})).toMatchObject({
      field: "verdict",
      message: expect.stringContaining("missing"),
    });
    expect(await refused({ verdict: "rejected" })).toMatchObject({ field: "findings" });
    for (const outcome of ["failed", "blocked"]) {
      expect(await refused({ outcome, verdict: "rejected", findings: [FINDING] })).toMatchObject({
        field: "verdict",
      });
    }
    expect(await refused({ outcome: "blocked", blockedOn: { writes: ["src/a.ts"] } })).toMatchObject({
      field: "blockedOn.writes",
    });
    expect(idsOf(await plan.next()), "the offer still stands").toEqual(["a-review"]);
  });

  it("a reviewer that accepts has proven every criterion; one that rejects need not", async () => {
    const tasks = [task("a", { review: true, acceptance: ["Refused"] }), pair[1] as TaskInput];
    const folder = await reviewedPlan(tasks);
    await folder.does("a", { evidence: [{ criterion: "1", inspected: "it" }] });
    const review = launchFor(await folder.next(), "a-review");
    expect(await refusal(folder, review, { verdict: "accepted" })).toMatchObject({ field: "evidence" });
    const failing = [{ command: "npm test", exitCode: 1, result: "1 failed" }];
    await report(folder.server, "p", review, { verdict: "rejected", findings: [FINDING], evidence: failing });
    expect(idsOf(await folder.next())).toEqual(["a-fix"]);
  });

  it("a reviewer is the only one who gives a verdict", async () => {
    const plan = await reviewedPlan(pair);
    const item = launchFor(await plan.next(), "a");
    expect(await refusal(plan, item, { verdict: "accepted" })).toMatchObject({ field: "verdict" });
  });

  it("a reviewer of the breakdown may give a verdict, which holds nothing up but is shown with what is severe, and the plan's review is told of it", async () => {
    const own = { agent: "code-reviewer", writes: [], dependencies: ["a", "b"] };
    const plan = await reviewedPlan([task("a"), task("b"), task("r", own), task("s", own), task("c")]);
    const first = await plan.next();
    for (const id of ["a", "b", "c"]) await report(plan.server, "p", launchFor(first, id));
    const reviewers = await plan.next();
    expect(await plan.briefOf(launchFor(reviewers, "r"))).toContain("If you judged work, add verdict");
    expect(await refusal(plan, launchFor(reviewers, "r"), { verdict: "rejected" })).toMatchObject({
      field: "findings",
    });
    const low = { severity: "low", text: "A typo" };
    await report(plan.server, "p", launchFor(reviewers, "r"), {
      verdict: "rejected",
      findings: [low, FINDING],
    });
    const shown = [
      {
        task: "r",
        outcome: "completed",
        line: "rejected: r is done.",
        findings: ["high src/a.ts:3: Nothing rejects an empty name"],
      },
    ];
    const collect = (fields = {}) =>
      plan.server.call("batch_collect", { plan: "p", waitSeconds: 0, ...fields });
    expect((await collect()).ended, "who waits for it").toEqual(shown);
    expect((await collect({ until: "all", tasks: ["r"] })).ended, "who asks for it later").toEqual(shown);
    const unjudged = { severity: "medium", text: "No test sends two names" };
    await report(plan.server, "p", launchFor(reviewers, "s"), { findings: [unjudged] });
    expect(await plan.next(), "nothing follows from it").toEqual([]);
    await collect({ launch: true });
    expect(plan.decisions().at(-1)?.reason).toBe(
      "Everything is completed, and rejected by r: plan-review reviews the plan as a whole.",
    );
    const text = await plan.briefOf(launchFor(await plan.next(), "plan-review"));
    expect(text).toContain(
      "- p/r (rejected):\n> r is done.\n> high src/a.ts:3: Nothing rejects an empty name",
    );
    expect(text).toContain("- p/s (no verdict):\n> s is done.\n> medium: No test sends two names");
    plan.expectSound();
  });

  it("a reviewer that is added when all has ended comes after the work that nothing else waits for", async () => {
    const own = { agent: "parallel:code-reviewer", writes: [] };
    const chain = [task("a"), task("b", { dependencies: ["a"] }), task("c"), task("d")];
    const { server, does, statusOf } = await reviewedPlan(chain);
    const adds = (...tasks: TaskInput[]) => server.call("task_create", { plan: "p", tasks });
    await adds(task("early", own));
    expect((await statusOf("early")).dependencies, "not all has ended").toEqual([]);
    for (const id of ["early", "d"])
      await server.call("task_update", { task: `p/${id}`, status: "cancelled" });
    for (const id of ["a", "b", "c"]) await does(id);
    await adds(task("review", own), task("named", { ...own, dependencies: ["a"] }), task("work"));
    expect((await statusOf("review")).dependencies).toEqual(["b", "c"]);
    expect((await statusOf("named")).dependencies).toEqual(["a"]);
    expect((await statusOf("work")).dependencies, "it judges nothing").toEqual([]);
  });

  it("a reviewer that could not review has rejected nothing: it is tried again, and in the end a person is asked", async () => {
    const { review, server, next, does, collect, decisions, statusOf, expectSound } = await underReview();
    await report(server, "p", review, { outcome: "failed", summary: "Git is broken.", evidence: [] });
    expect(idsOf(await next())).toEqual(["a-review"]);
    await does("a-review", { outcome: "failed", summary: "Git is still broken.", evidence: [] });
    expect(await next()).toEqual([]);
    expect((await statusOf("a-review")).status).toBe("failed");
    expect(await collect()).toMatchObject({
      decision: "escalate",
      reason: expect.stringContaining("a-review"),
    });
    expect(decisions().map(({ decision }) => decision)).toEqual(["wait", "retry", "escalate"]);
    expectSound();
  });

  it("a reviewer that reports nothing has accepted nothing", async () => {
    const { server, review, next, statusOf, reportText, expectSound } = await underReview(pair, {
      retries: 0,
    });
    const token = tokenIn(review.prompt);
    await server.hook({
      event: "PreToolUse",
      agent: "a1",
      use: "u1",
      tool: "mcp__plugin_parallel_tasks__task_get",
    });
    await server.call("task_get", { task: "p/a-review", token }, { toolUseId: "u1" });
    const stop = () => server.hook({ event: "SubagentStop", agent: "a1", last: "Accepted, all is well." });
    expect(await stop()).toMatchObject({ decision: "block" });
    await stop();
    expect((await statusOf("a-review")).status).toBe("failed");
    expect(await next()).toEqual([]);
    expect(await reportText()).toContain("by code-reviewer): **no verdict**");
    expectSound();
  });

  it("a reviewer says it again and gets the same answer, and nothing happens twice", async () => {
    const { review, server, folder, statusOf } = await underReview();
    const verdict = { verdict: "rejected", findings: [FINDING] };
    const first = await report(server, "p", review, verdict);
    const before = logOf(graphOf(folder)).length;
    expect(await report(server, "p", review, verdict)).toEqual(first);
    expect(logOf(graphOf(folder))).toHaveLength(before);
    expect((await statusOf("a-fix")).status).toBe("pending");
  });

  it("a reviewer does not hand its verdict on by splitting the review", async () => {
    const { review, server } = await underReview();
    const token = tokenIn(review.prompt);
    const parts = [{ subject: "One" }, { subject: "Two" }];
    const error = await server.refused("task_update", { task: "p/a-review", token, split: parts });
    expect(error.message).toContain("it cannot be split");
  });

  it("a reviewer under fail-fast stops the plan only with the last rejection", async () => {
    const plan = await underReview(pair, { failure: "fail-fast" });
    await report(plan.server, "p", plan.review, { verdict: "rejected", findings: [FINDING] });
    await plan.does("a-fix");
    await plan.judges("a-review2", "rejected");
    await plan.does("a-fix2");
    await plan.judges("a-review3", "rejected");
    expect(await plan.collect()).toMatchObject({
      decision: "stop",
      reason: "The plan is stopped: a was rejected.",
    });
    plan.expectSound();
  });
});
