import { describe, expect, it } from "vitest";
import { idsOf, launchFor, report, task, tokenIn } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";

async function failingPlan(...given: Parameters<typeof planOf>) {
  const { launch, ...plan } = await planOf(...given);
  const fails = (item: { task: string; prompt: string }, summary: string) =>
    report(plan.server, "p", item, { outcome: "failed", summary, evidence: [] });
  const collect = () => plan.server.call("batch_collect", { plan: "p", until: "next", waitSeconds: 0 });
  return { ...plan, next: launch, fails, collect };
}

const NO_TABLE = "Error: the table orders does not exist";

describe("when one of several tasks fails", () => {
  it("when one of several tasks fails, it is tried again with what was learnt, and what it blocks is left out", async () => {
    const { server, next, fails, decisions } = await failingPlan([
      task("a"),
      task("b"),
      task("c"),
      task("d", { dependencies: ["b"] }),
    ]);
    const first = await next();
    await report(server, "p", launchFor(first, "a"));
    await report(server, "p", launchFor(first, "c"));
    await fails(launchFor(first, "b"), NO_TABLE);
    const again = await next();
    expect(idsOf(again)).toEqual(["b"]);
    const { brief } = await server.call("task_get", {
      task: "p/b",
      token: /token (\S+)\./.exec(launchFor(again, "b").prompt)?.[1],
    });
    expect(brief).toContain(NO_TABLE);
    await fails(launchFor(again, "b"), NO_TABLE);
    expect(decisions()).toEqual([
      { decision: "retry", reason: "b failed and is tried again, with what was learnt in its brief." },
      { decision: "escalate", reason: "b failed after 2 attempts, and nothing is left that can run." },
    ]);
    const { report: text } = await server.call("plan_report", { plan: "p" });
    expect(text).toContain("b failed after 2 attempts, and nothing is left that can run.");
  });
});

describe("under the failure policy retry", () => {
  it("under the failure policy retry, what failed is tried again before anything else of its part starts", async () => {
    const tasks = [
      task("b"),
      task("c"),
      task("d", { dependencies: ["b", "c"] }),
      task("e", { dependencies: ["c"] }),
      task("x"),
      task("y", { dependencies: ["x"] }),
    ];
    const { server, next, fails } = await failingPlan(tasks, { failure: "retry", maxParallel: 3 });
    const first = await next();
    expect(idsOf(first).sort()).toEqual(["b", "c", "x"]);
    await report(server, "p", launchFor(first, "c"));
    await report(server, "p", launchFor(first, "x"));
    await fails(launchFor(first, "b"), NO_TABLE);
    const second = await next();
    // One slot is free, and e is ready: it waits.
    expect(idsOf(second).sort()).toEqual(["b", "y"]);
    await report(server, "p", launchFor(second, "b"));
    await report(server, "p", launchFor(second, "y"));
    expect(idsOf(await next()).sort()).toEqual(["d", "e"]);
  });

  it("under the failure policy retry, a worker that asks for another task of that part is told what it waits for", async () => {
    const tasks = [task("b"), task("c"), task("d", { dependencies: ["b", "c"] })];
    const { server, next, fails } = await failingPlan(tasks, { failure: "retry", maxParallel: 1 });
    const [only] = await next();
    await fails(only as { task: string; prompt: string }, NO_TABLE);
    const other = only?.task.endsWith("b") ? "c" : "b";
    const { claim, why } = await server.call("task_claim", { plan: "p", task: `p/${other}`, worker: "w" });
    expect(claim).toBeNull();
    expect(why).toMatch(new RegExp(`^${other} waits: . failed and is tried again first`));
  });
});

describe("when the last task ends after another has failed for good", () => {
  const OVER = "Failed after all attempts: a. 1 task cannot start because of that.";

  async function endsWell() {
    const tasks = [task("a", { retries: 0 }), task("b"), task("c", { dependencies: ["a"] })];
    const plan = await failingPlan(tasks);
    const first = await plan.next();
    await plan.fails(launchFor(first, "a"), NO_TABLE);
    await report(plan.server, "p", launchFor(first, "b"));
    return plan;
  }

  it("when the last task ends after another failed for good, the user gets what is left, and all views agree", async () => {
    const { server, decisions, collect } = await endsWell();
    expect(await collect()).toMatchObject({
      decision: "escalate",
      reason: OVER,
      done: true,
      next: 'Nothing more can run, and what failed is for the user to decide: finish with plan_report {plan: "p"}.',
    });
    await collect();
    const { report: text } = await server.call("plan_report", { plan: "p" });
    expect(decisions()).toEqual([
      { decision: "proceed", reason: "a failed after its only attempt; what does not need it goes on." },
      { decision: "escalate", reason: OVER },
    ]);
    expect(text).toContain(`- escalate: ${OVER}`);
  });

  it("when the last task ends after another failed for good, the report says so though nobody waited for the end", async () => {
    const { server } = await endsWell();
    const { report: text } = await server.call("plan_report", { plan: "p" });
    expect(text).toContain(`- escalate: ${OVER}`);
  });
});

describe("when a task is given up without having failed", () => {
  it("when a task is given up without having failed, that is decided and logged as well", async () => {
    const { server, next, decisions } = await failingPlan([task("a"), task("b")]);
    const first = await next();
    await report(server, "p", launchFor(first, "a"), {
      outcome: "blocked",
      blockedOn: { question: "Which colour?" },
    });
    expect(decisions()).toEqual([
      { decision: "escalate", reason: "a: waits for an answer; what does not need it goes on." },
    ]);
  });

  it("when the last task is given up without having failed, the decision says what is left", async () => {
    const { server, next, decisions } = await failingPlan([task("a")]);
    const asks = { outcome: "blocked", blockedOn: { question: "Which colour?" } };
    await report(server, "p", launchFor(await next(), "a"), asks);
    expect(decisions().at(-1)?.reason).toBe("a: waits for an answer, and nothing is left that can run.");
  });
});

describe("when several tasks fail for one cause", () => {
  it("when several tasks fail for one cause, that is fixed first, by one agent, and then they are tried again", async () => {
    const { server, next, fails, decisions, collect } = await failingPlan([task("a"), task("b"), task("c")]);
    const first = await next();
    await report(server, "p", launchFor(first, "c"));
    await fails(launchFor(first, "a"), `src/a.ts:3:1 - ${NO_TABLE}`);
    await fails(launchFor(first, "b"), `src/b.ts:9:7 - ${NO_TABLE}`);
    const second = await next();
    expect(idsOf(second)).toEqual(["recover-1"]);
    expect(await collect()).toMatchObject({ recovery: [{ task: "recover-1", before: ["a", "b"] }] });
    expect(decisions().at(-1)?.reason).toMatch(/^a, b seem to have failed for one cause.*\(recover-1\)$/);

    const full = await server.call("task_get", { task: "p/recover-1" });
    expect(JSON.stringify(full)).toContain("  > src/b.ts:9:7 - Error: the table orders does not exist");
    await report(server, "p", launchFor(second, "recover-1"), {
      evidence: [{ criterion: "1", inspected: "The migration was not run." }],
      notes: ["Run the migration first."],
    });
    const third = await next();
    expect(idsOf(third).sort()).toEqual(["a", "b"]);
    const { brief } = await server.call("task_get", {
      task: "p/a",
      token: /token (\S+)\./.exec(launchFor(third, "a").prompt)?.[1],
    });
    expect(brief).toContain("Run the migration first.");
  });

  it("when several tasks fail for one cause and nobody can fix it, they are left to a person", async () => {
    const { server, next, fails, collect } = await failingPlan([task("a"), task("b"), task("c")]);
    const first = await next();
    await report(server, "p", launchFor(first, "c"));
    await fails(launchFor(first, "a"), NO_TABLE);
    await fails(launchFor(first, "b"), NO_TABLE);
    await fails(launchFor(await next(), "recover-1"), "The database is somebody else's.");
    expect(await next()).toEqual([]);
    expect(await collect()).toMatchObject({ decision: "escalate" });
  });

  it("when several tasks fail for one cause, one that needs only some of what is before it waits for that as well", async () => {
    const tasks = [task("a"), task("b"), task("z"), task("c", { dependencies: ["a", "z"], needs: "any" })];
    const { server, next, fails } = await failingPlan(tasks, { maxParallel: 3 });
    const first = await next();
    await report(server, "p", launchFor(first, "a"));
    const second = [...first, ...(await next())];
    await fails(launchFor(second, "b"), NO_TABLE);
    await fails(launchFor(second, "c"), NO_TABLE);
    await report(server, "p", launchFor(second, "z"));
    const third = await next();
    expect(idsOf(third)).toEqual(["recover-1"]);
    await report(server, "p", launchFor(third, "recover-1"));
    expect(idsOf(await next()).sort()).toEqual(["b", "c"]);
  });

  it("when several tasks fail for one cause, one that runs whatever comes before it waits if nobody fixed the cause", async () => {
    const tasks = [task("a"), task("z"), task("c", { dependencies: ["z"], needs: "settled" })];
    const { server, next, fails, collect } = await failingPlan(tasks, { maxParallel: 3 });
    const first = await next();
    await report(server, "p", launchFor(first, "z"));
    const second = [...first, ...(await next())];
    await fails(launchFor(second, "a"), NO_TABLE);
    await fails(launchFor(second, "c"), NO_TABLE);
    await fails(launchFor(await next(), "recover-1"), "The database is somebody else's.");
    expect(await next()).toEqual([]);
    expect(await collect()).toMatchObject({ decision: "escalate" });
  });

  it("a cause for which several tasks failed is not looked for twice", async () => {
    const { server, next, fails } = await failingPlan([task("a"), task("b"), task("c")], { retries: 2 });
    const first = await next();
    await report(server, "p", launchFor(first, "c"));
    await fails(launchFor(first, "a"), NO_TABLE);
    await fails(launchFor(first, "b"), NO_TABLE);
    await report(server, "p", launchFor(await next(), "recover-1"), {
      evidence: [{ criterion: "1", inspected: "The table is there now." }],
    });
    const third = await next();
    await fails(launchFor(third, "a"), NO_TABLE);
    await fails(launchFor(third, "b"), NO_TABLE);
    expect(idsOf(await next()).sort()).toEqual(["a", "b"]);
  });
});

describe("when another fails later for a cause that was found to be shared", () => {
  /** `a` and `b` have failed alike while `late` and `other` still work, and `recover-1` looks for the cause. */
  async function shared(env: Readonly<Record<string, string>> = {}) {
    const plan = await failingPlan([task("a"), task("b"), task("late"), task("other")], {}, { env });
    const first = await plan.next();
    await plan.fails(launchFor(first, "a"), NO_TABLE);
    await plan.fails(launchFor(first, "b"), NO_TABLE);
    return { ...plan, first };
  }
  const found = { evidence: [{ inspected: "The migration was not run." }], notes: ["Run the migration."] };

  it("when another fails while its cause is looked for, it waits for the same task, whose agent is told of it too", async () => {
    const { server, first, next, fails, decisions, collect } = await shared();
    await fails(launchFor(first, "late"), `src/late.ts:3:1 - ${NO_TABLE}`);
    expect(decisions().at(-1)).toEqual({
      decision: "retry",
      reason:
        "late seems to have failed for the cause that recover-1 is made for: it is tried again after that.",
    });
    await report(server, "p", launchFor(first, "other"));
    const second = await next();
    expect(idsOf(second)).toEqual(["recover-1"]);
    expect(await collect()).toMatchObject({ recovery: [{ task: "recover-1", before: ["a", "b", "late"] }] });
    const { brief } = await server.call("task_get", {
      task: "p/recover-1",
      token: tokenIn(launchFor(second, "recover-1").prompt),
    });
    expect(brief).toContain("src/late.ts:3:1 - Error: the table orders does not exist");
    await report(server, "p", launchFor(second, "recover-1"), found);
    expect(idsOf(await next()).sort()).toEqual(["a", "b", "late"]);
  });

  it("when another fails after its cause was fixed, it is tried again at once with what was found", async () => {
    const { server, first, next, fails, decisions } = await shared({ PARALLEL_UNSCOPED: "shared" });
    await report(server, "p", launchFor(await next(), "recover-1"), found);
    await fails(launchFor(first, "late"), NO_TABLE);
    expect(decisions().at(-1)?.reason).toBe(
      "late seems to have failed for the cause that recover-1 was made for: it is tried again with what was found.",
    );
    const third = await next();
    expect(idsOf(third)).toEqual(expect.arrayContaining(["a", "b", "late"]));
    const { brief } = await server.call("task_get", {
      task: "p/late",
      token: tokenIn(launchFor(third, "late").prompt),
    });
    expect(brief).toContain("Run the migration.");
  });

  it("when another fails after nobody could fix its cause, it is left to a person with the others", async () => {
    const { server, first, next, fails, decisions } = await shared({ PARALLEL_UNSCOPED: "shared" });
    await fails(launchFor(await next(), "recover-1"), "The database is somebody else's.");
    await fails(launchFor(first, "late"), NO_TABLE);
    expect(decisions().at(-1)?.decision).toBe("escalate");
    await report(server, "p", launchFor(first, "other"));
    expect(await next()).toEqual([]);
  });

  it("when another fails later for a cause of its own, it is tried again by itself", async () => {
    const { server, first, next, fails } = await shared({ PARALLEL_UNSCOPED: "shared" });
    await fails(launchFor(first, "late"), "Out of memory while bundling the shop");
    await report(server, "p", launchFor(first, "other"));
    expect(idsOf(await next())).toContain("late");
  });

  it("when another fails later for a shared cause, nobody waits for a recovery that a person cancelled", async () => {
    const { server, first, next, fails, decisions } = await shared();
    await server.call("task_update", { task: "p/recover-1", status: "cancelled" });
    await fails(launchFor(first, "late"), NO_TABLE);
    expect(decisions().at(-1)?.reason).toMatch(/^late failed and/);
    await report(server, "p", launchFor(first, "other"));
    expect(idsOf(await next())).toEqual(["late"]);
  });
});

it("a failure of the same cause while the first task is being tried again has that cause fixed first", async () => {
  const { server, next, fails, decisions, collect } = await failingPlan([task("a"), task("b"), task("c")]);
  const first = await next();
  await report(server, "p", launchFor(first, "c"));
  await fails(launchFor(first, "a"), NO_TABLE);
  const again = launchFor(await next(), "a");
  await fails(launchFor(first, "b"), NO_TABLE);
  expect(decisions().at(-1)?.reason).toBe(
    "a, b seem to have failed for one cause: it is fixed before b is tried again. (recover-1)",
  );
  expect(await collect()).toMatchObject({ recovery: [{ task: "recover-1", before: ["a", "b"] }] });
  await report(server, "p", again);
  const third = await next();
  expect(idsOf(third), "b waits").toEqual(["recover-1"]);
  await report(server, "p", launchFor(third, "recover-1"));
  expect(idsOf(await next())).toEqual(["b"]);
});

it("agents that end without a report have no cause in common: each task is tried again by itself", async () => {
  const { server, next } = await failingPlan([task("a"), task("b"), task("c")]);
  const first = await next();
  await report(server, "p", launchFor(first, "c"));
  for (const id of ["a", "b"]) {
    const { prompt } = launchFor(first, id);
    const tool = "mcp__plugin_parallel_tasks__task_get";
    await server.hook({ event: "PreToolUse", agent: `agent-${id}`, use: id, tool });
    const token = /token (\S+)\./.exec(prompt)?.[1];
    await server.call("task_get", { task: `p/${id}`, token }, { toolUseId: id });
    for (let asked = 0; asked < 2; asked++)
      await server.hook({ event: "SubagentStop", agent: `agent-${id}`, last: "I have done all of it." });
  }
  expect(idsOf(await next()).sort()).toEqual(["a", "b"]);
});

describe("when all tasks fail", () => {
  it("when all tasks fail, none is tried again beside another: the approach is looked at, then one runs at a time", async () => {
    const { server, next, fails, decisions } = await failingPlan([task("a"), task("b"), task("c")]);
    const first = await next();
    await fails(launchFor(first, "a"), NO_TABLE);
    expect(idsOf(await next()), "whether b and c fail as well is not known yet").toEqual(["b", "c"]);
    await fails(launchFor(first, "b"), "Out of memory while bundling the shop");
    await fails(launchFor(first, "c"), "No such command: make");
    const second = await next();
    expect(idsOf(second)).toEqual(["recover-1"]);
    expect(decisions().at(-1)?.reason).toMatch(/^All that was tried failed \(a, b, c\)/);
    await report(server, "p", launchFor(second, "recover-1"), {
      evidence: [{ criterion: "1", inspected: "The build image is the wrong one." }],
    });
    expect(await next()).toHaveLength(1);
  });
});

it("what the server made of its own is no part of the breakdown that is exported", async () => {
  const { server, next, fails } = await failingPlan([task("a"), task("b"), task("c")]);
  const first = await next();
  for (const id of ["a", "b", "c"]) await fails(launchFor(first, id), NO_TABLE);
  const { files } = await server.call("plan_update", { plan: "p", action: "export" });
  expect(files?.map(({ how }) => how)).toEqual(["written", "written", "written"]);
  const again = await server.call("plan_create", { plan: "p", from: "specs/p", dryRun: true });
  expect(again.warnings).toEqual([]);
  expect(again.removed).toEqual([]);
});
