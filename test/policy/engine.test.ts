import { describe, expect, it } from "vitest";
import { chooseEngine } from "../../mcp-server/src/policy/engine.ts";

describe("the choice of an engine", () => {
  it("the chosen engine is the burst for a plan that the conversation has room for", () => {
    expect(chooseEngine({ open: 19, cap: 5, workflowCap: 8 })).toEqual({
      use: "burst",
      why: "so few tasks fit into this conversation",
    });
  });

  it("the chosen engine is the workflow from twenty tasks on", () => {
    expect(chooseEngine({ open: 20, cap: 5, workflowCap: 5 })).toEqual({
      use: "workflow",
      why: "so many tasks would fill this conversation",
    });
  });

  it("the chosen engine is the burst where the script engine runs fewer at once, unless the plan is very large", () => {
    expect(chooseEngine({ open: 59, cap: 5, workflowCap: 2 })).toEqual({
      use: "burst",
      why: "a workflow runs 2 agents at once here, not 5",
    });
    expect(chooseEngine({ open: 60, cap: 5, workflowCap: 2 }).use).toBe("workflow");
    expect(chooseEngine({ open: 30, cap: 2, workflowCap: 2 }).use).toBe("workflow");
  });
});
