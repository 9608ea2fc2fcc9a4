import { describe, expect, it } from "vitest";
import { said } from "../../../mcp-server/src/graph/task-cause.ts";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { MAX_BRIEF_REPORT, renderBriefReport } from "../../../mcp-server/src/report/render/brief-report.ts";
import { EXAMPLE_END_MS, exampleEvents, exampleState } from "../../support/example-run.ts";
import { planState, START_MS, task } from "../../support/plan-fixture.ts";

const example = renderBriefReport(aggregate(exampleState, exampleEvents, EXAMPLE_END_MS));

describe("the brief report", () => {
  it("the brief report says how it ended, what failed or did not run and why, and how fast it was", () => {
    const lines = example.split("\n");
    expect(lines[0]).toBe(
      "**Overall status: ✗ completed with failures**: 9 of 12 tasks completed, 1 failed, 2 not run.",
    );
    expect(lines).toContain("- 3.2: needs 2.3, which failed");
    expect(lines.find((line) => line.startsWith("- 2.3: "))).toMatch(/^- 2\.3: \S/);
    expect(example).toMatch(/^\d+ of 12 tasks, .* faster than one after another/m);
  });

  it("the brief report names what is to come of a plan that goes on", () => {
    const failed = {
      task: "a",
      from: 0,
      to: 1,
      outcome: "failed",
      report: { summary: "No parser" },
    } as const;
    const text = renderBriefReport(
      aggregate(planState([task("a"), task("b", { after: ["a"] })], [failed]), [], START_MS + 1_000),
    );
    expect(text).toContain(
      "To come:\n- a: to be tried again after attempt 1 failed\n- b: waits for a\n0 of 2 tasks so far",
    );
    expect(text).not.toContain("Not run");
  });

  it("the brief report stays short, however large the plan and however long its texts", () => {
    const tasks = Array.from({ length: 500 }, (_, i) =>
      task(`t${i}`, { status: "failed", cause: said(`${"broken ".repeat(100)}${i}`) }),
    );
    const text = renderBriefReport(aggregate(planState(tasks), [], START_MS + 1_000));
    expect(text.length).toBeLessThan(1_500);
    expect(text).toContain("- and 495 more");
  });

  it("the brief report stays within its limit with the longest names, questions and findings that there are", () => {
    const long = "q<&> ".repeat(2_000);
    const tasks = Array.from({ length: 30 }, (_, i) =>
      task(`${"t".repeat(60)}${i}`, { status: "failed", cause: said(long) }),
    );
    const asking = tasks.map(({ id }, i) => ({
      task: id,
      from: 0,
      to: 1,
      outcome: "completed" as const,
      report: {
        summary: long,
        findings: [
          { severity: "critical" as const, file: `${"f".repeat(500)}${i}.ts`, text: `${i} ${long}` },
        ],
      },
    }));
    const text = renderBriefReport(aggregate(planState(tasks, asking), [], START_MS + 1_000));
    expect(text.length).toBeLessThanOrEqual(MAX_BRIEF_REPORT);
    expect(text).toMatch(/^\*\*Overall status/);
  });

  it("the brief report shows foreign text as text", () => {
    const failed = task("1", { status: "failed", cause: said("<b>no</b> [x](https://evil.example)") });
    const text = renderBriefReport(aggregate(planState([failed]), [], START_MS + 1_000));
    expect(text).toContain("- 1: &lt;b\\>no&lt;/b\\>");
  });
});
