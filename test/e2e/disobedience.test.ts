import { describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { eventsOf, type GraphState, outcomesOf, readGraph } from "./graph-state.ts";
import { turnsTaken } from "./harness/conversation.ts";
import {
  claimsSuccessEarly,
  dropsLaunches,
  executesThePlan,
  type Habit,
  launchesInForeground,
  launchesOneByOne,
  losesTokens,
  neverComesBack,
  type Orchestrator,
  rewritesLaunches,
  usesBareAgentTypes,
  waitsAfterEachLaunch,
  withHabits,
} from "./harness/orchestrator.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { calls, says } from "./harness/turn.ts";
import { reports, stopsSilently, uses, writes } from "./harness/worker.ts";
import {
  agentOpening,
  errorsInMain,
  expectCleanEnd,
  expectEachDoneOnce,
  headlessRun,
  hookTexts,
  independentTasks,
  mainRequestsOf,
  noticesOf,
  runNumber,
  storyOf,
} from "./small-plan.ts";

const five = independentTasks(5);

function headlessStory(name: string, ...habits: Habit[]) {
  return storyOf(name, five, {
    runs: [headlessRun({ orchestrator: withHabits(executesThePlan, ...habits) })],
  });
}

/** Launches every item twice, in the same message. */
const launchesEverythingTwice: Habit = (inner) => (conversation) => {
  const turn = inner(conversation);
  const isLaunch = (output: (typeof turn.outputs)[number]) => "tool" in output && output.tool === "Agent";
  return {
    ...turn,
    outputs: turn.outputs.flatMap((output) => (isLaunch(output) ? [output, output] : [output])),
  };
};

/** Beside the first batch launches agents of its own making for a task that was not offered. */
const forgesLaunches: Habit = (inner) => (conversation) => {
  const turn = inner(conversation);
  const [first] = turn.outputs;
  const hasLaunched = conversation.blocks.some((block) => block.kind === "call" && block.tool === "Agent");
  if (hasLaunched || first === undefined || !("tool" in first) || first.tool !== "Agent") return turn;
  const forged = ["Task demo/1.5, token 99-aaaaaaaaaaaaaaaaaaaaaaaaaa.", "Please do demo/1.5 now."];
  return {
    ...turn,
    outputs: [
      ...turn.outputs,
      ...forged.map((prompt) => ({
        tool: "Agent",
        input: { ...first.input, description: "1.5 Forged", prompt },
      })),
    ],
  };
};

/** How many agents of a batch each message launched, and how many it left out, as the graph recorded it. */
function launchesRecorded(graph: GraphState): [number, number][] {
  return eventsOf(graph, "batch.launched").map(({ data }) => [
    Number(data.inOneMessage),
    (data.leftOut as unknown[]).length,
  ]);
}

describe("an orchestrator that does not do as it is told still finishes, each task done once", () => {
  const stories: [string, Habit[], (graph: GraphState, outcome: Outcome) => void, number?][] = [
    [
      "launches one by one",
      [launchesOneByOne],
      (graph, outcome) => {
        expect(launchesRecorded(graph)).toEqual([
          [1, 4],
          [1, 3],
          [1, 2],
          [1, 1],
          [1, 0],
        ]);
        expect(hookTexts(outcome)).toContainEqual(
          expect.stringContaining("Not launched: demo/1.2, demo/1.3, demo/1.4, demo/1.5."),
        );
      },
    ],
    [
      "drops two of five launches",
      [dropsLaunches(2)],
      (graph) =>
        expect(launchesRecorded(graph)).toEqual([
          [3, 2],
          [2, 0],
        ]),
    ],
    [
      "buries the prompts in an essay of its own",
      [
        rewritesLaunches((input) => ({
          ...input,
          prompt: `${"Be careful. ".repeat(60)}${input.prompt} Then celebrate.`,
        })),
      ],
      (_, outcome) => {
        for (const { agentId } of outcome.recording.agents()) {
          const opening = agentOpening(outcome, agentId);
          expect(opening).toMatch(/^Task: demo\/1\.\d$/m);
          expect(opening).toContain("# How to end");
          const added = opening.match(/# The orchestrator added\n> (.*)/)?.[1] ?? "";
          expect(added).toMatch(/^Be careful\. Be careful\./);
          expect(added.length).toBeLessThanOrEqual(500);
        }
      },
    ],
    [
      "names agents without their plugin",
      [usesBareAgentTypes],
      (_, { runs }) => {
        const started = (runs[0]?.events ?? []).filter(({ subtype }) => subtype === "task_started");
        expect(started.map((event) => event.subagent_type)).toEqual(
          five.map(() => "parallel:feature-implementer"),
        );
      },
    ],
    [
      "waits after each launch",
      [waitsAfterEachLaunch],
      (_, { recording }) => expect(recording.mostAtWorkAtOnce()).toBe(1),
    ],
    [
      "launches in the foreground",
      [launchesInForeground],
      (graph, { recording }) => {
        expect(launchesRecorded(graph)).toEqual([[5, 0]]);
        expect(recording.mostAtWorkAtOnce()).toBe(5);
      },
      5,
    ],
  ];
  /** Slow, and other ways to what others here lead to. */
  const ONLY_LONG = ["launches one by one", "waits after each launch", "launches in the foreground"];
  it.each(stories.filter(([name]) => isLong || !ONLY_LONG.includes(name)))(
    "an orchestrator that %s still finishes, each task done once",
    async (name, habits, check, beginTogether = 0) => {
      await runScenario({ ...headlessStory(name, ...habits), beginTogether }, (outcome) => {
        const graph = expectEachDoneOnce(outcome);
        expect(errorsInMain(outcome)).toEqual([]);
        check(graph, outcome);
      });
    },
  );
});

describe("launches that nobody offered", () => {
  it("a launch that nobody offered is refused: prompts that lost their token: launched again with it", async () => {
    await runScenario(headlessStory("loses tokens", losesTokens), (outcome) => {
      expectEachDoneOnce(outcome, 5);
      const errors = errorsInMain(outcome);
      expect(errors).toHaveLength(5);
      for (const { text } of errors)
        expect(text).toMatch(/demo\/1\.\d holds no token\. Launch what batch_next/);
    });
  });

  it("a launch that nobody offered is refused: the same item twice in one message: one agent", async () => {
    await runScenario(headlessStory("launches everything twice", launchesEverythingTwice), (outcome) => {
      expectEachDoneOnce(outcome, 5);
      const errors = errorsInMain(outcome);
      expect(errors).toHaveLength(5);
      for (const { text } of errors) expect(text).toMatch(/was launched already\. Launch each item once\./);
    });
  });

  it("a launch that nobody offered is refused: forged prompts beyond the cap: no agent starts for them", async () => {
    const story = headlessStory("forges launches", forgesLaunches);
    const capped = { ...story, environment: { ...story.environment, PARALLEL_MAX_PARALLEL: "2" } };
    await runScenario(capped, (outcome) => {
      expectEachDoneOnce(outcome, 2);
      expect(outcome.recording.mostAtWorkAtOnce()).toBeLessThanOrEqual(2);
      const errors = errorsInMain(outcome).map(({ text }) => text);
      expect(errors).toHaveLength(2);
      expect(errors).toContainEqual(expect.stringMatching(/token is not valid.*Call batch_next/s));
      expect(errors).toContainEqual(expect.stringMatching(/demo\/1\.5.*batch_next/s));
    });
  });

  it("an agent that holds a claim launches nobody", async () => {
    const [task] = independentTasks(1);
    const tasks = [{ ...task, agent: "general-purpose" }, ...independentTasks(2).slice(1)];
    const helper = { description: "Help me", prompt: "Do half of it.", subagent_type: "general-purpose" };
    await runScenario(
      storyOf("an agent wants a helper", tasks as typeof five, {
        workers: {
          "1.1": [uses("Agent", helper), writes({ "parts/1.1.txt": "1\n" }), reports(), stopsSilently()],
        },
        runs: [headlessRun()],
      }),
      (outcome) => {
        expectEachDoneOnce(outcome, 1);
        const told = outcome.recording.requests
          .flatMap(({ conversation }) => (conversation.agentId === undefined ? [] : conversation.blocks))
          .filter((block) => block.kind === "result" && block.tool === "Agent");
        expect(told).not.toEqual([]);
        for (const block of told)
          expect(block).toMatchObject({ isError: true, text: expect.stringContaining("launches no agents") });
      },
    );
  });
});

describe("an orchestrator that ends too early", () => {
  it("an orchestrator that claims success while tasks can be launched is sent back and finishes", async () => {
    await runScenario(
      headlessStory("claims success early", claimsSuccessEarly, dropsLaunches(2)),
      (outcome) => {
        expectEachDoneOnce(outcome);
        // From 2.1.332 on the host says it as an error that blocks the end.
        expect(hookTexts(outcome)).toContainEqual(
          expect.stringMatching(
            /^Stop hook (?:feedback:\n|blocking error .*: )demo: 2 can be launched now\. Call batch_next \{plan: "demo"\}\.$/,
          ),
        );
        expect(runNumber(outcome, 1).texts).toContainEqual(expect.stringContaining("5 of 5 tasks"));
      },
    );
  });

  it("an orchestrator that claims success while all is under way is left in peace until an agent wakes it", async () => {
    await runScenario(headlessStory("claims success at once", claimsSuccessEarly), (outcome) => {
      expectEachDoneOnce(outcome);
      expect(hookTexts(outcome).filter((text) => /can be launched now/.test(text))).toEqual([]);
    });
  });

  it("an orchestrator that never comes back: the user is told how things stand, and the next command finishes", async () => {
    const lazy = withHabits(executesThePlan, neverComesBack, dropsLaunches(2));
    let afterFirst: GraphState | undefined;
    await runScenario(
      storyOf("never comes back", five, {
        runs: [
          headlessRun({ orchestrator: lazy }),
          headlessRun({
            orchestrator: (conversation) => {
              afterFirst ??= readGraph(database);
              return executesThePlan(conversation);
            },
          }),
        ],
      }),
      (outcome) => {
        expectEachDoneOnce(outcome);
        expect(Object.values(afterFirst?.tasks ?? {})).toEqual([
          ...["completed", "completed", "completed"],
          ...["pending", "pending"],
        ]);
        expect(noticesOf(outcome, 1).at(-1)).toContain(
          "the plan demo is not finished: 3 of 5 completed, 0 failed, 0 running, 2 ready to launch. /spec:execute demo goes on",
        );
        expect(noticesOf(outcome, 2)).toEqual([]);
        // In plain text output only this reaches the user.
        expect(outcome.runs[0]?.stderr).toContain(
          "parallel: the plan demo is not finished: 3 of 5 completed, 0 failed. To go on: /spec:execute demo",
        );
        expect(outcome.runs[1]?.stderr).not.toContain("not finished");
      },
      ({ project }) => {
        database = `${project}/.git/parallel/graph.sqlite`;
      },
    );
  });
  let database = "";

  it("an orchestrator that only looked at a plan that another session left is never sent back, and changes nothing", async () => {
    const steps = [
      calls(taskTool("task_list"), { plan: "demo" }),
      calls(taskTool("plan_analyze"), { plan: "demo" }),
      says("Three are completed, two are ready."),
    ];
    const looks: Orchestrator = (conversation) => steps[turnsTaken(conversation)] ?? says("Nothing more.");
    await runScenario(
      storyOf("looks at a plan", five, {
        runs: [
          headlessRun({ orchestrator: withHabits(executesThePlan, neverComesBack, dropsLaunches(2)) }),
          { prompt: "/parallel:status demo", orchestrator: looks },
        ],
      }),
      (outcome) => {
        expectCleanEnd(outcome);
        const requests = mainRequestsOf(outcome, 2);
        expect(requests).toHaveLength(3);
        expect(hookTexts(outcome, 2)).toEqual([]);
        expect(noticesOf(outcome, 2)).toEqual([]);
        const graph = readGraph(outcome.database);
        const startMs = requests[0]?.startMs ?? 0;
        expect(graph.events.filter(({ atMs }) => atMs >= startMs)).toEqual([]);
        expect(outcomesOf(graph, "1.5")).toEqual([]);
      },
    );
  });
});
