import { describe, expect, it } from "vitest";
import { overloadedAgent } from "../../../mcp-server/src/audit/rules/overloaded-agent.ts";
import { shortWork } from "../../../mcp-server/src/audit/rules/short-work.ts";
import { type Agent, found, only, sessionOf } from "../../support/transcript.ts";

/** Agents of one message, that long in seconds. */
function burst(...seconds: number[]): Agent[] {
  return seconds.map((length, i) => ({
    ...{ id: `a${i}`, name: `Part ${i}`, from: 10, to: 10 + length, message: "burst" },
  }));
}

describe("work under 30 seconds parallelised", () => {
  it("work under 30 seconds is found to be parallelised when no agent of a message took longer", () => {
    expect(found(shortWork, sessionOf(burst(12, 20)))).toEqual([
      "2 agents took at most 20 s each: Part 0, Part 1",
    ]);
  });

  it("parallel work under 30 seconds is no finding when one was worth it, or it was one agent, or one failed", () => {
    expect(found(shortWork, sessionOf(burst(12, 30)))).toEqual([]);
    expect(found(shortWork, sessionOf(burst(12)))).toEqual([]);
    expect(
      found(shortWork, sessionOf(burst(12, 5).map((agent) => ({ ...agent, status: "failed" })))),
    ).toEqual([]);
  });
});

describe("one agent overloaded while others idled", () => {
  it("one agent that is overloaded while others idle is found, with what sharing its work would have saved", () => {
    const finding = only(overloadedAgent, sessionOf(burst(60, 70, 370)));
    expect(finding.lostMs).toBe(200_000);
    expect(found(overloadedAgent, sessionOf(burst(60, 70, 370)))).toEqual([
      "Part 2 worked alone for the last 5 min while the other 2 agents of its message had ended",
    ]);
  });

  it("one overloaded agent is no finding when others went on meanwhile", () => {
    const filler = { id: "b", name: "Filler", from: 85, to: 370 };
    expect(found(overloadedAgent, sessionOf([...burst(60, 70, 370), filler]))).toEqual([]);
  });

  it("one overloaded agent is no finding among two, or when the last is not much longer, or only for a moment", () => {
    expect(found(overloadedAgent, sessionOf(burst(70, 370)))).toEqual([]);
    expect(found(overloadedAgent, sessionOf(burst(100, 120, 190)))).toEqual([]);
    expect(found(overloadedAgent, sessionOf(burst(5, 10, 60)))).toEqual([]);
  });
});
