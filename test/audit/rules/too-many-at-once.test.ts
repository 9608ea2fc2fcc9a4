import { expect, it } from "vitest";
import { tooManyAtOnce } from "../../../mcp-server/src/audit/rules/too-many-at-once.ts";
import { type Agent, call, found, result, sessionOf } from "../../support/transcript.ts";

function crowd(size: number, change: (i: number) => Partial<Agent> = () => ({})): Agent[] {
  return Array.from({ length: size }, (_, i) => ({
    ...{ id: `a${i}`, name: `Part ${i}`, from: 10, to: 100, message: "burst" },
    ...change(i),
  }));
}

it("the audit finds more than five agents at once, and says that it did no harm", () => {
  expect(found(tooManyAtOnce, sessionOf(crowd(6)))).toEqual([
    "6 agents were at work at once; nothing broke this time",
  ]);
});

it("the audit counts those of too many agents at once that failed at a limit", () => {
  const status = (i: number): Partial<Agent> =>
    i < 2 ? { status: "failed", report: "API Error: 429 rate limit" } : {};
  expect(found(tooManyAtOnce, sessionOf(crowd(8, status)))).toEqual([
    "8 agents were at work at once: 2 failed at a limit",
  ]);
});

it("the audit finds launches that the host refused because too many agents ran", () => {
  const refused = [
    call(10, "no", "Agent", { description: "One more", prompt: "Do it" }, "burst"),
    result(11, "no", "Concurrent subagent limit reached (20). Do not retry.", {}, true),
  ];
  expect(found(tooManyAtOnce, sessionOf(crowd(2), refused))).toEqual([
    "2 agents were at work at once: the host refused 1",
  ]);
});

it("the audit leaves a plan alone whose policy allows more than five agents at once", () => {
  const planned = crowd(8, (i) => ({ prompt: `Task demo/${i}, token ${i}-abcdefghijklmnopqrstuvwxyz.` }));
  expect(found(tooManyAtOnce, sessionOf(planned))).toEqual([]);
});

it("the audit allows five agents at once, and any number one after another", () => {
  expect(found(tooManyAtOnce, sessionOf(crowd(5)))).toEqual([]);
  const inTurn = crowd(9, (i) => ({ from: 10 + 100 * i, to: 110 + 100 * i, message: `m${i}` }));
  expect(found(tooManyAtOnce, sessionOf(inTurn))).toEqual([]);
});
