import { describe, expect, it } from "vitest";
import { reportOf } from "../../../mcp-server/src/audit/report/audit-report.ts";
import { auditSession } from "../../../mcp-server/src/audit/report/session-audit.ts";
import { measureRun } from "../../../mcp-server/src/report/figures/run-figures.ts";
import { planState, START_MS, task } from "../../support/plan-fixture.ts";
import { sessionOf } from "../../support/transcript.ts";

/** When three agents of one plan were at work, in seconds. */
type Spans = readonly (readonly [from: number, to: number])[];

const inReport = (spans: Spans) => {
  const ran = spans.map(([from, to], i) => ({ task: `t${i}`, from, to }));
  const tasks = ran.map(({ task: id }) => task(id, { status: "completed" }));
  return measureRun(planState(tasks, ran), [], START_MS + 100_000_000).speedup;
};

const inAudit = (spans: Spans) => {
  const agents = spans.map(([from, to], i) => ({
    ...{ id: `a${i}`, name: `Part ${i}`, from, to },
    prompt: `Task demo/1.${i}, token ${i}-abcdefghijklmnopqrstuvwxyz.`,
  }));
  return reportOf([auditSession(sessionOf(agents))]).speedup;
};

describe("report and audit of the same run", () => {
  it.each<[string, Spans]>([
    [
      "agents at once",
      [
        [10, 110],
        [10, 60],
        [10, 90],
      ],
    ],
    [
      "a wait between two launches",
      [
        [10, 110],
        [10, 60],
        [210, 300],
      ],
    ],
    [
      "a night between two sessions",
      [
        [10, 110],
        [10, 60],
        [40_000, 40_100],
      ],
    ],
  ])("report and audit of the same run tell the same speedup after %s", (_, spans) => {
    expect(inAudit(spans)).toBeCloseTo(inReport(spans) ?? 0, 2);
  });
});
