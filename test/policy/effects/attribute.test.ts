import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import { attribute } from "../../../mcp-server/src/policy/effects/attribute.ts";
import type { CallRecord } from "../../../mcp-server/src/policy/effects/calls-in-flight.ts";

const HOLDER = 1 as AttemptId;
const EFFECT = { path: "src/a.ts", holder: HOLDER, after: "sha256:new" };

const call = (id: string, attempt: number | undefined, more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  tool: "Bash",
  caller: { session: "s", ...(attempt !== undefined && { attempt: attempt as AttemptId }) },
  beganMs: 10,
  ranFromMs: 10.5,
  endedMs: 20.5,
  ...more,
});

describe("attribution", () => {
  it("a file that changed while only its holder's calls ran is the holder's own work", () => {
    expect(attribute(EFFECT, [call("1", 1), call("2", 1)], [])).toMatchObject({ kind: "own" });
  });

  it("one call of somebody else is certain, with the times between which it ran", () => {
    expect(attribute(EFFECT, [call("1", 2)], [])).toEqual({
      kind: "certain",
      call: { id: "1", tool: "Bash", caller: { session: "s", attempt: 2 }, fromMs: 10, untilMs: 21 },
    });
    expect(attribute(EFFECT, [call("1", undefined)], []).kind).toBe("certain");
  });

  it("nothing is certain beside another call, the holder's included", () => {
    for (const other of [1, 3, undefined]) {
      const found = attribute(EFFECT, [call("1", 2), call("2", other)], []);
      expect(found).toMatchObject({ kind: "uncertain", calls: [{ id: "1" }, { id: "2" }] });
    }
  });

  it("nothing is certain where something else may have written", () => {
    const doubts = ["a process outlived its call"];
    for (const calls of [[], [call("1", 1)], [call("1", 2)]]) {
      expect(attribute(EFFECT, calls, doubts)).toMatchObject({ kind: "uncertain", doubts });
    }
  });

  it("a change while no call ran is a person's or another program's", () => {
    expect(attribute(EFFECT, [], [])).toEqual({ kind: "nobody" });
  });

  it("a file tool is known by the bytes that it was told to write, whatever else ran", () => {
    const wrote = { path: "src/a.ts", content: "sha256:new" };
    const others = [call("1", 1), call("3", 3)];
    const doubts = ["a process outlived its call"];
    expect(attribute(EFFECT, [...others, call("2", 2, { wrote })], doubts)).toMatchObject({
      kind: "certain",
      call: { id: "2" },
    });
    expect(attribute(EFFECT, [...others, call("2", 1, { wrote })], doubts).kind).toBe("own");
    const elsewhere = { ...wrote, path: "src/b.ts" };
    expect(attribute(EFFECT, [...others, call("2", 2, { wrote: elsewhere })], []).kind).toBe("uncertain");
    const otherBytes = { ...wrote, content: "sha256:other" };
    expect(attribute(EFFECT, [...others, call("2", 2, { wrote: otherBytes })], []).kind).toBe("uncertain");
  });
});
