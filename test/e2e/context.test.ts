import { describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { fortyTasks } from "./context-plan.ts";
import { agentsToldOf } from "./harness/conversation.ts";
import { executesThePlan, waitsForNotifications } from "./harness/orchestrator.ts";
import type { ContextPiece, Recording } from "./harness/recording.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { specification } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { reports, type Step, type Work, writes } from "./harness/worker.ts";

/**
 * What executing forty tasks puts into the main conversation. The budget: at most 350 characters that the model
 * writes for a launch, at most 600 that this plugin adds for a task. Counted as the plugin's: every answer of its tools
 * but the final report, every line of its hooks, and the line with which it lets an agent end. Printed as lines of
 * their own and not counted: the command, the skill, the final report and the model's words, which repeat that report.
 * The host's texts and the model's other calls are beside them.
 */
const SLUG = "account-settings-redesign";
const TASKS = fortyTasks();

/** How many agents report together. */
const RHYTHMS = [
  { rhythm: "one at a time", size: 1 },
  { rhythm: "in waves", size: Number.POSITIVE_INFINITY },
];

const WAITS = [
  { waits: "waiting in the server", orchestrator: executesThePlan },
  { waits: "woken by notifications", orchestrator: waitsForNotifications(executesThePlan) },
];

/** Each rhythm and each way to wait once, and with the long tests all four. */
const PAIRS = RHYTHMS.flatMap((rhythm, i) =>
  WAITS.filter((_, j) => isLong || i !== j).map((wait) => ({ ...rhythm, ...wait })),
);

describe("the main conversation of a plan of forty tasks", () => {
  for (const { rhythm, size, waits, orchestrator } of PAIRS) {
    it(`the main conversation of a plan of forty tasks stays within its budget when agents end ${rhythm}, ${waits}`, async () => {
      const waves = new Waves(size);
      await runScenario(
        {
          name: `context ${rhythm}, ${waits}`,
          files: specification(SLUG, TASKS),
          environment: { PARALLEL_APPROVE: "scope" },
          work: reportsIn(waves),
          runs: [{ prompt: `/spec:execute ${SLUG}`, orchestrator }],
        },
        ({ recording, runs }) => {
          expect(runs[0]?.exit.code).toBe(0);
          expect(recording.refusals()).toEqual([]);
          expect(recording.agents()).toHaveLength(TASKS.length);
          const budget = budgetOf(recording);
          console.log(`${rhythm}, ${waits}: ${recording.launchMessages().length} messages with launches`);
          console.table(budget.rows);
          expect(Math.max(...recording.launchCharacters())).toBeLessThanOrEqual(350);
          expect(budget.pluginPerTask).toBeLessThanOrEqual(600);
        },
        ({ recording }) => {
          waves.recording = recording;
        },
      );
    });
  }
});

interface Row {
  what: string;
  pieces: number;
  characters: number;
  "per task": number;
}

function budgetOf(recording: Recording): { rows: Row[]; pluginPerTask: number } {
  const groups = new Map<string, ContextPiece[]>();
  for (const piece of recording.mainContext()) {
    const what = groupOf(piece);
    groups.set(what, [...(groups.get(what) ?? []), piece]);
  }
  const row = (what: string, pieces: ContextPiece[]): Row => {
    const characters = pieces.reduce((sum, piece) => sum + piece.characters, 0);
    return { what, pieces: pieces.length, characters, "per task": Math.round(characters / TASKS.length) };
  };
  const of = (prefix: string) => [...groups].filter(([what]) => what.startsWith(prefix));
  const plugin = of(PLUGIN).flatMap(([, pieces]) => pieces);
  const apart = of(APART).flatMap(([, pieces]) => pieces);
  const rows = [...groups]
    .map(([what, pieces]) => row(what, pieces))
    .sort((a, b) => a.what.localeCompare(b.what) || b.characters - a.characters);
  const counted = row("= this plugin, counted (at most 600 per task)", plugin);
  return {
    rows: [...rows, counted, row("= this plugin with everything in", [...plugin, ...apart])],
    pluginPerTask: counted.characters / TASKS.length,
  };
}

const PLUGIN = "plugin: ";
const APART = "plugin, apart: ";

function groupOf(piece: ContextPiece): string {
  const tool = piece.tool?.replace(/^.*__/, "") ?? "";
  switch (piece.source) {
    case "answer of this plugin":
      return tool === "plan_report" ? `${APART}final report` : `${PLUGIN}answers of ${tool}`;
    case "hook of this plugin":
      return `${PLUGIN}${piece.text.split(" ")[0]} hook`;
    case "last message of an agent":
      return `${PLUGIN}last lines of agents`;
    case "skill":
      return `${APART}skill`;
    case "opening":
      return piece.text.includes("Execute this specification:") ? `${APART}command` : "host: opening";
    case "launch by the model":
      return "model: launches (at most 350 each)";
    case "call by the model":
      return `model: calls of ${tool}`;
    case "words of the model":
      return "model: words, the report among them";
    case "answer of another tool":
      return `host: answers of ${tool}`;
    case "host: launch text":
    case "host: notification":
      return `${piece.source}s`;
    case "other text":
      return "host: other texts";
  }
}

/** Writes a file and reports as a real agent does, when its wave may. */
function reportsIn(waves: Waves): Work {
  const write: Step = (assignment) =>
    writes({ [pathOf(assignment.task)]: `${assignment.task}\n` })(assignment);
  const report: Step = (assignment) => {
    const { acceptance = [], title } = taskOf(assignment.task);
    const turn = reports({
      summary: `${title}: implemented with validation, error paths and tests; two edge cases of the old code are covered.`,
      evidence: acceptance.map((criterion) => ({
        criterion,
        command: "npm test",
        exitCode: 0,
        result: "12 passed",
      })),
      filesChanged: [pathOf(assignment.task)],
      notes: ["The types are exported from the index of the package."],
    })(assignment);
    return { ...turn, when: () => waves.mayReport(assignment.task) };
  };
  return [write, report];
}

/**
 * Lets so many agents report at a time, and the next ones only when the main conversation has heard of those, has
 * launched what it wanted to launch, and waits again. One at a time is the rhythm in which each end costs the most.
 */
class Waves {
  recording: Recording | undefined;
  readonly #size: number;
  readonly #released = new Set<string>();

  constructor(size: number) {
    this.#size = size;
  }

  mayReport(task: string): boolean {
    if (!this.#released.has(task) && this.recording !== undefined && this.#isOver(this.recording)) {
      const waiting = this.recording.agents().flatMap((agent) => agent.task ?? []);
      const next = waiting.filter((one) => !this.#released.has(one)).slice(0, this.#size);
      for (const one of next) this.#released.add(one);
    }
    return this.#released.has(task);
  }

  /** Whether everything has become of the last wave that becomes of it. */
  #isOver(recording: Recording): boolean {
    const main = recording.requests.findLast(({ isMain }) => isMain);
    if (main?.endMs === undefined) return false;
    const isCollecting = main.outputs.some(
      (output) => "tool" in output && output.tool === taskTool("batch_collect"),
    );
    const hasEndedItsTurn = main.outputs.some((output) => "text" in output);
    const agents = recording.agents();
    const haveBegun = agents.length === recording.launchMessages().flat().length;
    if (!haveBegun || !(isCollecting || hasEndedItsTurn)) return false;
    const told = agentsToldOf(main.conversation);
    return agents
      .filter(({ task }) => this.#released.has(task ?? ""))
      .every(({ agentId, reportedMs }) => {
        const last = recording.requests.findLast(({ conversation }) => conversation.agentId === agentId);
        const hasEnded = last?.endMs !== undefined && last.outputs.some((output) => "text" in output);
        // A report ends the wait in the server, so that the main conversation is asked after it.
        const isHeardOf = isCollecting
          ? reportedMs !== undefined && reportedMs <= main.startMs
          : told.has(agentId);
        return hasEnded && isHeardOf;
      });
  }
}

function taskOf(name: string) {
  const task = TASKS.find(({ id }) => name === `${SLUG}/${id}`);
  if (task === undefined) throw new Error(`${name} is none of the forty`);
  return task;
}

function pathOf(name: string): string {
  return taskOf(name).writes?.[0] ?? "";
}
