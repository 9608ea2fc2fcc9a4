import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { Replay, readLog } from "./graph-log.ts";
import { type GraphState, outcomesOf, readGraph } from "./graph-state.ts";
import { textOf } from "./harness/conversation.ts";
import { executesThePlan } from "./harness/orchestrator.ts";
import type { AgentInterval, RecordedRequest } from "./harness/recording.ts";
import type { Outcome, RunOutcome } from "./harness/run-scenario.ts";
import { type PrintRun, type Scenario, type SpecTask, specification } from "./harness/scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { executesByWorkflow, SCRIPT_ENGINE, wantsTheWholeReport } from "./harness/workflow-orchestrator.ts";

/** What a user types to let the plan `demo` run, or run on. */
export const EXECUTE = "/spec:execute demo";

/** Tasks that need nothing of each other: `1.1` to `1.n`, each with a file of its own. */
export function independentTasks(count: number): SpecTask[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `1.${index + 1}`;
    return { id, description: `Write part ${id}`, writes: [`parts/${id}.txt`] };
  });
}

/**
 * The engine of every run that does not say by which it is: with `PARALLEL_TEST_ENGINE=workflow` the scenarios are
 * played by the host's script engine. What they expect of a launch or of the main conversation is then not met.
 */
export const BY_WORKFLOW = process.env.PARALLEL_TEST_ENGINE === "workflow";

/** One `claude -p` that executes the plan. */
export function headlessRun(parts: Partial<PrintRun> = {}): PrintRun {
  const orchestrator = BY_WORKFLOW ? wantsTheWholeReport(executesByWorkflow) : executesThePlan;
  return { prompt: EXECUTE, orchestrator, ...parts };
}

/** A story about the plan `demo`, whose user lets agents edit inside their scopes. */
export function storyOf(
  name: string,
  tasks: SpecTask[],
  parts: Partial<Scenario> & Pick<Scenario, "runs">,
): Scenario {
  return {
    name,
    files: { "README.md": "# Demo\n", ...specification("demo", tasks) },
    latencyMs: { main: 10, agent: 60 },
    ...parts,
    environment: { PARALLEL_APPROVE: "scope", ...(BY_WORKFLOW && SCRIPT_ENGINE), ...parts.environment },
  };
}

/** The run that has this number, from 1. */
export function runNumber(outcome: Outcome, number: number): RunOutcome {
  const run = outcome.runs[number - 1];
  if (run === undefined) throw new Error(`there was no run ${number}`);
  return run;
}

/** What a user has of a run at its end: what the main conversation said, and the report as a whole in its file. */
export function shownToUser(outcome: Outcome, number: number, plan = "demo"): string {
  return [...runNumber(outcome, number).texts, wholeReport(outcome, plan)].join("\n");
}

/** The report of a plan in its file, or nothing where none was made. */
export function wholeReport({ project }: Outcome, plan = "demo"): string {
  const file = join(project, ".git/parallel/reports", `${plan}.md`);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Expects that every task was completed by exactly one agent, with no permission refused and nothing left behind. */
export function expectEachDoneOnce(outcome: Outcome, deniedByHooks = 0): GraphState {
  const graph = readGraph(outcome.database);
  for (const task of Object.keys(graph.tasks)) {
    expect({ task, status: graph.tasks[task], attempts: outcomesOf(graph, task) }).toEqual({
      task,
      status: "completed",
      attempts: ["completed"],
    });
  }
  const workedOn = outcome.recording.agents().map(({ task }) => task);
  expect(workedOn.sort()).toEqual(
    Object.keys(graph.tasks)
      .map((task) => `demo/${task}`)
      .sort(),
  );
  expectCleanEnd(outcome, deniedByHooks);
  return graph;
}

/**
 * Expects that the event log breaks no invariant, that the host refused nothing for lack of permission, and that every
 * run ended by itself, leaving no process.
 */
export function expectCleanEnd(outcome: Outcome, deniedByHooks = 0): void {
  expectLawfulLog(outcome);
  const { recording, runs } = outcome;
  expect(recording.refusals()).toEqual([]);
  // The host counts what a hook denies among the refusals.
  expect(runs.flatMap(({ permissionDenials }) => permissionDenials)).toHaveLength(deniedByHooks);
  for (const run of runs) {
    expect(run.survivors).toEqual([]);
    expect(run.exit).toEqual({ code: 0, signal: null, timedOut: false });
  }
}

/** Expects that nothing in the event log is what may never happen, at the default cap. */
export function expectLawfulLog({ database }: Outcome): void {
  expect(new Replay(readLog(database), 5).violations).toEqual([]);
}

/** The errors that tools answered in the main conversation, in order. */
export function errorsInMain({ recording }: Outcome): { tool: string; text: string }[] {
  const seen = new Map<string, { tool: string; text: string }>();
  for (const { isMain, conversation } of recording.requests) {
    if (!isMain) continue;
    for (const block of conversation.blocks) {
      if (block.kind === "result" && block.isError)
        seen.set(block.callId, { tool: block.tool, text: block.text });
    }
  }
  return [...seen.values()];
}

/** The texts that hooks of the plugin put into the main conversation of a run. */
export function hookTexts(outcome: Outcome, run = 1): string[] {
  return outcome.recording
    .mainContext(runNumber(outcome, run).sessionId)
    .filter(({ source }) => source === "hook of this plugin")
    .map(({ text }) => text);
}

/** What hooks of the plugin told the user of a run, beside the conversation. */
export function noticesOf(outcome: Outcome, run: number): string[] {
  return runNumber(outcome, run)
    .events.filter(({ subtype }) => subtype === "informational")
    .map(({ content }) => String(content));
}

/** The requests of the main conversation of a run. */
export function mainRequestsOf(outcome: Outcome, run: number): RecordedRequest[] {
  const { startMs, wallMs } = runNumber(outcome, run);
  return outcome.recording.requests.filter(
    (request) => request.isMain && request.startMs >= startMs && request.startMs <= startMs + wallMs,
  );
}

/** Everything that an agent was told before its first turn, or, by a claim, with it. */
export function agentOpening({ recording }: Outcome, agentId: string): string {
  const [first, second] = recording.requests.filter(({ conversation }) => conversation.agentId === agentId);
  const claimed = answers(second?.conversation ?? NOBODY).find(({ tool }) => tool === "task_claim");
  const { brief } = (claimed?.value.claim ?? {}) as { brief?: string };
  return `${textOf(first?.conversation.blocks ?? [])}\n${brief ?? ""}`;
}

const NOBODY = { sessionId: "", model: "", tools: [], blocks: [] };

/** The agents that worked on a task, in order. */
export function agentsAt({ recording }: Outcome, task: string): AgentInterval[] {
  return recording.agents().filter((agent) => agent.task === `demo/${task}`);
}
