import { spentText } from "../../policy/token-limit.ts";
import type { Refusal } from "../../schedule/dispatch.ts";
import type { GraphWriter } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { stuckTasks } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { choose, MAX_REASONS } from "./choose.ts";

export async function whyNothing(ctx: RunContext, tx: GraphWriter, loaded: LoadedPlan) {
  if (loaded.stored.status !== "open") return [];
  const { spent } = loaded;
  if (spent) {
    const ready = loaded.graph.ready.slice(0, MAX_REASONS);
    return ready.map(({ id }) => ({ task: id, reasons: [spentText(spent)] }));
  }
  const { refused } = await choose(ctx, tx, loaded, tx.nowMs);
  const blocked = refused.slice(0, MAX_REASONS).map(({ candidate, why }) => ({
    task: candidate.id,
    reasons: [reasonOf(why)],
  }));
  return [...blocked, ...stuckTasks(loaded, MAX_REASONS)].slice(0, MAX_REASONS);
}

function reasonOf(why: Refusal): string {
  return why.kind === "scope" ? `its files are held by ${why.with}` : `every ${why.role} is busy`;
}
