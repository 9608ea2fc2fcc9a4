import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tamper } from "../support/graph-file.ts";
import { isLong } from "../support/long-tests.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import type { Place } from "./harness/claude-code.ts";
import {
  executesThePlan,
  overlooksNotification,
  waitsForNotifications,
  withHabits,
} from "./harness/orchestrator.ts";
import { eventually, killServersOf } from "./harness/processes.ts";
import type { AgentInterval, Recording } from "./harness/recording.ts";
import { databaseOf, type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { hangs, reportsByTheBrief, type Work, worksByTheBrief } from "./harness/worker.ts";
import {
  agentsAt,
  expectCleanEnd,
  expectEachDoneOnce,
  expectLawfulLog,
  headlessRun,
  independentTasks,
  mainRequestsOf,
  runNumber,
  storyOf,
} from "./small-plan.ts";

/** Two short tasks, three long ones, and two that need the others. */
const seven: SpecTask[] = [
  ...independentTasks(5),
  { id: "2.1", description: "Join the first", dependencies: ["1.1", "1.3"], writes: ["joined/1.txt"] },
  { id: "2.2", description: "Join the rest", dependencies: ["1.4", "1.5"], writes: ["joined/2.txt"] },
];
const [firstWrite] = worksByTheBrief;
/** Writes its file and never comes to its report. */
const endless: Work = [firstWrite ?? reportsByTheBrief, hangs()];
const endlessAtFirst = {
  "1.3": [endless, worksByTheBrief],
  "1.4": [endless, worksByTheBrief],
  "1.5": [endless, worksByTheBrief],
};

function haveReported(recording: Recording, count: number): boolean {
  return recording.agents().filter(({ reportedMs }) => reportedMs !== undefined).length >= count;
}

function agentsWithoutReport(recording: Recording): AgentInterval[] {
  return recording.agents().filter(({ reportedMs }) => reportedMs === undefined);
}

/** The two short ones have completed, the three long ones have written their files and sit over their reports. */
function isInTheMiddle(recording: Recording, database: string): boolean {
  const atTheirReports = agentsWithoutReport(recording).filter(({ requests }) => requests >= 2);
  if (atTheirReports.length !== 3) return false;
  const { tasks } = readGraph(database);
  return tasks["1.1"] === "completed" && tasks["1.2"] === "completed";
}

/** The tasks that the first message with a launch launches in a run. */
function firstLaunch(outcome: Outcome, run: number): string[] {
  const launch = mainRequestsOf(outcome, run).find(({ outputs }) =>
    outputs.some((output) => "tool" in output && output.tool === "Agent"),
  );
  return (launch?.outputs ?? []).flatMap((output) =>
    "tool" in output ? [String(output.input.description).split(" ")[0] ?? ""] : [],
  );
}

describe("Claude Code is killed in the middle of a run", () => {
  it.each([
    ["a new session", false],
    ["the same session continued", true],
  ])(
    "when Claude Code is killed in the middle of a run, %s finishes at once and repeats nothing that was completed",
    async (name, continues) => {
      await runScenario(
        storyOf(`killed, then ${name}`, seven, {
          workers: endlessAtFirst,
          runs: [headlessRun({ killWhen: isInTheMiddle }), headlessRun({ continues })],
        }),
        (outcome) => {
          const graph = readGraph(outcome.database);
          expectLawfulLog(outcome);
          expect(runNumber(outcome, 1).exit.signal).toBe("SIGKILL");
          expect(runNumber(outcome, 1).survivors).toEqual([]);
          expect(runNumber(outcome, 2).survivors).toEqual([]);
          expect(outcome.recording.refusals()).toEqual([]);
          for (const task of ["1.1", "1.2", "2.1", "2.2"]) {
            expect([task, ...outcomesOf(graph, task)]).toEqual([task, "completed"]);
            expect(agentsAt(outcome, task)).toHaveLength(1);
          }
          for (const task of ["1.3", "1.4", "1.5"]) {
            expect([task, ...outcomesOf(graph, task)]).toEqual([task, "lost", "completed"]);
          }
          expect(
            graph.attempts.filter(({ outcome }) => outcome === "lost").map(({ cause }) => cause),
          ).toEqual(["its session ended", "its session ended", "its session ended"]);
          // At once: their leases, which last far longer than this run may, are not waited for.
          expect(firstLaunch(outcome, 2).sort()).toEqual(["1.3", "1.4", "1.5"]);
          expect(runNumber(outcome, 2).texts.join("\n")).toContain("7 of 7 tasks completed");
        },
      );
    },
  );
});

describe("only the server is killed", () => {
  it("when only the server is killed, the host starts it again, claims are kept, and the plan finishes", async () => {
    let killed = 0;
    const killsTheServer = async (pid: number, recording: Recording) => {
      const isTheMoment = () => haveReported(recording, 2) && recording.mostAgentsAtOnce() === 5;
      if (!(await eventually(isTheMoment))) return;
      killed += await killServersOf(pid);
    };
    const late: Work = [
      firstWrite ?? reportsByTheBrief,
      (assignment) => ({ ...reportsByTheBrief(assignment), when: () => killed > 0 }),
    ];
    await runScenario(
      storyOf("the server is killed", seven, {
        workers: { "1.3": late, "1.4": late, "1.5": late },
        runs: [headlessRun({ meanwhile: killsTheServer }), headlessRun()],
      }),
      (outcome) => {
        expect(killed).toBe(1);
        const graph = readGraph(outcome.database);
        expectCleanEnd(outcome);
        expect(new Set(Object.values(graph.tasks))).toEqual(new Set(["completed"]));
        expect(graph.attempts.filter(({ outcome }) => outcome === "lost")).toEqual([]);
        // An agent whose report broke off with the connection is asked again or tried again; the others go on.
        for (const task of ["1.3", "1.4", "1.5", "2.1", "2.2"]) {
          expect([task, ...outcomesOf(graph, task)]).toEqual([task, "completed"]);
        }
        expect(runNumber(outcome, 2).texts.join("\n")).toContain("7 of 7 tasks completed");
      },
    );
  });
});

describe("what never comes does not hold up the rest", () => {
  it.each(isLong ? [1, 3, 5] : [3])("notification %i is swallowed, and the run finishes", async (number) => {
    const orchestrator = withHabits(executesThePlan, overlooksNotification(number), waitsForNotifications);
    await runScenario(
      storyOf(`overlooks notification ${number}`, seven, { runs: [headlessRun({ orchestrator })] }),
      (outcome) => {
        expectEachDoneOnce(outcome);
        expect(runNumber(outcome, 1).texts.join("\n")).toContain("7 of 7 tasks completed");
      },
    );
  });

  it("a worker that hangs for ever is seen as running beside what else is done, and is lost with its session", async () => {
    let database = "";
    let inTheEnd: Record<string, string> = {};
    const looksWhenItAloneIsLeft = async (_: number, recording: Recording) => {
      const isLastReported = () =>
        recording.agents().some(({ task, reportedMs }) => task === "demo/2.2" && reportedMs !== undefined);
      if (!(await eventually(isLastReported))) return;
      await eventually(() => readGraph(database).tasks["2.2"] === "completed");
      inTheEnd = readGraph(database).tasks;
    };
    await runScenario(
      storyOf("hangs for ever", seven, {
        workers: { "1.3": [[hangs()], worksByTheBrief] },
        environment: { CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS: "15000" },
        runs: [
          headlessRun({
            orchestrator: withHabits(executesThePlan, waitsForNotifications),
            meanwhile: looksWhenItAloneIsLeft,
          }),
          headlessRun(),
        ],
      }),
      (outcome) => {
        expectCleanEnd(outcome);
        const finished = ["1.1", "1.2", "1.4", "1.5", "2.2"].map((task) => [task, "completed"]);
        expect(inTheEnd).toEqual({
          ...Object.fromEntries(finished),
          ...{ "1.3": "in_progress", "2.1": "pending" },
        });
        expect(runNumber(outcome, 1).stderr).toContain("Background tasks still running");
        const graph = readGraph(outcome.database);
        expect(outcomesOf(graph, "1.3")).toEqual(["lost", "completed"]);
        expect(graph.attempts).toHaveLength(8);
        expect(runNumber(outcome, 2).texts.join("\n")).toContain("7 of 7 tasks completed");
      },
      ({ project }) => {
        database = join(project, ".git", "parallel", "graph.sqlite");
      },
    );
  });

  it("a worker without a sign of life is given up after its lease, stopped, and its task done by another", async () => {
    /** The lease of the agent that hangs is over when the others have done all that they can. */
    const timePasses = async (_: number, recording: Recording, place: Place) => {
      const areDone = () =>
        agentsWithoutReport(recording).length === 1 &&
        readGraph(databaseOf(place)).tasks["2.2"] === "completed";
      if (!(await eventually(areDone))) return;
      tamper(databaseOf(place), "update claims set expires_at_ms = 1 where task_id = '1.3'");
    };
    await runScenario(
      storyOf("is given up", seven, {
        workers: { "1.3": [[hangs()], worksByTheBrief] },
        runs: [headlessRun({ meanwhile: timePasses })],
      }),
      (outcome) => {
        const graph = readGraph(outcome.database);
        expectCleanEnd(outcome);
        expect(outcomesOf(graph, "1.3")).toEqual(["lost", "completed"]);
        expect(new Set(Object.values(graph.tasks))).toEqual(new Set(["completed"]));
        expect(eventsOf(graph, "attempt.drained").map(({ data }) => data.how)).toEqual(["the agent ended"]);
      },
    );
  });
});
