import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import { arrivals, type Conversation, textOf } from "./harness/conversation.ts";
import { hasTmux, type InteractiveClaudeCode } from "./harness/interactive.ts";
import { executesByModule, withoutCalls } from "./harness/module-orchestrator.ts";
import {
  claimsSuccessEarly,
  dropsLaunches,
  executesThePlan,
  type Habit,
  type Orchestrator,
  overlooksNotification,
  waitsForNotifications,
  withHabits,
} from "./harness/orchestrator.ts";
import { pluginsWithModule } from "./harness/plugin-copy.ts";
import { eventually, killServersOf } from "./harness/processes.ts";
import type { Recording } from "./harness/recording.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { InteractiveRun, Run, Scenario, SpecTask } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { says } from "./harness/turn.ts";
import { reportsByTheBrief, type Work, worksByTheBrief } from "./harness/worker.ts";
import { executesByWorkflow, SCRIPT_ENGINE, wantsTheWholeReport } from "./harness/workflow-orchestrator.ts";
import { EXECUTE, expectLawfulLog, independentTasks, storyOf } from "./small-plan.ts";

/**
 * The same faults for each engine: the conversation does something else than it should, Claude Code is killed, the
 * conversation is cleared, and what should wake it is lost. Every task is completed in the end, and none twice.
 */

const QUESTION = /Shall I run this plan/;

/** Two that run at once, and two that each need one of them. */
const four: SpecTask[] = [
  ...independentTasks(2),
  { id: "2.1", description: "Use part 1.1", dependencies: ["1.1"], writes: ["two-1.txt"] },
  { id: "2.2", description: "Use part 1.2", dependencies: ["1.2"], writes: ["two-2.txt"] },
];

type Engine = "burst" | "workflow" | "mod";

const OBEDIENT: Readonly<Record<Engine, Orchestrator>> = {
  burst: executesThePlan,
  workflow: wantsTheWholeReport(executesByWorkflow),
  mod: executesByModule,
};

const rows: Record<string, string | number>[] = [];

/** Lets another engine begin, and launches agents itself beside it. */
const launchesBeside: Habit = (inner) => (conversation) => {
  const begun = conversation.blocks.find(
    (block) =>
      block.kind === "call" &&
      (block.tool === "Workflow" || (block.tool === taskTool("plan_update") && block.input.action === "run")),
  );
  return begun?.kind === "call"
    ? executesThePlan(withoutCalls(conversation, (_, id) => id === begun.id))
    : inner(conversation);
};

/** Knows nothing of a plan in a conversation that was cleared. */
const forgets: Habit = (inner) => (conversation) =>
  /<command-args>/.test(textOf(conversation.blocks)) ? inner(conversation) : says(saidOf(conversation));

/** How many tasks are completed, by what it is told. */
function saidOf(conversation: Conversation): string {
  return /\d+ of \d+ tasks? completed/.exec(textOf(arrivals(conversation)))?.[0] ?? "Hm.";
}

function headless(orchestrator: Orchestrator, more: Partial<Run> = {}): Run {
  return { prompt: EXECUTE, orchestrator, ...more } as Run;
}

function inTerminal(orchestrator: Orchestrator, user: InteractiveRun["user"]): InteractiveRun {
  return { orchestrator, user };
}

async function begins(session: InteractiveClaudeCode): Promise<void> {
  await session.type(EXECUTE);
  await session.accept(QUESTION);
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await eventually(condition))) throw new Error(`it was waited in vain until ${what}`);
}

const atWork = (recording: Recording, count: number) => () => recording.agents().length >= count;

function haveReported({ requests }: Recording): boolean {
  return requests.some(
    ({ isMain, outputs }) =>
      isMain && outputs.some((output) => "text" in output && /\d+ of \d+ tasks? completed/.test(output.text)),
  );
}

const [firstWrite] = worksByTheBrief;

/** The works of all tasks, which report as soon as this holds. */
function reportWhen(condition: () => boolean): Work {
  return [
    firstWrite ?? reportsByTheBrief,
    (assignment) => ({ ...reportsByTheBrief(assignment), when: condition }),
  ];
}

/** The plugins, whose module loses what should wake the conversation. */
function pluginsThatWakeNobody(): string[] {
  const folder = mkdtempSync(join(tmpdir(), "plugin-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return pluginsWithModule(folder, (source) => source.replace("await $.prompt.submit({ text: wake })", ""));
}

const STORIES: Readonly<Record<string, (engine: Engine) => Partial<Scenario> & Pick<Scenario, "runs">>> = {
  "an orchestrator that disobeys": (engine) => ({
    runs: [
      headless(
        engine === "burst"
          ? withHabits(executesThePlan, claimsSuccessEarly, dropsLaunches(1))
          : launchesBeside(OBEDIENT[engine]),
      ),
    ],
  }),
  "Claude Code killed": (engine) => ({
    runs: [
      headless(OBEDIENT[engine], {
        killWhen: (recording) => recording.agents().some(({ reportedMs }) => reportedMs !== undefined),
      }),
      headless(OBEDIENT[engine]),
    ],
  }),
  "the server killed": (engine) => {
    let killed = 0;
    return {
      work: reportWhen(() => killed > 0),
      runs: [
        headless(OBEDIENT[engine], {
          meanwhile: async (pid, recording) => {
            await until("two agents were at work", atWork(recording, 2));
            killed = await killServersOf(pid);
          },
        }),
        headless(OBEDIENT[engine]),
      ],
    };
  },
  "the conversation cleared": (engine) => {
    let isCleared = false;
    const user: InteractiveRun["user"] = async (session, recording) => {
      await begins(session);
      await until("two agents were at work", atWork(recording, 2));
      await session.type("/clear");
      await session.waitUntilGone(
        /background agents launched|runs beside this conversation|Dynamic workflow/,
      );
      isCleared = true;
      if (engine !== "mod") await begins(session);
      await until("it had reported", () => haveReported(recording));
    };
    return {
      work: reportWhen(() => isCleared),
      runs: [inTerminal(forgets(OBEDIENT[engine]), user)],
    };
  },
  "what should wake it lost": (engine) => {
    if (engine !== "mod") {
      const overlooks = overlooksNotification(1)(OBEDIENT[engine]);
      return { runs: [headless(engine === "burst" ? waitsForNotifications(overlooks) : overlooks)] };
    }
    const user: InteractiveRun["user"] = async (session, recording, { project }) => {
      await begins(session);
      const graph = () => readGraph(join(project, ".git", "parallel", "graph.sqlite"));
      await until("the run was over", () => graph().events.some(({ type }) => type === "plan.reported"));
      // The host has some seconds to wake the conversation.
      for (let asked = 0; asked < 10 && !haveReported(recording); asked += 1) {
        await session.type("How far is it?");
        await eventually(() => haveReported(recording), 3_000);
      }
    };
    const told: Habit = (inner) => (conversation) =>
      textOf(arrivals(conversation)).includes("How far is it?")
        ? says(saidOf(conversation))
        : inner(conversation);
    return { plugins: pluginsThatWakeNobody(), runs: [inTerminal(told(executesByModule), user)] };
  },
};

const CASES = Object.keys(STORIES).flatMap((fault) =>
  (Object.keys(OBEDIENT) as Engine[])
    // A module's conversation is told how it goes on, which is tried with the module's other faults.
    .filter((engine) => engine !== "mod" || fault !== "the server killed")
    .map((engine) => ({ fault, engine })),
);

describe.runIf(isLong).concurrent("faults by engine", () => {
  afterAll(() => console.table(rows));

  beforeEach(async ({ skip }) => {
    if (!loadsTheModule()) skip("this Claude Code does not know all that the module uses");
    if (!(await hasTmux())) skip("tmux is not installed");
  });

  it.each(CASES)("$fault, by $engine: each task is completed, none twice", async ({ fault, engine }) => {
    const parts = STORIES[fault]?.(engine) ?? { runs: [] };
    const environment = { PARALLEL_REVIEW: "off", PARALLEL_TOGETHER: "none", ...SCRIPT_ENGINE };
    await runScenario(storyOf(`${fault}, ${engine}`, four, { ...parts, environment }), (outcome) => {
      const graph = readGraph(outcome.database);
      const outcomes = four.map(({ id }) => outcomesOf(graph, id));
      rows.push({ fault, engine, ...figuresOf(outcome), lost: outcomes.flat().filter(isLost).length });
      expectLawfulLog(outcome);
      for (const attempts of outcomes) {
        expect(attempts.at(-1)).toBe("completed");
        // What a kill took is tried again; nothing else is.
        expect(attempts.slice(0, -1).every((one) => isLost(one) && parts.runs.length > 1)).toBe(true);
      }
      expect(haveReported(outcome.recording)).toBe(true);
    });
  });
});

const isLost = (outcome: string) => outcome === "lost";

function figuresOf({ recording, runs }: Outcome): Record<string, number> {
  return {
    sessions: Math.max(1, runs.length),
    agents: recording.agents().length,
    "requests of the conversation": recording.requests.filter(({ isMain }) => isMain).length,
  };
}
