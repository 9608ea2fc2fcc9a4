import { describe, expect, it } from "vitest";
import { chooseEngine, type EngineFacts, type ModuleFacts } from "../../mcp-server/src/policy/engine.ts";

const NOWHERE: ModuleFacts = {
  isHere: false,
  isAttended: true,
  mode: "default",
  unapproved: 0,
  areEditsApproved: false,
};

function choose({ module = {}, ...facts }: Partial<Omit<EngineFacts, "module">> & { module?: object }) {
  return chooseEngine({
    open: 9,
    cap: 5,
    workflowCap: 8,
    otherClients: [],
    ...facts,
    module: { ...NOWHERE, ...module },
  });
}

describe("the choice of an engine", () => {
  it("the chosen engine is the burst for a plan that the conversation has room for, where the module is not loaded", () => {
    expect(choose({ open: 19 })).toEqual({
      use: "burst",
      why: "so few tasks fit into this conversation; not mod: this Claude Code has not loaded the plugin's module",
    });
  });

  it("the chosen engine is the workflow from twenty tasks on, where the module is not loaded", () => {
    expect(choose({ open: 20, workflowCap: 5 })).toMatchObject({
      use: "workflow",
      why: expect.stringContaining("so many tasks would fill this conversation"),
    });
  });

  it("the chosen engine is the burst where the script engine runs fewer at once, unless the plan is very large", () => {
    expect(choose({ open: 59, workflowCap: 2 })).toMatchObject({
      use: "burst",
      why: expect.stringContaining("a workflow runs 2 agents at once here, not 5"),
    });
    expect(choose({ open: 60, workflowCap: 2 }).use).toBe("workflow");
    expect(choose({ open: 30, cap: 2, workflowCap: 2 }).use).toBe("workflow");
  });

  it.each([
    ["in auto mode", { mode: "auto", unapproved: 3 }],
    ["where all is allowed", { mode: "bypassPermissions", unapproved: 3 }],
    ["where whatever is not allowed is refused", { mode: "dontAsk", unapproved: 3 }],
    ["without anybody who could be asked", { mode: "default", unapproved: 3, isAttended: false }],
    ["where edits are accepted and the commands approved", { mode: "acceptEdits" }],
    ["where edits in scopes and the commands are approved", { mode: "default", areEditsApproved: true }],
  ])("the chosen engine is the module %s", (_, module) => {
    expect(choose({ module: { isHere: true, ...module } })).toEqual({
      use: "mod",
      why: "it launches the agents beside this conversation, which pays nothing for them",
    });
  });

  it("the chosen engine is the runner where tasks are for clients that no conversation starts", () => {
    expect(choose({ otherClients: ["codex", "gemini"], module: { isHere: true, mode: "auto" } })).toEqual({
      use: "run",
      why: "only parallel run starts what tasks are for: codex, gemini",
    });
  });

  it.each([
    ["about each edit", {}, "each edit"],
    ["of an unknown mode as of the default one", { mode: undefined }, "each edit"],
    ["about edits and commands", { unapproved: 1 }, "each edit and 1 command"],
    ["about commands alone", { mode: "acceptEdits", unapproved: 2 }, "2 commands"],
  ])(
    "agents of the module would ask %s: another engine is chosen, and the module named for after an approval",
    (_, module, asked) => {
      expect(choose({ module: { isHere: true, ...module } })).toEqual({
        use: "burst",
        why: `so few tasks fit into this conversation; not mod: its agents would ask about ${asked}, with Yes and No only`,
        afterApproval: "mod",
      });
    },
  );
});
