import { describe, expect, it } from "vitest";
import type { Purpose } from "../../../mcp-server/src/graph/purpose.ts";
import type { Task } from "../../../mcp-server/src/graph/task.ts";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { renderMarkdown } from "../../../mcp-server/src/report/render/markdown/report.ts";
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
