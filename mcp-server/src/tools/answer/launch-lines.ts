import { CallerError } from "../../errors/caller-error.ts";
import { nextBatch } from "../../run/claims/next-batch.ts";
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
 * What there is to do for whoever launches nobody, because tasks are claimed one after the other; undefined: agents are
 * launched. Without words there is nothing to do: agents that claim by themselves take what is ready.
 */
export function byClaims(
  session: SessionMemory,
  { loaded, counts, launchable }: Pick<BegunPlan, "loaded" | "counts" | "launchable">,
): { readonly text: string | undefined } | undefined {
  const { slug } = loaded.stored;
  if (session.pools.has(slug) && counts.running > 0) return { text: undefined };
  return session.pulls.has(slug) && launchable > 0 ? { text: nextClaim(session, slug) } : undefined;
}

/**
 * Offers what can start, as batch_next does, so that whoever hears of it launches at once. What was offered before is in
 * the conversation already, maybe in the very answer that is being written. Where that may take long or goes wrong,
 * batch_next is named instead, which tells why.
 */
export async function launchLines(
  run: RunContext,
  session: SessionMemory,
  plan: Pick<BegunPlan, "loaded" | "counts" | "launchable">,
): Promise<LaunchLines> {
  const { loaded } = plan;
  const { slug, version } = loaded.stored;
  const claimed = byClaims(session, plan);
  if (claimed) return { ...claimed, version };
  const byCall = { text: `call batch_next {plan: "${slug}"}`, version };
  if (mayRunVerification(loaded)) return byCall;
  session.module.end(slug);
  try {
    const batch = await nextBatch(run, "main", slug, MAX_LAUNCHES, () => false);
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
