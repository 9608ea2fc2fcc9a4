import { expect, it } from "vitest";
import { raiseLimit, spentText, spentTokens } from "../../mcp-server/src/policy/token-limit.ts";
import { planState, task } from "../support/plan-fixture.ts";

const { claims } = planState(
  [task("a"), task("b")],
  [
    {
      task: "a",
      from: 0,
      to: 5,
      outcome: "failed",
      usage: { input: 1, cacheWrite: 20, cacheRead: 5_000, output: 300 },
    },
    { task: "a", from: 6, usage: { input: 0, cacheWrite: 0, cacheRead: 0, output: 1_000 } },
    { task: "b", from: 0, to: 9 },
  ],
);
const spent = (maxTokens: number) => spentTokens({ maxTokens }, () => claims);

it("the tokens of all attempts count, failed and running ones too, and what was read from a cache does not", () => {
  expect(spent(1_321)).toEqual({ used: 1_321, max: 1_321 });
  expect(spent(1_000)).toEqual({ used: 1_321, max: 1_000 });
});

it("a plan below its token limit goes on, and so does one without a limit", () => {
  expect(spent(1_322)).toBeUndefined();
  expect(spent(0)).toBeUndefined();
});

it("what is said of a spent token limit has the figures, and the way to go on", () => {
  expect(spentText({ used: 1_321, max: 1_000 })).toBe(
    "The agents have used 1,321 tokens, maxTokens is 1,000: nothing more is launched.",
  );
  expect(raiseLimit("demo")).toContain('plan_update {plan: "demo", policy: {maxTokens: ');
});
