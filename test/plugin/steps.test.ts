import { describe, expect, it } from "vitest";
import { put, repository, task, tokenIn } from "../support/checkout.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { pluginTexts, skillPages } from "./checkout.ts";

const texts = [...pluginTexts(), ...skillPages()];
const skill = pluginTexts().find(({ name }) => name === "parallel:executing-specs")?.body ?? "";

/** The first call that a step of the skill writes out. */
function firstCallOf(step: number): string | undefined {
  const section = skill.split(/^## /m).find((part) => part.startsWith(`${step}. `)) ?? "";
  return /`((?:plan|batch|task)_[a-z]+) \{/.exec(section)?.[1];
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
    const collected = await server.call("batch_collect", { plan: "p", waitSeconds: 0 });
    expect([collected.done, calledBy(collected)]).toEqual([true, firstCallOf(6)]);
    expect(firstCallOf(6)).toBe("plan_report");
  });

  it("that deferred tools can be called as they are written out is said by the server, and by no text that is read beside it", () => {
    const saying = texts.filter(({ body }) => /runs? as (?:it stands|written)|listed as deferred/.test(body));
    // Agents are not told what the server says of itself.
    expect(saying.map(({ path }) => path)).toEqual(["skills/decomposing-specs/breakdown.md"]);
  });
});
