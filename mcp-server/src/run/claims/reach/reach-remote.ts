import type { GraphStore } from "../../../store/graph-store.ts";
import { deliverWaiting } from "../../delivery/deliver-waiting.ts";
import type { RunContext } from "../../project/run-context.ts";
import { UntestedJoin } from "../../remote/untested-join.ts";
import { reaching } from "../../worktrees/exchange-work.ts";

/**
 * Does what needs the remote. What a gate has to test first is left to the deliveries: nobody waits for that.
 * @returns why it cannot be done now.
 */
export function reachRemote(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  work: () => Promise<void>,
): Promise<string | undefined> {
  return reaching(async () => {
    try {
      await work();
    } catch (error) {
      if (error instanceof UntestedJoin) void deliverWaiting(ctx, store, slug);
      throw error;
    }
  });
}
