import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { report, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { offeredPlan } from "../../support/plan-of.ts";

const MAX_ANSWER = 2_500;

/** A plan of so many tasks, most of which failed at length, in a session in a terminal. */
async function ended(count: number) {
  const tasks = Array.from({ length: count }, (_, i) => task(String(i + 1), { writes: [`src/${i + 1}.ts`] }));
  const start = { env: { CLAUDE_CODE_ENTRYPOINT: "cli", PARALLEL_MAX_PARALLEL: "20" } };
  const plan = await offeredPlan(tasks, { retries: 0 }, start);
  for (const item of plan.offered) {
    await plan.brief(item);
    const fails = {
      outcome: "failed",
      summary: `The parser of ${item.task} is broken: ${"no ".repeat(100)}`,
    };
    await report(plan.server, "p", item, item.task === "1" ? {} : fails);
  }
  return {
    ...plan,
    answer: async () => (await plan.server.raw("plan_report", { plan: "p" })).structuredContent,
    stop: () => plan.server.hook({ event: "Stop", background: "[]" }),
  };
}

describe("the report of a plan", () => {
  it("the report of a plan reaches the conversation in so few characters, however much there is to tell", async () => {
    const { answer } = await ended(20);
    const given = await answer();
    expect(JSON.stringify(given).length).toBeLessThanOrEqual(MAX_ANSWER);
    expect(given?.report).toMatch(/^\*\*Overall status: .*1 of 20 tasks completed, 19 failed/);
  });

  it("the report of a plan is written as a whole beside the graph, out of sight of git", async () => {
    const { answer, folder } = await ended(20);
    const given = await answer();
    expect(given?.file).toBe(join(folder, ".git/parallel/reports/p.md"));
    const whole = readFileSync(String(given?.file), "utf8");
    for (let i = 2; i <= 20; i += 1) expect(whole).toContain(`The parser of ${i} is broken`);
    expect(await git(folder, "status", "--porcelain")).toBe("");
  });

  it("the report of a plan is shown to the user when the turn ends, once, and read without a prompt", async () => {
    const { answer, stop, server } = await ended(3);
    const { file } = (await answer()) as { file: string };
    const { systemMessage } = (await stop()) as { systemMessage: string };
    expect(systemMessage).toContain("# Parallel Execution Results");
    expect(systemMessage).toContain(file);
    expect(await stop()).toEqual({});
    const reads = { event: "PreToolUse", use: "u", tool: "Read", input: JSON.stringify({ file_path: file }) };
    expect((await server.hook(reads)).hookSpecificOutput).toMatchObject({ permissionDecision: "allow" });
  });

  it("the report of a plan writes breakdown and ledger as well where that is asked for", async () => {
    const { server, folder } = await ended(3);
    const given = await server.call("plan_report", { plan: "p", export: true });
    expect(given.next).toMatch(/^Exported\. /);
    expect(readFileSync(join(folder, "specs/p/04-implementation.md"), "utf8")).toContain("Tasks Completed");
  });
});
