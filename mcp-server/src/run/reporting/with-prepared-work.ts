import { refreshIndex } from "../../git/commit-files.ts";
import type { RunContext } from "../project/run-context.ts";
import { repeatIfRefMoves } from "../worktrees/move-refs.ts";
import type { PreparedWork } from "./prepare-work.ts";

/**
 * Hands in work that is prepared apart from any transaction: where another attempt's is merged meanwhile, it is
 * prepared anew on top of that. Afterwards the user's index shows what was committed as committed.
 */
export async function withPreparedWork<Step extends { readonly prepared: PreparedWork | undefined }, T>(
  ctx: RunContext,
  prepare: () => Promise<Step>,
  accept: (step: Step) => Promise<T>,
): Promise<T> {
  return repeatIfRefMoves(async () => {
    const step = await prepare();
    const result = await accept(step);
    const { prepared } = step;
    if (prepared?.commitMove) await refreshIndex(ctx.checkout.root, prepared.work.files);
    return result;
  });
}
