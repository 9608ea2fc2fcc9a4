import { describe, expect, it } from "vitest";
import type { AnyClaim } from "../../mcp-server/src/graph/attempt.ts";
import { said } from "../../mcp-server/src/graph/task-cause.ts";
import { aggregate } from "../../mcp-server/src/report/aggregate.ts";
import { renderMarkdown } from "../../mcp-server/src/report/render/markdown/report.ts";
import { renderTimeline } from "../../mcp-server/src/report/timeline/timeline.ts";
import { EXAMPLE_END_MS, exampleEvents, exampleState } from "../support/example-run.ts";
import { eventsOf, id, planState, type Ran, START_MS, task } from "../support/plan-fixture.ts";

const NOW = START_MS + 1_000_000;
const completed = { status: "completed" } as const;

function reportOf(...input: Parameters<typeof planState>) {
  return aggregate(planState(...input), [], NOW);
}

function reasonsOf(...input: Parameters<typeof planState>): (string | undefined)[] {
  const report = reportOf(...input);
  const { toCome, notRun } = report.groups;
  return [...toCome, ...notRun].map((name) => report.tasks.find(({ task: of }) => of === name)?.reason);
}

describe("a task whose work is on its way onto a branch", () => {
  it("a task whose work is on its way is told as delivering, with what it reported, and does not count as running", () => {
    const { claims, ...state } = planState(
      [task("a", { status: "in_progress" }), task("b", { status: "in_progress" })],
      [
        { task: "a", from: 0, to: 5, report: { summary: "Made a." } },
        { task: "b", from: 0 },
      ],
    );
    const accepted = {
      ...{ commit: "c1", base: "c0", targets: ["plan" as const], clone: "host:/project" },
      by: { host: "host", pid: 1, startedAt: "1" },
    };
    const delivering = claims.map((claim): AnyClaim => {
      if (claim.state !== "ended") return claim;
      const { endedAtMs, outcome: _, ...rest } = claim;
      return { ...rest, state: "delivering", acceptedAtMs: endedAtMs, accepted };
    });
    const report = aggregate({ ...state, claims: delivering }, [], NOW);
    expect(report.groups).toMatchObject({ running: ["b"], delivering: ["a"] });
    expect(report.tasks[0]).toMatchObject({ outcome: "delivering", durationMs: 5_000, summary: "Made a." });
    const text = renderMarkdown(report);
    expect(text).toContain("0 of 2 tasks completed, 1 running, 1 delivering.");
    expect(text).toMatch(/## Delivering →\n\n- → \*\*a\*\* .*\n {2}- Result: Made a\./);
    const timeline = renderTimeline(report.timeline, { width: 80, colour: false });
    expect(timeline).toMatch(/^→ a .*→$/m);
    expect(timeline).toContain("→ delivering");
  });
});

describe("why a task has not run, or not yet", () => {
  it("the reason why a task has not run names the dependency that failed", () => {
    expect(reasonsOf([task("a", { status: "failed" }), task("b", { after: ["a"] })])).toEqual([
      "needs a, which failed",
    ]);
  });

  it("the reason why a task has not run names the root of a chain", () => {
    const tasks = [
      task("a", { status: "cancelled" }),
      task("b", { after: ["a"] }),
      task("c", { after: ["b"] }),
    ];
    expect(reasonsOf(tasks)[1]).toBe("needs b, which cannot run because a was cancelled");
  });

  it("the reason why a task has not run says that the plan was stopped, and why", () => {
    expect(reasonsOf([task("a")], [], { status: "stopped", cause: "fail-fast" })).toEqual([
      "the plan was stopped: fail-fast",
    ]);
  });

  it("the reason why a task has not run names what it still waits for", () => {
    const tasks = [task("a", { status: "in_progress" }), task("b", { after: ["a"] })];
    expect(reasonsOf(tasks, [{ task: "a", from: 0 }])).toEqual(["waits for a"]);
  });

  it.each([
    ["lost", "was lost"],
    ["failed", "failed"],
    ["unreported", "ended without a report"],
    ["blocked", "was blocked"],
    ["cancelled", "was cancelled"],
  ] as const)(
    "the reason why a task has not run tells one that is ready from one whose attempt ended %s",
    (outcome, how) => {
      expect(reasonsOf([task("a"), task("b")], [{ task: "b", from: 0, to: 1, outcome }])).toEqual([
        "ready",
        `to be tried again after attempt 1 ${how}`,
      ]);
    },
  );

  it("the reason why a task has not run says that the plan is paused, and why", () => {
    expect(reasonsOf([task("a")], [], { status: "paused", cause: "lunch" })).toEqual([
      "the plan is paused: lunch",
    ]);
  });

  it("the reason why a task has not run is not a failed dependency where another one is enough", () => {
    const tasks = [
      task("a", { status: "failed" }),
      task("b", completed),
      task("c", { after: ["a", "b"], needs: "any" }),
    ];
    expect(reasonsOf(tasks)).toEqual(["ready"]);
  });
});

describe("what is to come", () => {
  const tasks = [
    task("a", { status: "failed" }),
    task("b", { after: ["a"] }),
    task("c", { status: "in_progress" }),
    task("d", { after: ["c"] }),
  ];
  const ran: Ran[] = [
    { task: "a", from: 0, to: 10, outcome: "failed" },
    { task: "c", from: 0 },
  ];

  it("what is to come is what can still run, and not what waits for a failed task", () => {
    expect(reportOf(tasks, ran)).toMatchObject({ goesOn: true, groups: { toCome: ["d"], notRun: ["b"] } });
  });

  it("what is to come is nothing of a stopped plan, and all of a paused one", () => {
    expect(reportOf([task("a")], [], { status: "stopped" })).toMatchObject({
      goesOn: false,
      groups: { toCome: [], notRun: ["a"] },
    });
    expect(reportOf([task("a")], [], { status: "paused" })).toMatchObject({
      goesOn: true,
      groups: { toCome: ["a"], notRun: [] },
    });
  });

  it("what is to come keeps the report open: it has an end only when nothing runs and nothing is to come", () => {
    expect(reportOf(tasks, ran)).not.toHaveProperty("endedAtMs");
    const ended = reportOf(tasks.slice(0, 2), ran.slice(0, 1));
    expect(ended).toMatchObject({ goesOn: false, atMs: NOW, endedAtMs: START_MS + 10_000 });
  });
});

describe("the verdict", () => {
  const failed = { status: "failed" } as const;
  it.each([
    ["completed", [task("a", completed), task("b", { status: "cancelled" })], {}],
    ["completed with failures", [task("a", completed), task("b", failed), task("c", { after: ["b"] })], {}],
    ["incomplete", [task("a", completed), task("b", failed), task("c")], {}],
    ["incomplete", [task("a", failed), task("b", failed)], {}],
    ["incomplete", [task("a", { status: "cancelled" })], {}],
    ["incomplete", [task("a")], { status: "paused" }],
    ["stopped", [task("a", completed), task("b")], { status: "stopped" }],
    ["completed", [task("a", completed)], { status: "stopped" }],
  ] as const)("the verdict is %s", (verdict, tasks, plan) => {
    expect(reportOf(tasks, [], plan).verdict).toBe(verdict);
  });

  it("the verdict is running while an attempt runs", () => {
    const tasks = [task("a", { status: "in_progress" }), task("b", { status: "failed" })];
    expect(reportOf(tasks, [{ task: "a", from: 0 }]).verdict).toBe("running");
  });
});

describe("findings", () => {
  const find = (name: string, severity: "low" | "high", file: string, text: string): Ran => ({
    task: name,
    from: 0,
    to: 1,
    report: { findings: [{ severity, file, text }] },
  });
  /** Words and finders of what is left of findings in this order. */
  const merged = (...found: readonly (readonly [task: string, file: string, text: string])[]) =>
    reportOf(
      ["a", "b", "c"].map((id) => task(id, completed)),
      found.map(([id, file, text]) => find(id, "low", file, text)),
    ).findings.map(({ text, foundBy }) => `${text} ${foundBy}`);

  it("findings are one when file and text are the same, with the worst severity and all who found them", () => {
    const report = reportOf(
      [task("a", completed), task("b", completed), task("c", completed)],
      [
        find("a", "low", "src/x.ts", "Leaks a handle."),
        find("b", "high", "./src/x.ts", "leaks  a handle"),
        find("c", "low", "src/y.ts", "Leaks a handle."),
      ],
    );
    expect(report.findings).toEqual([
      { severity: "high", file: "src/x.ts", text: "Leaks a handle.", foundBy: ["a", "b"] },
      { severity: "low", file: "src/y.ts", text: "Leaks a handle.", foundBy: ["c"] },
    ]);
  });

  it("findings of two tasks about one line are two when they say different things: nothing that was found is lost", () => {
    expect(
      merged(
        ["a", "src/x.ts:12", "The handle is never closed."],
        ["b", "src/x.ts:12", "The name comes from the request and is not escaped."],
      ),
    ).toHaveLength(2);
  });

  it("findings of two tasks are one when nearly the same is said of the same file", () => {
    const long = "The body of a request is read without any limit, so memory runs out.";
    expect(
      merged(
        ["a", "src/x.ts", long],
        ["b", "src/x.ts:3", long.replace("any limit", "a limit")],
        ["c", "src/y.ts", long.replace("any limit", "a limit")],
      ),
    ).toEqual([`${long} a,b`, `${long.replace("any limit", "a limit")} c`]);
  });

  it("findings with nearly the same words far apart in a file are two", () => {
    expect(
      merged(
        ["a", "src/x.ts:3", "This import is not used."],
        ["b", "src/x.ts:9", "This import is not used!"],
      ),
    ).toEqual(["This import is not used. a", "This import is not used! b"]);
  });

  it("findings that one task lists apart stay apart, and so do those without a file", () => {
    expect(
      merged(
        ["a", "src/x.ts:3", "It is slow."],
        ["a", "src/x.ts:3", "It is wrong."],
        ["b", "", "The names are not clear to a newcomer who reads this module."],
        ["c", "", "The names are not clear to a newcomer who reads that module."],
      ),
    ).toHaveLength(4);
  });

  it("findings of an attempt that failed are not lost", () => {
    const report = reportOf(
      [task("a", completed)],
      [
        {
          task: "a",
          from: 0,
          to: 1,
          outcome: "failed",
          report: { findings: [{ severity: "info", text: "x" }] },
        },
        { task: "a", from: 1, to: 2, report: {} },
      ],
    );
    expect(report.findings).toHaveLength(1);
  });
});

describe("files", () => {
  const changed = (name: string, from: number, to: number, more: Partial<Ran> = {}): Ran => ({
    task: name,
    from,
    to,
    report: { filesChanged: ["src/shared.ts"] },
    ...more,
  });
  const two = [
    task("a", { ...completed, writes: ["src/shared.ts"] }),
    task("b", { ...completed, writes: ["docs/**"] }),
  ];

  it("files of more than one task are named, and whether they could have met", () => {
    const shared = { path: "src/shared.ts", tasks: ["a", "b"] };
    expect(reportOf(two, [changed("a", 0, 5), changed("b", 5, 9)]).sharedFiles).toEqual([
      { ...shared, atTheSameTime: false },
    ]);
    expect(reportOf(two, [changed("a", 0, 5), changed("b", 4, 9)]).sharedFiles).toEqual([
      { ...shared, atTheSameTime: true },
    ]);
  });

  it("files that a retry changed again are not shared", () => {
    const twice = [changed("a", 0, 5, { outcome: "failed" }), changed("a", 5, 9)];
    expect(reportOf(two, twice).sharedFiles).toEqual([]);
  });

  it("files outside a declared scope are named, and whether the guard had granted them", () => {
    const denied = reportOf(two, [changed("a", 0, 5), changed("b", 5, 9)]);
    expect(denied.outsideScope).toEqual([{ task: "b", path: "src/shared.ts", granted: false }]);
    const granted = reportOf(two, [changed("b", 5, 9, { widened: ["src/shared.ts"] })]);
    expect(granted.outsideScope).toEqual([{ task: "b", path: "src/shared.ts", granted: true }]);
  });

  it("files outside a scope that was only inferred are no offence", () => {
    const inferred = [task("a", { ...completed, inferredWrites: ["docs/a.md"] })];
    expect(reportOf(inferred, [changed("a", 0, 5)]).outsideScope).toEqual([]);
  });
});

describe("what is unverified", () => {
  const acceptance = [{ criterion: "It parses", command: "npm test" }, { criterion: "It is fast" }];
  const unverifiedAfter = (report: Ran["report"], given: Partial<Ran> = {}) =>
    reportOf(
      [task("a", { ...completed, acceptance })],
      [{ task: "a", from: 0, to: 1, ...(report && { report }), ...given }],
    ).unverified;

  it("what is unverified is nothing when every criterion has its evidence", () => {
    const evidence = [
      { command: "npm test", exitCode: 0, result: "ok" },
      { criterion: "it is fast.", inspected: "the benchmark" },
    ];
    expect(unverifiedAfter({ evidence })).toEqual([]);
  });

  it("what is unverified is a criterion without evidence, one said to be unverified, and one whose command failed", () => {
    expect(unverifiedAfter({ evidence: [{ criterion: "It is fast", notVerified: "no machine" }] })).toEqual([
      { task: "a", criterion: "It is fast", why: "no machine" },
      { task: "a", criterion: "It parses", why: "no evidence was given" },
    ]);
    expect(
      unverifiedAfter({
        evidence: [{ criterion: "It parses", command: "npm test", exitCode: 1, result: "" }],
      }),
    ).toContainEqual({ task: "a", criterion: "It parses", why: "`npm test` ended with exit code 1" });
  });

  it("what is unverified is a whole task whose agent gave no report", () => {
    expect(unverifiedAfter(undefined, { lastMessage: "All done!" })).toEqual([
      { task: "a", why: "no report: the agent's last message was taken as it was" },
    ]);
  });
});

describe("what waits for the user", () => {
  it("what waits for the user is a question before its answer, and a failure with all that it holds up", () => {
    const tasks = [
      task("a", { status: "failed" }),
      task("b", { status: "failed", cause: said("no parser") }),
      task("c", { after: ["b"] }),
      task("d", { after: ["c"] }),
    ];
    const ran: Ran[] = [
      {
        task: "a",
        from: 0,
        to: 1,
        outcome: "blocked",
        report: { outcome: "blocked", blockedOn: { question: "Which port?" } },
      },
      { task: "b", from: 0, to: 1, outcome: "failed" },
    ];
    expect(reportOf(tasks, ran).waitingForUser).toEqual([
      { task: "b", kind: "failed", text: "no parser", attempts: 1, heldUp: ["c", "d"] },
      { task: "a", kind: "question", text: "Which port?", attempts: 1, heldUp: [] },
    ]);
  });

  it("what waits for the user is a cancelled task only while another one needs it", () => {
    const cancelled = task("a", { status: "cancelled", cause: { kind: "removed" } });
    expect(reportOf([cancelled]).waitingForUser).toEqual([]);
    expect(reportOf([cancelled, task("b", { after: ["a"] })]).waitingForUser).toMatchObject([
      { task: "a", kind: "cancelled", text: "removed", heldUp: ["b"] },
    ]);
  });
});

describe("the report as a whole", () => {
  it("the report keeps notes once, though prerequisites hand them on", () => {
    const state = planState(
      [task("a", completed), task("b", { after: ["a"] })],
      [{ task: "a", from: 0, to: 1, report: { notes: ["Use port 4000"] } }],
    );
    const events = eventsOf(
      { type: "task.annotated", task: id("b"), note: "use port 4000" },
      { type: "task.annotated", task: id("b"), note: "Ask Ann" },
    );
    expect(aggregate(state, events, NOW).discoveries).toEqual([
      { task: "a", text: "Use port 4000" },
      { task: "b", text: "Ask Ann" },
    ]);
  });

  it("the report keeps what a dead token tried as evidence", () => {
    const events = eventsOf({ type: "token.refused", task: id("a"), why: "released", tried: {} });
    expect(aggregate(planState([task("a")]), events, NOW).refused).toEqual([{ task: "a", why: "released" }]);
  });

  it("the report names the specification of the breakdown, else the one beside it", () => {
    expect(reportOf([task("a")]).plan.spec).toBe("specs/demo/02-specification.md");
    const events = eventsOf({ type: "plan.updated", document: { spec: "docs/spec.md" } });
    expect(aggregate(planState([task("a")]), events, NOW).plan.spec).toBe("docs/spec.md");
    expect(reportOf([task("a")], [], { source: { kind: "call" } }).plan).not.toHaveProperty("spec");
  });

  it("the report counts sessions in the order in which they started", () => {
    const sessions = reportOf(
      [task("a", completed), task("b", completed)],
      [
        { task: "a", from: 0, to: 5, session: "first", outcome: "lost" },
        { task: "b", from: 1, to: 5, session: "first" },
        { task: "a", from: 100, to: 130, session: "second" },
      ],
    ).sessions;
    expect(sessions).toMatchObject([
      { number: 1, session: "first", attempts: 2, completed: ["b"], notCompleted: ["a"] },
      { number: 2, session: "second", attempts: 1, completed: ["a"], notCompleted: [] },
    ]);
  });

  it("the report puts every task of the example into exactly one group", () => {
    const { groups, tasks } = aggregate(exampleState, exampleEvents, EXAMPLE_END_MS);
    expect(Object.values(groups).flat().sort()).toEqual(tasks.map(({ task: name }) => name).sort());
    expect(groups).toMatchObject({ failed: ["2.3"], notRun: ["3.2", "3.3"] });
  });

  it("the report is the same, byte for byte, for the same input", () => {
    const once = () => JSON.stringify(aggregate(exampleState, exampleEvents, EXAMPLE_END_MS));
    expect(once()).toBe(once());
  });
});
