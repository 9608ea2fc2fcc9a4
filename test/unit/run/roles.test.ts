import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Roles } from "../../../mcp-server/src/run/roles.ts";

function rolesOf(...agents: string[]): Roles {
  const root = mkdtempSync(join(tmpdir(), "parallel-roles-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "agents"));
  for (const name of agents) writeFileSync(join(root, "agents", `${name}.md`), "");
  return new Roles(root);
}

describe("a role", () => {
  it.each([
    ["code-reviewer", "parallel:code-reviewer"],
    ["parallel:code-reviewer", "parallel:code-reviewer"],
    [undefined, "parallel:feature-implementer"],
    ["explore", "Explore"],
    ["Explore", "Explore"],
    ["general-purpose", "general-purpose"],
    ["other:thing", "other:thing"],
  ])("%s is the agent type %s", (wanted, agentType) => {
    const role = rolesOf("code-reviewer", "feature-implementer").resolve(wanted);
    expect(role).toMatchObject({ agentType, unknown: false });
  });

  it("that nobody has is taken by a general agent, and counts as a role of its own", () => {
    expect(rolesOf("code-reviewer").resolve("poet")).toEqual({
      role: "poet",
      agentType: "general-purpose",
      unknown: true,
    });
  });

  it("is known by one name, however it was written", () => {
    const roles = rolesOf("code-reviewer");
    expect(roles.resolve("parallel:code-reviewer").role).toBe(roles.resolve("code-reviewer").role);
  });

  it("is always known where the plugin's agents are not, when the task names none", () => {
    expect(new Roles("/nowhere").resolve(undefined)).toMatchObject({
      agentType: "general-purpose",
      unknown: false,
    });
  });
});
