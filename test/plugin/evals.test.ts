import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claudeCodeBinary, environmentOf, furnishHome, type Place } from "../e2e/harness/claude-code.ts";
import { type Conversation, textOf, turnsTaken } from "../e2e/harness/conversation.ts";
import { ScriptedModel } from "../e2e/harness/scripted-model.ts";
import { calls, says } from "../e2e/harness/turn.ts";
import { ParallelServer, temporaryFolder } from "../server/parallel-server.ts";
import { CHECKOUT, PLUGIN_FOLDERS, pluginTexts, readJson, TASK_TOOLS, TOOL_PREFIX } from "./checkout.ts";
import { EVALS, evalCases, GRANTED, layOutProject } from "./eval-case.ts";

const cases = evalCases();
const texts = pluginTexts();
const commands = texts
  .filter(({ kind }) => kind === "command")
  // It is typed without the plugin's name.
  .map(({ name }) => (name === "parallel:ideate" ? "/ideate" : `/${name}`));
const tasksOf = ({ prompt }: { prompt: string }) => prompt.split(/\s/)[0] ?? "";

/** One result of a run, as far as the tests look into it. */
interface Outcome {
  readonly cases: readonly {
    readonly name: string;
    readonly arms: {
      readonly with: readonly { readonly error?: string; readonly graders: readonly Graded[] }[];
    };
  }[];
}
interface Graded {
  readonly name: string;
  readonly passed: boolean;
}

describe("the cases in evals/", () => {
  it.each(commands)("try the command %s", (command) => {
    expect(cases.map(tasksOf)).toContain(command);
  });

  it("type no command that does not exist", () => {
    expect(cases.map(tasksOf).filter((word) => word.startsWith("/") && !commands.includes(word))).toEqual([]);
  });

  it("try requests that are to be done without agents, plans and skills", () => {
    const quiet = cases.filter(({ graders }) =>
      graders.some(({ tool, max, arm }) => tool === "Agent" && max === 0 && arm === "both"),
    );
    expect(quiet.filter(({ prompt }) => !prompt.startsWith("/")).length).toBeGreaterThanOrEqual(2);
    expect(quiet.map(tasksOf)).toContain("/parallel:run");
  });

  it.each(cases)("$name names only tools and skills that exist", ({ allowedTools, graders }) => {
    const own = TASK_TOOLS.map((tool) => TOOL_PREFIX + tool);
    const host = ["Agent", "Edit", "Read", "Skill", "TaskStop", "Write", "Bash"];
    const named = [...allowedTools, ...graders.flatMap(({ tool }) => tool ?? [])];
    expect(
      named.map((tool) => tool.replace(/\(.*\)$/, "")).filter((tool) => ![...own, ...host].includes(tool)),
    ).toEqual([]);
    for (const { tool, input_match: skill, max } of graders) {
      if (tool !== "Skill" || max === 0) continue;
      expect(texts.map(({ name }) => name)).toContain(`parallel:${skill}`);
    }
  });

  it.each(cases)("$name does not forbid a call only when the plugin is there", ({ graders }) => {
    // Without an arm the host takes one call at least, or leaves the grader out of the score.
    expect(graders.filter(({ max, min, arm }) => max === 0 && (min !== 0 || arm !== "both"))).toEqual([]);
  });

  it.each(cases)("$name is about files that its project has", ({ name, prompt }) => {
    const project = join(temporaryFolder(), "project");
    layOutProject(name, project);
    const slug = /^\/spec:\w+ ([a-z]+)$/.exec(prompt)?.[1];
    const files = [...prompt.matchAll(/\b(?:src|page|test|bin)\/[\w./-]+\w|README\.md/g)].map(
      ([file]) => file,
    );
    for (const file of [...files, ...(slug ? [`specs/${slug}`] : [])]) {
      expect(existsSync(join(project, file)), file).toBe(true);
    }
    expect(execFileSync("git", ["status", "--porcelain"], { cwd: project, encoding: "utf8" })).toBe("");
  });

  it("show the model the tools that the server really has", async () => {
    const server = await ParallelServer.start(temporaryFolder());
    const tools = await server.tools();
    expect(readJson("evals", "mocks", "tasks", "_tools.json")).toEqual({
      tools: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    });
  });
});

describe("claude plugin eval", { timeout: 120_000 }, () => {
  let folder: string;
  let place: Place;
  const heard: Conversation[] = [];
  const model = new ScriptedModel({
    main: (conversation) => {
      heard.push(conversation);
      return turnsTaken(conversation) === 0
        ? calls(`${TOOL_PREFIX}plan_report`, { plan: "watering" })
        : says("The report of watering.");
    },
    agent: () => ({ turn: says("Done.") }),
    latencyMs: { main: 0, agent: 0 },
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "parallel-evals-"));
    place = {
      project: CHECKOUT,
      home: join(folder, "home"),
      endpoint: await model.listen(),
      plugins: Object.values(PLUGIN_FOLDERS),
    };
    furnishHome(place);
  });
  afterAll(async () => {
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function evaluate(target: string, ...options: string[]) {
    const result = join(folder, "result.json");
    const fixed = ["--trust-plugin", "--no-publish", "--runs", "1", "--ablation", "none"];
    const done = await execa(
      claudeCodeBinary(),
      [
        "plugin",
        "eval",
        target,
        ...fixed,
        "--output-dir",
        join(folder, "results"),
        "--json",
        result,
        ...options,
      ],
      {
        cwd: CHECKOUT,
        extendEnv: false,
        env: environmentOf(place),
        stdin: "ignore",
        all: true,
        reject: false,
      },
    );
    return { output: done.all, outcome: JSON.parse(readFileSync(result, "utf8")) as Outcome };
  }
  /** The ceiling is checked before a run is launched: everything is read and judged, and nothing runs. */
  const READ_ONLY = ["--scaffold", "--allow-tools", ...GRANTED, "--max-cost-usd", "0"];

  it("reads every case, and finds none that cannot pass with the tools that the README grants", async () => {
    const { output } = await evaluate(CHECKOUT, ...READ_ONLY);
    expect(output).not.toMatch(/✗|⚠ case|cannot pass|has no mock|no <tool>\.md/);
    for (const { name } of cases) expect(output).toContain(`${name}: mocked: plugin_parallel_tasks`);
  });

  it("would say so if it could not read one", async () => {
    const plugin = join(folder, "plugin");
    mkdirSync(join(plugin, ".claude-plugin"), { recursive: true });
    writeFileSync(join(plugin, ".claude-plugin", "plugin.json"), '{"name":"one","description":"One."}');
    cpSync(join(EVALS, "one-line-edit"), join(plugin, "evals", "one-line-edit"), { recursive: true });
    writeFileSync(
      join(plugin, "evals", "one-line-edit", "graders", "unknown.md"),
      "---\ntype: tool_unused\n---\n",
    );
    expect((await evaluate(plugin, ...READ_ONLY)).output).toMatch(/✗ .*one-line-edit/);
  });

  it("types the command of a case, answers the model from the mocks, and grades what it called", async () => {
    const { outcome } = await evaluate(CHECKOUT, "--case", "parallel-report", "--scaffold");
    const [run] = outcome.cases[0]?.arms.with ?? [];
    expect(run?.error).toBeUndefined();
    expect(textOf(heard[0]?.blocks ?? [])).toContain("Show the report of: watering");
    expect(textOf(heard[1]?.blocks ?? [])).toContain("speedup");
    const passed = run?.graders.filter((grader) => grader.passed).map(({ name }) => name);
    expect(passed).toEqual(expect.arrayContaining(["asks-for-the-report", "launches-no-agent"]));
  });
});
