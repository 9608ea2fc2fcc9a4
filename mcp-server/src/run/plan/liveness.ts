import type { AttemptId } from "../../graph/attempt.ts";
import type { GraphReader } from "../../store/graph-reader.ts";
import { deadOwners } from "../project/owner.ts";

/** What tells an attempt that somebody works at from one whose agent is gone. */
export interface Liveness {
  /** For how long it has been running. */
  readonly forSeconds: number;
  /** Since when its agent gave no sign of life; of a living one it is up to a third of the lease. */
  readonly silentSeconds: number;
  /** The process that answers for it is provably dead; the next that claims here will end it. */
  readonly sessionEnded?: true;
}

/** Of every attempt that runs, read anew: a lease is renewed without an event, often by another process. */
export async function livenessOf(
  reader: GraphReader,
  nowMs: number,
): Promise<ReadonlyMap<AttemptId, Liveness>> {
  const since = (ms: number) => Math.max(0, Math.round((nowMs - ms) / 1_000));
  const hasEnded = deadOwners();
  const signs = new Map<AttemptId, Liveness>();
  for (const { claim } of await reader.held()) {
    if (claim.state !== "running") continue;
    signs.set(claim.id, {
      forSeconds: since(claim.startedAtMs),
      silentSeconds: since(claim.lastSeenMs),
      ...((await hasEnded(claim.owner)) && { sessionEnded: true }),
    });
  }
  return signs;
}
