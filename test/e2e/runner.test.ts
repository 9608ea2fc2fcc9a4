import { describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { readLog } from "./graph-log.ts";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { eventually, isAlive } from "./harness/processes.ts";
import type { Recording } from "./harness/recording.ts";
import { databaseOf, type Outcome, runScenario } from "./harness/run-scenario.ts";
import { type SpecTask, specification } from "./harness/scenario.ts";
import { hangs, reportsByTheBrief, type Work, worksByTheBrief, writes } from "./harness/worker.ts";
import {
  expectLawfulLog,
  headlessRun,
  independentTasks,
  runNumber,
  storyOf,
  wholeReport,
} from "./small-plan.ts";

const RUN = { parameters: ["demo", "--agents", "claude=3", "--yes", "--json"] };

/** No reviewer: what agents do is the subject, and a plan is over when they are. */
const UNREVIEWED = { environment: { PARALLEL_REVIEW: "off" } };

const three: SpecTask[] = [
  ...independentTasks(2),
  {
    ...{ id: "2.1", description: "Join them", dependencies: ["1.1", "1.2"], writes: ["joined.txt"] },
    // One of Claude Code's own.
    agent: "general-purpose",
  },
];
const [firstWrite = reportsByTheBrief] = worksByTheBrief;
/** Writes its file and never comes to its report. */
const endless: Work = [firstWrite, hangs()];

function expectOutcomes({ database }: Outcome, expected: Readonly<Record<string, readonly string[]>>): void {
  const graph = readGraph(database);
  const found = Object.keys(expected).map((task) => [task, outcomesOf(graph, task)]);
  expect(Object.fromEntries(found)).toEqual(expected);
}

/** The processes that runners have said they started. */
function agentPids({ runs }: Outcome): number[] {
  return runs.flatMap(({ events }) => events.flatMap(({ pid }) => (typeof pid === "number" ? [pid] : [])));
}

/** The length of the first request of whoever was at a task. */
function firstRequest({ requests }: Recording, task: string): number {
  const first = requests.find((request) => request.task === task);
  if (first === undefined) throw new Error(`no agent was at ${task}`);
  return first.characters;
}

describe("parallel run with Claude Code", () => {
  it("parallel run with Claude Code completes a plan without a conversation; its agents are guarded and carry what a subagent does", async () => {
    let others = () => false;
    /** Reports when the other one has tried to write what it holds. */
    const holds: Work = [
      firstWrite,
      (assignment) => ({ ...reportsByTheBrief(assignment), when: () => others() }),
    ];
    const story = storyOf("parallel run", three, {
      ...UNREVIEWED,
      files: {
        "README.md": "# Demo\n",
        ...specification("demo", three),
        ...specification(
          "other",
          independentTasks(3).map((task) => ({
            ...task,
            writes: [`other/${task.id}.txt`],
            estimateMinutes: 30,
          })),
        ),
      },
      workers: {
        // Its host has to refuse it what the first one holds.
        "demo/1.2": [writes({ "parts/1.1.txt": "mine\n" }), ...worksByTheBrief],
        "demo/1.1": holds,
      },
      runs: [RUN, headlessRun({ prompt: "/spec:execute other" })],
    });
    await runScenario(
      story,
      (outcome) => {
        const { recording, database } = outcome;
        expect(runNumber(outcome, 1)).toMatchObject({ exit: { code: 0, signal: null, timedOut: false } });
        expectOutcomes(outcome, { "1.1": ["completed"], "1.2": ["completed"], "2.1": ["completed"] });
        expectLawfulLog(outcome);
        const events = readLog(database);
        expect(events.filter(({ type }) => type === "write.denied")).toMatchObject([{ task: "1.2" }]);
        expect(events.filter(({ type }) => type === "attempt.measured").length).toBeGreaterThan(0);
        expect(agentPids(outcome)).toHaveLength(3);
        expect(agentPids(outcome).filter(isAlive)).toEqual([]);
        expect(wholeReport(outcome)).toContain("3 of 3 tasks completed");
        expect(wholeReport(outcome)).toMatch(/Without a conversation, on \| \S/);
        const [own, subagent] = [firstRequest(recording, "demo/1.1"), firstRequest(recording, "other/1.1")];
        console.log(`first request: ${own} characters as a process, ${subagent} as a subagent`);
        expect(own / subagent).toBeLessThanOrEqual(1.3);
      },
      ({ recording }) => {
        others = () => recording.agents().some(({ task, requests }) => task === "demo/1.2" && requests >= 2);
      },
    );
  });

  it.runIf(isLong)(
    "parallel run with Claude Code goes on after it was killed: what its agents were is ended, and nothing runs twice",
    async () => {
      const story = storyOf("a killed runner", three, {
        ...UNREVIEWED,
        workers: { "1.2": [endless, worksByTheBrief] },
        runs: [
          {
            ...RUN,
            killWhen: (recording, database) =>
              recording.agents().some(({ task, requests }) => task === "demo/1.2" && requests >= 2) &&
              readGraph(database).tasks["1.1"] === "completed",
          },
          RUN,
        ],
      });
      await runScenario(story, (outcome) => {
        expect(runNumber(outcome, 1).exit.signal).toBe("SIGKILL");
        expect(runNumber(outcome, 2).exit.code).toBe(0);
        expectOutcomes(outcome, {
          "1.1": ["completed"],
          "1.2": ["lost", "completed"],
          "2.1": ["completed"],
        });
        expectLawfulLog(outcome);
        expect(agentPids(outcome).filter(isAlive)).toEqual([]);
      });
    },
  );

  it.runIf(isLong)(
    "parallel run with Claude Code drains at the first interruption, and stops at the second",
    async () => {
      const begun = (recording: Recording) =>
        eventually(() => recording.agents().filter(({ requests }) => requests >= 2).length === 2);
      const story = storyOf("an interrupted runner", three, {
        ...UNREVIEWED,
        workers: { "1.2": [endless, worksByTheBrief] },
        runs: [
          {
            ...RUN,
            meanwhile: async (pid, recording, place) => {
              await begun(recording);
              process.kill(pid, "SIGINT");
              // The one that can finish does.
              await eventually(() => readGraph(databaseOf(place)).tasks["1.1"] === "completed");
              process.kill(pid, "SIGINT");
            },
          },
          RUN,
        ],
      });
      await runScenario(story, (outcome) => {
        expect(runNumber(outcome, 1).exit.code).toBe(130);
        expect(runNumber(outcome, 2).exit.code).toBe(0);
        expectOutcomes(outcome, {
          "1.1": ["completed"],
          "1.2": ["lost", "completed"],
          "2.1": ["completed"],
        });
        expect(agentPids(outcome).filter(isAlive)).toEqual([]);
      });
    },
  );
});
