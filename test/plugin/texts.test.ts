import { describe, expect, it } from "vitest";
import { pluginTexts, TASK_TOOLS, type Text, TOOL_PREFIX, toolsOfAgent, workflows } from "./checkout.ts";

const texts = pluginTexts();
const commands = texts.filter(({ kind }) => kind === "command");
const agents = texts.filter(({ kind }) => kind === "agent");
const skills = texts.filter(({ kind }) => kind === "skill");
const named = (list: Text[]): [string, Text][] => list.map((text) => [text.path, text]);

/** Front matter that Claude Code acts on; it drops anything else without a word. */
const HONOURED: Record<Text["kind"], string[]> = {
  command: ["name", "description", "argument-hint", "allowed-tools"],
  skill: ["name", "description", "user-invocable"],
  // `instances` is this plugin's own: how many of a role may run at once.
  agent: ["name", "description", "tools", "disallowedTools", "color", "instances"],
};

/** Tools of the host that a text may use; each was seen in a session of the version that the tests start. */
const HOST_TOOLS = [
  "Agent",
  "AskUserQuestion",
  "Bash",
  "Edit",
  "Read",
  "Skill",
  "TaskStop",
  "ToolSearch",
  "WebFetch",
  "WebSearch",
  "Write",
];

/** Tools that Claude Code had once; a model that is told to call one has nothing to call. */
const REMOVED_TOOLS =
  /\b(TaskOutput|TaskCreate|TaskUpdate|TaskList|TaskGet|TodoWrite|Glob|Grep|MultiEdit|NotebookRead)\b|\bTask tool\b/;

/** `Edit(specs/**)` pre-approves the tool `Edit` for some paths. */
const toolNames = (field: unknown) =>
  String(field ?? "")
    .split(",")
    .map((tool) => tool.trim().replace(/\(.*\)$/, ""))
    .filter((tool) => tool !== "");

const exists = (tool: string) =>
  HOST_TOOLS.includes(tool) ||
  tool === `${TOOL_PREFIX}*` ||
  TASK_TOOLS.some((own) => tool === TOOL_PREFIX + own);

describe("every text that a model reads", () => {
  it.each(named(texts))(
    "the text %s has a description and only front matter that the host honours",
    (_, text) => {
      expect(Object.keys(text.data).filter((key) => !HONOURED[text.kind].includes(key))).toEqual([]);
      expect(text.data.description).toMatch(/^[A-Z].{30,300}$/);
      // The host escapes angle brackets in the listing, where the model then reads entities.
      expect(text.data.description).not.toMatch(/[<>]/);
    },
  );

  it.each(named(texts))("the text %s names no tool that Claude Code has removed", (_, text) => {
    expect(text.body).not.toMatch(REMOVED_TOOLS);
  });

  it.each(named(texts))("the text %s names only tools of the server that exist", (_, text) => {
    const mentioned = text.body.match(/\b(?:plan|batch|task)_[a-z]+\b/g) ?? [];
    // `task_id` is the argument of TaskStop.
    const unknown = mentioned.filter((tool) => tool !== "task_id" && !TASK_TOOLS.includes(tool));
    expect(unknown).toEqual([]);
    for (const [name] of text.body.matchAll(/mcp__\w+/g)) {
      expect(name === TOOL_PREFIX || exists(name), name).toBe(true);
    }
  });

  it.each(named(texts))("the text %s names only commands, skills and agents that exist", (_, text) => {
    const typed = [...commands, ...workflows()].map(({ name }) => name);
    const known = [...typed, ...texts.map(({ name }) => name)];
    for (const [, slash, name] of text.body.matchAll(/(\/?)\b((?:parallel|spec|debug):[a-z-]+)/g)) {
      expect(known, name).toContain(name);
      if (slash === "/") expect(typed, name).toContain(name);
    }
    for (const [, role] of text.body.matchAll(/"agent":"([a-z-]+)"/g)) {
      expect(agents.map((agent) => agent.name)).toContain(`parallel:${role}`);
    }
  });
});

describe("a command", () => {
  it.each(named(commands))("the command %s fits on a screen and takes its arguments once", (_, { body }) => {
    expect(body.split("\n").length).toBeLessThanOrEqual(60);
    expect(body.match(/\$ARGUMENTS/g)).toHaveLength(1);
  });

  it.each(named(commands))(
    "the command %s pre-approves only tools that exist, and no edits outside specs/",
    (_, { data }) => {
      expect(toolNames(data["allowed-tools"]).filter((tool) => !exists(tool))).toEqual([]);
      expect(String(data["allowed-tools"])).not.toMatch(/\bBash\b|\bWrite\b|\bEdit(?!\(specs\/\*\*\))/);
    },
  );

  it.each(named(commands))(
    "the command %s pre-approves every tool of the server that it calls",
    (_, { data, body }) => {
      const allowed = toolNames(data["allowed-tools"]);
      for (const [, tool] of body.matchAll(/`(mcp__\w+) \{/g)) {
        expect(
          allowed.some((entry) => entry === tool || entry === `${TOOL_PREFIX}*`),
          tool,
        ).toBe(true);
      }
    },
  );

  it("the command that executes a specification costs, with its skill, at most 6,000 characters", () => {
    const execute = commands.find(({ name }) => name === "spec:execute");
    const skill = skills.find(({ name }) => name === "parallel:executing-specs");
    expect(execute?.body).toContain("parallel:executing-specs");
    expect((execute?.body.length ?? 0) + (skill?.body.length ?? 0)).toBeLessThanOrEqual(6_000);
  });
});

describe("a skill", () => {
  it.each(named(skills))(
    "the skill %s is named like its folder and asks for no permissions of its own",
    (_, { name, data }) => {
      expect(`parallel:${data.name}`).toBe(name);
      // A skill with allowed-tools needs the user's permission before the model may load it.
      expect(data).not.toHaveProperty("allowed-tools");
    },
  );
});

describe("a workflow", () => {
  it("a workflow says in few words what it does and when to use it, and is named like no command", () => {
    for (const { name, description, whenToUse } of workflows()) {
      expect(name).toMatch(/^parallel:[a-z-]+$/);
      expect(description).toMatch(/^[A-Z][^<>]{30,150}$/);
      expect(whenToUse).toMatch(/^Only when [^<>]{10,150}$/);
      expect(commands.map((command) => command.name)).not.toContain(name);
    }
  });
});

describe("an agent", () => {
  it.each(named(agents))(
    "the agent %s is named like its file, and works on whatever the conversation does",
    (_, { name, data }) => {
      expect(`parallel:${data.name}`).toBe(name);
      expect(data).not.toHaveProperty("model");
      expect(data).not.toHaveProperty("effort");
    },
  );

  it.each(named(agents))(
    "the agent %s has the tools to claim a task, to fetch its brief and to report, and none that launches agents",
    (_, text) => {
      const tools = toolsOfAgent(text);
      const named = [...toolNames(text.data.tools), ...toolNames(text.data.disallowedTools)];
      expect(named.filter((tool) => !exists(tool) && tool !== "mcp__plugin_parallel_tasks")).toEqual([]);
      const more = text.name === "parallel:planner" ? ["task_create"] : [];
      const own = ["task_claim", "task_get", "task_report", ...more].map((tool) => TOOL_PREFIX + tool);
      // The schema of each is in every request of the agent.
      expect(tools.filter((tool) => tool.startsWith(TOOL_PREFIX)).sort()).toEqual(own.sort());
      expect(tools).not.toContain("Agent");
      // With ToolSearch or Skill an agent would read every listing that the main conversation reads.
      expect(tools).not.toContain("Skill");
    },
  );

  it.each(named(agents))("the agent %s names in its text only its own tools", (_, text) => {
    const mentioned = TASK_TOOLS.filter((tool) => new RegExp(`\\b${tool}\\b`).test(text.body));
    expect(mentioned.filter((tool) => !toolsOfAgent(text).includes(TOOL_PREFIX + tool))).toEqual([]);
  });
});
