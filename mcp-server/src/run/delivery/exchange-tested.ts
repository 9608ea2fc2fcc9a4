import { moveRefs, RefMoved } from "../../git/plan-branch.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { type GateCommands, type GateWait, gateJoin } from "../gate/gate-step.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { UntestedJoin } from "../remote/untested-join.ts";
import { sendWork } from "../worktrees/exchange-work.ts";

/** Each time that another clone was faster, what comes of both is tested anew. */
const MAX_JOINS = 12;

/**
 * Exchanges a gated plan's work with the remote: what this clone did apart comes onto its branch, and from there to the
 * remote, once the gate has passed what it comes to with what others did.
 * @returns what has to come first, where it could not be done.
 * @throws RefMoved when others were faster every time; CallerError, GitFailed
 */
export async function exchangeTested(
  ctx: RunContext,
  store: GraphStore,
  { stored }: LoadedPlan,
  commands: GateCommands,
  stop: AbortSignal,
): Promise<GateWait | undefined> {
  for (let joins = 1; joins <= MAX_JOINS; joins++) {
    try {
      await sendWork(ctx, store, stored.slug);
      return undefined;
    } catch (error) {
      if (!(error instanceof UntestedJoin)) throw error;
      const { move } = error;
      const wait = await gateJoin(ctx, store, commands, stored.slug, move.to, stop);
      if (wait) return wait;
      await moveRefs(ctx.checkout.root, [move], `parallel: ${stored.slug}`);
    }
  }
  throw new RefMoved();
}
