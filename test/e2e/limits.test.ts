import { describe, expect, it } from "vitest";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { isRefused, worksByTheBrief } from "./harness/worker.ts";
import { expectCleanEnd, headlessRun, independentTasks, storyOf } from "./small-plan.ts";

describe("the model's provider refuses an agent for reaching a limit", () => {
  it("an agent that is refused for a limit costs its task nothing, halves the cap, and the plan goes on after a pause", async () => {
    await runScenario(
      storyOf("rate limit", independentTasks(2), {
        workers: { "1.1": [[isRefused()], worksByTheBrief], "1.2": [[isRefused()], worksByTheBrief] },
        runs: [headlessRun()],
      }),
      (outcome) => {
        const graph = readGraph(outcome.database);
        expectCleanEnd(outcome);
        for (const id of ["1.1", "1.2"]) {
          expect(graph.tasks[id]).toBe("completed");
          expect(outcomesOf(graph, id)).toEqual(["lost", "completed"]);
        }
        // Both agents of the burst were refused: one pause, half of the cap, and one more with each completion.
        const throttles = eventsOf(graph, "plan.throttled").map(
          ({ data }) => data.throttle as { cap: number; untilMs: number },
        );
        expect(throttles.map(({ cap }) => cap)).toEqual([2, 3, 4]);
        const starts = eventsOf(graph, "attempt.started").map(({ atMs }) => atMs);
        expect(starts[2]).toBeGreaterThanOrEqual(throttles[0]?.untilMs ?? Number.POSITIVE_INFINITY);
      },
    );
  });
});
