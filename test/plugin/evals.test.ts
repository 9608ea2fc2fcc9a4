import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claudeCodeBinary, environmentOf, furnishHome, type Place } from "../e2e/harness/claude-code.ts";
import { textOf, turnsTaken } from "../e2e/harness/conversation.ts";
import { ScriptedModel } from "../e2e/harness/scripted-model.ts";
import { calls, says } from "../e2e/harness/turn.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { CHECKOUT, pluginTexts, readJson, TASK_TOOLS, TOOL_PREFIX } from "./checkout.ts";
import { EVALS, evalCases, GRANTED, layOutProject } from "./eval-case.ts";

const cases = evalCases();
const texts = pluginTexts();
const commands = texts
  .filter(({ kind }) => kind === "command")
  // It is typed without the plugin's name.
  .map(({ name }) => (name === "parallel:ideate" ? "/ideate" : `/${name}`));
const firstWord = ({ prompt }: { prompt: string }) => prompt.split(/\s/)[0] ?? "";

/** The command that a prompt begins with, as the host names it. */
const fullName = (prompt: string) =>
  prompt
    .slice(1)
    .split(" ")[0]
    ?.replace(/^ideate$/, "parallel:ideate");

/** One result of a run, as far as the tests look into it. */
interface Outcome {
  readonly cases: readonly {
    readonly name: string;
    readonly arms: {
      readonly with: readonly { readonly error: string | null; readonly graders: readonly Graded[] }[];
    };
  }[];
}
interface Graded {
  readonly name: string;
  readonly passed: boolean;
}

describe("the cases in evals/", () => {
  it.each(commands)("the cases in evals/ try the command %s", (command) => {
    expect(cases.map(firstWord)).toContain(command);
  });

  it("the cases in evals/ type no command that does not exist", () => {
    expect(cases.map(firstWord).filter((word) => word.startsWith("/") && !commands.includes(word))).toEqual(
      [],
    );
  });

  it("the cases in evals/ try requests that are to be done without agents, plans and skills", () => {
    const quiet = cases.filter(({ graders }) =>
      graders.some(({ tool, max, arm }) => tool === "Agent" && max === 0 && arm === "both"),
    );
    expect(quiet.filter(({ prompt }) => !prompt.startsWith("/")).length).toBeGreaterThanOrEqual(2);
    expect(quiet.map(firstWord)).toContain("/parallel:run");
  });

  it.each(cases)("the case $name names only tools and skills that exist", ({ allowedTools, graders }) => {
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

  it.each(cases)("the case $name does not forbid a call only when the plugin is there", ({ graders }) => {
    // Without an arm the host takes one call at least, or leaves the grader out of the score.
    expect(graders.filter(({ max, min, arm }) => max === 0 && (min !== 0 || arm !== "both"))).toEqual([]);
  });

  it.each(cases)("the case $name is about files that its project has", ({ name, prompt }) => {
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

  it("the cases in evals/ show the model the tools that the server really has", async () => {
    const server = await ParallelServer.start(temporaryFolder());
    const tools = await server.tools();
    expect(readJson("evals", "mocks", "tasks", "_tools.json")).toEqual({
      tools: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    });
  });
});

/** What a user gets of this repository; the host refuses to run cases beside the thousands of links of an installation. */
const SHIPPED = (path: string) => !/^(?:node_modules|\.git|test|bench)$/.test(relative(CHECKOUT, path));

describe("claude plugin eval", () => {
  let folder: string;
  let place: Place;
  /** What the main conversations were told, and what their tools answered. */
  const heard: string[] = [];
  const answered: string[] = [];
  const model = new ScriptedModel({
    main: (conversation) => {
      heard.push(textOf(conversation.blocks));
      answered.push(...conversation.blocks.flatMap((block) => (block.kind === "result" ? block.text : [])));
      const asked = textOf(conversation.blocks).includes(
        "Show the report of plan (empty: see step 1): watering",
      );
      return asked && turnsTaken(conversation) === 0
        ? calls(`${TOOL_PREFIX}plan_report`, { plan: "watering" })
        : says("I leave it to you.");
    },
    agent: () => ({ turn: says("Done.") }),
    latencyMs: { main: 0, agent: 0 },
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "parallel-evals-"));
    const project = join(folder, "parallel");
    cpSync(CHECKOUT, project, { recursive: true, filter: SHIPPED });
    place = { project, home: join(folder, "home"), endpoint: await model.listen(), plugins: [] };
    furnishHome(place);
  });
  afterAll(async () => {
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function evaluate(target: string, ...options: string[]) {
    const fixed = ["--trust-plugin", "--no-publish", "--runs", "1", "--ablation", "none", "--scaffold"];
    const done = await execa(
      claudeCodeBinary(),
      ["plugin", "eval", target, ...fixed, "--output-dir", join(folder, "results"), ...options],
      { cwd: target, extendEnv: false, env: environmentOf(place), stdin: "ignore", all: true, reject: false },
    );
    return done.all;
  }
  /** The ceiling is checked before a run is launched: everything is read and judged, and nothing runs. */
  const WITHOUT_RUNS = ["--max-cost-usd", "0"];

  it("claude plugin eval reads every case, and finds none that cannot pass with the tools that CONTRIBUTING.md grants", async () => {
    const output = await evaluate(place.project, "--allow-tools", ...GRANTED, ...WITHOUT_RUNS);
    expect(output).toContain("cost ceiling $0 hit");
    expect(output).not.toMatch(/✗|⚠ case|Couldn't load|cannot pass|has no mock/);
  });

  it("claude plugin eval would say so if it could not read a case, or if one could not pass", async () => {
    const plugin = join(folder, "one");
    const oneCase = join(plugin, "evals", "one-line-edit");
    mkdirSync(join(plugin, ".claude-plugin"), { recursive: true });
    writeFileSync(join(plugin, ".claude-plugin", "plugin.json"), '{"name":"one","description":"One."}');
    cpSync(join(EVALS, "one-line-edit"), oneCase, { recursive: true });
    writeFileSync(join(oneCase, "case.yaml"), 'schema_version: "1.1"\nname: one-line-edit\n');
    expect(await evaluate(plugin, ...WITHOUT_RUNS)).toMatch(/"one-line-edit": .* cannot pass/);
    writeFileSync(join(oneCase, "graders", "unknown.md"), "---\ntype: tool_unused\n---\n");
    expect(await evaluate(plugin, ...WITHOUT_RUNS)).toMatch(/✗ .*one-line-edit/);
  });

  it("claude plugin eval types each case, answers the model from the mocks, and grades what it called", async () => {
    const result = join(folder, "result.json");
    await evaluate(place.project, "--allow-tools", "Write", "Edit", "--json", result);
    const outcome = JSON.parse(readFileSync(result, "utf8")) as Outcome;
    expect(outcome.cases.map(({ name }) => name).sort()).toEqual(cases.map(({ name }) => name).sort());
    for (const { name, arms } of outcome.cases) expect(arms.with[0]?.error, name).toBeNull();

    // The host puts the command's own text in place of what was typed.
    for (const { name, prompt } of cases) {
      const expected = prompt.startsWith("/") ? `<command-name>/${fullName(prompt)}<` : prompt;
      expect(
        heard.some((text) => text.includes(expected)),
        name,
      ).toBe(true);
    }
    expect(answered.some((text) => text.includes("1 of 12 tasks completed"))).toBe(true);

    // This model calls one tool in one case and does nothing else, and the graders tell.
    const passed = outcome.cases.flatMap(({ name, arms }) =>
      (arms.with[0]?.graders ?? []).flatMap((grader) => (grader.passed ? [`${name}/${grader.name}`] : [])),
    );
    expect(passed).toContain("parallel-report/asks-for-the-report");
    const forbidden = cases.flatMap(({ name, graders }) =>
      graders.flatMap((grader) => (grader.max === 0 ? [`${name}/${grader.name}`] : [])),
    );
    expect(passed).toEqual(expect.arrayContaining(forbidden));
    const demanded = cases.flatMap(({ name, graders }) =>
      graders.flatMap(({ type, name: grader, min }) =>
        type === "tool_used" && min === 1 && name !== "parallel-report" ? [`${name}/${grader}`] : [],
      ),
    );
    expect(passed.filter((grader) => demanded.includes(grader))).toEqual([]);
  });
});
