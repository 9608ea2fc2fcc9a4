import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import { arrivals, type Conversation, textOf } from "./harness/conversation.ts";
import { hasTmux, type InteractiveClaudeCode } from "./harness/interactive.ts";
import { endIn, executesByModule } from "./harness/module-orchestrator.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import {
  pluginsWithModule,
  viewWithModule,
  withThrows,
  withTimes,
  withWedge,
} from "./harness/plugin-copy.ts";
import { eventually } from "./harness/processes.ts";
import type { Recording } from "./harness/recording.ts";
import { type Outcome, repositoryPlugins, runScenario } from "./harness/run-scenario.ts";
import type { InteractiveRun, Scenario, SpecTask } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { calls, callsTogether, says } from "./harness/turn.ts";
import { reportsByTheBrief, type Work, worksByTheBrief } from "./harness/worker.ts";
import { EXECUTE, expectEachDoneOnce, independentTasks, storyOf } from "./small-plan.ts";

const BESIDE = "/parallel-run demo";
const QUESTION = /Shall I run this plan/;
const LOST_WORKER = /parallel-view was unloaded|crashed the hooks worker/;

/** Two that run at once, and two that each need one of them. */
const four: SpecTask[] = [
  ...independentTasks(2),
  { id: "2.1", description: "Use part 1.1", dependencies: ["1.1"], writes: ["two-1.txt"] },
  { id: "2.2", description: "Use part 1.2", dependencies: ["1.2"], writes: ["two-2.txt"] },
];

function story(name: string, rest: Partial<Scenario> & Pick<Scenario, "runs">): Scenario {
  return storyOf(name, four, { ...rest, environment: { PARALLEL_REVIEW: "off", ...rest.environment } });
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "plugin-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await eventually(condition))) throw new Error(`it was waited in vain until ${what}`);
}

function mainRequests(recording: Recording) {
  return recording.requests.filter(({ isMain }) => isMain);
}

/** How often the conversation was woken with the plan's end. */
function wakes({ recording }: Outcome): number {
  const ends = new Set(
    mainRequests(recording).flatMap(({ conversation }) =>
      conversation.blocks.flatMap((block, at) =>
        block.kind === "text" && /which ran beside this conversation/.test(block.text) ? [at] : [],
      ),
    ),
  );
  return ends.size;
}

function moduleRuns({ database }: Outcome): (string | undefined)[] {
  return readGraph(database)
    .events.filter(({ type }) => type.startsWith("engine."))
    .map(({ type, data }) => (type === "engine.started" ? "started" : (data as { how: string }).how));
}

const [firstWrite] = worksByTheBrief;

/** The works of all tasks, which report as soon as this holds. */
function reportWhen(condition: () => boolean): Work {
  return [
    firstWrite ?? reportsByTheBrief,
    (assignment) => ({ ...reportsByTheBrief(assignment), when: condition }),
  ];
}

const atWork = (recording: Recording, count: number) => () => recording.agents().length >= count;

/** How long it took after the loss of the worker until the next agent was at work, and whose time that was. */
function printDelays(outcome: Outcome, typedMs: number, toldMs: number, beganMs: number): void {
  const { events } = readGraph(outcome.database);
  const at = (type: string, task: string) =>
    events.findLast((event) => event.type === type && event.task === task)?.atMs ?? Number.NaN;
  const [ready, offered] = [at("attempt.ended", "1.1"), at("claim.offered", "2.1")];
  const atWorkMs = outcome.recording.agents().find(({ task }) => task === "demo/2.1")?.startMs ?? Number.NaN;
  console.log(
    [
      `Claude Code: ${toldMs - typedMs} ms until it gave up the worker, ${beganMs - toldMs} ms until it had started ours again,`,
      `${atWorkMs - offered} ms from the launch to the agent's first request;`,
      `ours: ${offered - Math.max(beganMs, ready)} ms from there, or from when the task was ready, to the launch`,
    ].join(" "),
  );
}

/** Says what it was woken with; asked by the user, it does what the skill says. */
const saysTheEnd: Orchestrator = (conversation) => says(endIn(conversation) ?? "Hm.");

/** Launches what the line about the plan names, and says how many are completed when nothing is left. */
const goesOnAsTold: Orchestrator = (conversation) => {
  const now = textOf(arrivals(conversation));
  const launch = /launch with Agent, as given[^:]*: (\[.*?\])[.;\n]/.exec(now)?.[1];
  if (launch !== undefined) {
    const items = JSON.parse(launch) as Record<string, unknown>[];
    return callsTogether(items.map(({ task: _, ...input }) => ({ tool: "Agent", input })));
  }
  if (/call plan_report/.test(now)) return calls(taskTool("plan_report"), { plan: "demo" });
  return says(/\d+ of \d+ tasks? completed/.exec(allText(conversation))?.[0] ?? "Hm.");
};

/** What was said to the conversation, and what tools answered. */
function allText({ blocks }: Conversation): string {
  return blocks.map((block) => ("text" in block && block.role === "user" ? block.text : "")).join("\n");
}

describe.runIf(isLong)("what goes wrong while the plugin's module runs a plan", () => {
  beforeEach(async ({ skip }) => {
    if (!loadsTheModule()) skip("this Claude Code does not know all that the module uses");
    if (!(await hasTmux())) skip("tmux is not installed");
  });

  function interactive(
    user: InteractiveRun["user"],
    orchestrator: Orchestrator = saysTheEnd,
  ): InteractiveRun {
    return { orchestrator, user };
  }

  async function waitForEnd(session: InteractiveClaudeCode): Promise<void> {
    await session.waitFor(/● 4 of 4 tasks completed/);
  }

  it("a worker that the view, or any other plugin's module, wedges comes back, and the run goes on from the graph", async () => {
    const lost = { typedMs: 0, toldMs: Number.POSITIVE_INFINITY, times: "" };
    const view = viewWithModule(join(temporaryFolder(), "view"), withWedge);
    const plugins = [...pluginsWithModule(temporaryFolder(), withTimes), view];
    const run = interactive(async (session, recording) => {
      await session.type(BESIDE);
      await until("two agents were at work", atWork(recording, 2));
      await session.type("/wedge");
      lost.typedMs = Date.now();
      await session.waitFor(LOST_WORKER);
      lost.toldMs = Date.now();
      await waitForEnd(session);
      await session.type("/times");
      await session.waitFor(/began \d+/);
      lost.times = /began \d+/.exec(await session.screen())?.[0] ?? "";
    });
    const work = reportWhen(() => lost.toldMs < Date.now());
    await runScenario(story("wedged by another", { plugins, work, runs: [run] }), (outcome) => {
      printDelays(outcome, lost.typedMs, lost.toldMs, Number(lost.times.replace("began ", "")));
      expectEachDoneOnce(outcome);
      expect(wakes(outcome)).toBe(1);
      expect(mainRequests(outcome.recording)).toHaveLength(1);
      // On a busy machine the host takes so long that the plan was taken off the module, which then has it back.
      expect(moduleRuns(outcome).at(-1)).toBe("done");
    });
  });

  it("a plan that ends while the worker is wedged by another is told to the conversation all the same, once", async () => {
    let isWedged = false;
    const view = viewWithModule(join(temporaryFolder(), "view"), withWedge);
    const run = interactive(
      async (session, recording) => {
        await session.type(BESIDE);
        await until("two agents were at work", atWork(recording, 2));
        await session.type("/wedge");
        isWedged = true;
        await session.waitFor(LOST_WORKER);
        await session.waitFor(/● 2 of 2 tasks completed/);
      },
      (conversation) => (endIn(conversation) === undefined ? goesOnAsTold : saysTheEnd)(conversation),
    );
    const plugins = [...repositoryPlugins(), view];
    const scenario = { plugins, work: reportWhen(() => isWedged), runs: [run] };
    const environment = { PARALLEL_REVIEW: "off" };
    await runScenario(
      storyOf("ended while wedged", independentTasks(2), { ...scenario, environment }),
      (outcome) => {
        expectEachDoneOnce(outcome);
        // Of what ends while no module is there to keep it, the host tells the conversation, and our hook what follows.
        const reported = mainRequests(outcome.recording)
          .flatMap(({ outputs }) => outputs)
          .filter((output) => "tool" in output && output.tool === taskTool("plan_report"));
        expect(wakes(outcome) + reported.length).toBe(1);
        expect(moduleRuns(outcome).at(-1)).toBe("done");
      },
    );
  });

  it("a view that throws when it is drawn, when it looks and when it is called leaves the run alone", async () => {
    let hasThrown = false;
    const view = viewWithModule(join(temporaryFolder(), "view"), withThrows);
    const run = interactive(async (session, recording) => {
      await session.type(BESIDE);
      await until("two agents were at work", atWork(recording, 2));
      await session.type("/parallel-view");
      await until("it had thrown everywhere", async () => {
        await session.type("/thrown");
        return /"render":[1-9]\d*,"timer":[1-9]\d*,"command":[1-9]/.test(await session.screen());
      });
      hasThrown = true;
      await waitForEnd(session);
    });
    const plugins = [...repositoryPlugins(), view];
    const work = reportWhen(() => hasThrown);
    await runScenario(story("the view throws", { plugins, work, runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      expect(wakes(outcome)).toBe(1);
      expect(mainRequests(outcome.recording)).toHaveLength(1);
      expect(moduleRuns(outcome)).toEqual(["started", "done"]);
    });
  });

  it.each([
    { what: "all", seconds: 15 },
    { what: "Claude Code alone", seconds: 15 },
    // Longer than the server believes in a module that it does not hear.
    { what: "Claude Code alone", seconds: 40 },
  ] as const)(
    "a pause of $seconds s ($what) is taken for a loss once at most, and nothing runs twice",
    async ({ what, seconds }) => {
      let hasPaused = false;
      const run = interactive(async (session, recording) => {
        await session.type(BESIDE);
        await until("two agents were at work", atWork(recording, 2));
        await session.pause(seconds * 1_000, what);
        hasPaused = true;
        await waitForEnd(session);
      });
      await runScenario(
        story(`paused for ${seconds} s`, { work: reportWhen(() => hasPaused), runs: [run] }),
        (outcome) => {
          expectEachDoneOnce(outcome);
          expect(wakes(outcome)).toBe(1);
          expect(mainRequests(outcome.recording)).toHaveLength(1);
          const ends = moduleRuns(outcome).filter((how) => how !== "started");
          expect([["done"], ["lost", "done"]]).toContainEqual(ends);
        },
      );
    },
  );

  it("a module of ours that hangs loses its plan at once when an agent's end reaches the conversation, which goes on", async () => {
    let isWedged = false;
    const plugins = pluginsWithModule(temporaryFolder(), withWedge);
    const run = interactive(async (session, recording) => {
      await session.type(BESIDE);
      await until("two agents were at work", atWork(recording, 2));
      await session.type("/wedge");
      await session.waitFor(/parallel was unloaded/);
      isWedged = true;
      await session.waitFor(/● 4 of 4 tasks completed/);
    }, goesOnAsTold);
    await runScenario(
      story("wedged by ours", { plugins, work: reportWhen(() => isWedged), runs: [run] }),
      (outcome) => {
        expectEachDoneOnce(outcome);
        expect(moduleRuns(outcome)).toEqual(["started", "lost"]);
      },
    );
  });

  it("the conversation that was cleared is woken with the end of the plan that it began", async () => {
    let isCleared = false;
    const run = interactive(async (session, recording) => {
      await session.type(BESIDE);
      await until("two agents were at work", atWork(recording, 2));
      await session.type("/clear");
      await session.waitUntilGone(/runs beside this conversation/);
      isCleared = true;
      await waitForEnd(session);
    });
    await runScenario(story("cleared", { work: reportWhen(() => isCleared), runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      expect(wakes(outcome)).toBe(1);
      expect(mainRequests(outcome.recording)).toHaveLength(1);
    });
  });

  it("a module whose server was killed tells the conversation how it goes on, and does so when the server is back", async () => {
    let isKilled = false;
    const orchestrator: Orchestrator = (conversation) =>
      says(
        /reconnect plugin:parallel:tasks$/m.exec(textOf(arrivals(conversation)))?.[0] ??
          endIn(conversation) ??
          "Hm.",
      );
    const run = interactive(async (session, recording) => {
      await session.type(BESIDE);
      await until("two agents were at work", atWork(recording, 2));
      await session.killServer();
      isKilled = true;
      await session.waitFor(/● reconnect plugin:parallel:tasks/);
      await session.type("/mcp reconnect plugin:parallel:tasks");
      await waitForEnd(session);
    }, orchestrator);
    // A hook that no server answers permits nothing.
    const settings = {
      permissions: { allow: ["mcp__plugin_parallel_tasks", "Read", "Write(./**)", "Edit(./**)"] },
    };
    await runScenario(
      story("server killed", { settings, work: reportWhen(() => isKilled), runs: [run] }),
      (outcome) => {
        expectEachDoneOnce(outcome);
        expect(wakes(outcome)).toBe(1);
        expect(moduleRuns(outcome)).toEqual(["started", "done"]);
      },
    );
  });

  it("a plan that the user stops beside the conversation stops its agents and wakes nobody", async () => {
    const run = interactive(async (session, recording) => {
      await session.type(BESIDE);
      await until("two agents were at work", atWork(recording, 2));
      await session.type("/parallel-run stop demo");
      await session.waitFor(/demo is stopped, and its agents with it/);
      await until("no agent was at work", () => recording.requests.every(({ endMs }) => endMs !== undefined));
    });
    await runScenario(story("stopped", { work: reportWhen(() => false), runs: [run] }), (outcome) => {
      const graph = readGraph(outcome.database);
      expect(graph.status).toBe("stopped");
      expect(outcomesOf(graph, "1.1")).toEqual(["cancelled"]);
      expect(mainRequests(outcome.recording)).toEqual([]);
      expect(moduleRuns(outcome)).toEqual(["started", "stopped"]);
    });
  });

  it("the command for specifications hands over to the module with the user's yes, and is asked nothing more but to tell the end", async () => {
    const run = interactive(async (session) => {
      await session.type(EXECUTE);
      await session.waitFor(QUESTION);
      // A user reads before he answers.
      await new Promise((resolve) => setTimeout(resolve, 15_000));
      await session.accept(QUESTION);
      await waitForEnd(session);
    }, executesByModule);
    await runScenario(story("handed over", { runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      expect(wakes(outcome)).toBe(1);
      const afterYes = mainRequests(outcome.recording).filter(({ conversation }) =>
        conversation.blocks.some((block) => block.kind === "result" && block.tool === "AskUserQuestion"),
      );
      expect(afterYes).toHaveLength(1);
    });
  });
});
