import { setTimeout as sleep } from "node:timers/promises";
import { RefMoved } from "../../git/plan-branch.ts";
import type { RunContext } from "../project/run-context.ts";

/** Others move a ref only a moment at a time. */
const MAX_TRIES = 12;
/** The longest pause before the second try; it grows with every further one. */
const PAUSE_MS = 25;

/**
 * Does work that is built on refs, and does it again when somebody else moves one of them meanwhile, after a random
 * pause that is longer each time, so that servers that met once do not meet again.
 * @param work changes nothing when it throws RefMoved.
 * @throws RefMoved when others were faster every time.
 */
export async function repeatIfRefMoves<T>(ctx: RunContext, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RefMoved) || tries === MAX_TRIES) throw error;
    }
    const [byte = 0] = ctx.randomBytes(1);
    await sleep((byte / 255) * PAUSE_MS * tries);
  }
}
