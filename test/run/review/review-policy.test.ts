import { describe, expect, it } from "vitest";
import { idsOf, launchFor, report, task } from "../../support/checkout.ts";
import { FINDING, reviewedPlan } from "../../support/reviewed-plan.ts";

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

  it.each(["end", "task"])(
    "the policy %s has the whole plan reviewed once, by who waits for launches when everything is completed",
    async (review) => {
      const work = (id: string, fields = {}) => task(id, { review: false, ...fields });
      const { server, next, does, judges, briefOf, reportText } = await reviewedPlan(
        [work("a"), work("b", { dependencies: ["a"] })],
        { review },
      );
      const waits = () => server.call("batch_collect", { plan: "p", launch: true, waitSeconds: 0 });
      await does("a");
      expect(idsOf((await waits()).launch ?? [])).toEqual(["b"]);
      await does("b");
      const item = launchFor((await waits()).launch ?? [], "plan-review");
      expect(await briefOf(item)).toMatch(
        /Compare the code as it is now with its specification, requirement by requirement.*\n> specs\/p\/02-specification\.md/,
      );
      expect((await waits()).launch, "nobody is told twice").toEqual([]);
      await report(server, "p", item, { verdict: "rejected", findings: [FINDING] });
      const fix = JSON.stringify(await server.call("task_get", { task: "p/plan-fix" }));
      expect(fix).toContain('"writes":["src/a.ts","src/b.ts"]');
      await does("plan-fix");
      await judges("plan-review2", "accepted");
      expect(await next()).toEqual([]);
      expect(await waits()).toMatchObject({ launch: [], done: true });
      expect(await reportText()).toContain("✓ **The plan as a whole**: accepted in review 2");
      await server.call("task_create", { plan: "p", tasks: [work("late")] });
      await does("late");
      expect(idsOf((await waits()).launch ?? []), "what came later").toEqual(["plan-review3"]);
    },
  );

  it("the policy end has the next step name the review, then build and tests, and only with them the report", async () => {
    const { server, next, judges, collect } = await reviewedPlan([task("a"), task("b")]);
    for (const item of await next()) await report(server, "p", item);
    const saysReview = expect.stringContaining('batch_collect {plan: "p", launch: true} brings its review');
    expect((await server.call("batch_next", { plan: "p" })).next).toEqual(saysReview);
    expect(await collect()).toMatchObject({ done: true, next: saysReview });
    expect(await server.hook({ event: "Stop" })).toMatchObject({ decision: "block", reason: saysReview });
    const claimed = await server.call("task_claim", { plan: "p", worker: "main" });
    expect(claimed).toMatchObject({ claim: null, next: saysReview });
    expect(JSON.stringify(await server.hook({ event: "UserPromptSubmit", prompt: "and?" }))).not.toContain(
      "call plan_report",
    );
    await server.call("batch_collect", { plan: "p", launch: true });
    await judges("plan-review", "accepted");
    expect((await collect()).next).toBe(
      'Nothing is left to run: run the project\'s build and all tests, as step 6 of the skill executing-specs says, then plan_report {plan: "p"}.',
    );
  });

  it("the policy off has the next step be the report", async () => {
    const { server, next, collect } = await reviewedPlan([task("a"), task("b")], { review: "off" });
    for (const item of await next()) await report(server, "p", item);
    expect((await collect()).next).toBe('Nothing is left to run: finish with plan_report {plan: "p"}.');
  });

  it.each([
    ["off", { review: "off" }, [task("a"), task("b")]],
    ["a single task", {}, [task("a"), task("b", { writes: [] })]],
  ])("the policy needs no review of the whole: %s", async (_, policy, tasks) => {
    const { server, next } = await reviewedPlan(tasks, policy);
    for (const item of await next()) await report(server, "p", item);
    const last = await server.call("batch_collect", { plan: "p", launch: true });
    expect(last).toMatchObject({ launch: [], done: true });
  });
});
