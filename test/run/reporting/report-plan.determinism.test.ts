import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { breakdown, launchFor, put, report, repository, task } from "../../support/checkout.ts";
import { jsonWithoutFigures, markdownWithoutFigures } from "../../support/measured-figures.ts";
import { ParallelServer } from "../../support/parallel-server.ts";

const TASKS = [
  task("1", { acceptance: ["It builds", "It is fast"] }),
  task("2"),
  task("3"),
  task("4", { dependencies: ["1", "2"] }),
  task("5", { dependencies: ["3"] }),
  task("6", { dependencies: ["4", "5"], needs: "settled" }),
];

/** What each task's agents report, attempt by attempt. */
const REPORTS: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  "1": [
    {
      evidence: [
        { criterion: "It builds", command: "npm run build", exitCode: 0, result: "built" },
        { criterion: "It is fast", notVerified: "nobody said how fast" },
      ],
      findings: [{ severity: "high", file: "src/1.ts", text: "The parser is quadratic." }],
      notes: ["The build needs a compiler."],
    },
  ],
  "2": [
    { outcome: "failed", summary: "The port was taken." },
    { findings: [{ severity: "high", file: "src/1.ts", text: "The parser is quadratic." }] },
  ],
  "5": [{ outcome: "blocked", blockedOn: { question: "Which colour?" } }],
  "4": [{ notes: ["The build needs a compiler."] }],
};

/**
 * One run of the plan, in a repository and a server of its own.
 * @param turned each burst's agents report in another order. The first stays the first: without hooks nobody looks at
 *   the checkout before it, so that what it changed is not measured. And at most one of a burst is decided about:
 *   decisions are told as they came.
 * @param pauseMs how long each of them takes.
 */
async function run(turned: boolean, pauseMs: number) {
  const folder = await repository({ "specs/example/03-tasks.json": breakdown(TASKS) });
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", from: "specs/example" });
  const analysis = await server.call("plan_analyze", { plan: "p" });
  const attempts = new Map<string, number>();
  const offers: string[][] = [];
  for (;;) {
    const { launch } = await server.call("batch_next", { plan: "p" });
    if (launch.length === 0) break;
    const ids = launch.map((item) => item.task);
    offers.push(ids);
    const [first = "", ...rest] = ids;
    for (const id of turned ? [first, ...rest.toReversed()] : ids) {
      await pause(pauseMs);
      const number = attempts.get(id) ?? 0;
      attempts.set(id, number + 1);
      put(folder, { [`src/${id}.ts`]: `${id}\n` });
      const fields = { filesChanged: [`src/${id}.ts`], ...REPORTS[id]?.[number] };
      await report(server, "p", launchFor(launch, id), fields);
    }
  }
  const markdown = (await server.call("plan_report", { plan: "p" })).report;
  const json = (await server.call("plan_report", { plan: "p", format: "json" })).report;
  return { analysis, offers, markdown, json };
}

describe("two runs of one plan", () => {
  it("two runs of one plan are analysed alike and give reports that differ in nothing but what was measured", async () => {
    const one = await run(false, 0);
    const other = await run(true, 120);
    expect(JSON.stringify(other.analysis)).toBe(JSON.stringify(one.analysis));
    expect(other.offers).toEqual(one.offers);
    expect(other.markdown).not.toBe(one.markdown);
    expect(markdownWithoutFigures(other.markdown)).toBe(markdownWithoutFigures(one.markdown));
    expect(jsonWithoutFigures(other.json)).toEqual(jsonWithoutFigures(one.json));
    // What is left to compare is the whole story.
    expect(markdownWithoutFigures(one.markdown)).toMatch(/Which colour\?[\s\S]*The port was[\s\S]*quadratic/);
  });
});
