import { describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { expectCleanEnd, headlessRun, independentTasks, mainRequestsOf, storyOf } from "./small-plan.ts";

describe("small tasks of one shape", () => {
  it("small tasks of one shape are done by one agent of the real host, each with its own report and tokens", async () => {
    const tasks = independentTasks(5).map((task) => ({ ...task, estimateMinutes: 0.9 }));
    const environment = { PARALLEL_REVIEW: "off" };
    await runScenario(storyOf("in turn", tasks, { environment, runs: [headlessRun()] }), (outcome) => {
      expectCleanEnd(outcome);
      const graph = readGraph(outcome.database);
      expect(tasks.map(({ id }) => outcomesOf(graph, id))).toEqual(tasks.map(() => ["completed"]));
      expect(new Set(graph.attempts.map(({ agentId }) => agentId)).size).toBe(1);
      expect(outcome.recording.agents()).toHaveLength(1);
      const shown = mainRequestsOf(outcome, 1).flatMap(({ conversation }) =>
        answers(conversation).flatMap(({ tool, value }) => (tool === "plan_analyze" ? [value.together] : [])),
      );
      expect(shown[0]).toMatch(/^5 small tasks go to 1 agent, one after another/);
    });
  });

  it.runIf(isLong)(
    "small tasks of one shape are done by one agent that the module launches",
    async ({ skip }) => {
      if (!loadsTheModule()) skip("this Claude Code does not know all that the module uses");
      const tasks = [
        ...independentTasks(5).map((task) => ({ ...task, estimateMinutes: 0.9 })),
        { id: "2.1", description: "Join", dependencies: ["1.1", "1.5"], writes: ["joined.txt"] },
      ];
      const run = {
        prompt: "/parallel-run demo",
        orchestrator: () => {
          throw new Error("the conversation's model was asked");
        },
      };
      const environment = { PARALLEL_REVIEW: "off" };
      await runScenario(storyOf("in turn, module", tasks, { environment, runs: [run] }), (outcome) => {
        expectCleanEnd(outcome);
        const graph = readGraph(outcome.database);
        expect(tasks.map(({ id }) => outcomesOf(graph, id))).toEqual(tasks.map(() => ["completed"]));
        expect(outcome.recording.agents()).toHaveLength(2);
      });
    },
  );
});
