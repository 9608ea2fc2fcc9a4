import { describe, expect, it } from "vitest";
import { agentFrom } from "../../mcp-server/src/host/agent.ts";
import { pluginTexts, type Text } from "./checkout.ts";

const agents = pluginTexts().filter(({ kind }) => kind === "agent");
const plain = ({ name }: Text) => name.replace("parallel:", "");
const agent = (name: string): Text => {
  const found = agents.find((text) => plain(text) === name);
  if (!found) throw new Error(`there is no agent ${name}`);
  return found;
};
const toolsOf = ({ data }: Text) => String(data.tools).split(", ");
const section = ({ body }: Text, heading: string) =>
  body
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`))
    ?.slice(heading.length + 1)
    .trim() ?? "";

const WRITE = [
  "api-designer",
  "code-writer",
  "debugger",
  "documentation-writer",
  "feature-implementer",
  "performance-optimizer",
  "refactorer",
  "test-writer",
];
const RUN_ONLY = ["code-reviewer", "planner", "researcher", "security-auditor", "test-runner"];
const READ_ONLY = ["feedback-coordinator", "research-expert"];

/** In characters; `npx vitest run test/plugin/agents.test.ts` prints what there is. */
const DESCRIPTIONS = 2_600;
const BODY = 2_800;

describe("the agents", () => {
  it("the agents are one for each kind of work that a plan names", () => {
    expect(agents.map(plain).sort()).toEqual([...WRITE, ...RUN_ONLY, ...READ_ONLY].sort());
  });

  it("the agents are short", () => {
    const sizes = agents.map((text) => ({
      agent: plain(text),
      description: String(text.data.description).length,
      body: text.body.length,
    }));
    const descriptions = sizes.reduce((sum, { description }) => sum + description, 0);
    console.table([...sizes, { agent: "all", description: descriptions }]);
    expect(descriptions).toBeLessThanOrEqual(DESCRIPTIONS);
    expect(sizes.filter(({ body }) => body > BODY)).toEqual([]);
  });

  it.each(WRITE)("the agent %s can edit", (name) => {
    expect(toolsOf(agent(name))).toEqual(expect.arrayContaining(["Read", "Write", "Edit", "Bash"]));
    expect(section(agent(name), "Limits")).toContain("Write only the files that the brief gives you");
  });

  it.each([...RUN_ONLY, ...READ_ONLY])("the agent %s cannot edit, and is told so", (name) => {
    expect(toolsOf(agent(name))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(Write|Edit)$/)]),
    );
    expect(section(agent(name), "Limits")).toMatch(/^- Change nothing/);
  });

  it.each(READ_ONLY)("the agent %s runs no commands", (name) =>
    expect(toolsOf(agent(name))).not.toContain("Bash"),
  );

  it("the agents go to the web only where the question is one for outside sources", () => {
    const onTheWeb = agents.filter((text) => /Web/.test(String(text.data.tools)));
    expect(onTheWeb.map(plain)).toEqual(["research-expert"]);
  });

  it("the agents add tasks to a plan only where planning is the task", () => {
    const planning = agents.filter((text) => /task_create|plan_create/.test(String(text.data.tools)));
    expect(planning.map(plain)).toEqual(["planner"]);
  });

  it("the agents are all told of brief and report in the same words", () => {
    expect(new Set(agents.map((text) => section(text, "The brief"))).size).toBe(1);
    for (const text of agents) {
      const report = section(text, "The report");
      expect(report, text.path).toMatch(/^Call `task_report` once, when you are finished/);
      expect(report, text.path).toContain("or `notVerified` (why)");
      expect(report, text.path).toContain("If it is refused because of a field, correct the field");
      expect(report, text.path).toMatch(/Then end with the line in `reply`, and nothing else\.$/);
    }
  });

  it("the agents are told to launch no agents, and those that write not to touch git", () => {
    for (const text of agents) expect(section(text, "Limits"), text.path).toContain("Never launch agents.");
    for (const name of WRITE) expect(section(agent(name), "Limits")).toMatch(/Never stage, commit, stash/);
  });

  it.each([
    ["feature-implementer", "code-writer"],
    ["researcher", "research-expert"],
  ])("the agents %s and %s are told apart in both texts", (one, other) => {
    expect(agent(one).body.split("\n")[0]).toContain(other);
    expect(agent(other).body.split("\n")[0]).toContain(one);
  });

  it("the agents have capacities of their own only where more at once would spoil the result", () => {
    const stated = agents.flatMap((text) => {
      const read = agentFrom(text.data, `${plain(text)}.md`, { origin: "this plugin", plugin: "parallel" });
      return read?.instances === undefined ? [] : [[plain(text), read.instances]];
    });
    expect(stated.sort()).toEqual([
      ["performance-optimizer", 1],
      ["test-runner", 3],
    ]);
  });
});
