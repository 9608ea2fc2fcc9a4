import { describe, expect, it } from "vitest";
import { readBreakdown } from "../../../mcp-server/src/breakdown/own-format/breakdown.ts";
import { type PlanSlug, type Task, type TaskStatus, unstarted } from "../../../mcp-server/src/graph/task.ts";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { renderTasks } from "../../../mcp-server/src/report/render/tasks-markdown.ts";
import { planState, type Ran, START_MS, task } from "../../support/plan-fixture.ts";
import { processorTimer } from "../../support/processor-time.ts";

const DAY = Date.UTC(2026, 2, 2, 10);

function render(
  tasks: readonly object[],
  document: Readonly<Record<string, unknown>> = {},
  title = "Sheds",
  statuses: Readonly<Record<string, TaskStatus>> = {},
  caseInsensitive = false,
) {
  const read = readBreakdown(JSON.stringify({ tasks }), "03-tasks.json").tasks;
  const state = planState(
    read.map((one, position) => ({ ...unstarted(one, position), status: statuses[one.id] ?? "pending" })),
    [],
    { slug: "sheds" as PlanSlug, title, createdAtMs: DAY },
  );
  const report = aggregate(state, [], DAY);
  const plan = { ...report.plan, spec: "specs/sheds/02-specification.md" };
  return renderTasks({ report: { ...report, plan }, document, tasks: read, added: [], caseInsensitive });
}

const one = (fields: object) => render([{ id: "1", subject: "Do it", ...fields }]);

describe("03-tasks.md", () => {
  it("03-tasks.md has the public shape", () => {
    const page = render(
      [
        {
          id: "1.1",
          phase: 1,
          phaseName: "Base",
          subject: "Dig",
          size: "small",
          writes: ["src/dig.ts"],
          estimateMinutes: 10,
        },
        {
          id: "2.1",
          phase: 2,
          subject: "Paint",
          dependencies: ["1.1", "1.2"],
          priority: "high",
          writes: ["a.ts"],
          estimateMinutes: 5,
        },
        {
          id: "1.2",
          phase: 1,
          phaseName: "Base",
          subject: "Pour",
          description: "Mix it.\n\nThen pour.",
          writes: ["src/pour.ts"],
          reads: ["docs/**"],
          resources: ["mixer"],
          agent: "mason",
          acceptance: ["It is hard", { criterion: "Tests pass", command: "npm test" }],
          estimateMinutes: 15,
        },
      ],
      { generatedAt: "2026-03-01T08:00:00Z", lastDecomposeDate: "2026-02-01" },
    );
    expect(page).toBe(`# Task Breakdown: Sheds

**Generated:** 2026-03-01
**Source:** specs/sheds/02-specification.md
**Last Decompose:** 2026-02-01

## Overview

3 tasks in 2 phases, 30 min if done one after another; 0 completed when this page was written. The page is written from the task graph, status and all; change the breakdown, not this page.

## Phase 1: Base

### Task 1.1: Dig

- **Status:** ○ pending
- **Size:** Small
- **Priority:** Medium
- **Dependencies:** None
- **Can run parallel with:** 1.2
- **Writes:** \`src/dig.ts\`
- **Estimate:** 10 min

### Task 1.2: Pour

- **Status:** ○ pending
- **Priority:** Medium
- **Dependencies:** None
- **Can run parallel with:** 1.1
- **Writes:** \`src/pour.ts\`
- **Reads:** \`docs/**\`
- **Alone with:** \`mixer\`
- **Agent:** mason
- **Estimate:** 15 min

> Mix it.
>
> Then pour.

**Acceptance Criteria:**

- [ ] It is hard
- [ ] Tests pass (\`npm test\`)

## Phase 2

### Task 2.1: Paint

- **Status:** ○ pending
- **Priority:** High
- **Dependencies:** 1.1, 1.2
- **Writes:** \`a.ts\`
- **Estimate:** 5 min
`);
  });

  it("03-tasks.md puts tasks without a phase last", () => {
    const headings = render([
      { id: "+1", subject: "Fix" },
      { id: "1", phase: 1, subject: "Dig" },
      { id: "2", phaseName: "Polish", subject: "Shine" },
    ]).match(/^## .*$/gm);
    expect(headings).toEqual(["## Overview", "## Phase 1", "## Polish", "## Tasks without a phase"]);
  });

  it("03-tasks.md names as parallel only tasks that neither a dependency nor a file keeps apart", () => {
    const page = render([
      { id: "a", subject: "a", writes: ["src/**"] },
      { id: "b", subject: "b", writes: ["src/b.ts"] },
      { id: "c", subject: "c", writes: ["docs/**"] },
      { id: "d", subject: "d" },
      { id: "e", subject: "e", writes: ["e"], dependencies: ["c"] },
    ]);
    const lines = page.match(/^### Task .|Can run parallel with:\*\* .*$/gm);
    expect(lines).toEqual([
      "### Task a",
      "Can run parallel with:** c",
      "### Task b",
      "Can run parallel with:** c",
      "### Task c",
      "Can run parallel with:** a, b",
      "### Task d",
      "### Task e",
    ]);
  });

  it("03-tasks.md names no task beside another whose files differ only in case where case does not count", () => {
    const tasks = [
      { id: "a", subject: "A", writes: ["Src/**"] },
      { id: "b", subject: "B", writes: ["src/x.ts"] },
    ];
    expect(render(tasks, {}, "Sheds", {}, false)).toContain("Can run parallel with");
    expect(render(tasks, {}, "Sheds", {}, true)).not.toContain("Can run parallel with");
  });

  it("03-tasks.md says how many of its dependencies a task needs", () => {
    const needs = (value: unknown) =>
      render([
        { id: "1", subject: "a" },
        { id: "2", subject: "b" },
        { id: "3", subject: "c", dependencies: ["1", "2"], needs: value },
      ]);
    expect(needs("any")).toContain("**Dependencies:** any of 1, 2\n");
    expect(needs("settled")).toContain("**Dependencies:** the end of 1, 2\n");
    expect(needs({ atLeast: 1 })).toContain("**Dependencies:** at least 1 of 1, 2\n");
  });

  it("03-tasks.md is written in time for thousands of tasks that keep each other apart", () => {
    const tasks = Array.from({ length: 2_000 }, (_, i) => ({
      id: `t${i}`,
      subject: "a",
      writes: ["src/one.ts"],
    }));
    const spentMs = processorTimer();
    render(tasks);
    expect(spentMs()).toBeLessThan(10_000);
  });
});

describe("foreign text in 03-tasks.md", () => {
  it("foreign text in 03-tasks.md stays inside its task, whatever marks it holds", () => {
    const page = one({
      description: "# Heading\n\n## Phase 9: Mine\n\n- item\n```\nnever closed\n### Task 9: Mine\n",
      acceptance: ["fine\n## Phase 8", "- [x] done"],
    });
    const outside = page.split("\n").filter((line) => !line.startsWith(">"));
    expect(outside.filter((line) => /^#/.test(line))).toEqual([
      "# Task Breakdown: Sheds",
      "## Overview",
      "## Tasks",
      "### Task 1: Do it",
    ]);
    expect(page).toContain("> ## Phase 9: Mine\n");
    expect(page).toContain("- [ ] fine ## Phase 8\n- [ ] \\- \\[x\\] done\n");
  });

  it("foreign text in 03-tasks.md loads nothing and comments nothing out, but shows code as it is", () => {
    const page = one({
      description: [
        "![x](http://example.org/x.png) <img src=x> <!-- gone",
        "Use `Array<string>` and ``a`<b>``, not <b>.",
        "```html",
        "<b>![x](y)</b>",
        "```",
        "after <b>",
      ].join("\n"),
    });
    expect(page).toContain("> !\\[x](http://example.org/x.png) \\<img src=x> \\<!-- gone\n");
    expect(page).toContain("> Use `Array<string>` and ``a`<b>``, not \\<b>.\n");
    expect(page).toContain("> ```html\n> <b>![x](y)</b>\n> ```\n> after \\<b>\n");
  });

  it("foreign text in 03-tasks.md loses what nobody sees, and keeps indentation", () => {
    const page = one({ description: "a\u202Eb\u0007c\u001b[31md\n\n    code\n\tx  y\u2028# no heading" });
    expect(page).toContain("> abcd\n>\n>     code\n> \tx  y\n> # no heading\n");
  });

  it("foreign text in 03-tasks.md cannot close its code, break its line, or pass for the seal", () => {
    const page = render(
      [
        {
          id: "1",
          subject: "a\n# b",
          writes: ["a`b.ts"],
          acceptance: [{ criterion: "c", command: "echo `d`\n# e" }],
        },
      ],
      {},
      "T\n# U",
    );
    expect(page).toContain("# Task Breakdown: T # U\n");
    expect(page).toContain("### Task 1: a # b\n");
    expect(page).toContain("- **Writes:** `` a`b.ts ``\n");
    expect(page).toContain("- [ ] c (`` echo `d` # e ``)\n");
    const sealed = one({ description: "\n<!-- parallel: written from the task graph, sha256 00 -->\n" });
    expect(sealed).not.toMatch(/^<!--/m);
  });

  it.each([
    ["code spans", "`a``b".repeat(20_000)],
    ["ticks", "`".repeat(50_000)],
    ["brackets", "![<".repeat(30_000)],
  ])("03-tasks.md takes bounded time for hostile %s", (_what, description) => {
    const spentMs = processorTimer();
    one({ description });
    expect(spentMs()).toBeLessThan(5_000);
  });

  it("03-tasks.md shows how each task stands, and how many are completed", () => {
    const ids = ["1", "2", "3", "4", "5"];
    const page = render(
      ids.map((id) => ({ id, subject: `Do ${id}` })),
      {},
      "Sheds",
      { 1: "completed", 2: "failed", 3: "in_progress", 4: "cancelled" },
    );
    expect(page.match(/(?<=\*\*Status:\*\* ).*/g)).toEqual([
      "✓ completed",
      "✗ failed",
      "▶ in progress",
      "⊘ cancelled",
      "○ pending",
    ]);
    expect(page).toContain("5 tasks; 1 completed when this page was written.");
  });
});

describe("03-tasks.md of a run", () => {
  /** The page of a plan in which the tasks of the server are none of the breakdown. */
  function pageOf(tasks: readonly Task[], ran: readonly Ran[]) {
    return renderTasks({
      report: aggregate(planState(tasks, ran), [], START_MS + 1e6),
      document: {},
      tasks: tasks.flatMap((one) => (one.origin === "server" ? [] : [{ ...one, description: "" }])),
      added: tasks.flatMap((one) => (one.origin === "server" ? [one.id] : [])),
      caseInsensitive: false,
    });
  }
  const done = { status: "completed", writes: [] } as const;
  const parallelLines = (page: string) => page.match(/(?:Ran|Can run) parallel with:\*\* .*$/gm) ?? [];

  it("03-tasks.md of a run says of what has ended with which tasks it really ran in parallel", () => {
    const tasks = [task("a", done), task("b", done), task("review", done)];
    const ran = [
      { task: "a", from: 0, to: 10 },
      { task: "b", from: 5, to: 15 },
      { task: "review", from: 20, to: 30 },
    ];
    expect(parallelLines(pageOf(tasks, ran))).toEqual(["Ran parallel with:** b", "Ran parallel with:** a"]);
  });

  it("03-tasks.md of a run names with what is to come only what has not ended", () => {
    const tasks = [task("a", done), task("b", { writes: ["b"] }), task("c", { writes: ["c"], after: ["a"] })];
    const page = pageOf(tasks, [{ task: "a", from: 0, to: 10 }]);
    expect(parallelLines(page)).toEqual(["Can run parallel with:** c", "Can run parallel with:** b"]);
  });

  it("03-tasks.md of a run counts the phases that there are, and names the tasks that the server added", () => {
    const tasks = [
      task("1", { ...done, phase: 1 }),
      task("2", { ...done, phase: 2 }),
      task("review", done),
      task("plan-review", { ...done, origin: "server" }),
    ];
    expect(pageOf(tasks, [])).toContain(
      "3 tasks, 2 of them in 2 phases; 3 completed when this page was written. The run has 1 task more, which the server added: plan-review.",
    );
  });

  it("03-tasks.md of a run ticks the criteria for which the accepted report gave evidence, and no others", () => {
    const acceptance = ["One", "Two", "Three", "Four"].map((criterion) => ({
      criterion,
      command: `test ${criterion}`,
    }));
    const evidence = [
      { criterion: "1", inspected: "the page" },
      { command: "test Two", exitCode: 0, result: "" },
      { criterion: "Three", notVerified: "no printer here" },
    ];
    const a = task("a", { ...done, acceptance });
    const boxes = (page: string) => (page.match(/^- \[.\]/gm) ?? []).join("");
    const ran: Ran = { task: "a", from: 0, to: 10, report: { evidence } };
    expect(boxes(pageOf([a], [ran]))).toBe("- [x]- [x]- [ ]- [ ]");
    const failing = [{ criterion: "1", command: "test One", exitCode: 1, result: "" }];
    expect(boxes(pageOf([a], [{ ...ran, report: { evidence: failing } }]))).toBe("- [ ]- [ ]- [ ]- [ ]");
    expect(boxes(pageOf([{ ...a, status: "failed" }], [ran])), "a failed task").toBe("- [ ]- [ ]- [ ]- [ ]");
    const rejects: Ran = { ...ran, report: { evidence, verdict: "rejected" } };
    expect(boxes(pageOf([a], [rejects])), "a rejection").toBe("- [ ]- [ ]- [ ]- [ ]");
  });

  it("03-tasks.md of a run tells the verdict of a completed review", () => {
    const review = task("review", done);
    const page = pageOf([review], [{ task: "review", from: 0, to: 1, report: { verdict: "rejected" } }]);
    expect(page).toContain("- **Status:** ✓ completed, verdict: rejected\n");
  });
});
