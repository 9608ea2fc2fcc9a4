import { moveRefs, type RefMove, RefMoved } from "../../git/plan-branch.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";

/**
 * Has refs move with a transaction, all or none: after everything is written and right before the commit, when nothing
 * but the commit can fail any more. A ref that somebody else has moved undoes the transaction with RefMoved.
 *
 * A commit that fails (the connection breaks, the disk is full, the process is killed in between) leaves the refs ahead
 * of the graph: they hold the work, and the log knows nothing of it. Nothing is lost. By the graph the attempt still
 * runs: it is reported again, or its lease ends and another attempt follows, and either prepares its work on top of
 * where the refs are then; what they hold already is no change any more, so it is only not named in the log.
 */
export function moveRefsWith(plan: PlanTransaction, moves: readonly RefMove[], reason: string): void {
  plan.writer.beforeCommit(() => moveRefs(plan.ctx.checkout.root, moves, reason));
}

/**
 * Does work that is built on refs, and does it again as often as somebody else moves one of them meanwhile.
 * @param work changes nothing when it throws RefMoved.
 */
export async function repeatIfRefMoves<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RefMoved)) throw error;
    }
  }
}
