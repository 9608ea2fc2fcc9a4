import { spentText } from "../../policy/token-limit.ts";
import type { Refusal } from "../../schedule/dispatch.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { stuckTasks } from "../plan/progress.ts";
import { choose, MAX_REASONS } from "./choose.ts";

export async function whyNothingStarts(plan: PlanTransaction) {
  if (plan.stored.status !== "open") return [];
  const { spent } = plan;
  if (spent) {
    const ready = plan.graph.ready.slice(0, MAX_REASONS);
    return ready.map(({ id }) => ({ task: id, reasons: [spentText(spent)] }));
  }
  const { refused } = await choose(plan, plan.nowMs);
  const blocked = refused.slice(0, MAX_REASONS).map(({ candidate, why }) => ({
    task: candidate.id,
    reasons: [reasonOf(why)],
  }));
  return [...blocked, ...stuckTasks(plan, MAX_REASONS)].slice(0, MAX_REASONS);
}

function reasonOf(why: Refusal): string {
  return why.kind === "scope" ? `its files are held by ${why.with}` : `every ${why.role} is busy`;
}
