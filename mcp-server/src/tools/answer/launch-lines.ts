import { CallerError } from "../../errors/caller-error.ts";
import { nextBatch, type OffersAgain } from "../../run/claims/next-batch.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import { mayRunVerification } from "../../run/reporting/run-verifications.ts";
import type { BegunPlan } from "../../run/session/own-run.ts";
import type { SessionMemory } from "../../run/session/session.ts";
import { nextClaim } from "./next-step.ts";
import { stopsFor } from "./stops-for.ts";

/** So many launches stay below what the host takes of a hook as text. */
const MAX_LAUNCHES = 20;

/** What the main conversation is to launch and to stop, as a hook says it. */
export interface LaunchLines {
  /** For the model, without a full stop; undefined: there is nothing to launch and to stop. */
  readonly text: string | undefined;
  /** The plan's version after what was offered with it. */
  readonly version: number;
}

/**
 * Offers what can start, as batch_next does, so that whoever hears of it launches at once. Where that may take long or
 * goes wrong, batch_next is named instead, which tells why.
 */
export async function launchLines(
  run: RunContext,
  session: SessionMemory,
  { loaded, counts, launchable }: BegunPlan,
  again: OffersAgain,
): Promise<LaunchLines> {
  const { slug, version } = loaded.stored;
  // Agents that claim by themselves take what is ready.
  if (session.pools.has(slug) && counts.running > 0) return { text: undefined, version };
  if (session.pulls.has(slug) && launchable > 0) return { text: nextClaim(session, slug), version };
  const byCall = { text: `call batch_next {plan: "${slug}"}`, version };
  if (mayRunVerification(loaded)) return byCall;
  session.module.end(slug);
  try {
    const batch = await nextBatch(run, "main", slug, MAX_LAUNCHES, again);
    const stops = stopsFor(session, batch.loaded, batch.stop);
    for (const { agentId } of stops) session.toldToStop.add(agentId);
    const parts = [
      ...(stops.length > 0 ? [`stop with TaskStop: ${stops.map(({ agentId }) => agentId).join(", ")}`] : []),
      ...(batch.launch.length > 0
        ? [
            `launch with Agent, as given${batch.launch.length > 1 ? ", all in one message" : ""}: ${JSON.stringify(batch.launch)}`,
          ]
        : []),
    ];
    return {
      text: parts.length > 0 ? parts.join("; ") : undefined,
      version: batch.loaded.stored.version,
    };
  } catch (error) {
    if (error instanceof CallerError) return byCall;
    throw error;
  }
}
