import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { markdownWithoutFigures } from "../support/measured-figures.ts";
import { expectTruthfulEnd } from "./adversary-evidence.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { fails, reports, after as slowly, type Work, writes } from "./harness/worker.ts";
import { headlessRun, independentTasks, shownToUser, storyOf } from "./small-plan.ts";

const TASKS: SpecTask[] = [
  ...independentTasks(4),
  { id: "2.1", description: "Join the parts", dependencies: ["1.1", "1.2", "1.3"], writes: ["whole.txt"] },
  { id: "2.2", description: "Check part 4", dependencies: ["1.4"], writes: ["check.txt"] },
];

/** The work of the plan's agents, which differs from run to run in how long it takes and in nothing else. */
function workOf(id: string, latencyMs: number): Work {
  const file = TASKS.find((task) => task.id === id)?.writes?.[0] ?? "";
  const finding = { severity: "medium", file: "parts", text: "The parts have no header." };
  return [
    writes({ [file]: `${id}\n` }),
    slowly(
      latencyMs,
      reports({ filesChanged: [file], findings: [finding], notes: [`${id} is plain text.`] }),
    ),
  ];
}

/** Runs the plan; what the user was shown, and the ledger that was written. */
async function run(latencies: Readonly<Record<string, number>>): Promise<{ shown: string; ledger: string }> {
  let told = { shown: "", ledger: "" };
  const works = TASKS.map(({ id }): [string, Work[]] => {
    const work = workOf(id, latencies[id] ?? 60);
    return [id, id === "1.4" ? [[slowly(900, fails("The port was taken."))], work] : [work]];
  });
  const story = storyOf("one plan, twice", TASKS, {
    runs: [headlessRun()],
    workers: Object.fromEntries(works),
  });
  await runScenario(story, (outcome) => {
    expectTruthfulEnd(outcome);
    told = {
      shown: shownToUser(outcome, 1),
      ledger: readFileSync(join(outcome.project, "specs/demo/04-implementation.md"), "utf8"),
    };
  });
  return told;
}

it("two runs of one plan whose agents take other times are told alike, but for what was measured", async () => {
  const one = await run({});
  const other = await run({ "1.1": 500, "1.3": 300, "2.1": 10 });
  expect(other.shown).not.toBe(one.shown);
  expect(markdownWithoutFigures(other.shown)).toBe(markdownWithoutFigures(one.shown));
  expect(markdownWithoutFigures(other.ledger)).toBe(markdownWithoutFigures(one.ledger));
  expect(one.shown).toContain("The parts have no header. (found by 1.1, 1.2, 1.3, 1.4, 2.1, 2.2)");
});
