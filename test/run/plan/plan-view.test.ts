import { expect, it, onTestFinished, vi } from "vitest";
import { existingGraph } from "../../../mcp-server/src/run/plan/load-plan.ts";
import { changePlan } from "../../../mcp-server/src/run/plan/plan-transaction.ts";
import { task } from "../../support/checkout.ts";
import { plannedRun } from "../../support/plan-run.ts";

it("what a plan with a limit has spent is summed once for a call, and again when something has happened", async () => {
  const { ctx } = await plannedRun([task("1")], { maxTurns: 10, maxParallel: 3 });
  await changePlan(ctx, await existingGraph(ctx, "p"), "main", "p", (plan) => {
    const claims = vi.spyOn(plan.graph, "claims", "get");
    onTestFinished(() => claims.mockRestore());
    const read = () => ({ cap: plan.cap, near: plan.near, spent: plan.spent });
    expect(read()).toEqual({ cap: 3, near: [], spent: undefined });
    const once = claims.mock.calls.length;
    expect(once).toBeGreaterThan(0);
    for (let i = 0; i < 5; i += 1) read();
    expect(claims).toHaveBeenCalledTimes(once);
    plan.append({ type: "task.annotated", task: "1" as never, note: "seen" });
    read();
    expect(claims).toHaveBeenCalledTimes(2 * once);
  });
});
