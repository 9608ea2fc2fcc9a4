import type { McpClient } from "../../policy/client.ts";
import { isReached, nearText } from "../../policy/spending/limits.ts";
import type { Batch } from "../../run/claims/next-batch.ts";
import { shortCounts } from "../../run/plan/progress.ts";
import type { SessionMemory } from "../../run/session/session.ts";
import { nextStep, waitFor } from "./next-step.ts";
import { stopsFor } from "./stops-for.ts";

/**
 * What the caller is to launch and to stop, and how it goes on. Every run pays for an answer with launches once per
 * task: what they imply is left out.
 * @param waited the caller has waited, and nothing came of it.
 */
export function batchAnswer(session: SessionMemory, client: McpClient, batch: Batch, waited = false) {
  const { loaded, launch, counts, why, done, waits, interrupted } = batch;
  const { slug, version } = loaded.stored;
  // One that is reached is told by `next`.
  const near = loaded.near.filter((limit) => !isReached(limit));
  const stops = stopsFor(session, loaded, batch.stop);
  session.plans.add(slug);
  session.pulls.delete(slug);
  session.goesOn();
  session.told.set(slug, version);
  for (const { agentId } of batch.stop) session.toldToStop.add(agentId);
  const howToWait = session.wasToldHowToWait ? "" : ` ${waitFor(session, slug)}`;
  if (launch.length > 0) session.wasToldHowToWait = true;
  return {
    launch,
    ...(stops.length > 0 && { stop: stops }),
    counts: shortCounts(launch.length > 0 ? { ...counts, pending: 0, ready: 0 } : counts),
    ...(interrupted.length > 0 && { interrupted }),
    ...(why.length > 0 && { why }),
    ...(near.length > 0 && { limits: near.map(nearText) }),
    ...(launch.length === 0 && { done }),
    ...(waits.length > 0 && { waits }),
    next:
      launch.length > 0
        ? `${howToLaunch(client, launch.length)}${howToWait}`
        : nextStep(session, loaded, { ...counts, ready: 0 }, done, waited),
  };
}

function howToLaunch(client: McpClient, count: number): string {
  if (client.isClaudeCode) return `Launch ${count === 1 ? "it" : `all ${count} in one message`} as given.`;
  if (client.agentsHaveTools) {
    return `Start ${count === 1 ? "an agent for it" : `one agent for each, all ${count} at once`}, with its prompt as it is.`;
  }
  return "Agents of this client do not have these tools: take each task yourself, one after another, with task_get and the token in its prompt.";
}
