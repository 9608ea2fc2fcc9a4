import { describe, expect, it } from "vitest";
import type { Answers } from "../../support/answers.ts";
import { idsOf, report, task } from "../../support/checkout.ts";
import { reviewedPlan } from "../../support/reviewed-plan.ts";

describe("the policy", () => {
  const three = [
    task("a"),
    task("b", { dependencies: ["a"] }),
    task("c", { review: false }),
    task("d", { writes: [] }),
  ];

  it("the policy task has every task reviewed that may write, but those that say no", async () => {
    const { server, next, does } = await reviewedPlan(three, { review: "task" });
    for (const item of await next()) await report(server, "p", item);
    expect(idsOf(await next())).toEqual(["a-review"]);
    await does("a-review", { verdict: "accepted" });
    await does("b");
    expect(idsOf(await next())).toEqual(["b-review"]);
  });

  it("the policy task may come from the user's settings, and end and off review no single task", async () => {
    const { next, does } = await reviewedPlan(three, {}, { env: { PARALLEL_REVIEW: "task" } });
    await does("a");
    expect(idsOf(await next())).toContain("a-review");
    const { next: others, does: doesTo } = await reviewedPlan(three, { review: "off" });
    await doesTo("a");
    expect(idsOf(await others())).toContain("b");
  });

  it("the policy end has the whole plan reviewed once, when everything is completed and it is asked for", async () => {
    const { server, next, does, judges, reportText, collect } = await reviewedPlan([
      task("a"),
      task("b", { dependencies: ["a"] }),
    ]);
    const asks = () =>
      server.call("plan_update", { plan: "p", action: "review" }) as Promise<
        Answers["plan_update"] & { review: string }
      >;
    await does("a");
    expect((await asks()).review).toBe("Not everything is completed.");
    await does("b");
    expect(await asks()).toMatchObject({
      review: "plan-review",
      counts: { ready: 1 },
      next: "Call batch_next.",
    });
    expect((await asks()).review).toBe("Not everything is completed.");
    await judges("plan-review", "rejected");
    const fix = JSON.stringify(await server.call("task_get", { task: "p/plan-fix" }));
    expect(fix).toContain('"writes":["src/a.ts","src/b.ts"]');
    await does("plan-fix");
    await judges("plan-review2", "accepted");
    expect(await next()).toEqual([]);
    expect(await collect()).toMatchObject({ decision: "proceed", done: true });
    expect((await asks()).review).toMatch(/^It was reviewed/);
    expect(await reportText()).toContain("✓ **The plan as a whole**: accepted in review 2");
  });

  it("the policy end has the next step name the review, then build and tests, and only with them the report", async () => {
    const { server, next, judges, collect } = await reviewedPlan([task("a"), task("b")]);
    for (const item of await next()) await report(server, "p", item);
    const review = 'plan_update {plan: "p", action: "review"}';
    const saysReview = expect.stringMatching(/reviewed before plan_report.*plan_update/);
    expect((await server.call("batch_next", { plan: "p" })).next).toContain(review);
    expect(await collect()).toMatchObject({ done: true, next: saysReview });
    expect(await server.hook({ event: "Stop" })).toMatchObject({ decision: "block", reason: saysReview });
    const claimed = await server.call("task_claim", { plan: "p", worker: "main" });
    expect(claimed).toMatchObject({ claim: null, next: saysReview });
    expect(JSON.stringify(await server.hook({ event: "UserPromptSubmit", prompt: "and?" }))).not.toContain(
      "call plan_report",
    );
    await server.call("plan_update", { plan: "p", action: "review" });
    await judges("plan-review", "accepted");
    expect((await collect()).next).toBe(
      'Nothing is left to run: run the project\'s build and all tests, as step 6 of the skill executing-specs says, then plan_report {plan: "p"}.',
    );
  });

  it.each([
    ["end", 'quality reviewed: plan_update {plan: "p", action: "review"}'],
    ["task", "build and all tests"],
  ])(
    "the policy %s has the next step follow an added review: what it rejected is fixed and reviewed again, then the next part",
    async (review, nextPart) => {
      const own = { agent: "code-reviewer", writes: [] };
      const given = task("g", own);
      const work = (id: string, fields = {}) => task(id, { review: false, ...fields });
      const { server, next, does, judges, collect } = await reviewedPlan([work("a"), work("b"), given], {
        review,
      });
      const adds = (...tasks: unknown[]) => server.call("task_create", { plan: "p", tasks });
      for (const item of await next()) {
        await report(server, "p", item, item.task === "g" ? { verdict: "accepted" } : {});
      }
      expect((await collect()).next, "a review of the breakdown judges a part").toMatch(/have it reviewed/);
      await adds(task("r", own));
      await judges("r", "rejected");
      const rejected = "r rejected: before plan_report have fixed what it rightly found, and reviewed again";
      expect((await collect()).next).toContain(rejected);
      await adds(work("fix", { dependencies: ["r"] }), task("r2", { ...own, dependencies: ["fix"] }));
      await does("fix");
      await judges("r2", "accepted");
      expect((await collect()).next).toContain(nextPart);
      await adds(work("late"));
      await does("late");
      expect((await collect()).next, "what came later is not reviewed").toMatch(/have it reviewed/);
    },
  );

  it("the policy off has the next step be the report", async () => {
    const { server, next, collect } = await reviewedPlan([task("a"), task("b")], { review: "off" });
    for (const item of await next()) await report(server, "p", item);
    expect((await collect()).next).toBe('Nothing is left to run: finish with plan_report {plan: "p"}.');
  });

  it.each([
    ["off", { review: "off" }, [task("a"), task("b")], "The policy says review off."],
    [
      "a single task",
      {},
      [task("a"), task("b", { writes: [] })],
      "Fewer than two tasks have written anything.",
    ],
  ])("the policy needs no review of the whole: %s", async (_, policy, tasks, why) => {
    const { server, next } = await reviewedPlan(tasks, policy);
    for (const item of await next()) await report(server, "p", item);
    expect(await server.call("plan_update", { plan: "p", action: "review" })).toMatchObject({ review: why });
  });
});
