import { beforeEach, describe, expect, it } from "vitest";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { agentsToldOf, arrivals, type Conversation, textOf } from "./harness/conversation.ts";
import { hasTmux, type InteractiveClaudeCode } from "./harness/interactive.ts";
import {
  dropsLaunches,
  executesThePlan,
  type Habit,
  neverComesBack,
  type Orchestrator,
  withHabits,
} from "./harness/orchestrator.ts";
import { eventually } from "./harness/processes.ts";
import type { Recording } from "./harness/recording.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { InteractiveRun, SpecTask } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { calls, says } from "./harness/turn.ts";
import { reportsByTheBrief, type Work, worksByTheBrief } from "./harness/worker.ts";
import { EXECUTE, expectEachDoneOnce, independentTasks, storyOf } from "./small-plan.ts";

/** Five at once, and one that needs the first of them. */
const six: SpecTask[] = [
  ...independentTasks(5),
  { id: "2.1", description: "Use part 1.1", dependencies: ["1.1"], writes: ["two.txt"] },
];

const QUESTION = /Shall I run this plan/;

const [firstWrite] = worksByTheBrief;

/** The works of tasks that report as soon as this holds. */
function reportWhen(condition: () => boolean, ...ids: string[]): Record<string, Work> {
  const work: Work = [
    firstWrite ?? reportsByTheBrief,
    (assignment) => ({ ...reportsByTheBrief(assignment), when: condition }),
  ];
  return Object.fromEntries(ids.map((id) => [id, work]));
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await eventually(condition))) throw new Error(`it was waited in vain until ${what}`);
}

/** Waits until the session waits for its user: told of every agent's end, and with no turn or hook going on. */
async function untilIdle(session: InteractiveClaudeCode, recording: Recording): Promise<void> {
  await until("the session waited for its user", async () => {
    const told = new Set(
      recording.requests.filter(({ isMain }) => isMain).flatMap((one) => [...agentsToldOf(one.conversation)]),
    );
    const isTold = recording.agents().every(({ agentId }) => told.has(agentId));
    const isAnswered = recording.requests.every(({ endMs }) => endMs !== undefined);
    return isTold && isAnswered && !/esc to interrupt/.test(await session.screen());
  });
}

function hasReported(recording: Recording): boolean {
  return recording.requests.some(
    ({ isMain, outputs }) =>
      isMain && outputs.some((output) => "text" in output && /\d of \d tasks completed/.test(output.text)),
  );
}

function agentsReported(recording: Recording): number {
  return recording.agents().filter(({ reportedMs }) => reportedMs !== undefined).length;
}

function wasToldTo(recording: Recording, action: string): boolean {
  return recording.requests.some(({ outputs }) =>
    outputs.some((output) => "tool" in output && output.input.action === action),
  );
}

/** What the user said last; neither a notification nor a hook is the user. */
function lastWords(conversation: Conversation): string {
  const words = conversation.blocks.findLast(
    (block) =>
      block.kind === "text" &&
      block.role === "user" &&
      !/system-reminder|task-notification|^Stop hook/.test(block.text),
  );
  return words?.kind === "text" ? words.text : "";
}

describe("an interactive session", () => {
  beforeEach(async ({ skip }) => {
    if (!(await hasTmux())) skip("tmux is not installed");
  });

  it("an interactive session asks once, is woken by the host's notifications, and finishes", async () => {
    const run: InteractiveRun = {
      orchestrator: executesThePlan,
      user: async (session, recording) => {
        await session.type(EXECUTE);
        await session.accept(QUESTION);
        await until("it had reported", () => hasReported(recording));
        await untilIdle(session, recording);
      },
    };
    await runScenario(storyOf("is woken", six, { runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      const main = outcome.recording.requests.filter(({ isMain }) => isMain);
      expect(
        main.some(({ conversation }) => textOf(arrivals(conversation)).includes("<task-notification>")),
      ).toBe(true);
      const questions = main.flatMap(({ outputs }) =>
        outputs.filter((output) => "tool" in output && output.tool === "AskUserQuestion"),
      );
      expect(questions).toHaveLength(1);
    });
  });

  it("an interactive session interrupted by the user lets agents go on, and the next command finishes", async () => {
    let phase: "runs" | "thinks" | "interrupted" | "asked" | "runs again" = "runs";
    let atInterruption = 0;
    const wokenWhileInterrupted: string[] = [];
    let toldWhenAsked = "";
    const orchestrator: Orchestrator = (conversation) => {
      if (phase === "runs" && textOf(conversation.blocks).includes("<task-notification>")) {
        phase = "thinks";
        return { ...says("Never said."), latencyMs: Number.POSITIVE_INFINITY };
      }
      if (phase === "thinks") throw new Error("the main conversation went on while it was thinking");
      if (phase === "interrupted") {
        wokenWhileInterrupted.push(textOf(arrivals(conversation)));
        return says("You interrupted me, so I wait for you.");
      }
      if (phase === "asked") {
        toldWhenAsked += textOf(arrivals(conversation));
        return says("That is the state.");
      }
      return executesThePlan(conversation);
    };
    const run: InteractiveRun = {
      orchestrator,
      user: async (session, recording) => {
        await session.type(EXECUTE);
        await session.accept(QUESTION);
        await until("a notification woke it", () => phase === "thinks");
        await session.waitFor(/esc to interrupt/);
        phase = "interrupted";
        await session.press("Escape");
        await session.waitUntilGone(/esc to interrupt/);
        atInterruption = recording.agents().length;
        await until("the agents had reported", () => agentsReported(recording) === 5);
        await untilIdle(session, recording);
        expect(recording.agents()).toHaveLength(atInterruption);
        phase = "asked";
        await session.type("How far are you?");
        await until("it had answered", () => toldWhenAsked !== "");
        await untilIdle(session, recording);
        phase = "runs again";
        await session.type(EXECUTE);
        await session.accept(QUESTION);
        await until("it had reported", () => hasReported(recording));
        await untilIdle(session, recording);
      },
    };
    // The first task ends at once, the others when the user has interrupted.
    const workers = reportWhen(() => phase !== "runs" && phase !== "thinks", "1.2", "1.3", "1.4", "1.5");
    await runScenario(storyOf("is interrupted", six, { workers, runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      expect(atInterruption).toBe(5);
      expect(wokenWhileInterrupted.filter((text) => text.includes("Stop hook"))).toEqual([]);
      expect(toldWhenAsked.match(/demo: 5\/6 .*/g)).toEqual([
        expect.stringContaining("interrupted: call batch_next only if the user wants it to go on"),
      ]);
      expect(toldWhenAsked).not.toContain("Stop hook");
    });
  });

  it("an interactive session that the user paused is left in peace, and goes on when it is resumed", async () => {
    const obeysTheUser: Habit = (inner) => (conversation) => {
      const words = lastWords(conversation);
      const action = /^Please (pause|resume)/.exec(words)?.[1];
      if (action === undefined) return inner(conversation);
      const isDone = conversation.blocks.some(
        (block) =>
          block.kind === "call" && block.tool === taskTool("plan_update") && block.input.action === action,
      );
      if (!isDone) return calls(taskTool("plan_update"), { plan: "demo", action });
      return says(`${action}d.`);
    };
    let isPaused = false;
    const run: InteractiveRun = {
      orchestrator: withHabits(executesThePlan, obeysTheUser),
      user: async (session, recording) => {
        await session.type(EXECUTE);
        await session.accept(QUESTION);
        await until("agents were at work", () => recording.agents().length === 5);
        await session.type("Please pause.");
        await until("it was paused", () => wasToldTo(recording, "pause"));
        isPaused = true;
        await until("the agents had reported", () => agentsReported(recording) === 5);
        await untilIdle(session, recording);
        expect(recording.agents()).toHaveLength(5);
        await session.type("Please resume.");
        await until("it had resumed", () => wasToldTo(recording, "resume"));
        await untilIdle(session, recording);
        await session.type(EXECUTE);
        await session.accept(QUESTION);
        await until("it had reported", () => hasReported(recording));
        await untilIdle(session, recording);
      },
    };
    const workers = reportWhen(() => isPaused, "1.1", "1.2", "1.3", "1.4", "1.5");
    await runScenario(storyOf("is paused", six, { workers, runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      const sentBack = outcome.recording.requests
        .filter(({ isMain, conversation }) => isMain && /Please pause/.test(lastWords(conversation)))
        .filter(({ conversation }) => textOf(arrivals(conversation)).includes("Stop hook"));
      expect(sentBack).toEqual([]);
    });
  });

  it("an interactive session that never comes back tells its user how things stand", async () => {
    const run: InteractiveRun = {
      orchestrator: withHabits(executesThePlan, neverComesBack, dropsLaunches(2)),
      user: async (session, recording) => {
        await session.type(EXECUTE);
        await session.accept(QUESTION);
        await until("the agents had reported", () => agentsReported(recording) === 3);
        await session.waitFor(/is not finished: 3 of 6 completed, 0 failed, 0 running, 3 ready/);
      },
    };
    await runScenario(storyOf("never comes back to its user", six, { runs: [run] }), (outcome) => {
      const graph = readGraph(outcome.database);
      expect(Object.values(graph.tasks).filter((status) => status === "completed")).toHaveLength(3);
      expect(outcomesOf(graph, "2.1")).toEqual([]);
    });
  });
});
