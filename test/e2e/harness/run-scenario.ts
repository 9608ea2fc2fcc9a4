import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ClaudeCode,
  type Exit,
  furnishHome,
  installPlugin,
  type Place,
  type StreamEvent,
} from "./claude-code.ts";
import type { Conversation } from "./conversation.ts";
import { InteractiveClaudeCode } from "./interactive.ts";
import { managedFolder } from "./managed-settings.ts";
import { eventually, PATIENCE_MS } from "./processes.ts";
import type { Recording } from "./recording.ts";
import { RunnerProcess } from "./runner-process.ts";
import type { InteractiveRun, PrintRun, Run, RunnerRun, Scenario, StartOfRun } from "./scenario.ts";
import { ScriptedModel } from "./scripted-model.ts";
import { Workers } from "./worker.ts";

export interface RunOutcome {
  exit: Exit;
  startMs: number;
  wallMs: number;
  sessionId: string | undefined;
  events: StreamEvent[];
  /** What the main conversation said, in order. */
  texts: string[];
  permissionDenials: { tool: string; input: unknown }[];
  stderr: string;
  /** Processes that it started and that outlived it. */
  survivors: number[];
}

export interface Outcome {
  folder: string;
  project: string;
  home: string;
  /** Where the plugin keeps the graph of this project. */
  database: string;
  recording: Recording;
  /** The `claude -p` runs; interactive ones leave nothing but the recording. */
  runs: RunOutcome[];
  /** Lines of `git status --porcelain`. */
  gitStatus: string[];
  /** Claude Code's own transcripts, of sessions and of agents. */
  transcripts: string[];
}

/**
 * Plays a scenario and hands its outcome to the check. The folder of a run goes when the check has passed, and stays
 * with everything that was recorded when anything failed. The watcher is told where to look before the first run.
 */
export async function runScenario(
  scenario: Scenario,
  check: (outcome: Outcome) => void | Promise<void>,
  watch?: (live: { project: string; recording: Recording }) => void,
): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-")));
  const workers = new Workers(scenario.workers ?? {}, scenario.work);
  const latencyMs = scenario.latencyMs ?? { main: 20, agent: 100 };
  const scriptOf = ({ orchestrator }: Pick<Run, "orchestrator">) => ({
    main: orchestrator ?? nobody,
    agent: (conversation: Conversation) => {
      const own = scenario.agents?.(conversation);
      const { turn, ...answer } = own === undefined ? workers.answer(conversation) : { turn: own };
      return { ...answer, turn };
    },
    latencyMs,
    ...(scenario.usageOf !== undefined && { usageOf: scenario.usageOf }),
    ...(scenario.beginTogether !== undefined && { beginTogether: scenario.beginTogether }),
  });
  const [first] = scenario.runs;
  if (first === undefined) throw new Error(`${scenario.name} has no runs`);
  const model = new ScriptedModel(scriptOf(first));
  const runs: RunOutcome[] = [];
  try {
    const place = await prepare(scenario, folder, await model.listen());
    watch?.({ project: place.project, recording: model.recording });
    for (const run of scenario.runs) {
      model.follow(scriptOf(run));
      if ("prompt" in run) await print(run, place, model.recording, runs);
      else if ("parameters" in run) await runPlan(run, place, model.recording, runs);
      else await interact(run, place, model.recording);
      const [failure] = model.recording.failures;
      if (failure !== undefined) throw failure;
    }
    await check({
      folder,
      project: place.project,
      home: place.home,
      database: databaseOf(place),
      recording: model.recording,
      runs,
      gitStatus: git(place, "status", "--porcelain").split("\n").filter(Boolean),
      transcripts: transcriptsBelow(join(place.home, ".claude", "projects")),
    });
  } catch (reason) {
    await model.close();
    keep(folder, model.recording, runs);
    // A script that failed is the cause of whatever went wrong after it.
    const error = model.recording.failures[0] ?? reason;
    if (error instanceof Error) error.message += `\n"${scenario.name}" is kept in ${folder}`;
    throw error;
  }
  await model.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function print(run: PrintRun, place: Place, recording: Recording, runs: RunOutcome[]): Promise<void> {
  const startMs = Date.now();
  const limitMs = run.limitMs ?? PATIENCE_MS;
  const claude = new ClaudeCode(startedAs(run, place), run.prompt, run.continues);
  const { killWhen } = run;
  let hasEnded = false;
  const exited = claude.wait(limitMs).finally(() => {
    hasEnded = true;
  });
  if (killWhen !== undefined) {
    await eventually(() => hasEnded || killWhen(recording, databaseOf(place)), limitMs);
    if (!hasEnded) await claude.kill("SIGKILL");
  }
  const meanwhile = run.meanwhile?.(claude.pid, recording, place);
  meanwhile?.catch(() => undefined);
  const exit = await exited;
  const survivors = await claude.survivors(run.leavingMs);
  await claude.end();
  runs.push({
    exit,
    startMs,
    wallMs: Date.now() - startMs,
    sessionId: claude.sessionId,
    events: claude.events,
    texts: claude.texts,
    permissionDenials: claude.permissionDenials,
    stderr: claude.stderr,
    survivors,
  });
  await meanwhile;
  if (exit.timedOut) {
    const still = recording.requests.filter((request) => request.endMs === undefined).length;
    throw new Error(
      `Claude Code had not ended after ${limitMs} ms; ${still} requests were open\n${claude.stderr}`,
    );
  }
}

async function runPlan(
  run: RunnerRun,
  place: Place,
  recording: Recording,
  runs: RunOutcome[],
): Promise<void> {
  const startMs = Date.now();
  const limitMs = run.limitMs ?? PATIENCE_MS;
  const runner = new RunnerProcess(place, run.parameters);
  const exited = runner.wait(limitMs);
  const { killWhen } = run;
  let hasEnded = false;
  void exited.finally(() => {
    hasEnded = true;
  });
  if (killWhen !== undefined) {
    await eventually(() => hasEnded || killWhen(recording, databaseOf(place)), limitMs);
    if (!hasEnded) runner.kill("SIGKILL");
  }
  const meanwhile = run.meanwhile?.(runner.pid, recording, place);
  meanwhile?.catch(() => undefined);
  const exit = await exited;
  runs.push({
    ...{ exit, startMs, wallMs: Date.now() - startMs, sessionId: undefined },
    ...{ events: runner.events, texts: [], permissionDenials: [], stderr: runner.output, survivors: [] },
  });
  await meanwhile;
  if (exit.timedOut) throw new Error(`parallel run had not ended after ${limitMs} ms\n${runner.output}`);
}

/** No main conversation is there that could ask. */
function nobody(): never {
  throw new Error("a main conversation has asked its model, and none was to be there");
}

/** The graph of the place's project. */
export function databaseOf({ project }: Place): string {
  return join(project, ".git", "parallel", "graph.sqlite");
}

function startedAs({ options = [], managed }: StartOfRun, place: Place): Place {
  const overSystem = managed && managedFolder(mkdtempSync(join(place.home, "system-")), managed);
  return { ...place, options, ...(overSystem !== undefined && { overSystem }) };
}

async function interact(run: InteractiveRun, place: Place, recording: Recording): Promise<void> {
  const session = new InteractiveClaudeCode(startedAs(run, place));
  try {
    await session.start();
    await run.user(session, recording, place);
  } finally {
    await session.end();
  }
}

async function prepare(scenario: Scenario, folder: string, endpoint: string): Promise<Place> {
  const place: Place = {
    project: join(folder, "project"),
    home: join(folder, "home"),
    endpoint,
    plugins: scenario.marketplace === undefined ? (scenario.plugins ?? repositoryPlugins()) : [],
    // Stories tell what their own tasks do; those of a review say so.
    environment: { PARALLEL_REVIEW: "off", ...scenario.environment },
    ...(scenario.mode !== undefined && { mode: scenario.mode }),
  };
  furnishHome(place, scenario.settings);
  writeFileSync(
    join(place.home, ".gitconfig"),
    "[user]\n\tname = Somebody\n\temail = somebody@example.org\n[init]\n\tdefaultBranch = main\n",
  );
  mkdirSync(place.project);
  for (const [path, source] of Object.entries(scenario.folders ?? {})) {
    cpSync(source, join(place.project, path), { recursive: true });
  }
  for (const [path, content] of Object.entries(scenario.files)) {
    mkdirSync(dirname(join(place.project, path)), { recursive: true });
    writeFileSync(join(place.project, path), content);
  }
  git(place, "init", "--quiet");
  git(place, "add", "--all");
  git(place, "commit", "--quiet", "--allow-empty", "--message", "Start");
  if (scenario.marketplace !== undefined) await installPlugin(place, "parallel", scenario.marketplace);
  return place;
}

/** The plugin that shows plans in Claude Code, from its sources. */
export function viewPlugin(): string {
  return fileURLToPath(new URL("../../../view", import.meta.url));
}

/** The three plugins of this repository, from their sources. */
export function repositoryPlugins(): string[] {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  return [root, join(root, "commands", "spec"), join(root, "commands", "debug")];
}

function git(place: Place, ...parameters: string[]): string {
  return execFileSync("git", parameters, {
    cwd: place.project,
    env: { PATH: process.env.PATH, HOME: place.home },
    encoding: "utf8",
  });
}

function transcriptsBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".jsonl"))
      .map((path) => join(folder, path));
  } catch {
    // A run that was killed early has none.
    return [];
  }
}

/** Leaves what was recorded beside the project for whoever looks for the cause. */
function keep(folder: string, recording: Recording, runs: RunOutcome[]): void {
  const lines = (values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
  writeFileSync(join(folder, "requests.jsonl"), lines(recording.requests));
  runs.forEach((run, index) => {
    writeFileSync(join(folder, `run-${index + 1}.events.jsonl`), lines(run.events));
    writeFileSync(join(folder, `run-${index + 1}.stderr.txt`), run.stderr);
  });
}
