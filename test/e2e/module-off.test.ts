import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import { canBeManaged } from "./harness/managed-settings.ts";
import { executesByModule } from "./harness/module-orchestrator.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import { type Outcome, repositoryPlugins, runScenario } from "./harness/run-scenario.ts";
import type { PrintRun, SpecTask } from "./harness/scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { says } from "./harness/turn.ts";
import { reportsByTheBrief, type Step, worksByTheBrief } from "./harness/worker.ts";
import {
  EXECUTE,
  expectLawfulLog,
  independentTasks,
  mainRequestsOf,
  runNumber,
  storyOf,
} from "./small-plan.ts";

const run = promisify(execFile);

/** Two that run at once, and two that each need one of them. */
const four: SpecTask[] = [
  ...independentTasks(2),
  { id: "2.1", description: "Use part 1.1", dependencies: ["1.1"], writes: ["two-1.txt"] },
  { id: "2.2", description: "Use part 1.2", dependencies: ["1.2"], writes: ["two-2.txt"] },
];

/** Where no hook allows anything, the user's own rules have to. */
const RULES = {
  permissions: { allow: ["mcp__plugin_parallel_tasks", "Read", "Write(./**)", "Edit(./**)"] },
};

const NO_HOOKS = ["--settings", JSON.stringify({ disableAllHooks: true })];
const MODS_OF_MANAGERS_ONLY = {
  pluginConfigs: { "cc-plugin-sec-default@builtin": { options: { allowManagedModsOnly: true } } },
};

const neverAsked: Orchestrator = () => {
  throw new Error("the conversation's model was asked");
};

/** The module runs the plan until its first task is completed, and is killed with all that it has launched. */
const begunByModule: PrintRun = {
  prompt: "/parallel-run demo",
  orchestrator: neverAsked,
  killWhen: (recording) => recording.agents().some(({ reportedMs }) => reportedMs !== undefined),
};

const [firstWrite = reportsByTheBrief] = worksByTheBrief;

/** A plan in which one task is not reported before the second run, and one is. */
function story(name: string, second: PrintRun, ...more: PrintRun[]) {
  let isSecond = false;
  const { meanwhile } = second;
  const noted: PrintRun = {
    ...second,
    meanwhile: async (...at) => {
      isSecond = true;
      await meanwhile?.(...at);
    },
  };
  const atLast: Step = (assignment) => ({ ...reportsByTheBrief(assignment), when: () => isSecond });
  return storyOf(name, four, {
    settings: RULES,
    environment: { PARALLEL_REVIEW: "off" },
    workers: { "1.2": [firstWrite, atLast] },
    runs: [begunByModule, noted, ...more],
  });
}

/** Expects that every task is completed, by one agent each: what was completed when the first run ended stays so. */
function expectNothingLost(outcome: Outcome): void {
  const graph = readGraph(outcome.database);
  for (const task of Object.keys(graph.tasks)) {
    const completed = outcomesOf(graph, task).filter((one) => one === "completed");
    expect({ task, status: graph.tasks[task], completed }).toEqual({
      task,
      status: "completed",
      completed: ["completed"],
    });
  }
  expectLawfulLog(outcome);
}

/** The servers that Claude Code began a run with. */
function serversOf(outcome: Outcome, number: number): string[] | undefined {
  const init = runNumber(outcome, number).events.find(({ subtype }) => subtype === "init");
  return (init?.mcp_servers as { name: string }[] | undefined)?.map(({ name }) => name);
}

describe.runIf(isLong)("a plan that the module has begun, where it is switched off", () => {
  beforeEach(({ skip }) => {
    if (!loadsTheModule()) skip("this Claude Code does not know all that the module uses");
  });

  async function expectFallback(name: string, off: Partial<PrintRun>): Promise<void> {
    const fallback: PrintRun = { prompt: EXECUTE, orchestrator: executesByModule, ...off };
    await runScenario(story(name, fallback), (outcome) => {
      expectNothingLost(outcome);
      const last = mainRequestsOf(outcome, 2).at(-1)?.conversation;
      const analysis = last && answers(last).find(({ tool }) => tool === "plan_analyze");
      expect((analysis?.value.engine as { why?: string } | undefined)?.why).toContain(
        "not mod: this Claude Code has not loaded the plugin's module",
      );
    });
  }

  it("with all hooks switched off by the user, the conversation goes on with it", async () => {
    await expectFallback("no hooks", { options: NO_HOOKS });
  });

  it.for<[what: string, managed: Record<string, unknown>]>([
    ["modules other than the organisation's", MODS_OF_MANAGERS_ONLY],
    ["hooks other than the organisation's", { allowManagedHooksOnly: true }],
    ["all hooks", { disableAllHooks: true }],
  ])(
    "with %s switched off by the organisation, the conversation goes on with it",
    async ([what, managed], { skip }) => {
      if (!(await canBeManaged())) skip("nothing of the system can be shown to one process alone here");
      await expectFallback(`managed: no ${what}`, { managed });
    },
  );

  it.each([
    ["--safe-mode", ["--safe-mode"]],
    ["--bare", ["--bare"]],
    ["the plugin disabled", ["--settings", JSON.stringify({ enabledPlugins: { "parallel@inline": false } })]],
  ])(
    "with %s, it waits in the graph for a session with the plugin, and the command line says so",
    async (name, options) => {
      let status = "";
      const without: PrintRun = {
        prompt: "/parallel:run demo",
        orchestrator: () => says("There is no such command."),
        options,
        meanwhile: async (_pid, _recording, { project, home }) => {
          const [root = ""] = repositoryPlugins();
          const env = { PATH: process.env.PATH ?? "", HOME: home };
          status = (await run(join(root, "bin", "parallel-tasks"), ["status"], { cwd: project, env })).stdout;
        },
      };
      const goesOn: PrintRun = { prompt: EXECUTE, orchestrator: executesByModule };
      await runScenario(story(name, without, goesOn), (outcome) => {
        expectNothingLost(outcome);
        expect(status).toContain("what launched its agents has stopped: /parallel:run demo goes on");
        expect(runNumber(outcome, 2).exit.code).toBe(0);
        expect(serversOf(outcome, 2)).toEqual([]);
        expect(serversOf(outcome, 3)).toEqual(["plugin:parallel:tasks"]);
      });
    },
  );
});
