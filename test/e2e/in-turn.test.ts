import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import type { Recording } from "./harness/recording.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { hangs, reportsByTheBrief, type Work, worksByTheBrief } from "./harness/worker.ts";
import {
  expectCleanEnd,
  expectLawfulLog,
  headlessRun,
  independentTasks,
  mainRequestsOf,
  storyOf,
} from "./small-plan.ts";

const [firstWrite] = worksByTheBrief;
/** Writes its file and never comes to its report. */
const endless: Work = [firstWrite ?? reportsByTheBrief, hangs()];

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

  it.runIf(isLong)(
    "when Claude Code is killed while an agent is at the third of five small tasks, the next session repeats none that was completed",
    async () => {
      const tasks = independentTasks(5).map((task) => ({ ...task, estimateMinutes: 0.9 }));
      const isAtTheThird = (recording: Recording, database: string) => {
        if (recording.agents().length === 0) return false;
        const { tasks: states } = readGraph(database);
        return states["1.2"] === "completed" && existsSync(join(dirname(database), "../../parts/1.3.txt"));
      };
      const story = storyOf("in turn, killed", tasks, {
        environment: { PARALLEL_REVIEW: "off" },
        workers: { "1.3": [endless, worksByTheBrief] },
        runs: [headlessRun({ killWhen: isAtTheThird }), headlessRun()],
      });
      await runScenario(story, (outcome) => {
        expectLawfulLog(outcome);
        const graph = readGraph(outcome.database);
        for (const id of ["1.1", "1.2", "1.4", "1.5"]) expect(outcomesOf(graph, id)).toEqual(["completed"]);
        expect(outcomesOf(graph, "1.3")).toEqual(["lost", "completed"]);
      });
    },
  );
});
