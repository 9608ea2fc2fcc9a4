import { describe, expect, it } from "vitest";
import { put, report, repository, type TaskInput, task, tokenIn } from "../support/checkout.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { pluginTexts, skillPages } from "./checkout.ts";

const texts = [...pluginTexts(), ...skillPages()];
const skill = pluginTexts().find(({ name }) => name === "parallel:executing-specs")?.body ?? "";

const sectionOf = (step: number) => skill.split(/^## /m).find((part) => part.startsWith(`${step}. `)) ?? "";

/** The first call that a step of the skill writes out. */
function firstCallOf(step: number): string | undefined {
  return /`((?:plan|batch|task)_[a-z]+) \{/.exec(sectionOf(step))?.[1];
}

/** The first call that an answer names as the one that is due. */
const calledBy = ({ next }: { readonly next: string }) => /\b(?:plan|batch|task)_[a-z]+\b/.exec(next)?.[0];

describe("the steps of running a plan and what the answers call for", () => {
  it("every step begins with the call that the answer before it names", async () => {
    const folder = await repository();
    put(folder, { "specs/p/03-tasks.json": JSON.stringify({ tasks: [task("1"), task("2")] }) });
    const server = await ParallelServer.start(folder);
    const imported = await server.call("plan_create", {
      plan: "p",
      from: "specs/p",
      policy: { review: "off" },
    });
    expect([firstCallOf(1), calledBy(imported)]).toEqual(["plan_create", firstCallOf(2)]);
    const analysed = await server.call("plan_analyze", { plan: "p" });
    expect(calledBy(analysed)).toBe(firstCallOf(4));
    const { launch, next } = await server.call("batch_next", { plan: "p" });
    expect(calledBy({ next })).toBe(firstCallOf(5));
    for (const { prompt, task: name } of launch) {
      await server.call("task_report", {
        task: `p/${name}`,
        token: tokenIn(prompt),
        outcome: "completed",
        summary: "Done.",
        evidence: [{ inspected: "it" }],
      });
    }
    const collected = await server.call("batch_collect", { plan: "p", launch: true });
    expect([collected.done, calledBy(collected)]).toEqual([true, firstCallOf(6)]);
    expect(firstCallOf(6)).toBe("plan_report");
  });

  it("every step that waits does so in one call that brings the next launches, or by ending the turn", () => {
    const step = sectionOf(5);
    const way = (name: string) => step.split("\n").find((line) => line.startsWith(`- **${name}**`)) ?? "";
    expect(way("Without AskUserQuestion")).toMatch(/`batch_collect \{"plan":"SLUG","launch":true\}`/);
    expect(way("With it")).not.toMatch(/`(?:batch|plan|task)_/);
    const decisions = /^`decision`.*$/m.exec(step)?.[0] ?? "";
    for (const word of ["wait", "stop", "escalate"]) expect(decisions).toContain(`\`${word}\``);
  });

  it("every step of the end comes before the answer, which says how it ended and repeats no report", () => {
    const last = /^3\. .*$/m.exec(sectionOf(6))?.[0] ?? "";
    expect(last).toMatch(
      /^3\. Answer in a few lines: how it ended; what failed.*`file`.*Do not repeat `report`\.$/,
    );
    expect(sectionOf(6)).not.toMatch(/plan_update \{"plan":"SLUG","action":"export"/);
  });

  it("every step after a test that failed is a call that the server takes, and what it changes is reviewed", async () => {
    const page = skillPages().find(({ path }) => path.endsWith("executing-specs/integration.md"))?.body ?? "";
    const [, template = "{}"] = /`task_create (\{.*\})`/.exec(page) ?? [];
    const folder = await repository();
    put(folder, { "specs/p/03-tasks.json": JSON.stringify({ tasks: [task("1"), task("2")] }) });
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", from: "specs/p" });
    const ran: string[] = [];
    const run = async (fields = {}) => {
      const { launch = [] } = await server.call("batch_collect", { plan: "p", launch: true });
      for (const item of launch) {
        ran.push(item.task);
        await report(server, "p", item, fields);
      }
    };
    await run();
    await run({ verdict: "accepted" });
    const { tasks } = JSON.parse(template) as { tasks: [TaskInput] };
    const made = await server.call("task_create", { plan: "p", tasks });
    await run({ evidence: [{ criterion: "1", command: "<the command>", exitCode: 0, result: "passed" }] });
    await run({ verdict: "accepted" });
    expect(ran).toEqual(["1", "2", "plan-review", ...made.ids, "plan-review2"]);
  });

  it("that deferred tools run as they are written is said once on each way to a call of one", () => {
    const saying = texts.filter(({ body }) => /runs? as (?:they are )?written/.test(body));
    expect(saying.map(({ path }) => path).sort()).toEqual([
      "commands/report.md",
      "commands/run.md",
      "commands/spec/decompose.md",
      "commands/spec/execute.md",
      "commands/status.md",
      // An agent's, which reads no command.
      "skills/decomposing-specs/breakdown.md",
    ]);
    for (const { body, path } of saying)
      expect(body.match(/as (?:they are )?written/g), path).toHaveLength(1);
  });
});
