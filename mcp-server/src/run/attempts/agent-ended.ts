import { holdsScope } from "../../graph/attempt.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import { type GraphView, readGraph } from "../plan/plan-view.ts";
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
export async function agentEnded(tx: GraphTransaction, held: HeldClaim, how: AgentEnd): Promise<void> {
  const { claim } = held;
  const plan = await tx.planOf(held);
  if (claim.state === "ended" && claim.drainsUntilMs !== undefined) {
    plan?.append({ type: "attempt.drained", task: claim.task, attempt: claim.id, how: "the agent ended" });
  }
  if (!plan || claim.state !== "running") return;
  endAttempt(plan, claim, {
    outcome: how.finished ? "unreported" : "lost",
    cause: how.cause,
    ...(how.throttled && { throttled: true }),
    ...(how.interrupted && { interrupted: true }),
    ...(how.lastMessage !== "" && { lastMessage: how.lastMessage.slice(0, MAX_LAST_MESSAGE) }),
  });
}

/** As `agentEnded`, for the newest claims of agents, of which most have none; then nobody waits for the lock. */
export async function endAgents(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  agentIds: readonly string[],
  how: AgentEnd,
): Promise<void> {
  const isHolding = async (view: GraphView) => {
    for (const agentId of agentIds) {
      const held = await view.reader.claimOfAgent(agentId);
      if (held && holdsScope(held.claim) && held.claim.state !== "delivering") return true;
    }
    return false;
  };
  const [first] = agentIds;
  const ahead = first === undefined ? {} : { claim: { agentId: first } };
  if (!(await readGraph(ctx, store, isHolding, ahead))) return;
  const end = async (tx: GraphTransaction) => {
    for (const agentId of agentIds) {
      const held = await tx.writer.claimOfAgent(agentId);
      if (held) await agentEnded(tx, held, how);
    }
  };
  await changeGraph(ctx, store, actor, end, ahead);
}
