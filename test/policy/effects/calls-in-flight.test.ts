import { describe, expect, it } from "vitest";
import {
  type CallSignal,
  CallsInFlight,
  DURATION_SLACK_MS,
} from "../../../mcp-server/src/policy/effects/calls-in-flight.ts";

const began = (call: string, atMs: number, agentId = "a"): CallSignal => {
  return { kind: "began", call, tool: "Bash", caller: { session: "s", agentId }, atMs };
};

function heard(...signals: readonly CallSignal[]): CallsInFlight {
  const calls = new CallsInFlight();
  for (const signal of signals) calls.apply(signal);
  return calls;
}

const idsBetween = (calls: CallsInFlight, fromMs: number, toMs: number) =>
  calls.between(fromMs, toMs).map(({ id }) => id);

describe("calls in flight", () => {
  it("a call is in flight from its beginning until the first end that is heard of it", () => {
    const calls = heard(
      began("1", 10),
      { kind: "ended", call: "1", atMs: 20 },
      { kind: "ended", call: "1", atMs: 30 },
    );
    expect(idsBetween(calls, 0, 10)).toEqual([]);
    expect(idsBetween(calls, 5, 11)).toEqual(["1"]);
    expect(idsBetween(calls, 19, 25)).toEqual(["1"]);
    expect(idsBetween(calls, 20, 25)).toEqual([]);
  });

  it("a call without an end is in flight until its agent or its turn is over", () => {
    const calls = heard(began("1", 10, "a"), began("2", 10, "b"), {
      kind: "caller-ended",
      session: "s",
      agentId: "a",
      atMs: 20,
    });
    expect(idsBetween(calls, 100, 200)).toEqual(["2"]);
    expect(calls.open.map(({ id }) => id)).toEqual(["2"]);
  });

  it("the wait at a prompt is taken off once the call has told how long it ran", () => {
    const calls = heard(began("1", 1_000));
    expect(idsBetween(calls, 2_000, 3_000)).toEqual(["1"]);
    calls.apply({ kind: "ended", call: "1", atMs: 60_000, durationMs: 500 });
    expect(idsBetween(calls, 2_000, 3_000)).toEqual([]);
    expect(idsBetween(calls, 2_000, 60_000 - 500 - DURATION_SLACK_MS + 1)).toEqual(["1"]);
  });

  it("a call that was refused at its prompt never ran", () => {
    const calls = heard(began("1", 10), { kind: "refused", call: "1", atMs: 20 });
    expect(idsBetween(calls, 0, 30)).toEqual([]);
  });

  it("what a call left running counts until its announced end, whatever becomes of its agent", () => {
    const calls = heard(
      began("1", 10),
      { kind: "left-running", call: "1", work: "w", atMs: 20 },
      { kind: "ended", call: "1", atMs: 21 },
      { kind: "caller-ended", session: "s", agentId: "a", atMs: 30 },
    );
    expect(idsBetween(calls, 100, 200)).toEqual(["1"]);
    calls.apply({ kind: "work-ended", session: "another", work: "w", atMs: 110 });
    expect(idsBetween(calls, 150, 200)).toEqual(["1"]);
    calls.apply({ kind: "work-ended", session: "s", work: "w", atMs: 120 });
    expect(idsBetween(calls, 150, 200)).toEqual([]);
  });

  it("calls that ended before a time are forgotten, and those in flight are not", () => {
    const calls = heard(began("1", 10), began("2", 10), { kind: "ended", call: "1", atMs: 20 });
    calls.forget(50);
    expect(idsBetween(calls, 0, 100)).toEqual(["2"]);
  });

  it("what is said of a call that never began changes nothing", () => {
    const calls = heard({ kind: "ended", call: "1", atMs: 20 }, { kind: "refused", call: "1", atMs: 20 });
    expect(idsBetween(calls, 0, 100)).toEqual([]);
  });

  it("the wait at a prompt is not taken off where the end was heard late", () => {
    const calls = heard(
      began("1", 1_000),
      { kind: "unheard", why: "stood-still", fromMs: 2_000, untilMs: 65_000, atMs: 60_000 },
      { kind: "ended", call: "1", atMs: 60_000, durationMs: 500 },
    );
    expect(idsBetween(calls, 1_500, 1_600)).toEqual(["1"]);
  });

  it("of a time in which calls may not have been heard of it is told why, until it is forgotten", () => {
    const late = { kind: "unheard", why: "stood-still", fromMs: 10, untilMs: 20, atMs: 20 } as const;
    const calls = heard(late, late, { ...late, why: "began-late", fromMs: 15, untilMs: 40 });
    expect(calls.doubtsBetween(0, 10)).toEqual([]);
    expect(calls.doubtsBetween(0, 11)).toHaveLength(1);
    expect(calls.doubtsBetween(16, 17)).toHaveLength(2);
    expect(heard(...calls.openSignals).doubtsBetween(16, 17)).toHaveLength(2);
    calls.forget(30);
    expect(calls.doubtsBetween(0, 100)).toEqual([
      "a server was started anew, and calls may run that began before",
    ]);
  });
});
