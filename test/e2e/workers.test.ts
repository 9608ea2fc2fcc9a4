import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Milestones } from "./adversary-work.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import type { Outcome } from "./harness/run-scenario.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { Scenario, SpecTask } from "./harness/scenario.ts";
import {
  fails,
  hangs,
  isBlockedOn,
  reports,
  reportsWithoutEvidence,
  stopsSilently,
  type Work,
  writes,
} from "./harness/worker.ts";
import {
  agentOpening,
  agentsAt,
  BY_WORKFLOW,
  expectCleanEnd,
  headlessRun,
  independentTasks,
  runNumber,
  shownToUser,
  storyOf,
} from "./small-plan.ts";

const three = independentTasks(3);

function story(
  name: string,
  workers: Scenario["workers"],
  tasks: SpecTask[] = three,
  parts: Partial<Scenario> = {},
) {
  return storyOf(name, tasks, { runs: [headlessRun()], ...parts, ...(workers && { workers }) });
}

/** What tools and hooks answered the agents of a task, in order. */
function toldTo(outcome: Outcome, task: string): string[] {
  const agents = agentsAt(outcome, task).map(({ agentId }) => agentId);
  return agents.flatMap((agentId) => {
    const last = outcome.recording.requests.findLast(({ conversation }) => conversation.agentId === agentId);
    return (last?.conversation.blocks ?? []).flatMap((block) =>
      block.kind === "result" || (block.kind === "text" && block.role === "user") ? [block.text] : [],
    );
  });
}

/** What the orchestrator heard from a tool, answer by answer. */
function answersOf({ recording }: Outcome, tool: string): Record<string, unknown>[] {
  return recording
    .mainContext()
    .filter((piece) => piece.source === "answer of this plugin" && piece.tool?.endsWith(tool))
    .map(({ text }) => JSON.parse(text) as Record<string, unknown>);
}

describe("a worker that stops without a report", () => {
  it("a worker that stops without a report is reminded once, reports then, and has completed", async () => {
    await runScenario(story("reports when reminded", { "1.1": [stopsSilently(), reports()] }), (outcome) => {
      const graph = readGraph(outcome.database);
      expectCleanEnd(outcome);
      expect(outcomesOf(graph, "1.1")).toEqual(["completed"]);
      expect(eventsOf(graph, "attempt.reminded").map(({ task }) => task)).toEqual(["1.1"]);
      expect(toldTo(outcome, "1.1").join("\n")).toContain("You have not reported demo/1.1.");
    });
  });

  it("a worker that stays silent after its reminder has failed, and its last words go to the next attempt", async () => {
    const silent: Work = [stopsSilently("Give me a moment."), stopsSilently("The parser is half written.")];
    await runScenario(story("stays silent", { "1.1": [silent, [reports()]] }), (outcome) => {
      const graph = readGraph(outcome.database);
      expectCleanEnd(outcome);
      expect(graph.attempts.filter(({ task }) => task === "1.1")).toMatchObject([
        { outcome: "unreported", lastMessage: "The parser is half written." },
        { outcome: "completed" },
      ]);
      expect(eventsOf(graph, "attempt.reminded")).toHaveLength(1);
      const [, second] = agentsAt(outcome, "1.1");
      expect(agentOpening(outcome, second?.agentId ?? "")).toContain("> The parser is half written.");
    });
  });
});

describe("a worker's report", () => {
  it("a worker's report without evidence is refused with the field, and taken when it is proper", async () => {
    await runScenario(
      story("reports without evidence", { "1.1": [reportsWithoutEvidence(), reports()] }),
      (outcome) => {
        expectCleanEnd(outcome);
        expect(outcomesOf(readGraph(outcome.database), "1.1")).toEqual(["completed"]);
        expect(toldTo(outcome, "1.1").join("\n")).toMatch(/evidence is missing for the task as a whole/);
      },
    );
  });

  it("a worker's report that it is blocked on a file brings the task back with that file", async () => {
    const first: Work = [isBlockedOn({ writes: ["shared.txt"] })];
    const second: Work = [writes({ "shared.txt": "1.1\n" }), reports({ filesChanged: ["shared.txt"] })];
    await runScenario(story("is blocked on a file", { "1.1": [first, second] }), (outcome) => {
      expectCleanEnd(outcome);
      expect(outcomesOf(readGraph(outcome.database), "1.1")).toEqual(["blocked", "completed"]);
      expect(agentOpening(outcome, agentsAt(outcome, "1.1")[1]?.agentId ?? "")).toContain(
        "You may write `parts/1.1.txt`, `shared.txt`.",
      );
      expect(readFileSync(join(outcome.project, "shared.txt"), "utf8")).toBe("1.1\n");
    });
  });
});

describe("a task that fails", () => {
  const chain: SpecTask[] = [
    ...three,
    { id: "2.1", description: "Use part 1.1", dependencies: ["1.1"], writes: ["two.txt"] },
    { id: "2.2", description: "Use that", dependencies: ["2.1"], writes: ["three.txt"] },
    { id: "2.3", description: "Use part 1.2", dependencies: ["1.2"], writes: ["four.txt"] },
  ];

  it("a task that fails is retried with what was learnt; after the last attempt the user is asked", async () => {
    const works = [[fails("The grammar is ambiguous.")], [fails("It still is.")]];
    await runScenario(story("fails twice", { "1.1": works }, chain), (outcome) => {
      const graph = readGraph(outcome.database);
      expectCleanEnd(outcome);
      expect(outcomesOf(graph, "1.1")).toEqual(["failed", "failed"]);
      expect(agentOpening(outcome, agentsAt(outcome, "1.1")[1]?.agentId ?? "")).toContain(
        "> The grammar is ambiguous.",
      );
      expect(graph.tasks).toEqual({
        ...{ "1.1": "failed", "1.2": "completed", "1.3": "completed" },
        ...{ "2.1": "pending", "2.2": "pending", "2.3": "completed" },
      });
      // Another agent may have been at work when this one failed; then the call after its end says it.
      const [collected, next] = ["batch_collect", "batch_next"].map((tool) =>
        answersOf(outcome, tool).at(-1),
      );
      expect([collected?.reason, next?.next].join("\n")).toMatch(
        /Failed after all attempts: 1\.1\. 2 tasks cannot start because of that\.|Nothing more can run, and what failed is for the user to decide/,
      );
      const report = shownToUser(outcome, 1);
      expect(report).toMatch(/2\.1\*\*.*\n.*needs 1\.1, which failed/);
      expect(report).toMatch(/2\.2\*\*.*\n.*cannot run because 1\.1 failed/);
    });
  });

  it("a task that fails under fail-fast ends the plan: what runs is stopped, and executing it again goes on", async () => {
    const steps = new Milestones();
    const endless = (id: string): Work[] => [[steps.at(`${id} began`, hangs())], [reports()]];
    const failsOnce: Work[] = [[steps.after(["1.2 began", "1.3 began"], fails("No."))], [reports()]];
    await runScenario(
      story(
        "stops at the first failure",
        { "1.1": failsOnce, "1.2": endless("1.2"), "1.3": endless("1.3") },
        chain,
        {
          environment: { PARALLEL_FAILURE: "fail-fast" },
          runs: [headlessRun(), headlessRun()],
        },
      ),
      (outcome) => {
        const graph = readGraph(outcome.database);
        const first = runNumber(outcome, 1);
        expect(first.texts.at(-1)).toContain("The plan is stopped: 1.1 failed.");
        const stopped = first.events.filter(
          ({ subtype, status }) => subtype === "task_notification" && status === "stopped",
        );
        // The agents of a script are stopped together with it.
        expect(stopped).toHaveLength(BY_WORKFLOW ? 1 : 2);
        expect(eventsOf(graph, "attempt.drained").map(({ task, data }) => [task, data.how])).toEqual([
          ["1.2", "the agent ended"],
          ["1.3", "the agent ended"],
        ]);
        expect(outcomesOf(graph, "1.1")).toEqual(["failed"]);
        expect(outcomesOf(graph, "1.2")).toEqual(["cancelled", "completed"]);
        expect(outcomesOf(graph, "1.3")).toEqual(["cancelled", "completed"]);
        expect(outcomesOf(graph, "2.3")).toEqual(["completed"]);
        expect(runNumber(outcome, 2).texts.at(-1)).toContain("3 of 6 tasks completed, 1 failed, 2 not run");
      },
    );
  });
});

describe("the write guard", () => {
  it("the write guard denies a file that a sibling declared, with the way out, and grants one that nobody holds", async () => {
    const steps = new Milestones();
    const sibling: Work = [steps.after(["strayed"], writes({ "parts/1.2.txt": "mine\n" })), reports()];
    const strays: Work = [
      writes({ "parts/1.2.txt": "not mine\n" }),
      writes({ "extra.txt": "nobody's\n" }),
      steps.at("strayed", reports({ filesChanged: ["extra.txt"] })),
    ];
    await runScenario(
      story("strays from its scope", { "1.1": strays, "1.2": sibling }, three, {
        settings: { permissions: { allow: ["Write"] } },
      }),
      (outcome) => {
        const graph = readGraph(outcome.database);
        expectCleanEnd(outcome, 1);
        expect(Object.values(graph.tasks)).toEqual(["completed", "completed", "completed"]);
        expect(toldTo(outcome, "1.1").join("\n")).toContain(
          'parts/1.2.txt is held by demo/1.2. Do what you can without it, then call task_report with outcome blocked and blockedOn {writes: ["parts/1.2.txt"]}.',
        );
        expect(eventsOf(graph, "write.denied").map(({ task, data }) => [task, data.path])).toEqual([
          ["1.1", "parts/1.2.txt"],
        ]);
        expect(readFileSync(join(outcome.project, "parts/1.2.txt"), "utf8")).toBe("mine\n");
        expect(readFileSync(join(outcome.project, "extra.txt"), "utf8")).toBe("nobody's\n");
        expect(graph.attempts.find(({ task }) => task === "1.1")?.widened).toEqual(["extra.txt"]);
      },
    );
  });

  it("the write guard approves by the scope nothing outside it, however often it is tried", async () => {
    const insists: Work = [
      writes({ "extra.txt": "1\n" }),
      writes({ "extra.txt": "2\n" }),
      isBlockedOn({ question: "May I write extra.txt?" }),
    ];
    await runScenario(story("insists", { "1.1": insists }), (outcome) => {
      expect(outcome.gitStatus).not.toContain("?? extra.txt");
      expect(outcome.recording.refusals().map(({ tool }) => tool)).toEqual(["Write", "Write"]);
      expect(outcomesOf(readGraph(outcome.database), "1.1")).toEqual(["blocked"]);
    });
  });
});
