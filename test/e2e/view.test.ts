import { beforeEach, describe, expect, it } from "vitest";
import { BundledServer } from "../support/bundled-server.ts";
import { isLong } from "../support/long-tests.ts";
import { readGraph } from "./graph-state.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import { arrivals, textOf } from "./harness/conversation.ts";
import { hasTmux } from "./harness/interactive.ts";
import { canBeManaged } from "./harness/managed-settings.ts";
import { endIn } from "./harness/module-orchestrator.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import { eventually } from "./harness/processes.ts";
import { repositoryPlugins, runScenario, viewPlugin } from "./harness/run-scenario.ts";
import type { InteractiveRun, SpecTask, StartOfRun } from "./harness/scenario.ts";
import { answers, taskTool } from "./harness/task-tools.ts";
import { calls, says } from "./harness/turn.ts";
import {
  fails,
  isBlockedOn,
  reportsByTheBrief,
  type Step,
  type Work,
  worksByTheBrief,
} from "./harness/worker.ts";
import { expectEachDoneOnce, independentTasks, storyOf } from "./small-plan.ts";

const [one = missing(), two = missing()]: SpecTask[] = independentTasks(2);
const three: SpecTask = {
  id: "2.1",
  description: "Use both",
  dependencies: ["1.1", "1.2"],
  writes: ["c.txt"],
};

function missing(): never {
  throw new Error("there are two tasks");
}

/** Where the plugins are, the view among them. */
const WITH_VIEW = [...repositoryPlugins(), viewPlugin()];
const QUIET = { PARALLEL_REVIEW: "off" };

const when =
  (condition: () => boolean, step: Step): Step =>
  (assignment) => ({ ...step(assignment), when: condition });

const [firstWrite = reportsByTheBrief] = worksByTheBrief;

/** Asks its question when it may, and goes on by the answer. */
const asks = (condition: () => boolean): Work => [
  when(condition, isBlockedOn({ question: "Which colour has the button?" })),
  firstWrite,
  reportsByTheBrief,
];

describe("the view in an interactive session", () => {
  beforeEach(async ({ skip }) => {
    if (!loadsTheModule()) skip("this Claude Code does not know all that the module uses");
    if (!(await hasTmux())) skip("tmux is not installed");
  });

  it("shows the plan above the prompt and in a pane while the model answers, and its question in a form; switched off, nothing is left", async () => {
    let isAnswering = true;
    let mayAsk = false;
    const orchestrator: Orchestrator = (conversation) =>
      textOf(arrivals(conversation)).includes("Tell me something")
        ? { ...says("Something."), when: () => !isAnswering }
        : says(endIn(conversation) ?? "Hm.");
    const screens: Record<string, string> = {};
    const run: InteractiveRun = {
      orchestrator,
      user: async (session) => {
        await session.type("/parallel-run demo");
        await session.waitFor(/2 running · 0 of 3 done/);
        screens.band = await session.screen();
        await session.type("Tell me something");
        await session.waitFor(/esc to interrupt/);
        await session.type("/parallel-view");
        await session.waitFor(/● 1\.2 .*stop/);
        await session.waitFor(/○ 2\.1 .*1\.1/);
        screens.pane = await session.screen();
        isAnswering = false;
        await session.waitFor(/● Something\./);
        mayAsk = true;
        await session.waitFor(/requests your input/);
        await session.waitFor(/Which colour has the button\?/);
        await session.write("Blue");
        await session.waitFor(/Your answer.*Blue/);
        screens.form = await session.screen();
        await session.pressUntil("Down", /❯ Accept/);
        await session.pressUntil("Enter", /● 3 of 3 tasks completed/);
        await session.waitFor(/3 of 3 done, ended/);
        screens.end = await session.screen();
        await session.type("/parallel-view off");
        await session.waitUntilGone(/3 of 3 done, ended/);
        screens.off = await session.screen();
      },
    };
    const work: Record<string, Work> = { "1.1": asks(() => mayAsk) };
    const story = storyOf("view", [one, two, three], {
      ...{ plugins: WITH_VIEW, environment: QUIET, runs: [run] },
      workers: { ...work, "1.2": [firstWrite, when(() => mayAsk, reportsByTheBrief)] },
    });
    await runScenario(story, (outcome) => {
      if (process.env.PARALLEL_SHOW_SCREENS) console.log(Object.values(screens).join("\n=====\n"));
      const graph = expectEachDoneOnce(outcome);
      expect(JSON.stringify(graph)).toContain("The user's answer: Blue");
      // The command's record is the host's; nothing of what was seen is in the conversation.
      const told = outcome.recording.mainContext().map(({ text }) => text);
      expect(told.filter((text) => /of 3 done|Which colour/.test(text))).toEqual([]);
    });
  });

  it.runIf(isLong)(
    "a question whose form was closed is put again by the conversation when nothing else is left, and the task goes on by the answer",
    async () => {
      let isClosed = false;
      const orchestrator: Orchestrator = (conversation) => {
        const last = answers(conversation).at(-1);
        const wasWoken = /beside this conversation/.test(textOf(conversation.blocks));
        if (last?.tool === "batch_next") {
          const launch = (last.value.launch ?? []) as Record<string, unknown>[];
          const [item] = launch;
          const isLaunched = conversation.blocks.some(
            (block) => block.kind === "call" && block.tool === "Agent",
          );
          if (item && !isLaunched) {
            const { task: _, ...input } = item;
            return calls("Agent", input);
          }
        }
        return last === undefined && wasWoken
          ? { ...calls(taskTool("batch_next"), { plan: "demo" }), when: () => isClosed }
          : says("Well.");
      };
      const run: InteractiveRun = {
        orchestrator,
        user: async (session, recording) => {
          await session.type("/parallel-run demo");
          await session.waitFor(/requests your input/);
          // A form that has just appeared takes no keys.
          const isGone = async () => {
            await session.press("Escape");
            return eventually(async () => !/requests your input/.test(await session.screen()), 1_000);
          };
          if (!(await eventually(isGone))) throw new Error(await session.screen());
          isClosed = true;
          await session.waitFor(/requests your input/);
          await session.write("Blue");
          await session.waitFor(/Your answer.*Blue/);
          await session.pressUntil("Down", /❯ Accept/);
          await session.pressUntil("Enter", /● Well\./);
          const isDone = () =>
            recording.agents().filter(({ reportedMs }) => reportedMs !== undefined).length === 2;
          if (!(await eventually(isDone))) throw new Error(await session.screen());
        },
      };
      const story = storyOf("asked again", [one], {
        ...{ environment: QUIET, runs: [run] },
        settings: { permissions: { allow: ["mcp__plugin_parallel_tasks"] } },
        workers: { "1.1": [asks(() => true).slice(0, 1), worksByTheBrief] },
      });
      await runScenario(story, ({ database }) => {
        expect(readGraph(database).tasks["1.1"]).toBe("completed");
      });
    },
  );

  it.runIf(isLong)(
    "a wait for a decision costs no turn, and wakes the conversation after it was killed and continued",
    async () => {
      let isWaiting = false;
      const waits: Orchestrator = (conversation) => {
        const given = answers(conversation);
        const last = given.at(-1);
        if (last === undefined) return calls(taskTool("batch_next"), { plan: "demo" });
        if (/what was waited for has come/.test(textOf(arrivals(conversation)))) return says("It has come.");
        const isBegun = conversation.blocks.some(
          (block) => block.kind === "result" && /server-side task/.test(block.text),
        );
        if (isBegun) {
          isWaiting = true;
          return says("I wait.");
        }
        return calls(taskTool("batch_collect"), { plan: "demo", launch: true });
      };
      const kills: InteractiveRun = {
        orchestrator: waits,
        user: async (session) => {
          await session.type("Go on with the plan demo");
          if (!(await eventually(() => isWaiting))) throw new Error(await session.screen());
          await session.waitFor(/● I wait\./);
          await session.kill("SIGKILL");
        },
      };
      const continues: InteractiveRun = {
        orchestrator: waits,
        options: ["--continue"],
        user: async (session, _recording, { project }) => {
          const other = await BundledServer.start(project);
          await other.call("task_update", { task: "demo/1.1", status: "pending" });
          await session.waitFor(/● It has come\./);
        },
      };
      const story = storyOf("wait", [{ ...one, retries: 0 }], {
        settings: { permissions: { allow: ["mcp__plugin_parallel_tasks"] } },
        environment: QUIET,
        workers: { "1.1": [fails("It cannot be done.")] },
        runs: [{ prompt: "/parallel-run demo", orchestrator: neverAsked }, kills, continues],
      });
      await runScenario(story, ({ recording, database }) => {
        const main = recording.requests.filter(({ isMain }) => isMain);
        // Asked what goes on, it begins the wait and says so; then it is woken.
        expect(main).toHaveLength(4);
        expect(readGraph(database).tasks["1.1"]).toBe("pending");
      });
    },
  );
});

const NO_MODS = {
  pluginConfigs: { "cc-plugin-sec-default@builtin": { options: { allowManagedModsOnly: true } } },
};

/** Ways in which there are no modules of the host. */
const OFF: readonly ({ readonly how: string } & StartOfRun)[] = [
  { how: "the user has switched off all hooks", options: ["--settings", '{"disableAllHooks":true}'] },
  { how: "the session is in safe mode", options: ["--safe-mode"] },
  { how: "the session is bare", options: ["--bare"] },
  { how: "the organisation allows its own modules only", managed: NO_MODS },
  { how: "the organisation allows its own hooks only", managed: { allowManagedHooksOnly: true } },
  {
    how: "the plugin of the view is disabled",
    options: ["--settings", '{"enabledPlugins":{"parallel-view@inline":false}}'],
  },
];

describe.runIf(isLong)("where Claude Code does not load the view's module", () => {
  it.each([{ how: "nothing is switched off" }, ...OFF])(
    "the session is as without the view when $how",
    async ({ how, ...start }) => {
      if (!(await hasTmux()) || (start.managed && !(await canBeManaged()))) return;
      const isOn = how === "nothing is switched off" && loadsTheModule();
      const run: InteractiveRun = {
        ...start,
        orchestrator: () => says("Hello to you."),
        user: async (session, _recording, { project }) => {
          const other = await BundledServer.start(project);
          await other.call("plan_create", { plan: "demo", from: "specs/demo" });
          await session.type("Hello");
          // A bare session's request looks like one of the host's own.
          await session.waitFor(/● (Hello to you|\{"title")/);
          if (isOn) await session.waitFor(/0 of 3 done/);
          // It asks every three seconds, and looks once a second.
          else await new Promise((resolve) => setTimeout(resolve, 8_000));
          expect(/0 of 3 done/.test(await session.screen())).toBe(isOn);
        },
      };
      const story = storyOf(`off ${how}`, [one, two, three], {
        ...{ plugins: WITH_VIEW, environment: QUIET, runs: [run] },
      });
      await runScenario(story, () => undefined);
    },
  );
});

const neverAsked: Orchestrator = () => {
  throw new Error("the conversation's model was asked");
};
