import { describe, expect, it } from "vitest";
import { agentFrom } from "../../mcp-server/src/host/agent.ts";

const USER = { origin: "the user's agents" };
const PLUGIN = { origin: "the plugin verse", plugin: "verse" };
const REPORT = "mcp__plugin_parallel_tasks__task_report";

const user = (data: Record<string, unknown>, path = "poet.md") =>
  agentFrom({ name: "poet", description: "Writes verse.", ...data }, path, USER);

describe("an agent of a user", () => {
  it("an agent of a user is named by its front matter, wherever its file lies", () => {
    expect(user({}, "deep/down/other.md")).toEqual({ type: "poet", origin: USER.origin, canReport: true });
  });

  it.each([
    {},
    { name: "poet" },
    { description: "Writes verse." },
    { name: 7, description: "x" },
    { name: " ", description: "x" },
    { name: ["poet"], description: "x" },
  ])("an agent of a user is none without a name and a description: %j", (data) => {
    expect(agentFrom(data, "poet.md", USER)).toBeUndefined();
  });

  it.each(["verse:poet", "a\nb", "a\u001b[31m", "a\u202eb", "x".repeat(101)])(
    "an agent of a user cannot have the name %j",
    (name) => expect(user({ name })).toBeUndefined(),
  );
});

describe("an agent of a plugin", () => {
  it("an agent of a plugin carries the names of its plugin and of its folders", () => {
    expect(agentFrom({ name: "poet" }, "old/odes.md", PLUGIN)?.type).toBe("verse:old:poet");
  });

  it.each([undefined, {}, { name: 7 }])(
    "an agent of a plugin is named like its file where it has no name: %j",
    (data) => {
      expect(agentFrom(data, "odes.md", PLUGIN)?.type).toBe("verse:odes");
    },
  );
});

describe("how many of an agent may run at once", () => {
  it.each([1, 2, 20])("how many of an agent may run at once is what its file says: %j", (instances) =>
    expect(user({ instances })?.instances).toBe(instances),
  );

  it.each([0, -1, 1.5, 21, 1e9, Number.NaN, "2", true, null, [2], { a: 1 }])(
    "how many of an agent may run at once is not stated by %j",
    (instances) => expect(user({ instances })).not.toHaveProperty("instances"),
  );
});

describe("an agent can report", () => {
  it.each([
    {},
    { tools: "" },
    { tools: null },
    { tools: "*" },
    { tools: `Read, ${REPORT}` },
    { tools: ["Read", REPORT] },
    { tools: `[Read, "${REPORT}"]` },
    { tools: "Read, mcp__plugin_parallel_tasks__*" },
    { tools: "Read, mcp__plugin_parallel_tasks" },
    { disallowedTools: "Bash" },
  ])("an agent can report with %j", (data) => expect(user(data)?.canReport).toBe(true));

  it.each([
    { tools: "Read, Edit" },
    { tools: ["Read", 7, null] },
    { tools: "Read, mcp__plugin_parallel_tasks__task_get" },
    { tools: "Read, mcp__other__*" },
    { tools: "Read, mcp__*" },
    { disallowedTools: "mcp__*" },
    { disallowedTools: "mcp__plugin_parallel_tasks__*" },
    { disallowedTools: `Bash, ${REPORT}` },
    { tools: "*", disallowedTools: ["mcp__plugin_parallel_tasks"] },
  ])("an agent can report not with %j", (data) => expect(user(data)?.canReport).toBe(false));
});
