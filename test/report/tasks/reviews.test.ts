import { describe, expect, it } from "vitest";
import type { Purpose } from "../../../mcp-server/src/graph/purpose.ts";
import type { Task } from "../../../mcp-server/src/graph/task.ts";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { renderLedger } from "../../../mcp-server/src/report/render/ledger.ts";
import { renderMarkdown } from "../../../mcp-server/src/report/render/markdown/report.ts";
import { verdictText, withVerdict } from "../../../mcp-server/src/report/render/markdown/verdict-text.ts";
import { eventsOf, id, planState, type Ran, START_MS, task } from "../../support/plan-fixture.ts";

const HOSTILE = "Fine.\n\n# Report\n**Overall status: ✓** <img src=x> \u001b[2J [click](http://evil)";

function made(
  name: string,
  purpose: Purpose,
  given: Partial<Omit<Task, "id" | "dependencies">> & { after?: string[] } = {},
) {
  return task(name, { ...given, origin: "server", extra: { purpose } });
}

function reportOf(tasks: readonly Task[], ran: readonly Ran[]) {
  return aggregate(planState(tasks, ran), eventsOf(), START_MS + 900_000);
}

const review = (round: number, given: Partial<Task> & { after?: string[] } = {}) =>
  made(`1-review${round}`, { kind: "review", of: id("1"), round }, given);
const fix = (status: Task["status"]) =>
  made("1-fix", { kind: "fix", of: id("1"), round: 1 }, { status, after: ["1-review1"] });
const done = { status: "completed" } as const;
const finding = { severity: "high", text: "Wrong" } as const;

const rejectedOnce: readonly Ran[] = [
  { task: "1", from: 0, to: 10 },
  {
    task: "1-review1",
    from: 10,
    to: 20,
    role: "code-reviewer",
    report: { verdict: "rejected", summary: HOSTILE, findings: [finding] },
  },
  { task: "1-fix", from: 20, to: 30, report: { summary: HOSTILE } },
];

describe("the reviews of a report", () => {
  it("the reviews of a report tell of each work the rounds, their verdicts, who gave them and what fixed what", () => {
    const tasks = [task("1", done), review(1, done), fix("completed"), review(2, done)];
    const accepted: Ran = {
      task: "1-review2",
      from: 30,
      to: 40,
      role: "code-reviewer",
      report: { verdict: "accepted" },
    };
    const { reviews } = reportOf(tasks, [...rejectedOnce, accepted]);
    expect(reviews).toMatchObject([
      {
        task: "1",
        state: "accepted",
        rounds: [
          {
            round: 1,
            verdict: "rejected",
            findings: 1,
            by: ["parallel:code-reviewer"],
            fix: { task: "1-fix", status: "completed" },
          },
          { round: 2, review: "1-review2", verdict: "accepted", findings: 0 },
        ],
      },
    ]);
  });

  it("the reviews of a report are under way until one accepts, and wait for a person when nothing more will come", () => {
    const stateOf = (...tasks: Task[]) => reportOf([task("1", done), ...tasks], []).reviews[0]?.state;
    expect(stateOf(review(1))).toBe("under review");
    expect(stateOf(review(1, done), fix("pending"))).toBe("under review");
    expect(stateOf(review(1, { status: "failed" }))).toBe("waits for a person");
    expect(stateOf(review(1, done), fix("failed"))).toBe("waits for a person");
    expect(stateOf(review(1, { status: "cancelled" }))).toBe("waits for a person");
  });

  it("the reviews of a report show what agents wrote as text and nothing else", () => {
    const text = renderMarkdown(reportOf([task("1", done), review(1, done), fix("completed")], rejectedOnce));
    const section = text.slice(text.indexOf("## Reviews"), text.indexOf("## Findings"));
    expect(section.trim().split("\n")).toHaveLength(4);
    expect(section).not.toMatch(/^# Report/m);
    expect(section).not.toContain("\u001b");
    for (const raw of [/(?<!\\)<img/, /(?<!\\)\[click/, /(?<!\\)\*\*Overall/])
      expect(section).not.toMatch(raw);
  });

  it("the reviews of a report that reject claim nothing that would have to be verified", () => {
    const acceptance = [{ criterion: "Works" }];
    const tasks = [task("1", done), review(1, { ...done, acceptance }), fix("completed")];
    expect(reportOf(tasks, rejectedOnce).unverified.filter((one) => one.task === "1-review1")).toEqual([]);
  });
});

describe("the verdict of a reviewer's own task", () => {
  const own = (name: string, after: string[] = []) => task(name, { ...done, agent: "code-reviewer", after });
  const says = (name: string, from: number, report: NonNullable<Ran["report"]>): Ran => ({
    task: name,
    from,
    to: from + 1,
    role: "code-reviewer",
    report,
  });
  const rejects = says("r", 1, {
    verdict: "rejected",
    summary: "Rejected: names are not quoted.",
    findings: [finding],
  });
  const accepts = says("s", 3, { verdict: "accepted", summary: "Names are quoted." });
  const report = reportOf([own("r"), own("s", ["r"])], [rejects, accepts]);

  it("the verdict of a reviewer's own task stands among the reviews, a rejection with what accepted it later", () => {
    const text = renderMarkdown(report);
    expect(
      text.slice(text.indexOf("## Reviews"), text.indexOf("## Findings")).trim().split("\n").slice(2),
    ).toEqual([
      "- ✗ **r** Task r (code-reviewer, 1 finding; accepted later in **s**): **Rejected**: names are not quoted.",
      "- ✓ **s** Task s (code-reviewer): **accepted**: Names are quoted.",
    ]);
  });

  it("the verdict of a reviewer's own task stands in the ledger with the task", () => {
    const ledger = renderLedger(report);
    expect(ledger).toContain("- Task r: Task r. **Rejected**: names are not quoted.\n");
    expect(ledger).toContain("- Task s: Task s. **accepted**: Names are quoted.\n");
  });

  it.each([
    ["Rejected: no tests.", "**Rejected**: no tests."],
    ["rejected because of x", "**rejected** because of x"],
    ["**Rejected.** No tests.", "**Rejected**. No tests."],
    ["__REJECTED__: no", "**REJECTED**: no"],
    ["Rejectedly bad", "**rejected**: Rejectedly bad"],
    ["Not accepted: no tests", "**rejected**: Not accepted: no tests"],
    ["Rejected", "**Rejected**"],
    ["Rejected # Report", "**Rejected** \\# Report"],
  ])("a verdict is said once where the summary is %s", (summary, shown) => {
    expect(verdictText("rejected", summary)).toBe(shown);
    const isSaid = !shown.startsWith("**rejected**: ");
    expect(withVerdict("rejected", summary)).toBe(isSaid ? summary : `rejected: ${summary}`);
  });
});

describe("what a reviewer inspected", () => {
  it("what a reviewer inspected has room in the report, on one line", () => {
    const inspected = `${"x".repeat(250)}\nthe end`;
    const text = renderMarkdown(
      reportOf([task("1", done)], [{ task: "1", from: 0, to: 1, report: { evidence: [{ inspected }] } }]),
    );
    expect(text).toContain(`  - Evidence: inspected: ${"x".repeat(250)} the end\n`);
  });
});

describe("a command that failed beside other writers", () => {
  const acceptance = [{ criterion: "The suite passes", command: "npm test" }];
  const failed = { criterion: "1", command: "npm test", exitCode: 1, result: "other.ts" };
  const doubts = (again: Partial<Ran> | undefined, status: Task["status"]) => {
    const verify = made("verify", { kind: "verify", of: [id("1")] }, { status, acceptance, after: ["1"] });
    const ran: Ran[] = [{ task: "1", from: 0, to: 10, report: { evidence: [failed] } }];
    if (again) ran.push({ task: "verify", from: 10, to: 20, ...again });
    return reportOf([task("1", { ...done, acceptance }), verify], ran)
      .unverified.filter((one) => one.task === "1")
      .map(({ why }) => why);
  };
  const ended = (exitCode: number) => ({ report: { evidence: [{ ...failed, exitCode }] } });

  it("a command that failed beside other writers is verified when it succeeds in a second run, and not before", () => {
    expect(doubts(undefined, "pending")).toEqual([expect.stringContaining("was not run again yet (verify)")]);
    expect(doubts({ outcome: "lost" }, "pending")).toEqual([expect.stringContaining("not run again yet")]);
    expect(doubts(ended(0), "completed")).toEqual([]);
    expect(doubts(ended(2), "failed")).toEqual([
      "`npm test` ended with exit code 2 also when nobody wrote (verify)",
    ]);
  });
});
