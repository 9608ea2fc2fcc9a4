import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Milestones } from "./adversary-work.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { reports, runs, stopsSilently, type Work, writes } from "./harness/worker.ts";
import { agentOpening, agentsAt, expectCleanEnd, headlessRun, shownToUser, storyOf } from "./small-plan.ts";

const SUITE = "test -s parts/1.2.txt";

const tasks: SpecTask[] = [
  { id: "1.1", description: "Refuse empty names", writes: ["parts/1.1.txt"], review: true },
  { id: "1.2", description: "Write part 1.2", writes: ["parts/1.2.txt"] },
  {
    id: "1.3",
    description: "Write part 1.3",
    writes: ["parts/1.3.txt"],
    acceptance: [{ criterion: "The suite passes", command: SUITE }],
  },
  { id: "2.1", description: "Use part 1.1", dependencies: ["1.1"], writes: ["parts/2.1.txt"] },
];

const ran = (exitCode: number, result: string) => [{ criterion: "1", command: SUITE, exitCode, result }];
const changes = (id: string, text: string): Work => [
  writes({ [`parts/${id}.txt`]: text }),
  reports({ filesChanged: [`parts/${id}.txt`], summary: `Wrote ${text.trim()}.` }),
];

const steps = new Milestones();
const workers: Record<string, Work> = {
  "1.1": changes("1.1", "names\n"),
  "1.1-review": [
    runs("cat parts/1.1.txt"),
    reports({
      verdict: "rejected",
      summary: "Empty names get through.",
      findings: [{ severity: "high", text: "Nothing refuses an empty name", file: "parts/1.1.txt:1" }],
    }),
  ],
  "1.1-fix": changes("1.1", "names, but no empty ones\n"),
  "1.1-review2": [
    runs("cat parts/1.1.txt"),
    reports({ verdict: "accepted", summary: "Empty names are refused." }),
  ],
  // Still at work when 1.3 reports that its suite fails for want of this file.
  "1.2": [
    steps.after(["1.3 left"], writes({ "parts/1.2.txt": "1.2\n" })),
    reports({ filesChanged: ["parts/1.2.txt"] }),
  ],
  "1.3": [
    writes({ "parts/1.3.txt": "1.3\n" }),
    runs(SUITE),
    reports({ filesChanged: ["parts/1.3.txt"], evidence: ran(1, "parts/1.2.txt is not there") }),
    steps.at("1.3 left", stopsSilently("DONE")),
  ],
  verify: [runs(SUITE), reports({ evidence: ran(0, "") })],
  "2.1": changes("2.1", "2.1\n"),
};

it("what a reviewer rejects is fixed and accepted before others build on it, and excused failures are run again", async () => {
  const story = storyOf("a review rejects once", tasks, {
    runs: [headlessRun()],
    workers,
    settings: { permissions: { allow: ["Bash"] } },
  });
  await runScenario(story, (outcome) => {
    const graph = readGraph(outcome.database);
    expectCleanEnd(outcome);
    expect(new Set(Object.values(graph.tasks))).toEqual(new Set(["completed"]));
    for (const task of Object.keys(workers)) expect(outcomesOf(graph, task), task).toEqual(["completed"]);
    const order = ["1.1", "1.1-review", "1.1-fix", "1.1-review2", "2.1"];
    const started = order.map((id) => graph.attempts.find(({ task }) => task === id)?.startedMs ?? 0);
    expect(started).toEqual([...started].sort((a, b) => a - b));
    const openingOf = (task: string) => agentOpening(outcome, agentsAt(outcome, task)[0]?.agentId ?? "");
    expect(openingOf("1.1-review")).toContain("And verdict: accepted, or rejected with findings");
    expect(openingOf("1.1-fix")).toContain("> high parts/1.1.txt:1: Nothing refuses an empty name");
    expect(openingOf("2.1"), "what was fixed is handed on").toContain("> Wrote names, but no empty ones.");
    expect(readFileSync(join(outcome.project, "parts/1.1.txt"), "utf8")).toBe("names, but no empty ones\n");

    const [verify] = graph.attempts.filter(({ task }) => task === "verify");
    const writing = eventsOf(graph, "attempt.ended").filter(({ task }) => task !== "verify");
    const beside = writing.filter(({ task, atMs }) => {
      const start = graph.attempts.find((attempt) => attempt.task === task)?.startedMs ?? 0;
      return !task.includes("review") && start <= (verify?.startedMs ?? 0) && atMs > (verify?.startedMs ?? 0);
    });
    expect(
      beside.map(({ task }) => task),
      "nobody wrote while the suite was run again",
    ).toEqual([]);

    const report = shownToUser(outcome, 1);
    expect(report).toContain("✓ **1.1**: accepted in review 2");
    expect(report).toContain(`(for 1.3): exit code 0 in **verify**`);
    expect(report).not.toContain("## Not verified\n\n- **1.3**");
    expect(eventsOf(graph, "decision.taken").map(({ data }) => data.decision)).toContain("retry");
  });
});
