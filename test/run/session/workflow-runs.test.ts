import { describe, expect, it } from "vitest";
import type { PlanSlug } from "../../../mcp-server/src/graph/task.ts";
import { WorkflowRuns } from "../../../mcp-server/src/run/session/workflow-runs.ts";

const auth = "auth" as PlanSlug;

function running(): WorkflowRuns {
  const runs = new WorkflowRuns();
  runs.called("u1", auth);
  runs.launched("u1", "w1");
  return runs;
}

describe("the scripts of a session", () => {
  it("the scripts of a session run a plan from their launch to their end, and not before: a call may be refused", () => {
    const runs = new WorkflowRuns();
    runs.called("u1", auth);
    expect(runs.idOf("auth")).toBeUndefined();
    expect(runs.launched("u1", "w1")).toBe("auth");
    expect(runs.idOf("auth")).toBe("w1");
    runs.ended("w1");
    expect(runs.idOf("auth")).toBeUndefined();
    expect(runs.ids).toEqual([]);
  });

  it("the scripts of a session are none of ours when nobody called them here", () => {
    const runs = new WorkflowRuns();
    expect(runs.launched("u1", "w1")).toBeUndefined();
    expect(runs.ids).toEqual([]);
    expect(runs.ended("w1")).toEqual([]);
  });

  it("the scripts of a session have agents, which end with them", () => {
    const runs = running();
    runs.noteAgent("auth", "a1");
    runs.noteAgent("auth", "a2");
    runs.noteAgent("another", "a3");
    expect(["a1", "a2", "a3"].filter((agent) => runs.hasAgent(agent))).toEqual(["a1", "a2"]);
    expect(runs.ended("w1")).toEqual(["a1", "a2"]);
    expect(runs.hasAgent("a1")).toBe(false);
  });

  it("the scripts of a session let nobody wait for a report when they have ended", async () => {
    const runs = running();
    runs.ended("w1");
    await runs.handedOver("auth");
  });
});
