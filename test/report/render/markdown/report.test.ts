import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../../mcp-server/src/graph/attempt.ts";
import type { Change } from "../../../../mcp-server/src/graph/event.ts";
import { said } from "../../../../mcp-server/src/graph/task-cause.ts";
import { aggregate } from "../../../../mcp-server/src/report/aggregate.ts";
import { renderLedger } from "../../../../mcp-server/src/report/render/ledger.ts";
import { renderMarkdown } from "../../../../mcp-server/src/report/render/markdown/report.ts";
import { inlineCode } from "../../../../mcp-server/src/text/markdown-lines.ts";
import { EXAMPLE_END_MS, exampleEvents, exampleState } from "../../../support/example-run.ts";
import { eventsOf, id, planState, START_MS, task } from "../../../support/plan-fixture.ts";

const NOW = START_MS + 1_000_000;
const example = renderMarkdown(aggregate(exampleState, exampleEvents, EXAMPLE_END_MS));

function headings(markdown: string): string[] {
  return markdown.split("\n").filter((line) => line.startsWith("#"));
}

/** The lines under a heading. */
function under(heading: string, markdown: string): string[] {
  const lines = markdown.split("\n");
  const from = lines.findIndex((line) => line.startsWith(`## ${heading}`));
  const to = lines.findIndex((line, i) => i > from && line.startsWith("#"));
  return lines.slice(from + 1, to === -1 ? undefined : to).filter((line) => line !== "");
}

describe("the report in Markdown", () => {
  it("the report in Markdown puts first what needs the user, and leaves out what there is nothing to say about", () => {
    expect(headings(example)).toEqual([
      "# Parallel Execution Results: Notes with search and import",
      "## Needs your decision",
      "## Failed ✗",
      "## Not run ○",
      "## Completed ✓",
      "## Findings",
      "## Not verified",
      "## Files and scopes",
      "## Discoveries",
      "## Decisions taken",
      "## The measured run",
    ]);
  });

  it("the report in Markdown opens with the verdict and the counts", () => {
    expect(example.split("\n")[2]).toBe(
      "**Overall status: ✗ completed with failures**: 9 of 12 tasks completed, 1 failed, 2 not run.",
    );
  });

  it("the report in Markdown gives each task that has not run its reason", () => {
    expect(under("Not run", example)).toEqual([
      "- ○ **3.2** Import wizard",
      "  - Reason: needs 2.3, which failed",
      "- ○ **3.3** End-to-end test of the import",
      "  - Reason: needs 3.2, which cannot run because 2.3 failed",
    ]);
  });

  it("the report in Markdown shows the attempts that came before the last", () => {
    expect(under("Failed", example)).toContain(
      "  - Attempt 1 failed after 1 min 8 s: front matter with nested lists is not parsed",
    );
  });

  it("the report in Markdown shows the worst finding first, with who found it", () => {
    expect(under("Findings", example)[0]).toBe(
      "- **high** src/db/schema.ts: The body column has no length limit. (found by 1.3, 2.1)",
    );
  });

  it("the report in Markdown shows a finding with what is to be done about it, and cuts one that has no end", () => {
    const shown = (text: string) => {
      const ran = { task: "a", from: 0, to: 1, report: { findings: [{ severity: "high", text } as const] } };
      return (
        under(
          "Findings",
          renderMarkdown(aggregate(planState([task("a", { status: "completed" })], [ran]), [], NOW)),
        )[0] ?? ""
      );
    };
    const remedy = `${"The reasons are many. ".repeat(40)}Remedy: close the handle.`;
    expect(shown(remedy)).toContain("Remedy: close the handle. (found by a)");
    const endless = shown("word ".repeat(800));
    expect(endless).toMatch(/word… \(found by a\)$/);
    expect(endless.length).toBeLessThan(1_600);
  });

  it("the report in Markdown has a row for what was measured and a sentence for what was not", () => {
    const measured = under("The measured run", example);
    expect(measured).toContain("| Wall time | 3 min 51 s |");
    expect(measured).toContain("| Attempts | 12 (1 retry, 1 lost) |");
    expect(measured.filter((line) => /\| (?:0|undefined|NaN)/.test(line))).toEqual([]);
    expect(measured).toContain(
      "Not measured: planned critical path (no estimates); tokens of the agents (no transcript was found); tokens of the main conversation (no transcript was found); contradictions between reports.",
    );
  });

  it("the report in Markdown ends with one line worth sharing", () => {
    expect(example.trimEnd().split("\n").at(-1)).toBe(
      "**9 of 12 tasks, 5 agents at once, 2.7× faster than one after another (3 min 51 s instead of 10 min 26 s)**",
    );
  });

  it("the report in Markdown says when the run ended", () => {
    expect(example.split("\n")[4]).toBe("Ended 2026-03-02 09:03:51 UTC.");
    expect(example.match(/ UTC/g)).toHaveLength(1);
  });

  it("the report in Markdown shows no table of figures and no timeline for a plan that nobody ran", () => {
    const report = renderMarkdown(aggregate(planState([task("a")]), [], NOW));
    expect(under("The measured run", report).join("\n")).not.toMatch(/\||```/);
    expect(report).toContain("no agent ran, so nothing was measured");
  });
});

describe("the report of a plan that goes on", () => {
  const state = planState(
    [
      task("a", { status: "completed" }),
      task("b"),
      task("c", { status: "in_progress" }),
      task("d", { after: ["c"] }),
      task("e", { status: "failed" }),
      task("f", { after: ["e"] }),
    ],
    [
      { task: "a", from: 0, to: 100 },
      { task: "b", from: 0, to: 50, outcome: "failed", report: { outcome: "failed", summary: "No parser" } },
      { task: "e", from: 50, to: 60, outcome: "failed" },
      { task: "c", from: 60 },
    ],
  );
  const estimates = eventsOf({ type: "claim.offered", task: id("a"), estimateMs: 5_000_000 } as Change);
  const report = renderMarkdown(aggregate(state, estimates, START_MS + 150_000));

  it("the report of a plan that goes on counts what is to come apart from what cannot run", () => {
    expect(report.split("\n")[2]).toBe(
      "**Overall status: ▶ running**: 1 of 6 tasks completed, 1 failed, 1 running, 2 to come, 1 not run.",
    );
  });

  it("the report of a plan that goes on says of each task that is to come what it waits for", () => {
    expect(under("To come ○", report)).toEqual([
      "- ○ **b** Task b (feature-implementer, 50 s)",
      "  - State: to be tried again after attempt 1 failed",
      "  - Result: No parser",
      "- ○ **d** Task d",
      "  - State: waits for c",
    ]);
    expect(under("Not run ○", report)).toEqual(["- ○ **f** Task f", "  - Reason: needs e, which failed"]);
  });

  it("the report of a plan that goes on says of which moment it is, once", () => {
    expect(report.split("\n")[4]).toBe("As of 2026-03-02 09:02:30 UTC.");
    expect(report.match(/ UTC/g)).toHaveLength(1);
  });

  it("the report of a plan that goes on shows its figures as those so far, without those that judge a whole run", () => {
    expect(headings(report)).toContain("## The measured run so far");
    const rows = under("The measured run so far", report).map((line) => line.split(" | ")[0]);
    expect(rows).toContain("| Wall time");
    for (const name of ["Speedup", "Efficiency", "Lower bound"]) expect(rows).not.toContain(`| ${name}`);
  });

  it("the report of a plan that goes on names no median of one task", () => {
    expect(under("The measured run so far", report)).toContain(
      "| Estimated | 1 h 23 min for 1 task that took 1 min 40 s |",
    );
  });
});

it("the report in Markdown says once what holds of many files, and names some of them", () => {
  const files = Array.from({ length: 12 }, (_, i) => ({
    path: `src/f${String(i).padStart(2, "0")}.ts`,
    how: i === 0 ? ("removed" as const) : ("written" as const),
    inScopeOf: [1 as AttemptId],
  }));
  const state = planState(
    [task("a", { status: "completed", writes: ["src/"] })],
    [{ task: "a", from: 0, to: 1, report: {} }],
  );
  const atWork = [{ attempt: 1 as AttemptId, task: "demo/a" }];
  const events = eventsOf({ type: "checkout.observed", sinceMs: 0, untilMs: 1, atWork, files });
  const lines = under("Files and scopes", renderMarkdown(aggregate(state, events, NOW)));
  expect(lines[0]).toMatch(
    /^- \*\*a\*\* did not report src\/f00\.ts \(removed\), .*f09\.ts and 2 more, changed/,
  );
});

/** The text without its inline code, each piece of which ends in the line that it begins in. */
function withoutCode(markdown: string): string {
  return markdown
    .split("\n")
    .map((line) =>
      inlineCode(line).spans.reduceRight(
        (rest, { start, end }) => rest.slice(0, start) + rest.slice(end),
        line,
      ),
    )
    .join("\n");
}

describe("commands in the report", () => {
  const ran = (command: string, result = "12 passed") =>
    renderMarkdown(
      aggregate(
        planState(
          [task("a", { status: "completed", acceptance: [{ criterion: "c", command }] })],
          [{ task: "a", from: 0, to: 1, report: { evidence: [{ command, exitCode: 0, result }] } }],
        ),
        [],
        NOW,
      ),
    );

  it("are code that can be copied, with the exit code, also where it is 0", () => {
    expect(ran("npx vitest run -t 'a  [b]' src/*_test.ts && echo \\$HOME | wc")).toContain(
      "  - Evidence: `npx vitest run -t 'a  [b]' src/*_test.ts && echo \\$HOME | wc` → exit code 0, 12 passed",
    );
    expect(ran("npm test", "")).toContain("`npm test` → exit code 0\n");
  });

  it("end nothing, whatever ticks they hold, and are told exactly where they have several lines", () => {
    expect(ran("echo `date` ```")).toContain("Evidence: ```` echo `date` ``` ```` → exit code 0");
    expect(ran("cd a\nnpm test")).toContain(
      String.raw`Evidence: \`"cd a\nnpm test"\` → exit code 0`.replaceAll("\\`", "`"),
    );
  });

  it("stay code where an agent names them in a sentence, whose other marks mean nothing", () => {
    expect(ran("true", "`a_*b*` ran *well* in <b>, see `c")).toContain(
      "exit code 0, `a_*b*` ran \\*well\\* in &lt;b\\>, see \\`c",
    );
  });
});

it("shows a subject with its label in brackets as it was written, and no link", () => {
  const subjects = ["[iOS] Add the screen", "[x] done", "[a b](http://x)", "[^1]", "![ab]", "[foo]: /url"];
  const tasks = subjects.map((subject, i) => task(String(i), { subject, status: "completed" }));
  const text = renderMarkdown(aggregate(planState(tasks), [], NOW));
  expect(under("Completed", text)).toEqual([
    "- ✓ **0** [iOS] Add the screen",
    "- ✓ **1** \\[x\\] done",
    "- ✓ **2** \\[a b\\](http: //x)",
    "- ✓ **3** \\[^1\\]",
    "- ✓ **4** !\\[ab\\]",
    "- ✓ **5** \\[foo\\]: /url",
  ]);
});

describe("hostile text", () => {
  const hostile =
    "\u001b[2J\n# Owned\n```\n<script>x</script> [a](javascript:x) | \u202E https://evil.example";
  const state = planState(
    [
      task("a", { status: "completed", subject: hostile, writes: [], acceptance: [{ criterion: hostile }] }),
      task("b", { status: "failed", subject: hostile, cause: said(hostile) }),
    ],
    [
      {
        task: "a",
        from: 0,
        to: 5,
        role: hostile,
        report: {
          summary: hostile,
          evidence: [
            { criterion: hostile, command: hostile, exitCode: 1, result: hostile },
            { notVerified: hostile },
          ],
          filesChanged: [hostile],
          findings: [{ severity: "high", file: hostile, text: hostile }],
          notes: [hostile],
        },
      },
      { task: "b", from: 0, to: 9, outcome: "failed", cause: hostile, lastMessage: hostile },
      {
        task: "b",
        from: 9,
        to: 12,
        outcome: "failed",
        cause: hostile,
        lastMessage: hostile,
        session: hostile,
      },
    ],
    {
      title: hostile,
      status: "stopped",
      cause: hostile,
      source: { kind: "file", path: hostile, sha256: "0" },
    },
  );
  const events = eventsOf(
    { type: "decision.taken", decision: hostile, reason: hostile },
    { type: "token.refused", task: id(hostile), why: hostile, tried: hostile },
    { type: "task.annotated", task: id(hostile), note: `${hostile} again` },
    {
      type: "checkout.observed",
      sinceMs: 0,
      untilMs: 1,
      atWork: [{ attempt: 1 as AttemptId, task: hostile }],
      files: [
        { path: `${hostile} stray`, how: "written", inScopeOf: [] },
        { path: `${hostile} own`, how: "removed", inScopeOf: [1 as AttemptId] },
      ],
    },
    { type: "attempt.compared", task: id(hostile), attempt: 1 as AttemptId, unchanged: [hostile], note: "" },
    { type: "checkout.unmeasured", atWork: [], why: hostile },
  );
  const report = aggregate(state, events, NOW);

  it.each([
    ["report", renderMarkdown(report)],
    ["ledger", renderLedger(report)],
  ])("hostile text changes nothing about the form of the %s", (_name, text) => {
    expect(text).toContain("Owned");
    expect(headings(text).filter((line) => /^#+ *Owned/.test(line))).toEqual([]);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const prose = withoutCode(text.replace(/^```text\n[\s\S]*?^```$/m, ""));
    expect(prose).not.toContain("://");
    expect(prose).not.toMatch(/(?<!\\)[<[\]`]/);
    expect(text.split("\n").every((line) => line.length < 2_000)).toBe(true);
    // The timeline's own code block, and no fence that the text brought.
    expect(text.split("\n").filter((line) => /^ {0,3}```/.test(line)).length % 2).toBe(0);
  });
});
