import { describe, expect, it } from "vitest";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { createsWithPolicy, executesThePlan, rewritesLaunches, withHabits } from "./harness/orchestrator.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { fails, reports } from "./harness/worker.ts";
import { agentsAt, expectCleanEnd, headlessRun, mainRequestsOf, shownToUser, storyOf } from "./small-plan.ts";

const TASKS: SpecTask[] = [
  { id: "1.1", description: "Write one", writes: ["1.txt"], model: "haiku", effort: "low" },
  { id: "1.2", description: "Write two", writes: ["2.txt"], agent: "code-writer" },
  { id: "1.3", description: "Write three", writes: ["3.txt"], size: "large" },
  { id: "1.4", description: "Write four", writes: ["4.txt"], model: "haiku", escalate: ["opus high"] },
];
const POLICY = { models: { "code-writer": "sonnet high", small: "haiku" } };

/** On what each agent of a task worked, by all of its requests: the family of the model, and the effort. */
function modelsOf(outcome: Outcome, task: string): string[] {
  return agentsAt(outcome, task).map(({ agentId }) => {
    const own = outcome.recording.requests.filter(({ conversation }) => conversation.agentId === agentId);
    return [...new Set(own.map(({ conversation }) => modelOf(conversation)))].join(", ");
  });
}

function modelOf({ model, effort = "" }: { model: string; effort?: string }): string {
  return `${/haiku|sonnet|opus|fable/.exec(model)?.[0] ?? model} ${effort}`.trim();
}

/** It writes a model of its own into every launch. */
const choosesModels = rewritesLaunches((input) => ({ ...input, model: "fable", effort: "max" }));

describe("the models of a plan", () => {
  it("the models of a plan are what its tasks, roles and retries say, whatever the one that launches writes", async () => {
    const habits = [createsWithPolicy(POLICY), choosesModels];
    const run = headlessRun({ orchestrator: withHabits(executesThePlan, ...habits) });
    const workers = { "1.4": [[fails("It does not fit.")], [reports()]] };
    const environment = { PARALLEL_REVIEW: "off" };
    await runScenario(
      storyOf("models", TASKS, { runs: [run], environment, work: [reports()], workers }),
      (outcome) => {
        expectCleanEnd(outcome);
        const graph = readGraph(outcome.database);
        expect(outcomesOf(graph, "1.4")).toEqual(["failed", "completed"]);
        const main = mainRequestsOf(outcome, 1).map(({ conversation }) => conversation);
        const inherited = modelOf(main[0] ?? { model: "" });
        const [, usual = ""] = inherited.split(" ");
        expect(modelsOf(outcome, "1.1")).toEqual(["haiku low"]);
        expect(modelsOf(outcome, "1.2")).toEqual(["sonnet high"]);
        expect(modelsOf(outcome, "1.3")).toEqual([inherited]);
        expect(modelsOf(outcome, "1.4")).toEqual([`haiku ${usual}`, "opus high"]);
        const shown = main.flatMap((conversation) =>
          answers(conversation).flatMap(({ tool, value }) => (tool === "plan_analyze" ? [value.models] : [])),
        );
        expect(shown[0]).toEqual([
          "haiku low: 1.1",
          "sonnet high: 1.2",
          "inherit: 1.3",
          "haiku: 1.4",
          "retries: opus high",
        ]);
        // Kept with each attempt, and told by the report.
        const chosen = eventsOf(graph, "claim.offered").map(({ task, data }) => [task, data.chosenModel]);
        expect(chosen).toEqual(
          expect.arrayContaining([
            ["1.1", { model: "haiku", effort: "low" }],
            ["1.3", undefined],
            ["1.4", { model: "opus", effort: "high" }],
          ]),
        );
        const said = shownToUser(outcome, 1);
        expect(said).toMatch(/\*\*1\.2\*\* .*\(code-writer on sonnet high, /);
        expect(said).toMatch(/\*\*1\.4\*\* .*\(feature-implementer on opus high, .*2 attempts\)/);
        expect(said).toContain("Attempt 1 on haiku failed");
      },
    );
  });
});
