import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { Change } from "../../../mcp-server/src/graph/event.ts";
import type { Usage } from "../../../mcp-server/src/graph/usage.ts";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { renderLedger } from "../../../mcp-server/src/report/render/ledger.ts";
import { renderMarkdown } from "../../../mcp-server/src/report/render/markdown/report.ts";
import { eventsOf, id, planState, type Ran, START_MS, task } from "../../support/plan-fixture.ts";

const NOW = START_MS + 1_000_000;

function usage(output: number): Usage {
  return { input: 1, cacheWrite: 2, cacheRead: 1_000, output };
}

const conversation = (session: string, output: number): Change => ({
  type: "conversation.measured",
  session,
  usage: usage(output),
});

function reportOf(ran: Ran[], ...changes: Change[]) {
  const tasks = [task("a", { status: "completed" }), task("b", { status: "completed" })];
  return aggregate(planState(tasks, ran), eventsOf(...changes), NOW);
}

const both: Ran[] = [
  { task: "a", from: 0, to: 5, session: "one", outcome: "failed", usage: usage(97) },
  { task: "a", from: 6, to: 9, session: "one", usage: usage(997) },
  { task: "b", from: 0, to: 9, session: "two", usage: usage(7_997) },
];

describe("a report on measured agents and conversations", () => {
  const report = reportOf(both, conversation("one", 97), conversation("two", 897), conversation("one", 97));
  const text = renderMarkdown(report);

  it("a report on measured usage adds up agents and conversations, each conversation as it was measured last", () => {
    expect(report.figures.usage).toEqual({
      agents: { input: 3, cacheWrite: 6, cacheRead: 3_000, output: 9_091 },
      unmeasuredAttempts: 0,
      main: { input: 2, cacheWrite: 4, cacheRead: 2_000, output: 994 },
      mainBefore: undefined,
      sessions: 2,
      unmeasuredSessions: 0,
      outsideMain: 9_100 / 10_100,
    });
    expect(report.notMeasured.join()).not.toContain("token");
  });

  it("a report on measured usage tells new tokens, those read again, and those kept out of the main context", () => {
    expect(text).toContain(
      "| Tokens of the agents | 9,100 (input 3, cache writes 6, output 9,091), beside 3,000 cache reads |",
    );
    expect(text).toContain(
      "| Tokens of the main conversation, first claim to report | 1,000 (input 2, cache writes 4, output 994), beside 2,000 cache reads |",
    );
    expect(text).toContain(
      "| Kept out of the main context | 90 % of all tokens (agents and main conversation) from the first claim to the report |",
    );
    expect(text).toMatch(
      /; 90 % of all tokens \(agents and main conversation\) stayed out of the main context\*\*\n$/,
    );
  });

  it("a report on measured usage counts and tells what the conversations used before the first claim", () => {
    const before = { ...conversation("two", 897), before: usage(10_097) } as Change;
    const counted = reportOf(both, conversation("one", 97), before);
    expect(counted.figures.usage?.outsideMain).toBe(9_100 / 20_200);
    expect(renderMarkdown(counted)).toContain(
      "| Main conversation before the first claim | 10,100 (input 1, cache writes 2, output 10,097), beside 1,000 cache reads |",
    );
    expect(counted.notMeasured).toContain("what the main conversation says after the report");
    expect(renderLedger(counted)).toContain(
      "900 by its main conversation from its first claim to the report, 10,100 by that before",
    );
  });

  it("a report on measured usage gives each task and each attempt its own", () => {
    expect(report.tasks.map((one) => one.usage?.output)).toEqual([1_094, 7_997]);
    expect(report.tasks[0]?.attempts.map((one) => one.usage?.output)).toEqual([97, 997]);
    expect(text).toContain("Task a (feature-implementer, 3 s, 1,100 tokens, 2 attempts)");
  });

  it("a report on measured usage gives each session its own in the ledger", () => {
    expect(renderLedger(report)).toContain(
      "- Tokens without cache reads: 8,000 by its agents, 900 by its main conversation",
    );
    expect(renderLedger(report)).toContain(
      "- Tokens without cache reads: 1,100 by its agents, 100 by its main conversation",
    );
  });

  it("a report on measured usage compares what tasks were expected to use with what their last attempts did", () => {
    const offered = (attempt: number, of: string, estimateTokens: number): Change => ({
      type: "claim.offered",
      task: id(of),
      attempt: attempt as AttemptId,
      tokenHash: "",
      agentType: "",
      role: "",
      checkout: "",
      scope: { basis: "declared", writes: [], reads: [], resources: [] },
      isolation: "shared",
      owner: { host: "", pid: 1, startedAt: "" },
      expiresAtMs: 0,
      estimateTokens,
    });
    const compared = reportOf(both, offered(1, "a", 1), offered(2, "a", 4_000), offered(3, "b", 6_000));
    expect(compared.figures.tokenEstimates).toEqual({ tasks: 2, estimated: 10_000, actual: 9_000 });
    expect(renderMarkdown(compared)).toContain("| Tokens estimated | 10,000 for 2 tasks that used 9,000 |");
  });
});

describe("what could not be measured", () => {
  const [first, second, third] = both as [Ran, Ran, Ran];
  const { usage: _, ...unmeasured } = third;

  it("what could not be measured is said of agents, and the share is then the least that it can be", () => {
    const report = reportOf([first, second, unmeasured], conversation("one", 97), conversation("two", 997));
    expect(report.notMeasured).toContain("tokens of 1 of 3 attempts (no transcript was found)");
    expect(renderMarkdown(report)).toContain(
      "| Kept out of the main context | at least 50 % of all tokens (agents and main conversation) from the first claim to the report |",
    );
  });

  it("what could not be measured is said of a session, and then there is no share", () => {
    const report = reportOf(both, conversation("one", 97));
    expect(report.notMeasured).toContain("tokens of the main conversation in 1 of 2 sessions");
    expect(report.figures.usage?.outsideMain).toBeUndefined();
    expect(renderMarkdown(report)).not.toContain("main context");
  });

  it("what could not be measured is never a zero", () => {
    const report = reportOf([unmeasured]);
    expect(report.notMeasured).toEqual(
      expect.arrayContaining([
        "tokens of the agents (no transcript was found)",
        "tokens of the main conversation (no transcript was found)",
      ]),
    );
    expect(report.figures.usage).toMatchObject({
      agents: undefined,
      main: undefined,
      outsideMain: undefined,
    });
    expect(renderMarkdown(report)).not.toMatch(/\| Tokens|tokens\)/);
    expect(renderLedger(report)).not.toContain("Tokens");
    expect(reportOf([]).notMeasured).toContain("tokens (no attempt was made)");
  });
});
