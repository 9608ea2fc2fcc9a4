import type { TaskId } from "../../graph/task.ts";
import { spentText } from "../../policy/spending/limits.ts";
import type { Choice, Refusal } from "../../schedule/dispatch.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { stuckTasks } from "../plan/progress.ts";
import type { Candidate } from "./candidate.ts";
import { choose, MAX_REASONS } from "./choose.ts";
import { missingWorkText } from "./reach/missing-work-text.ts";
import { whyNotOnThisMachine } from "./wanted-machine.ts";

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
    reasons: [reasonOf(candidate, why, plan)],
  }));
  return [...blocked, ...stuckTasks(plan, MAX_REASONS)].slice(0, MAX_REASONS);
}

/** Tasks that could start elsewhere, each with what is missing here. */
export function whyElsewhere(
  plan: LoadedPlan,
  refused: Choice<Candidate>["refused"],
): { readonly task: TaskId; readonly reasons: readonly string[] }[] {
  return refused
    .filter(({ why }) => why.kind === "work" || why.kind === "machine")
    .map(({ candidate, why }) => ({ task: candidate.task.id, reasons: [reasonOf(candidate, why, plan)] }));
}

function reasonOf({ isolation }: Candidate, why: Refusal, plan: LoadedPlan): string {
  if (why.kind === "machine") return whyNotOnThisMachine(why.missing);
  if (why.kind === "work") return missingWorkText(why.missing, isolation, plan);
  if (why.kind === "turn") return `the agent of ${why.after} takes it when it has reported`;
  return why.kind === "scope" ? `its files are held by ${why.with}` : `every ${why.role} is busy`;
}
