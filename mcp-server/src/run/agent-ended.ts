import type { GraphWriter, HeldClaim } from "../store/graph-store.ts";
import type { RunContext } from "./context.ts";
import { endAttempt } from "./sweep.ts";

/** An unstructured last message is kept up to this length. */
const MAX_LAST_MESSAGE = 20_000;

/**
 * The host says that the agent is gone: its attempt cannot go on, and its scope need not be held any longer.
 * `finished`: it ended by itself, so it owed a report; else it was stopped or died.
 */
export async function agentEnded(
  ctx: RunContext,
  tx: GraphWriter,
  { claim, planId, plan }: HeldClaim,
  how: { readonly finished: boolean; readonly cause: string; readonly lastMessage: string },
): Promise<void> {
  const { task, id: attempt } = claim;
  if (claim.state === "ended" && claim.drainsUntilMs !== undefined) {
    await tx.append(planId, { type: "attempt.drained", task, attempt, how: "the agent ended" });
  }
  if (claim.state !== "running") return;
  await endAttempt(
    ctx,
    tx,
    { claim, planId, plan },
    {
      outcome: how.finished ? "unreported" : "lost",
      cause: how.cause,
      ...(how.lastMessage !== "" && { lastMessage: how.lastMessage.slice(0, MAX_LAST_MESSAGE) }),
    },
  );
}
