import { describe, expect, it } from "vitest";
import type { Finding, ReviewVerdict } from "../../../mcp-server/src/graph/attempt.ts";
import type { Purpose } from "../../../mcp-server/src/graph/purpose.ts";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { renderBriefReport } from "../../../mcp-server/src/report/render/brief-report.ts";
import { renderLedger } from "../../../mcp-server/src/report/render/ledger.ts";
import { renderMarkdown } from "../../../mcp-server/src/report/render/markdown/report.ts";
import { id, planState, type Ran, START_MS, task } from "../../support/plan-fixture.ts";

const completed = { status: "completed" } as const;
const BUG: Finding = { severity: "high", file: "src/a.ts:3", text: "Nothing rejects an empty name" };
const OTHER: Finding = { severity: "low", text: "The page has no title" };

const review = (name: string, of: string | undefined, round: number) => {
  const purpose: Purpose = { kind: "review", ...(of !== undefined && { of: id(of) }), round };
  return task(name, { ...completed, origin: "server", extra: { purpose } });
};
const own = (name: string, after: string[] = []) =>
  task(name, { ...completed, agent: "parallel:code-reviewer", after });
const says = (
  name: string,
  from: number,
  verdict: ReviewVerdict | undefined,
  ...findings: Finding[]
): Ran => ({ task: name, from, to: from + 1, report: { ...(verdict && { verdict }), findings } });

function reportOf(tasks: ReturnType<typeof task>[], ran: readonly Ran[]) {
  return aggregate(
    planState([task("a", completed), task("b", completed), ...tasks], ran),
    [],
    START_MS + 1e6,
  );
}

/** Which findings are fixed, and by whose acceptance. */
const fixed = (tasks: ReturnType<typeof task>[], ran: readonly Ran[]) =>
  reportOf(tasks, ran).findings.map(({ text, acceptedBy }) => [text, acceptedBy]);

describe("what a review found", () => {
  const twice = [review("a-review", "a", 1), review("a-review2", "a", 2)];

  it("what a review found is fixed when a later review of the same work accepts", () => {
    const ran = [says("a-review", 1, "rejected", BUG), says("a-review2", 3, "accepted")];
    expect(fixed(twice, ran)).toEqual([[BUG.text, "a-review2"]]);
  });

  it.each([
    ["another review follows", [says("a-review", 1, "rejected", BUG)]],
    [
      "the later review rejects too",
      [says("a-review", 1, "rejected", BUG), says("a-review2", 3, "rejected", OTHER)],
    ],
    ["the work was accepted with it", [says("a-review", 1, "accepted", BUG)]],
    [
      "the later review accepts and names it again",
      [says("a-review", 1, "rejected", BUG), says("a-review2", 3, "accepted", BUG)],
    ],
    [
      "somebody else finds it after the acceptance",
      [says("a-review", 1, "rejected", BUG), says("a-review2", 3, "accepted"), says("b", 5, undefined, BUG)],
    ],
  ])("what a review found is open while %s", (_, ran) => {
    expect(fixed(twice, ran).find(([text]) => text === BUG.text)).toEqual([BUG.text, undefined]);
  });

  it("what a review found is not fixed by the acceptance of other work", () => {
    const tasks = [review("a-review", "a", 1), review("b-review", "b", 1)];
    const ran = [says("a-review", 1, "rejected", BUG), says("b-review", 3, "accepted")];
    expect(fixed(tasks, ran)).toEqual([[BUG.text, undefined]]);
  });

  it("what a reviewer of the breakdown rejected is fixed when the plan's review accepts, and when a reviewer after it does", () => {
    const rejected = says("r", 1, "rejected", BUG);
    expect(
      fixed([own("r"), review("plan-review", undefined, 1)], [rejected, says("plan-review", 3, "accepted")]),
    ).toEqual([[BUG.text, "plan-review"]]);
    const between = task("fix", { ...completed, after: ["r"] });
    expect(fixed([own("r"), between, own("s", ["fix"])], [rejected, says("s", 5, "accepted")])).toEqual([
      [BUG.text, "s"],
    ]);
    expect(fixed([own("r"), between, own("s")], [rejected, says("s", 5, "accepted")])).toEqual([
      [BUG.text, undefined],
    ]);
  });

  it("what an implementer found stays open: no review was asked about it", () => {
    const ran = [says("a", 1, undefined, BUG), says("a-review2", 3, "accepted")];
    expect(fixed(twice, ran)).toEqual([[BUG.text, undefined]]);
  });
});

describe("of several reviews that accept", () => {
  it("of several reviews that accept, the first that was told of a finding is named", () => {
    const tasks = [own("r"), own("s", ["r"]), review("plan-review", undefined, 1)];
    const ran = [says("r", 1, "rejected", BUG), says("s", 3, "accepted"), says("plan-review", 5, "accepted")];
    expect(fixed(tasks, ran)).toEqual([[BUG.text, "s"]]);
  });

  it("of several reviews that accept, one that began before the finding was known was not told of it", () => {
    const tasks = [own("r"), review("plan-review", undefined, 1)];
    const early: Ran = { ...says("plan-review", 0, "accepted"), to: 9 };
    expect(fixed(tasks, [says("r", 1, "rejected", BUG), early])).toEqual([[BUG.text, undefined]]);
  });

  it("of several reviews that accept, none fixes what was found again between them", () => {
    const tasks = [own("r"), own("s", ["r"]), review("plan-review", undefined, 1)];
    const ran = [
      says("r", 1, "rejected", BUG),
      says("s", 3, "accepted"),
      says("b", 5, undefined, BUG),
      says("plan-review", 7, "accepted"),
    ];
    expect(fixed(tasks, ran)).toEqual([[BUG.text, undefined]]);
  });
});

describe("a remark", () => {
  const REMARK: Finding = { severity: "info", file: "src/a.ts", text: "No printer was there to try it" };
  const report = reportOf(
    [review("a-review", "a", 1), review("a-review2", "a", 2)],
    [says("a-review", 1, "rejected", BUG, REMARK), says("a-review2", 3, "accepted")],
  );

  it("a remark of a rejection is nothing that gets fixed: it stays one in the report", () => {
    const text = renderMarkdown(report);
    expect(text).toContain(
      "## Findings\n\n- **info** src/a.ts: No printer was there to try it (found by a-review)\n",
    );
    expect(text.match(/No printer/g)).toHaveLength(1);
    expect(renderBriefReport(report)).toContain("\n1 remark.\n");
    expect(renderBriefReport(report)).not.toContain("finding");
  });

  it("a remark stands in the ledger, below what is an issue", () => {
    expect(renderLedger(report)).toContain(
      "evidence\n\n**Remarks:**\n\n- src/a.ts: No printer was there to try it (found by a-review)\n",
    );
  });
});

describe("a finding that was fixed", () => {
  const report = reportOf(
    [review("a-review", "a", 1), review("a-review2", "a", 2)],
    [says("a-review", 1, "rejected", BUG), says("a-review2", 3, "accepted", OTHER)],
  );

  it("a finding that was fixed is no known issue of the ledger", () => {
    const ledger = renderLedger(report);
    expect(ledger).toContain(OTHER.text);
    expect(ledger).not.toContain(BUG.text);
  });

  it("a finding that was fixed stands apart in the report, with the review that accepted it", () => {
    const text = renderMarkdown(report);
    expect(text).toContain("## Findings\n\n- **low** The page has no title (found by a-review2)\n");
    expect(text).toContain(
      "## Findings that were fixed\n\n- **high** src/a.ts:3: Nothing rejects an empty name (found by a-review; accepted as fixed in a-review2)\n",
    );
    expect(renderBriefReport(report)).toContain("1 finding, 0 of them severe.");
  });
});
