import { describe, expect, it } from "vitest";
import { fortyTasks } from "./context-plan.ts";
import { executesThePlan, waitsForNotifications } from "./harness/orchestrator.ts";
import type { ContextPiece, Recording } from "./harness/recording.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { specification } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import type { Turn } from "./harness/turn.ts";
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

const RHYTHMS: { rhythm: string; pace: () => Pace }[] = [
  { rhythm: "one at a time", pace: () => new OneAtATime() },
  { rhythm: "in waves", pace: () => ({ latencyMs: 500 }) },
];

const WAITS = [
  { waits: "waiting in the server", orchestrator: executesThePlan },
  { waits: "woken by notifications", orchestrator: waitsForNotifications(executesThePlan) },
];

describe("the main conversation of a plan of forty tasks", () => {
  for (const { rhythm, pace: newPace } of RHYTHMS) {
    for (const { waits, orchestrator } of WAITS) {
      it(`the main conversation of a plan of forty tasks stays within its budget when agents end ${rhythm}, ${waits}`, async () => {
        const pace = newPace();
        await runScenario(
          {
            name: `context ${rhythm}, ${waits}`,
            files: specification(SLUG, TASKS),
            environment: { PARALLEL_APPROVE: "scope" },
            work: workAt(pace),
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
            if (pace instanceof OneAtATime) pace.recording = recording;
          },
        );
      });
    }
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

/** When the agents' reports go. */
type Pace = Pick<Turn, "latencyMs" | "when">;

/** Writes a file and reports as a real agent does, at this pace. */
function workAt({ latencyMs, when }: Pace): Work {
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
    return {
      ...turn,
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(when === undefined ? {} : { when }),
    };
  };
  return [write, report];
}

/**
 * Lets one agent report at a time, and the next one only when the main conversation has heard of it, has launched what
 * it wanted to launch, and waits again: the rhythm in which each end costs the most.
 */
class OneAtATime implements Pace {
  recording: Recording | undefined;
  #lastMs = 0;

  readonly when = (): boolean => {
    const main = this.recording?.requests.filter((request) => request.isMain) ?? [];
    const last = main.at(-1);
    if (last?.endMs === undefined || last.startMs < this.#lastMs) return false;
    const waits = last.outputs.some(
      (output) => "text" in output || output.tool === taskTool("batch_collect"),
    );
    // A moment, so that what the host has queued for the main conversation reaches it first.
    if (!waits || Date.now() - last.endMs < 250) return false;
    this.#lastMs = Date.now();
    return true;
  };
}

function taskOf(name: string) {
  const task = TASKS.find(({ id }) => name === `${SLUG}/${id}`);
  if (task === undefined) throw new Error(`${name} is none of the forty`);
  return task;
}

function pathOf(name: string): string {
  return taskOf(name).writes?.[0] ?? "";
}
