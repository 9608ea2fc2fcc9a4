import { describe, expect, it } from "vitest";
import { ConversationActivity, clipSpans } from "../../../mcp-server/src/audit/conversation/activity.ts";

const MINUTE = 60_000;

function activityOf(...notes: [minute: number, endsWait?: boolean][]) {
  const activity = new ConversationActivity();
  for (const [minute, endsWait = false] of notes) activity.note(minute * MINUTE, endsWait);
  return activity.spans.map(({ startMs, endMs }) => [startMs / MINUTE, endMs / MINUTE]);
}

describe("the time of work", () => {
  it("the time of work is the time between records", () => {
    expect(activityOf([0], [3], [10])).toEqual([[0, 10]]);
  });

  it("the time of work leaves out a silence that no command and no model explains", () => {
    expect(activityOf([0], [2], [600], [601])).toEqual([
      [0, 2],
      [600, 601],
    ]);
  });

  it("the time of work leaves out waiting for a prompt or for an agent of its own, however short", () => {
    expect(activityOf([0], [2], [5, true], [6])).toEqual([
      [0, 2],
      [5, 6],
    ]);
  });

  it("the time of work does not run backwards where clocks do", () => {
    expect(activityOf([0], [5], [3], [6])).toEqual([[0, 6]]);
    expect(activityOf([0], [5], [3, true], [6])).toEqual([
      [0, 5],
      [5, 6],
    ]);
  });
});

it("the parts of spans between two moments are what is left of each", () => {
  const spans = [
    { startMs: 10, endMs: 30 },
    { startMs: 0, endMs: 20 },
    { startMs: 40, endMs: 50 },
  ];
  expect(clipSpans(spans, 15, 25)).toEqual([
    { startMs: 15, endMs: 25 },
    { startMs: 15, endMs: 20 },
  ]);
});
