import { describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { after, reports, uses, worksByTheBrief } from "./harness/worker.ts";
import { expectLawfulLog, headlessRun, independentTasks, storyOf } from "./small-plan.ts";

const LEASE_MS = 10_000;

/** The same with every event of the host said by hand: `test/bundle/alive.test.ts`. */
describe.runIf(isLong)("an agent that is at work with other tools than files and the shell", () => {
  it("an agent that only uses WebFetch for three leases keeps its task", async () => {
    const looksUp = uses("WebFetch", { url: "http://127.0.0.1:9/", prompt: "What does it say?" });
    const calls = 9;
    const [first, ...rest] = independentTasks(2);
    const tasks = [
      { ...first, id: "1.1", description: "Look it up", agent: "research-expert", writes: [] },
      ...rest,
    ];
    await runScenario(
      storyOf("only the web", tasks, {
        environment: { PARALLEL_LEASE_MINUTES: String(LEASE_MS / 60_000) },
        workers: {
          "1.1": [...Array.from({ length: calls }, () => after((3 * LEASE_MS) / calls, looksUp)), reports()],
          "1.2": worksByTheBrief,
        },
        runs: [headlessRun()],
      }),
      (outcome) => {
        // Nobody had allowed the tool: a call that is refused is a sign of life as well.
        expectLawfulLog(outcome);
        const graph = readGraph(outcome.database);
        expect(outcomesOf(graph, "1.1")).toEqual(["completed"]);
        const [started = 0, ended = 0] = ["attempt.started", "attempt.ended"].map(
          (type) => eventsOf(graph, type).find(({ task }) => task === "1.1")?.atMs,
        );
        expect(ended - started).toBeGreaterThan(3 * LEASE_MS);
      },
    );
  });
});
