import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { claudeCodeBinary } from "./harness/claude-code.ts";
import { textOf } from "./harness/conversation.ts";
import { hasTmux } from "./harness/interactive.ts";
import type { Recording } from "./harness/recording.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import { executesByRunner, RUNNER_AT_WORK } from "./harness/runner-orchestrator.ts";
import type { Scenario } from "./harness/scenario.ts";
import { EXECUTE, expectLawfulLog, independentTasks, runNumber, storyOf, wholeReport } from "./small-plan.ts";

const BY_RUNNER = `${EXECUTE}, engine run`;
const QUESTION = /Shall I run this plan/;
const MAY_START = { permissions: { allow: ["Bash(parallel-tasks run:*)"] } };

const three = [
  ...independentTasks(2),
  { id: "2.1", description: "Join them", dependencies: ["1.1", "1.2"], writes: ["joined.txt"] },
];

/** Where a user's search path finds Claude Code. */
const programs = mkdtempSync(join(tmpdir(), "programs-"));
symlinkSync(claudeCodeBinary(), join(programs, "claude"));
afterAll(() => rmSync(programs, { recursive: true }));

function story(name: string, rest: Partial<Scenario> & Pick<Scenario, "runs">): Scenario {
  const PATH = `${programs}${delimiter}${process.env.PATH}`;
  return storyOf(name, three, { ...rest, environment: { PARALLEL_REVIEW: "off", PATH } });
}

const mainRequests = ({ requests }: Recording) => requests.filter(({ isMain }) => isMain);

function expectAllCompleted(outcome: Outcome): void {
  const graph = readGraph(outcome.database);
  for (const { id } of three) expect([id, outcomesOf(graph, id)]).toEqual([id, ["completed"]]);
  expectLawfulLog(outcome);
}

/** The engines of the plan's runs, and how each ended. */
function engines({ database }: Outcome): unknown[] {
  return readGraph(database)
    .events.filter(({ type }) => type.startsWith("engine."))
    .map(({ type, data }) => (type === "engine.started" ? data.engine : data.how));
}

describe("a plan that a conversation has parallel run execute", () => {
  it("a headless conversation starts the runner with one call, waits for it in the server, and reports", async () => {
    const run = { prompt: BY_RUNNER, orchestrator: executesByRunner };
    await runScenario(story("runner, headless", { settings: MAY_START, runs: [run] }), (outcome) => {
      expectAllCompleted(outcome);
      expect(engines(outcome)).toEqual(["run", "done"]);
      expect(runNumber(outcome, 1).exit).toMatchObject({ code: 0, timedOut: false });
      expect(runNumber(outcome, 1).survivors).toEqual([]);
      expect(runNumber(outcome, 1).texts.join("\n")).toContain("3 of 3 tasks completed");
      // Nobody but the runner launches agents.
      const called = mainRequests(outcome.recording).flatMap(({ outputs }) =>
        outputs.flatMap((output) => ("tool" in output ? [output.tool] : [])),
      );
      expect(called.filter((tool) => tool === "Agent")).toEqual([]);
      expect(called.filter((tool) => tool === "Bash")).toHaveLength(1);
    });
  });

  it("a headless conversation that may not start the runner launches the agents itself", async () => {
    const run = { prompt: BY_RUNNER, orchestrator: executesByRunner };
    await runScenario(story("runner refused", { runs: [run] }), (outcome) => {
      expectAllCompleted(outcome);
      expect(engines(outcome)).toEqual([]);
      expect(runNumber(outcome, 1).permissionDenials.map(({ tool }) => tool)).toEqual(["Bash"]);
    });
  });

  describe("in a terminal", () => {
    beforeEach(async ({ skip }) => {
      if (!(await hasTmux())) skip("tmux is not installed");
    });

    it("a session starts the runner when its user has agreed, and is woken once, with the report", async () => {
      await runScenario(
        story("runner in a terminal", {
          runs: [
            {
              orchestrator: executesByRunner,
              user: async (session) => {
                await session.type(BY_RUNNER);
                await session.accept(QUESTION);
                await session.waitFor(/parallel-tasks run demo --yes[\s\S]*Do you want to proceed/);
                await session.pressUntil("Enter", new RegExp(RUNNER_AT_WORK));
                await session.waitFor(/● 3 of 3 tasks completed/);
              },
            },
          ],
        }),
        (outcome) => {
          expectAllCompleted(outcome);
          expect(engines(outcome)).toEqual(["run", "done"]);
          expect(wholeReport(outcome)).toContain("Without a conversation");
          const main = mainRequests(outcome.recording);
          const started = main.findIndex(({ outputs }) =>
            outputs.some((output) => "tool" in output && output.tool === "Bash"),
          );
          // One to end the turn, one to be told.
          expect(main.slice(started + 1).map(({ outputs }) => outputs)).toEqual([
            [{ text: RUNNER_AT_WORK }],
            [{ text: "3 of 3 tasks completed" }],
          ]);
          const told = textOf(main.at(-1)?.conversation.blocks ?? []);
          expect(told.match(/which parallel run executed/g)).toHaveLength(1);
        },
      );
    });
  });
});
