import * as z from "zod";
import type { AttemptId } from "../graph/attempt.ts";
import { launchesAgent } from "../host/launching-tools.ts";
import { isOfferedAgain } from "../run/claims/open-offers.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { type HookAnswer, type HookEvent, json, NOTHING, tell } from "./hook-event.ts";
import { watchBatchEnd } from "./watched-call.ts";

const toolCalls = z.array(z.looseObject({ tool_name: z.string(), tool_use_id: z.string() }));

/**
 * After all calls of one message, also those that were refused: an agent is in none any more; of the main conversation's
 * it is told how many agents of a batch it launched, and which it left out.
 */
export async function onPostToolBatch(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const calls = json(toolCalls, event.calls) ?? [];
  await watchBatchEnd(
    run,
    session,
    calls.map(({ tool_use_id }) => tool_use_id),
  );
  if (event.agent !== "") {
    session.inCall.ends(event.agent);
    const call = session.lastStanding(event.agent);
    const words =
      call && (await session.limits.afterTurn(call, event.session, calls.at(-1)?.tool_use_id ?? ""));
    return words === undefined ? NOTHING : tell("PostToolBatch", words);
  }
  const store = await run.graph();
  if (!store) return NOTHING;
  const launched = calls.flatMap((call) => {
    const launch = launchesAgent(call.tool_name) ? session.launchOf(call.tool_use_id) : undefined;
    return launch ? [launch.attempt] : [];
  });
  if (launched.length === 0) return NOTHING;
  const leftOut = await store.write(run.now, "main", async (tx) => {
    const claims = await Promise.all(launched.map((attempt) => tx.claimById(attempt)));
    const planIds = new Set(claims.flatMap((held) => (held ? [held.planId] : [])));
    // A launch that was refused has started no agent: its offer is still open, and may be launched again.
    for (const held of claims) if (held?.claim.state === "offered") session.forgetLaunch(held.claim.id);
    const started = launched.filter((attempt) => session.wasLaunched(attempt));
    const open: HeldClaim[] = [];
    for (const held of await tx.held(run.checkoutKey)) {
      const isLeftOut = planIds.has(held.planId) && !session.wasLaunched(held.claim.id);
      if (isLeftOut && (await isOfferedAgain(run, held.claim))) open.push(held);
    }
    for (const planId of planIds) {
      const of = (ids: readonly AttemptId[]) =>
        ids.filter((id) => claims.some((held) => held?.claim.id === id && held.planId === planId));
      await tx.append(planId, {
        type: "batch.launched",
        session: event.session,
        inOneMessage: of(started).length,
        attempts: of(started),
        leftOut: open.filter((held) => held.planId === planId).map(({ claim }) => claim.id),
      });
    }
    return open;
  });
  if (leftOut.length === 0) return NOTHING;
  const names = leftOut.map(({ plan, claim }) => `${plan}/${claim.task}`).join(", ");
  return tell(
    "PostToolBatch",
    `Not launched: ${names}. Launch them now, together; batch_next gives them again.`,
  );
}
