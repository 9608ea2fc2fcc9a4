import { stat } from "node:fs/promises";
import { type AttemptId, isAttempt } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { addUsage, type ConversationUsage, isSameUsage, NO_USAGE } from "../../graph/usage.ts";
import { transcriptUsage } from "../../host/transcripts/transcript-usage.ts";
import { untilWritten } from "../../host/transcripts/until-written.ts";
import { conversationUsage } from "../../report/tasks/usage-figures.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { lastCallOf, noteAgentEnd } from "../spending/calls-under-way.ts";
import { LAST_WORDS_MS } from "../spending/plan-spending.ts";
import { type AttemptMeasured, measureAttempts } from "./agent-usage.ts";
import {
  launchSessions,
  type OrchestratingSession,
  orchestratingSessions,
} from "./orchestrating-sessions.ts";

export type ConversationMeasured = Extract<Change, { readonly type: "conversation.measured" }>;

/** Which attempts are measured: all, or those of agents that may have spoken since they were measured last. */
type Which = "all" | "moving";

/**
 * Reads from the transcripts what the agents of a plan have used up to now, running ones included. It reads files:
 * not to be called inside a transaction. What cannot be measured is left out, and what was measured before stands.
 */
export async function measureAgents(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  which: Which,
): Promise<AttemptMeasured[]> {
  const { planId, agents, bytes, launchedIn } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return {
      planId: plan.id,
      agents: await agentsOf(plan, which),
      bytes: await knownLengths(plan),
      launchedIn: launchSessions(await plan.reader.events(plan.id, { types: ["batch.launched"] })),
    };
  });
  const found: AttemptMeasured[] = [];
  for (const [agentId, attempts] of agents) {
    const file = await ctx.transcripts.ofAgent(
      agentId,
      attempts.flatMap(({ claim }) => [launchedIn.get(claim.id) ?? [], claim.owner.session ?? []].flat()),
    );
    if (file !== undefined) await untilCounted(ctx, agentId, file);
    const length = file && (await stat(file).catch(() => undefined))?.size;
    if (file === undefined || attempts.every(({ claim }) => bytes.get(claim.id) === length)) continue;
    for (const { held, change } of await measureAttempts(file, attempts)) {
      if (held.planId === planId) found.push(change);
    }
  }
  return found;
}

/** The turn that made an agent's newest call is in its transcript a little later. */
async function untilCounted(ctx: RunContext, agentId: string, file: string): Promise<void> {
  const call = lastCallOf(ctx, agentId);
  if (call !== undefined && !(await untilWritten(file, call))) noteAgentEnd(ctx, agentId);
}

/** The agents of the plan with all of their attempts, in whatever plan. */
async function agentsOf({ ctx, graph, reader }: PlanView, which: Which): Promise<Map<string, HeldClaim[]>> {
  const nowMs = ctx.now();
  const asked = graph.claims
    .filter(isAttempt)
    .filter(
      (attempt) =>
        which === "all" ||
        attempt.state !== "ended" ||
        attempt.usage === undefined ||
        nowMs - attempt.endedAtMs < LAST_WORDS_MS,
    )
    .flatMap(({ agentId }) => agentId ?? []);
  const agents = new Map<string, HeldClaim[]>();
  for (const held of await reader.attemptsOfAgents([...new Set(asked)])) {
    const agentId = isAttempt(held.claim) ? held.claim.agentId : undefined;
    if (agentId !== undefined) agents.set(agentId, [...(agents.get(agentId) ?? []), held]);
  }
  return agents;
}

/** How long the transcripts were from which attempts were measured. */
async function knownLengths({ id, reader }: PlanView): Promise<Map<AttemptId, number>> {
  const events = await reader.events(id, { types: ["attempt.measured"] });
  return new Map(
    events.flatMap(({ change }) =>
      change.type === "attempt.measured" ? [[change.attempt, change.bytes] as const] : [],
    ),
  );
}

/**
 * Reads from the transcripts what the main conversations used for a plan, each from its session's first claim to the
 * report, and before.
 * @param asking the session that is being given the report now.
 */
export async function measureConversations(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  asking: string | undefined,
): Promise<ConversationMeasured[]> {
  const { sessions, known } = await readGraph(ctx, store, async (view) => {
    const { id, graph, reader } = await view.plan(slug);
    const events = await reader.events(id, { types: ["batch.launched", "plan.reported"] });
    return {
      sessions: orchestratingSessions(graph.claims, events, ctx.now(), asking),
      known: conversationUsage(await reader.events(id, { types: ["conversation.measured"] })),
    };
  });
  const found: ConversationMeasured[] = [];
  for (const session of sessions) {
    const usage = await usageOf(ctx, session);
    const before = known.get(session.session);
    if (usage === undefined || isSame(usage, before)) continue;
    found.push({ type: "conversation.measured", session: session.session, ...usage });
  }
  return found;
}

/** @returns undefined unless every conversation of the session could be measured. */
async function usageOf(
  ctx: RunContext,
  { conversations, period }: OrchestratingSession,
): Promise<ConversationUsage | undefined> {
  const periods = [period, { fromMs: Number.NEGATIVE_INFINITY, toMs: period.fromMs - 1 }];
  let [usage, before] = [NO_USAGE, NO_USAGE];
  for (const conversation of conversations) {
    const file = await ctx.transcripts.ofSession(conversation);
    const found = file && (await transcriptUsage(file, "main", periods));
    if (!found) return undefined;
    usage = addUsage(usage, found.usage[0] ?? NO_USAGE);
    before = addUsage(before, found.usage[1] ?? NO_USAGE);
  }
  return { usage, before };
}

function isSame(one: ConversationUsage, other: ConversationUsage | undefined): boolean {
  return other !== undefined && isSameUsage(one.usage, other.usage) && isSameUsage(one.before, other.before);
}
