import { describe, expect, it } from "vitest";
import { OFFER_MS } from "../../../mcp-server/src/policy/policy.ts";
import { getTask } from "../../../mcp-server/src/run/briefs/get-task.ts";
import { nextBatch } from "../../../mcp-server/src/run/claims/next-batch.ts";
import { createPlan } from "../../../mcp-server/src/run/edits/create-plan.ts";
import { createContext, type RunContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { repository, task, tokenIn } from "../../support/checkout.ts";
import { emptyEnvironment } from "../../support/temporary-folder.ts";

const LEASE_MS = 60_000;

/** The plan `p` with one task, seen at times of the test's choice. */
async function planAt(startMs: number) {
  const facts = {
    directory: await repository(),
    env: emptyEnvironment(),
    parentPid: process.pid,
    now: Date.now,
    pluginRoot: "nowhere",
  };
  const times: number[] = [];
  let lastMs = startMs;
  const ctx: RunContext = {
    ...(await createContext(facts)),
    now: () => {
      lastMs = times.shift() ?? lastMs;
      return lastMs;
    },
  };
  await createPlan(ctx, "main", {
    plan: "p",
    tasks: [task("1")],
    policy: { leaseMinutes: LEASE_MS / 60_000 },
  });
  return {
    /** The clock's next answers; then it stands still. */
    at: (...next: number[]) => times.push(...next),
    launched: async () => (await nextBatch(ctx, "main", "p", undefined)).launch,
    take: (prompt: string) => getTask(ctx, "main", undefined, { task: "p/1", token: tokenIn(prompt) }),
  };
}

describe("what time ends", () => {
  it("what time ends is judged at one time for the whole of a call, even if time goes on meanwhile", async () => {
    const plan = await planAt(0);
    const [first] = await plan.launched();
    await plan.take(first?.prompt ?? "");
    plan.at(LEASE_MS);
    expect(await plan.launched()).toEqual([]);
    plan.at(2 * LEASE_MS - 1, 2 * LEASE_MS + 1);
    expect(await plan.launched()).toEqual([]);
    expect(await plan.launched()).toHaveLength(1);
  });

  it("what time ends makes the offer that nobody took up worthless, also when nobody has looked since", async () => {
    const plan = await planAt(0);
    const [first] = await plan.launched();
    plan.at(OFFER_MS);
    await expect(plan.take(first?.prompt ?? "")).rejects.toThrow("token: refused, the offer ended");
  });
});
