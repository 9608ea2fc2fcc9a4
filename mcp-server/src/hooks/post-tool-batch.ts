import * as z from "zod";
import type { AttemptId } from "../graph/attempt.ts";
import { type LaunchResult, launchesAgent, launchResult } from "../host/launching-tools.ts";
import { isOfferedAgain } from "../run/claims/open-offers.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { GraphStore } from "../store/graph-store.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { bindLaunch } from "./bind-by-transcript.ts";
import { type HookAnswer, type HookEvent, json, NOTHING, tell } from "./hook-event.ts";
import { watchBatchEnd } from "./watched-call.ts";

const toolCalls = z.array(
  z.looseObject({ tool_name: z.string(), tool_use_id: z.string(), tool_response: z.unknown().optional() }),
);

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
    if (!call) return NOTHING;
    const { words, logged } = await session.limits.afterTurn(
      call,
      event.session,
      calls.at(-1)?.tool_use_id ?? "",
    );
    // It is no news to the main conversation.
    if (logged) session.overlook(logged.plan, logged.before, logged.after);
    return words === undefined ? NOTHING : tell("PostToolBatch", words);
  }
  const store = await run.graph();
  if (!store) return NOTHING;
  const launched = calls.flatMap((call) => {
    const launch = launchesAgent(call.tool_name) ? session.launchOf(call.tool_use_id) : undefined;
    const result = launchResult(call.tool_response);
    return launch ? [{ attempt: launch.attempt, use: call.tool_use_id, result }] : [];
  });
  if (launched.length === 0) return NOTHING;
  await bindUntold(run, session, store, launched);
  const leftOut = await store.write(run.now, "main", async (tx) => {
    const claims = await Promise.all(launched.map(({ attempt }) => tx.claimById(attempt)));
    const planIds = new Set(claims.flatMap((held) => (held ? [held.planId] : [])));
    // A launch that was refused has started no agent: its offer is still open, and may be launched again.
    for (const [at, { attempt, result }] of launched.entries())
      if (result.kind === "refused" && claims[at]?.claim.state === "offered") session.forgetLaunch(attempt);
    const started = launched.flatMap(({ attempt }) => (session.wasLaunched(attempt) ? [attempt] : []));
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

/** A launch in a message that has ended, and what came of it. */
interface EndedLaunch {
  readonly attempt: AttemptId;
  /** The call's id. */
  readonly use: string;
  readonly result: LaunchResult;
}

/** Ties agents to their claims of which no other hook has told: that of the call itself may have been lost. */
async function bindUntold(
  run: RunContext,
  session: SessionMemory,
  store: GraphStore,
  launched: readonly EndedLaunch[],
): Promise<void> {
  const claims = await store.read((reader) =>
    Promise.all(launched.map(({ attempt }) => reader.claimById(attempt))),
  );
  for (const [at, { use, result }] of launched.entries())
    if (result.kind === "started" && claims[at]?.claim.state === "offered")
      await bindLaunch(run, session, use, result.agentId);
}
