import { describe, expect, it } from "vitest";
import { workflowCap } from "../../../mcp-server/src/run/project/workflow-cap.ts";

describe("how many agents the host's script engine runs at once", () => {
  it.each([
    [1, 2],
    [2, 2],
    [4, 2],
    [8, 6],
    [18, 16],
    [64, 16],
  ])(
    "how many agents the host's script engine runs at once is, with %i processors, %i",
    (processors, agents) => {
      expect(workflowCap({}, processors)).toBe(agents);
    },
  );

  it("how many agents the host's script engine runs at once is what the user has set, if that is a number", () => {
    expect(workflowCap({ CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS: "12" }, 4)).toBe(12);
    expect(workflowCap({ CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS: "many" }, 4)).toBe(2);
    expect(workflowCap({ CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS: "0" }, 4)).toBe(2);
  });
});
