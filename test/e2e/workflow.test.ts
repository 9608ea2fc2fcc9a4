import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { ClaudeCode } from "./harness/claude-code.ts";
import { hasTmux } from "./harness/interactive.ts";
import { executesThePlan, type Orchestrator } from "./harness/orchestrator.ts";
import { pluginsWithModule } from "./harness/plugin-copy.ts";
import { eventually } from "./harness/processes.ts";
import type { Recording } from "./harness/recording.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { Scenario, SpecTask } from "./harness/scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { fails, stopsSilently, worksByTheBrief } from "./harness/worker.ts";
import {
  executesByWorkflow,
  isScriptCommand,
  SCRIPT_ENGINE,
  WAITS_FOR_THE_SCRIPT,
} from "./harness/workflow-orchestrator.ts";
import {
  EXECUTE,
  expectCleanEnd,
  expectEachDoneOnce,
  expectLawfulLog,
  headlessRun,
  mainRequestsOf,
  runNumber,
  storyOf,
} from "./small-plan.ts";

const BY_WORKFLOW = "/parallel:execute demo";

/** Of five parts each three steps, every step after the one before, and the last ones of all parts write one index. */
function parts(count: number): SpecTask[] {
  return Array.from({ length: count }, (_, i) => `${i + 1}`).flatMap((part): SpecTask[] => [
    { id: `1.${part}`, description: `Define part ${part}`, writes: [`parts/${part}/a.txt`] },
    {
      id: `2.${part}`,
      description: `Build part ${part}`,
      dependencies: [`1.${part}`],
      writes: [`parts/${part}/b.txt`],
    },
    {
      id: `3.${part}`,
      description: `List part ${part}`,
      dependencies: [`2.${part}`],
      writes: [`parts/${part}/c.txt`, "index.txt"],
    },
  ]);
}

function story(name: string, tasks: SpecTask[], rest: Partial<Scenario> & Pick<Scenario, "runs">): Scenario {
  return storyOf(name, tasks, { ...rest, environment: { ...SCRIPT_ENGINE, ...rest.environment } });
}

const workflowRun = (more: Partial<Parameters<typeof headlessRun>[0]> = {}) =>
  headlessRun({ prompt: BY_WORKFLOW, orchestrator: executesByWorkflow, ...more });

/** Characters in the main conversation of the last run after the command's own text. */
function mainCharacters({ recording, runs }: Outcome): number {
  return recording
    .mainContext(runs.at(-1)?.sessionId)
    .filter(({ source }) => source !== "opening" && source !== "skill")
    .reduce((sum, { characters }) => sum + characters, 0);
}

function haveReported(recording: Recording): number {
  return recording.agents().filter(({ reportedMs }) => reportedMs !== undefined).length;
}

describe("a plan that the host's script engine runs", () => {
  it("a plan that the script engine runs is done as the graph allows, in three turns of a nearly empty conversation", async () => {
    await runScenario(story("workflow", parts(8), { runs: [workflowRun()] }), (outcome) => {
      expectEachDoneOnce(outcome);
      expect(runNumber(outcome, 1).texts.join("\n")).toContain("24 of 24 tasks completed");
      expect(outcome.recording.mostAtWorkAtOnce()).toBe(5);
      // A slow host may tell of the script's end only after the conversation has said that it waits for it.
      const turns = mainRequestsOf(outcome, 1).filter(
        ({ outputs }) => !outputs.some((output) => "text" in output && output.text === WAITS_FOR_THE_SCRIPT),
      );
      expect(turns.length).toBeLessThanOrEqual(3);
      expect(mainCharacters(outcome)).toBeLessThanOrEqual(8_000);
      expect(outcome.recording.launchMessages()).toEqual([]);
    });
  });

  it.runIf(isLong)(
    "a large plan is run by the script engine on the command for specifications, and reported from the graph",
    async () => {
      const run = headlessRun({ orchestrator: executesByWorkflow });
      const folder = mkdtempSync(join(tmpdir(), "plugin-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const plugins = pluginsWithModule(folder, () => "this is no module");
      await runScenario(story("chosen", parts(7), { plugins, runs: [run] }), (outcome) => {
        expectEachDoneOnce(outcome);
        const last = mainRequestsOf(outcome, 1).at(-1);
        const analysis = answers(last?.conversation ?? NOBODY).find(({ tool }) => tool === "plan_analyze");
        expect(analysis?.value.engine).toEqual({
          use: "workflow",
          why: expect.stringContaining("so many tasks would fill this conversation"),
        });
        expect(runNumber(outcome, 1).texts.at(-1)).toContain("21 of 21 tasks completed");
      });
    },
  );

  it("a plan that the script engine runs goes on past failures and silent agents, and names what became impossible", async () => {
    const workers = {
      "1.1": [[fails("The disk is full.")], worksByTheBrief],
      "1.2": [stopsSilently()],
      "2.4": [fails("There is no such interface.")],
    };
    await runScenario(story("failures", parts(5), { workers, runs: [workflowRun()] }), (outcome) => {
      expectLawfulLog(outcome);
      const graph = readGraph(outcome.database);
      expect(outcomesOf(graph, "1.1")).toEqual(["failed", "completed"]);
      expect(outcomesOf(graph, "1.2").slice(0, 1)).toEqual(["unreported"]);
      expect(graph.tasks).toMatchObject({ "3.1": "completed", "3.3": "completed", "3.5": "completed" });
      expect(graph.tasks).toMatchObject({
        "1.2": "failed",
        "2.2": "pending",
        "2.4": "failed",
        "3.4": "pending",
      });
      const told = runNumber(outcome, 1).texts.at(-1) ?? "";
      expect(told).toContain("2.4: There is no such interface.");
      expect(told).toContain("2.2: needs 1.2, which failed");
    });
  });

  it("a plan that the script engine runs survives three kills and a change of the engine: nothing is done twice", async () => {
    const killedAt = (count: number) => (recording: Recording) => haveReported(recording) >= count;
    await runScenario(
      story("killed three times", parts(7), {
        runs: [
          workflowRun({ killWhen: killedAt(3) }),
          headlessRun({ killWhen: killedAt(8) }),
          workflowRun({ killWhen: killedAt(14) }),
          workflowRun(),
        ],
      }),
      (outcome) => {
        expectLawfulLog(outcome);
        const graph = readGraph(outcome.database);
        expect(new Set(Object.values(graph.tasks))).toEqual(new Set(["completed"]));
        for (const task of Object.keys(graph.tasks)) {
          const outcomes = outcomesOf(graph, task);
          expect([task, ...outcomes.slice(0, -1)]).toEqual([
            task,
            ...outcomes.slice(0, -1).map(() => "lost"),
          ]);
          expect(outcomes.at(-1)).toBe("completed");
        }
        expect(outcome.runs.map(({ exit }) => exit.signal ?? exit.code)).toEqual([
          "SIGKILL",
          "SIGKILL",
          "SIGKILL",
          0,
        ]);
        expect(runNumber(outcome, 4).survivors).toEqual([]);
        expect(runNumber(outcome, 4).texts.join("\n")).toContain("21 of 21 tasks completed");
      },
    );
  });

  it("a plan is shared by the script engine, a burst in another Claude Code and a worker that pulls: no task twice", async () => {
    const byPrompt: Orchestrator = (conversation) =>
      (isScriptCommand(conversation) ? executesByWorkflow : executesThePlan)(conversation);
    const pulled: string[] = [];
    await runScenario(
      story("mixed engines", parts(8), {
        // So slow that the plan lasts until the second one has started.
        latencyMs: { main: 0, agent: 120 },
        // The script engine leaves room under the cap for the others.
        environment: { CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS: "2" },
        runs: [
          workflowRun({
            orchestrator: byPrompt,
            meanwhile: async (_, recording, place) => {
              await eventually(() => haveReported(recording) >= 1);
              const second = new ClaudeCode(place, EXECUTE);
              await pullsTasks(place.project, pulled, 4);
              await second.wait();
              await second.end();
            },
          }),
        ],
      }),
      (outcome) => {
        expectCleanEnd(outcome);
        const graph = readGraph(outcome.database);
        for (const task of Object.keys(graph.tasks))
          expect([task, ...outcomesOf(graph, task)]).toEqual([task, "completed"]);
        const sessions = new Set(
          outcome.recording
            .agents()
            .map(
              ({ agentId }) =>
                outcome.recording.requests.find(({ conversation }) => conversation.agentId === agentId)
                  ?.conversation.sessionId,
            ),
        );
        expect(sessions.size).toBe(2);
        expect(pulled).toHaveLength(4);
        expect(runNumber(outcome, 1).texts.join("\n")).toContain("24 of 24 tasks completed");
      },
    );
  });
});

describe("a plan that the host's script engine runs in a terminal", () => {
  beforeEach(async ({ skip }) => {
    if (!(await hasTmux())) skip("tmux is not installed");
  });

  it("the script engine in a terminal begins without a question, ends its turn, and is woken by the result", async () => {
    await runScenario(
      story("workflow in a terminal", parts(3), {
        runs: [
          {
            orchestrator: executesByWorkflow,
            user: async (session, recording) => {
              await session.type(BY_WORKFLOW);
              const words = () =>
                recording.requests.flatMap(({ isMain, outputs }) =>
                  outputs.flatMap((output) => (isMain && "text" in output ? [output.text] : [])),
                );
              await eventually(() => words().some((text) => /tasks completed/.test(text)));
              expect(words()).toEqual([
                WAITS_FOR_THE_SCRIPT,
                expect.stringContaining("9 of 9 tasks completed"),
              ]);
            },
          },
        ],
      }),
      (outcome) => {
        expectEachDoneOnce(outcome);
        expect(outcome.recording.requests.filter(({ isMain }) => isMain)).toHaveLength(3);
      },
    );
  });
});

const NOBODY = { sessionId: "", model: "", tools: [], blocks: [] };

/** A worker of another client, that pulls so many tasks and does each in a moment. */
async function pullsTasks(project: string, pulled: string[], count: number): Promise<void> {
  const server = await ParallelServer.start(project);
  while (pulled.length < count) {
    const { claim, done } = await server.call("task_claim", { plan: "demo", worker: "puller" });
    if (done) break;
    if (claim === null) {
      await sleep(50);
      continue;
    }
    const evidence = [{ inspected: "the result" }];
    await server.call("task_report", {
      ...{
        task: claim.task,
        token: claim.token,
        outcome: "completed",
        summary: "Pulled and done.",
        evidence,
      },
    });
    pulled.push(claim.task);
  }
  await server.close();
}
