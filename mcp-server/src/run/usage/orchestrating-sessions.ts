import { type AnyClaim, type AttemptId, isAttempt } from "../../graph/attempt.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { Period } from "../../host/transcripts/transcript-usage.ts";

/** A session that launched agents for a plan. */
export interface OrchestratingSession {
  /** As the claims name it: the session in which their server was started. */
  readonly session: string;
  /** Where it was when it launched: a server outlives a conversation that is cleared and begun anew. */
  readonly conversations: readonly string[];
  /** From its first claim to the report that followed on its last attempt, or to that attempt's end without one. */
  readonly period: Period;
}

/**
 * The sessions that orchestrated a plan, each with the time in which its main conversation was about the plan.
 * @param events at least those of launches and of reports.
 * @param asking the session that is being given the report now.
 */
export function orchestratingSessions(
  claims: readonly AnyClaim[],
  events: readonly GraphEvent[],
  nowMs: number,
  asking: string | undefined,
): OrchestratingSession[] {
  const launchedIn = launchSessions(events);
  const bySession = new Map<string, AnyClaim[]>();
  for (const claim of claims) {
    const { session } = claim.owner;
    if (session !== undefined) bySession.set(session, [...(bySession.get(session) ?? []), claim]);
  }
  return [...bySession].flatMap(([session, own]) => {
    const ends = own.flatMap((claim) =>
      claim.state === "ended" ? [claim.endedAtMs] : isAttempt(claim) ? [nowMs] : [],
    );
    if (ends.length === 0) return [];
    const lastMs = Math.max(...ends);
    const untilMs = session === asking ? nowMs : lastMs;
    const conversations = new Set(own.flatMap(({ id }) => launchedIn.get(id) ?? []));
    return {
      session,
      conversations: conversations.size > 0 ? [...conversations] : [session],
      period: {
        fromMs: Math.min(...own.map(({ offeredAtMs }) => offeredAtMs)),
        toMs: reportedMs(session, lastMs, events) ?? untilMs,
      },
    };
  });
}

/** The host's name for the session in which each attempt was launched, as the hooks saw it. */
export function launchSessions(events: readonly GraphEvent[]): Map<AttemptId, string> {
  return new Map(
    events.flatMap(({ change }) =>
      change.type === "batch.launched" && change.session !== ""
        ? change.attempts.map((attempt) => [attempt, change.session] as const)
        : [],
    ),
  );
}

/** When the session was given its first report after all of its attempts had ended. */
function reportedMs(session: string, lastMs: number, events: readonly GraphEvent[]): number | undefined {
  return events.find(
    ({ atMs, change }) => change.type === "plan.reported" && change.session === session && atMs >= lastMs,
  )?.atMs;
}
