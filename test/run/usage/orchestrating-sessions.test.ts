import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { Change, GraphEvent } from "../../../mcp-server/src/graph/event.ts";
import { orchestratingSessions } from "../../../mcp-server/src/run/usage/orchestrating-sessions.ts";
import { planState, type Ran, START_MS, task } from "../../support/plan-fixture.ts";

const NOW = 1_000;

function at(second: number, change: Change): GraphEvent {
  return { seq: second, atMs: START_MS + second * 1_000, v: 1, actor: "main", change };
}

const reported = (second: number, session: string) => at(second, { type: "plan.reported", session });
const launched = (session: string, ...attempts: number[]) =>
  at(1, {
    type: "batch.launched",
    session,
    inOneMessage: attempts.length,
    attempts: attempts as AttemptId[],
    leftOut: [],
  });

/** Each session with its conversations, and its period in seconds from the start. */
function sessions(ran: Ran[], events: GraphEvent[] = [], asking?: string) {
  const { claims } = planState([task("a"), task("b")], ran);
  return orchestratingSessions(claims, events, START_MS + NOW * 1_000, asking).map(
    ({ session, conversations, period }) => [
      session,
      conversations,
      (period.fromMs - START_MS) / 1_000,
      (period.toMs - START_MS) / 1_000,
    ],
  );
}

describe("a session orchestrates a plan", () => {
  it("a session that was given no report orchestrates a plan from its first claim to the end of its last attempt", () => {
    const ran = [
      { task: "a", from: 5, to: 10, session: "one" },
      { task: "a", from: 12, to: 30, session: "one" },
      { task: "b", from: 100, to: 120, session: "two" },
    ];
    expect(sessions(ran)).toEqual([
      ["one", ["one"], 5, 30],
      ["two", ["two"], 100, 120],
    ]);
  });

  it("a session orchestrates a plan to the first report after that, whatever it is asked later", () => {
    const ran = [{ task: "a", from: 5, to: 30, session: "one" }];
    const events = [reported(20, "one"), reported(32, "two"), reported(40, "one"), reported(90, "one")];
    expect(sessions(ran, events, "one")).toEqual([["one", ["one"], 5, 40]]);
  });

  it("a session orchestrates a plan to now while an agent of its own runs, or while it is being given the report", () => {
    expect(sessions([{ task: "a", from: 5, session: "one" }])).toEqual([["one", ["one"], 5, NOW]]);
    const ran = [
      { task: "a", from: 5, to: 30, session: "one" },
      { task: "b", from: 6, to: 31, session: "two" },
    ];
    expect(sessions(ran, [], "one")).toEqual([
      ["one", ["one"], 5, NOW],
      ["two", ["two"], 6, 31],
    ]);
  });

  it("a session orchestrates a plan in all conversations from which its agents were launched", () => {
    const ran = [
      { task: "a", from: 5, to: 30, session: "one" },
      { task: "b", from: 6, to: 31, session: "one" },
    ];
    expect(sessions(ran, [launched("one", 1), launched("cleared", 2)])[0]?.[1]).toEqual(["one", "cleared"]);
    expect(sessions(ran, [launched("resumed", 1, 2)])[0]?.[1]).toEqual(["resumed"]);
  });

  it("clients that are no sessions orchestrate no plan", () => {
    expect(sessions([{ task: "a", from: 5, to: 30 }])).toEqual([]);
  });
});
