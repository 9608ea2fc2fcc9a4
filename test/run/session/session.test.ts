import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import { SessionMemory } from "../../../mcp-server/src/run/session/session.ts";

describe("the memory of a session", () => {
  it("the memory of a session knows who made a call, and does not guess", () => {
    const session = new SessionMemory(true);
    session.noteCall("u1", { agentId: "a1" });
    session.noteCall("u2", { agentId: undefined });
    expect(session.callerOf("u1")).toEqual({ agentId: "a1" });
    expect(session.callerOf("u2")).toEqual({ agentId: undefined });
    expect(session.callerOf("u3")).toBeUndefined();
    expect(session.callerOf(undefined)).toBeUndefined();
  });

  it("the memory of a session knows what a call launched", () => {
    const session = new SessionMemory(true);
    const launch = { token: "1-x", attempt: 1 as AttemptId };
    session.noteLaunch("u1", launch);
    expect(session.launchOf("u1")).toEqual(launch);
    expect(session.wasLaunched(1 as AttemptId)).toBe(true);
    expect(session.wasLaunched(2 as AttemptId)).toBe(false);
  });

  it("the memory of a session forgets the oldest calls of a long session", () => {
    const session = new SessionMemory(true);
    for (let n = 0; n < 5_000; n++) session.noteCall(`u${n}`, { agentId: "a" });
    expect(session.callerOf("u0")).toBeUndefined();
    expect(session.callerOf("u4999")).toBeDefined();
    expect(session.callerOf("u3500")).toBeDefined();
  });

  it("the memory of a session passes over an event that tells nothing, for whoever knew all before it", () => {
    const session = new SessionMemory(true);
    session.told.set("p", 7);
    session.sentBack.set("p", 5);
    session.overlook("p", 7, 8);
    expect([session.told.get("p"), session.sentBack.get("p")]).toEqual([8, 5]);
    session.overlook("other", 1, 2);
    expect(session.told.has("other")).toBe(false);
  });
});
