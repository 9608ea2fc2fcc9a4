import { describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { expectTruthfulEnd, reportLines } from "./adversary-evidence.ts";
import { Milestones } from "./adversary-work.ts";
import { eventsOf, type GraphState, outcomesOf } from "./graph-state.ts";
import { executesThePlan, type Habit, type Orchestrator, withHabits } from "./harness/orchestrator.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { PrintRun, Scenario, SpecTask } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { fails, hangs, reports, type Step, stopsSilently, type Work } from "./harness/worker.ts";
import { agentOpening, agentsAt, headlessRun, storyOf } from "./small-plan.ts";

const NO_TABLE = "Error: the table orders does not exist";

/** Tasks that need nothing of each other, each with a file of its own. */
function tasksNamed(...ids: string[]): SpecTask[] {
  return ids.map((id) => ({ id, description: `Write part ${id}`, writes: [`parts/${id}.txt`] }));
}

/** Plays the story, checks that it ended truthfully, and hands over the graph. */
async function play(
  name: string,
  tasks: SpecTask[],
  parts: Partial<Scenario>,
  check: (outcome: Outcome, graph: GraphState) => void,
): Promise<void> {
  await runScenario(storyOf(name, tasks, { runs: [headlessRun()], ...parts }), (outcome) =>
    check(outcome, expectTruthfulEnd(outcome)),
  );
}

/** What the server decided after failures, from the event log; the report has to name exactly the same. */
function decisionsOf(outcome: Outcome, graph: GraphState): string[] {
  const logged = eventsOf(graph, "decision.taken").map(
    ({ data }) => `${String(data.decision)}: ${String(data.reason)}`,
  );
  const lines = reportLines(outcome);
  const from = lines.lastIndexOf("## Decisions taken") + 2;
  const told = lines.slice(from, lines.indexOf("", from)).map((line) => line.slice(2).replaceAll("\\", ""));
  expect(told).toEqual(logged);
  return logged;
}

/** The decisions that followed on failures, in a run that ended with a task that failed for good. */
function untilEscalation(decided: readonly string[]): string[] {
  expect(decided.at(-1)).toMatch(/^escalate: /);
  return decided.filter((line) => !line.startsWith("escalate: Failed after all attempts: "));
}

/** What the nth agent of a task was told before its first turn. */
function briefOf(outcome: Outcome, task: string, attempt = 1): string {
  const agent = agentsAt(outcome, task)[attempt - 1];
  if (agent === undefined) throw new Error(`${task} had no agent number ${attempt}`);
  return agentOpening(outcome, agent.agentId);
}

function startOf(graph: GraphState, task: string, attempt = 1): number {
  const found = graph.attempts.find((one) => one.task === task && one.number === attempt);
  if (found === undefined) throw new Error(`${task} had no attempt ${attempt}`);
  return found.startedMs;
}

/** When the task's attempt ended, by the log. */
function endOf(graph: GraphState, task: string): number {
  const ends = eventsOf(graph, "attempt.ended").filter((event) => event.task === task);
  const last = ends.at(-1);
  if (last === undefined) throw new Error(`${task} never ended`);
  return last.atMs;
}

describe("when one of several tasks fails", () => {
  it("when one of several tasks fails, dependents that need fewer get partial results, with the missing ones named", async () => {
    const steps = new Milestones();
    const tasks: SpecTask[] = [
      ...tasksNamed("a", "b", "c"),
      {
        id: "any",
        description: "Use one part",
        dependencies: ["a", "b", "c"],
        needs: "any",
        writes: ["1.txt"],
      },
      {
        id: "two",
        description: "Use two parts",
        dependencies: ["a", "b", "c"],
        needs: { atLeast: 2 },
        writes: ["2.txt"],
      },
      { id: "settled", description: "Sum up", dependencies: ["a", "b"], needs: "settled", writes: ["3.txt"] },
      { id: "all", description: "Use all parts", dependencies: ["a", "b", "c"], writes: ["4.txt"] },
    ];
    const workers: Scenario["workers"] = {
      a: [reports({ notes: ["Part a has two columns."] }), steps.at("a left", stopsSilently("DONE"))],
      b: [
        [steps.after(["a left"], fails("The grammar is ambiguous."))],
        [steps.after(["any began"], fails("It still is."))],
      ],
      c: [steps.after(["any began"], reports())],
      any: [steps.at("any began", reports())],
    };
    await play("one fails", tasks, { workers }, (outcome, graph) => {
      expect(graph.tasks).toEqual({
        ...{ a: "completed", b: "failed", c: "completed", all: "pending" },
        ...{ any: "completed", two: "completed", settled: "completed" },
      });
      expect(untilEscalation(decisionsOf(outcome, graph))).toEqual([
        "retry: b failed and is tried again, with what was learnt in its brief.",
        expect.stringMatching(/^(proceed|escalate): b failed after 2 attempts/),
      ]);
      expect(briefOf(outcome, "b", 2)).toContain("> The grammar is ambiguous.");
      const one = briefOf(outcome, "any");
      expect(one).toContain("> Note: Part a has two columns.");
      expect(one).toMatch(/^- demo\/b .*: missing \((pending|in_progress)\)\./m);
      expect(one).toMatch(/^- demo\/c .*: missing \(in_progress\)\./m);
      expect(briefOf(outcome, "two")).toMatch(/^- demo\/b .*: missing \(/m);
      expect(briefOf(outcome, "two")).not.toMatch(/^- demo\/[ac] .*: missing/m);
      expect(briefOf(outcome, "settled")).toMatch(/^- demo\/b .*: missing \(failed\)\./m);
      expect(startOf(graph, "any")).toBeLessThan(endOf(graph, "c"));
      expect(startOf(graph, "two")).toBeGreaterThanOrEqual(endOf(graph, "c"));
      expect(startOf(graph, "settled")).toBeGreaterThanOrEqual(endOf(graph, "b"));
      const report = reportLines(outcome).join("\n");
      expect(report).toMatch(/\*\*all\*\* .*\n.*Reason: needs b, which failed/);
      expect(report).toMatch(/\*\*b\*\* failed after 2 attempts \(holds up all\): It still is\./);
    });
  });

  it.runIf(isLong)(
    "a failed task is tried under `retry` as often as the policy says; without retries it fails at once",
    async () => {
      const [a, b, c] = tasksNamed("a", "b", "c") as [SpecTask, SpecTask, SpecTask];
      const steps = new Milestones();
      const workers: Scenario["workers"] = {
        a: [reports(), steps.at("a left", stopsSilently("DONE"))],
        b: [
          [steps.after(["a left"], fails("First."))],
          [fails("Second.")],
          [reports({ summary: "Third time lucky." })],
        ],
        c: [steps.after(["a left"], stopsSilently("I give up.")), stopsSilently("Really.")],
      };
      const environment = { PARALLEL_FAILURE: "retry", PARALLEL_RETRIES: "2" };
      await play("retry", [a, b, { ...c, retries: 0 }], { workers, environment }, (outcome, graph) => {
        expect(outcomesOf(graph, "b")).toEqual(["failed", "failed", "completed"]);
        expect(outcomesOf(graph, "c")).toEqual(["unreported"]);
        expect(untilEscalation(decisionsOf(outcome, graph)).sort()).toEqual([
          expect.stringMatching(/^(proceed|escalate): c failed after its only attempt/),
          "retry: b failed and is tried again, with what was learnt in its brief.",
          "retry: b failed and is tried again, with what was learnt in its brief.",
        ]);
        expect(briefOf(outcome, "b", 3)).toMatch(/> First\.\n[\s\S]*> Second\./);
        const report = reportLines(outcome).join("\n");
        expect(report).toMatch(/\*\*b\*\* .*3 attempts/);
        expect(report).toMatch(/\*\*c\*\* failed after 1 attempt: .*/);
      });
    },
  );
});

/** A run whose main conversation has launched agents and goes on, and has more launched, only when all of this has come. */
function hearsOfAll(steps: Milestones, milestones: readonly string[]): PrintRun {
  const run = headlessRun();
  const orchestrator: Orchestrator = (conversation) => {
    const turn = run.orchestrator(conversation);
    const hasLaunched = conversation.blocks.some((block) => block.kind === "call" && block.tool === "Agent");
    return hasLaunched
      ? { ...turn, when: () => milestones.every((milestone) => steps.has(milestone)) }
      : turn;
  };
  return { ...run, orchestrator };
}

describe("when several tasks fail", () => {
  /** `c` completes first, so that not all has failed, then `a` and `b` fail before anything else is decided. */
  function failing(why: Record<"a" | "b", string>) {
    const steps = new Milestones();
    const failsFor = (id: "a" | "b"): Work[] => [
      [steps.after(["c left"], fails(why[id])), steps.at(`${id} left`, stopsSilently("FAILED"))],
      [reports()],
    ];
    const workers = {
      a: failsFor("a"),
      b: failsFor("b"),
      c: [[reports(), steps.at("c left", stopsSilently("DONE"))]],
    };
    return { workers, runs: [hearsOfAll(steps, ["a left", "b left"])] };
  }

  it("when several tasks fail for one cause, it is fixed first; then they are tried again with what was learnt", async () => {
    const failed = failing({ a: `src/a.ts:3:1 - ${NO_TABLE}`, b: `src/b.ts:19:7 - ${NO_TABLE}` });
    const workers = {
      ...failed.workers,
      "recover-1": [reports({ notes: ["The migration was not run; run it first."] })],
    };
    await play("one cause", tasksNamed("a", "b", "c"), { ...failed, workers }, (outcome, graph) => {
      expect(graph.tasks).toEqual({
        ...{ a: "completed", b: "completed", c: "completed", "recover-1": "completed" },
      });
      const [retry, shared, ...more] = decisionsOf(outcome, graph);
      expect(retry).toMatch(/^retry: [ab] failed and is tried again/);
      expect(shared).toBe(
        "retry: a, b seem to have failed for one cause: it is fixed before they are tried again. (recover-1)",
      );
      expect(more).toEqual([]);
      const cause = briefOf(outcome, "recover-1");
      expect(cause).toContain(`> src/a.ts:3:1 - ${NO_TABLE}`);
      expect(cause).toContain(`> src/b.ts:19:7 - ${NO_TABLE}`);
      for (const task of ["a", "b"]) {
        expect(outcomesOf(graph, task)).toEqual(["failed", "completed"]);
        expect(startOf(graph, task, 2)).toBeGreaterThanOrEqual(endOf(graph, "recover-1"));
        expect(briefOf(outcome, task, 2)).toContain("> Note: The migration was not run; run it first.");
      }
    });
  });

  it.runIf(isLong)(
    "when several tasks fail for different causes, each is tried again by itself, at the same time",
    async () => {
      const failed = failing({ a: NO_TABLE, b: "Out of memory while bundling the shop" });
      await play("different causes", tasksNamed("a", "b", "c"), failed, (outcome, graph) => {
        expect(Object.values(graph.tasks)).toEqual(["completed", "completed", "completed"]);
        expect(decisionsOf(outcome, graph).sort()).toEqual([
          "retry: a failed and is tried again, with what was learnt in its brief.",
          "retry: b failed and is tried again, with what was learnt in its brief.",
        ]);
        expect(briefOf(outcome, "a", 2)).toContain(`> ${NO_TABLE}`);
        expect(briefOf(outcome, "a", 2)).not.toContain("Out of memory");
      });
    },
  );
});

describe("when all tasks fail", () => {
  const everyWay = ["Out of memory while bundling the shop", NO_TABLE, "No such command: make"];
  const ids = ["a", "b", "c"];
  /** All three fail before anything else is decided; then each does this. */
  function failOnce(then: Work) {
    const steps = new Milestones();
    const works = ids.map((id, at): [string, Work[]] => [
      id,
      [[fails(everyWay[at] ?? ""), steps.at(`${id} left`, stopsSilently("FAILED"))], then],
    ]);
    const left = ids.map((id) => `${id} left`);
    return { workers: Object.fromEntries(works), runs: [hearsOfAll(steps, left)] };
  }

  it("when all tasks fail, the approach is looked at, then one runs at a time until something has worked", async () => {
    const triedAgain = new Set<string>();
    /** The second to be tried again waits for the third. */
    const again: Step = (assignment) => {
      const isFirst = triedAgain.add(assignment.task).size === 1;
      return { ...reports()(assignment), when: () => isFirst || triedAgain.size === 3 };
    };
    const failed = failOnce([again]);
    const workers = {
      ...failed.workers,
      "recover-1": [reports({ notes: ["The build image was the wrong one."] })],
    };
    await play("all fail, then work", tasksNamed(...ids), { ...failed, workers }, (outcome, graph) => {
      expect(Object.values(graph.tasks)).toEqual(["completed", "completed", "completed", "completed"]);
      expect(decisionsOf(outcome, graph).at(-1)).toBe(
        "retry: All that was tried failed (a, b, c): the approach is looked at first, then one task runs at a time. (recover-1)",
      );
      for (const text of everyWay) expect(briefOf(outcome, "recover-1")).toContain(`> ${text}`);
      const [first = 0, second = 0, third = 0] = ["a", "b", "c"].map((id) => startOf(graph, id, 2)).sort();
      expect(first).toBeGreaterThanOrEqual(endOf(graph, "recover-1"));
      const ends = ["a", "b", "c"].map((id) => endOf(graph, id)).sort();
      // Alone until it has worked; after that two may run at once.
      expect(second).toBeGreaterThanOrEqual(ends[0] ?? 0);
      expect(third).toBeLessThan(ends[1] ?? 0);
      for (const id of ["a", "b", "c"])
        expect(briefOf(outcome, id, 2)).toContain("> Note: The build image was the wrong one.");
    });
  });

  it("when all tasks fail and nobody finds out why, the user is asked, with what all of them said", async () => {
    const failed = failOnce([reports()]);
    const workers = {
      ...failed.workers,
      "recover-1": [fails("The registry refuses every package: somebody has to renew the access.")],
    };
    await play("all fail for good", tasksNamed(...ids), { ...failed, workers }, (outcome, graph) => {
      expect(graph.tasks).toEqual({ a: "pending", b: "pending", c: "pending", "recover-1": "failed" });
      for (const id of ["a", "b", "c"]) expect(outcomesOf(graph, id)).toEqual(["failed"]);
      expect(decisionsOf(outcome, graph).at(-1)).toBe(
        "escalate: recover-1 failed after its only attempt, and nothing is left that can run.",
      );
      const report = reportLines(outcome).join("\n");
      expect(report).toMatch(/recover-1\*\* failed after 1 attempt.*somebody has to renew the access/);
      for (const text of everyWay) expect(report).toContain(text);
      expect(report).toContain("0 of 4 tasks completed, 1 failed, 3 not run");
    });
  });
});

describe("where one result is enough", () => {
  /** The first wait for agents is for any one of them. */
  const waitsForAny: Habit = (inner) => (conversation) => {
    const turn = inner(conversation);
    const hasWaited = conversation.blocks.some(
      (block) => block.kind === "call" && block.tool === taskTool("batch_collect"),
    );
    const outputs = turn.outputs.map((output) =>
      "tool" in output && output.tool === taskTool("batch_collect") && !hasWaited
        ? { ...output, input: { plan: output.input.plan, until: "any" } }
        : output,
    );
    return { ...turn, outputs };
  };

  it("where one result is enough, the others are stopped for good, and what waits for any of them goes on", async () => {
    const tasks: SpecTask[] = [
      ...tasksNamed("a", "b", "c"),
      { id: "use", description: "Use it", dependencies: ["a", "b", "c"], needs: "any", writes: ["use.txt"] },
    ];
    const steps = new Milestones();
    const workers: Scenario["workers"] = {
      a: [steps.at("a began", hangs())],
      b: [steps.after(["a began", "c began"], reports())],
      c: [steps.at("c began", hangs())],
    };
    const orchestrator = withHabits(executesThePlan, waitsForAny);
    await play("any", tasks, { workers, runs: [headlessRun({ orchestrator })] }, (outcome, graph) => {
      expect(graph.tasks).toEqual({ a: "cancelled", b: "completed", c: "cancelled", use: "completed" });
      expect(decisionsOf(outcome, graph)).toEqual([
        "stop: b completed and any one was waited for: a, c are not needed any more.",
      ]);
      expect(outcomesOf(graph, "a")).toEqual(["cancelled"]);
      expect(eventsOf(graph, "attempt.drained").map(({ task, data }) => [task, data.how])).toEqual([
        ["a", "the agent ended"],
        ["c", "the agent ended"],
      ]);
      expect(briefOf(outcome, "use")).toMatch(/^- demo\/a .*: missing \(cancelled\)\./m);
      expect(reportLines(outcome).join("\n")).toContain("2 of 4 tasks completed, 2 cancelled");
    });
  });
});

describe("under `fail-fast`", () => {
  it("under `fail-fast` the first failure stops what runs and what would come, and the report names the cause", async () => {
    const steps = new Milestones();
    const tasks: SpecTask[] = [
      ...tasksNamed("a", "b"),
      { id: "next", description: "Go on", dependencies: ["b"], writes: ["next.txt"] },
    ];
    const workers: Scenario["workers"] = {
      a: [[steps.after(["b began"], fails(NO_TABLE))]],
      b: [[steps.at("b began", hangs())]],
    };
    const environment = { PARALLEL_FAILURE: "fail-fast", PARALLEL_RETRIES: "3" };
    await play("fail-fast", tasks, { workers, environment }, (outcome, graph) => {
      expect(graph.status).toBe("stopped");
      expect(graph.tasks).toEqual({ a: "failed", b: "pending", next: "pending" });
      expect([outcomesOf(graph, "a"), outcomesOf(graph, "b")]).toEqual([["failed"], ["cancelled"]]);
      expect(decisionsOf(outcome, graph)).toEqual(["stop: a failed and the policy is fail-fast."]);
      const report = reportLines(outcome).join("\n");
      expect(report).toContain("**Overall status: ✗ stopped**: 0 of 3 tasks completed, 1 failed, 2 not run.");
      expect(report).toMatch(/\*\*a\*\* failed after 1 attempt.*the table orders does not exist/);
    });
  });
});
