import { describe, expect, it } from "vitest";
import { agentFrom } from "../../mcp-server/src/host/agent.ts";
import { task } from "../support/checkout.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { pluginTexts, type Text, toolsOfAgent } from "./checkout.ts";

const agents = pluginTexts().filter(({ kind }) => kind === "agent");
const plain = ({ name }: Text) => name.replace("parallel:", "");
const agent = (name: string): Text => {
  const found = agents.find((text) => plain(text) === name);
  if (!found) throw new Error(`there is no agent ${name}`);
  return found;
};
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

/** So many words in the same order are the same thing said again. */
const SAME = 5;

function runsOfWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[a-z_]+/g) ?? [];
  return new Set(words.map((_, at) => words.slice(at, at + SAME).join(" ")));
}

/** In characters; `npx vitest run test/plugin/agents.test.ts` prints what there is. */
const DESCRIPTIONS = 900;
const BODY = 2_300;

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
    expect(toolsOfAgent(agent(name))).toEqual(expect.arrayContaining(["Read", "Write", "Edit", "Bash"]));
    expect(section(agent(name), "Limits")).toContain("files that are not yours");
  });

  it.each([...RUN_ONLY, ...READ_ONLY])("the agent %s cannot edit, and is told so", (name) => {
    expect(toolsOfAgent(agent(name))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(Write|Edit)$/)]),
    );
    expect(section(agent(name), "Limits")).toMatch(/^- Change nothing/);
  });

  it.each(READ_ONLY)("the agent %s runs no commands", (name) =>
    expect(toolsOfAgent(agent(name))).not.toContain("Bash"),
  );

  it("the agents go to the web only where the question is one for outside sources", () => {
    const onTheWeb = agents.filter((text) => toolsOfAgent(text).some((tool) => /^Web/.test(tool)));
    expect(onTheWeb.map(plain)).toEqual(["research-expert"]);
  });

  it("the agents add tasks to a plan only where planning is the task", () => {
    const planning = agents.filter((text) =>
      toolsOfAgent(text).some((tool) => /task_create|plan_create/.test(tool)),
    );
    expect(planning.map(plain)).toEqual(["planner"]);
  });

  it("the agents are all told of the brief in the same words, and of the report what the brief does not say", () => {
    expect(new Set(agents.map((text) => section(text, "The brief"))).size).toBe(1);
    for (const text of agents)
      expect(section(text, "The report"), text.path).toMatch(/^As the brief says\. \S/);
  });

  it("the agents are told nothing twice, by the brief and by their role", async () => {
    const acceptance = [{ criterion: "It passes", command: "npm test" }];
    const { brief, item } = await offeredPlan([task("1", { writes: ["a.ts"], acceptance })]);
    const said = runsOfWords(await brief(item("1")));
    for (const text of agents) {
      const twice = [...runsOfWords(text.body)].filter((words) => said.has(words));
      expect(twice, text.path).toEqual([]);
    }
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
