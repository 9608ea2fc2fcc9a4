import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readGraph } from "./graph-state.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import { textOf } from "./harness/conversation.ts";
import { hasTmux } from "./harness/interactive.ts";
import { executesByModule, isOfModule } from "./harness/module-orchestrator.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import { pluginsWithModule } from "./harness/plugin-copy.ts";
import { eventually } from "./harness/processes.ts";
import type { Recording } from "./harness/recording.ts";
import { type Outcome, repositoryPlugins, runScenario } from "./harness/run-scenario.ts";
import type { Scenario, SpecTask } from "./harness/scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { says } from "./harness/turn.ts";
import { EXECUTE, expectEachDoneOnce, independentTasks, runNumber, storyOf } from "./small-plan.ts";

const BESIDE = "/parallel-run demo";

/** More than can run at once, and one that needs two of them. */
const seven: SpecTask[] = [
  ...independentTasks(6),
  { id: "2.1", description: "Use two parts", dependencies: ["1.1", "1.2"], writes: ["two.txt"] },
];

function story(name: string, tasks: SpecTask[], rest: Partial<Scenario> & Pick<Scenario, "runs">): Scenario {
  return storyOf(name, tasks, { ...rest, environment: { PARALLEL_REVIEW: "off", ...rest.environment } });
}

/** The conversation says what it was woken with. */
const repeatsTheEnd: Orchestrator = (conversation) =>
  says(/\d+ of \d+ tasks? completed/.exec(textOf(conversation.blocks))?.[0] ?? "Hm.");

const neverAsked: Orchestrator = () => {
  throw new Error("the conversation's model was asked");
};

const NOBODY = { sessionId: "", model: "", tools: [], blocks: [] };

function mainRequests(recording: Recording) {
  return recording.requests.filter(({ isMain }) => isMain);
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await eventually(condition))) throw new Error(`it was waited in vain until ${what}`);
}

/** How the runs of the module in the log began and ended. */
function moduleRuns({ database }: Outcome): (string | undefined)[] {
  return readGraph(database)
    .events.filter(({ type }) => type.startsWith("engine."))
    .map(({ type, data }) => (type === "engine.started" ? "started" : (data as { how: string }).how));
}

describe("a plan where Claude Code has not loaded the plugin's module", () => {
  it("a plan that cannot run beside the conversation is launched by it, with the reason in one line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "plugin-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // An older Claude Code refuses the module as it is.
    const plugins = loadsTheModule()
      ? pluginsWithModule(folder, () => "this is no module")
      : repositoryPlugins();
    const run = { prompt: EXECUTE, orchestrator: executesByModule };
    await runScenario(story("without the module", seven, { plugins, runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      const last = mainRequests(outcome.recording).at(-1);
      const analysis = answers(last?.conversation ?? NOBODY).find(({ tool }) => tool === "plan_analyze");
      expect(analysis?.value.engine).toEqual({
        use: "burst",
        why: "so few tasks fit into this conversation; not mod: this Claude Code has not loaded the plugin's module",
      });
    });
  });
});

describe("a plan that the plugin's module runs beside the conversation", () => {
  beforeEach(({ skip }) => {
    if (!loadsTheModule()) skip("this Claude Code does not know all that the module uses");
  });

  it("a headless plan beside the conversation asks the conversation's model nothing, and tells the end", async () => {
    const run = { prompt: BESIDE, orchestrator: neverAsked };
    await runScenario(story("module, headless", seven, { runs: [run] }), (outcome) => {
      expectEachDoneOnce(outcome);
      expect(mainRequests(outcome.recording)).toEqual([]);
      expect(outcome.recording.mostAtWorkAtOnce()).toBe(5);
      expect(runNumber(outcome, 1).texts.join("\n")).toContain("7 of 7 tasks completed");
      expect(moduleRuns(outcome)).toEqual(["started", "done"]);
    });
  });

  describe("in a terminal", () => {
    beforeEach(async ({ skip }) => {
      if (!(await hasTmux())) skip("tmux is not installed");
    });

    it("a plan beside the conversation wakes it once, with the report, and with nothing before and after", async () => {
      await runScenario(
        story("module in a terminal", seven, {
          runs: [
            {
              orchestrator: repeatsTheEnd,
              user: async (session, recording) => {
                await session.type(BESIDE);
                await session.waitFor(/● 7 of 7 tasks completed/);
                // Whatever else would wake it has come by then: the last agents ended before.
                await until("all agents had ended", async () =>
                  recording.requests.every(({ endMs }) => endMs !== undefined),
                );
              },
            },
          ],
        }),
        (outcome) => {
          expectEachDoneOnce(outcome);
          const [woken, ...more] = mainRequests(outcome.recording);
          expect(more).toEqual([]);
          const context = outcome.recording.mainContext(woken?.conversation.sessionId);
          const added = context.filter(({ source, text }) => source !== "opening" || isOfModule(text));
          expect(added.some(({ text }) => text.includes("7 of 7 tasks completed"))).toBe(true);
          expect(added.reduce((sum, { characters }) => sum + characters, 0)).toBeLessThanOrEqual(3_000);
          expect(moduleRuns(outcome)).toEqual(["started", "done"]);
        },
      );
    });
  });
});
