import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import type { RunContext } from "../project/run-context.ts";
import { endAttempt } from "./end-attempt.ts";

/** An unstructured last message is kept up to this length. */
export const MAX_LAST_MESSAGE = 20_000;

/** What the host says of an agent's end. */
export interface AgentEnd {
  /** It ended by itself, so it owed a report; else it was stopped or died. */
  readonly finished: boolean;
  readonly cause: string;
  readonly lastMessage: string;
  /** It died of a rate or usage limit. */
  readonly throttled?: boolean;
  /** Whatever it worked in was ended. */
  readonly interrupted?: boolean;
}

/**
 * The host says that the agent is gone: its attempt cannot go on, and its scope need not be held any longer.
 */
export async function agentEnded(
  ctx: RunContext,
  tx: GraphWriter,
  { claim, planId, plan }: HeldClaim,
  how: AgentEnd,
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
      ...(how.throttled && { throttled: true }),
      ...(how.interrupted && { interrupted: true }),
      ...(how.lastMessage !== "" && { lastMessage: how.lastMessage.slice(0, MAX_LAST_MESSAGE) }),
    },
  );
}
