import { describe, expect, it } from "vitest";
import type { Agent } from "../../../mcp-server/src/host/agent.ts";
import { overlappingRoles, unknownRoles } from "../../../mcp-server/src/run/project/role-warnings.ts";
import { Roles } from "../../../mcp-server/src/run/project/roles.ts";

const OWN = "this plugin";
const PROJECT = "the project's .claude/agents";
const USER = "the user's agents";

function agent(type: string, origin: string, parts: Partial<Agent> = {}): Agent {
  return { type, origin, canReport: true, ...parts };
}

const OWN_AGENTS = ["code-reviewer", "feature-implementer", "test-runner"].map((name) =>
  agent(`parallel:${name}`, OWN),
);

/** Roles among the given agents, which stand before this plugin's, and `others`, which stand after them. */
async function rolesOf(agents: readonly Agent[] = [], others: readonly Agent[] = []): Promise<Roles> {
  const roles = new Roles({ current: async () => [...agents, ...OWN_AGENTS, ...others] });
  await roles.refresh();
  return roles;
}

describe("a role", () => {
  it.each([
    ["code-reviewer", "parallel:code-reviewer"],
    ["parallel:code-reviewer", "parallel:code-reviewer"],
    [undefined, "parallel:feature-implementer"],
    ["explore", "Explore"],
    ["Explore", "Explore"],
    ["general-purpose", "general-purpose"],
    ["verse:poet", "verse:poet"],
    ["poet", "verse:poet"],
    ["specialist", "specialist"],
  ])("a role %s is the agent type %s", async (wanted, agentType) => {
    const roles = await rolesOf([agent("specialist", USER)], [agent("verse:poet", "the plugin verse")]);
    expect(roles.resolve(wanted)).toMatchObject({ agentType, unknown: false });
  });

  it.each(["poet", "verse:poet", "parallel:poet", "parallel:specialist", "verse:code-reviewer"])(
    "a role that nobody has (%s) is taken by a general agent, and counts as a role of its own",
    async (wanted) => {
      const roles = await rolesOf([agent("specialist", USER)]);
      expect(roles.resolve(wanted)).toEqual({
        role: wanted.replace("parallel:", ""),
        agentType: "general-purpose",
        unknown: true,
      });
    },
  );

  it("a role is known by one name, however it was written", async () => {
    const roles = await rolesOf();
    expect(roles.resolve("parallel:code-reviewer").role).toBe(roles.resolve("code-reviewer").role);
    expect(roles.resolve("explore").role).toBe(roles.resolve("Explore").role);
  });

  it("a role of a name that a user's agent has is that agent; this plugin's has its full name then", async () => {
    const roles = await rolesOf([agent("code-reviewer", PROJECT), agent("Explore", USER)]);
    expect(roles.resolve("code-reviewer")).toMatchObject({
      role: "code-reviewer",
      agentType: "code-reviewer",
    });
    expect(roles.resolve("parallel:code-reviewer")).toMatchObject({
      role: "parallel:code-reviewer",
      agentType: "parallel:code-reviewer",
    });
    expect(roles.originOf("Explore")).toBe(USER);
  });

  it("a role of a task that names none is this plugin's, whoever else has that name", async () => {
    const roles = await rolesOf([agent("feature-implementer", PROJECT)]);
    expect(roles.resolve(undefined).agentType).toBe("parallel:feature-implementer");
  });

  it("a role that two plugins have by that name is nobody's until the plugin is named", async () => {
    const others = [agent("verse:poet", "the plugin verse"), agent("prose:poet", "the plugin prose")];
    const roles = await rolesOf([], others);
    expect(roles.resolve("poet").unknown).toBe(true);
    expect(unknownRoles(roles, [{ agent: "poet" }])).toEqual(["poet (near: prose:poet, verse:poet)"]);
  });

  it("a role is always known where the plugin's agents are not, when the task names none", () => {
    expect(new Roles().resolve(undefined)).toMatchObject({ agentType: "general-purpose", unknown: false });
  });
});

describe("a role that nobody has", () => {
  it.each([
    ["code-reviewr", ["code-reviewer"]],
    ["Code-Reviewer", ["code-reviewer"]],
    ["reviewer", ["code-reviewer"]],
    ["test_runner", ["test-runner"]],
    ["verse:test-runer", ["test-runner"]],
    ["poet", []],
    ["x".repeat(1_000_000), []],
    ["", []],
  ])("a role that nobody has is near to what may have been meant: %.40s → %j", async (wanted, near) => {
    expect((await rolesOf()).near(wanted)).toEqual(near);
  });
});

describe("how many of a role may run at once", () => {
  it("how many of a role may run at once is what its agent's file says, unless it is stated", async () => {
    const roles = await rolesOf([
      agent("poet", USER, { instances: 2 }),
      agent("critic", USER, { instances: 3 }),
    ]);
    expect(roles.capacities({})).toEqual({ critic: 3, poet: 2 });
    expect(roles.capacities({ poet: 5, "parallel:code-reviewer": 1, nobody: 4 })).toEqual({
      "code-reviewer": 1,
      critic: 3,
      nobody: 4,
      poet: 5,
    });
  });

  it("how many of a role may run at once is that of the agent that is used, not of another one of its name", async () => {
    const roles = await rolesOf([
      agent("poet", PROJECT),
      agent("poet", USER, { instances: 1 }),
      agent("code-reviewer", USER, { instances: 4 }),
    ]);
    expect(roles.capacities({})).toEqual({ "code-reviewer": 4 });
  });
});

describe("roles that overlap", () => {
  const overlaps = (roles: Roles, ...names: string[]) =>
    overlappingRoles(
      roles,
      names.map((name) => ({ agent: name })),
    );

  it("roles that overlap have a name that agents in several places have", async () => {
    const roles = await rolesOf([agent("code-reviewer", PROJECT), agent("code-reviewer", USER)]);
    expect(overlaps(roles, "code-reviewer")).toEqual([
      `code-reviewer is the agent of ${PROJECT}; there is another in ${USER}, ${OWN}`,
    ]);
    expect(overlaps(roles, "parallel:code-reviewer", "test-runner")).toEqual([]);
  });

  it("roles that overlap are counted as two and done by one agent", async () => {
    expect(overlaps(await rolesOf(), "poet", "painter", "general-purpose", "test-runner")).toEqual([
      "poet, painter, general-purpose are all done by general-purpose",
    ]);
  });

  it("roles that overlap are not one role that is written in two ways", async () => {
    expect(
      overlaps(await rolesOf(), "Explore", "explore", "code-reviewer", "parallel:code-reviewer"),
    ).toEqual([]);
  });
});

describe("an agent that is launched", () => {
  it("an agent that is launched can report unless its file says otherwise", async () => {
    const roles = await rolesOf([agent("poet", USER, { canReport: false })]);
    expect(roles.canReport("poet")).toBe(false);
    expect(roles.canReport("parallel:code-reviewer")).toBe(true);
    expect(roles.canReport("general-purpose")).toBe(true);
  });
});
