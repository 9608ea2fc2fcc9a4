import type { GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { addUsage, type ConversationUsage, NO_USAGE, newTokens, type Usage } from "../../graph/usage.ts";
import { attemptSpans } from "./attempt-span.ts";

/** The tokens of a run. What could not be measured is `undefined`, never 0. */
export interface UsageFigures {
  /** Of all attempts that could be measured. */
  readonly agents: Usage | undefined;
  readonly unmeasuredAttempts: number;
  /** Of the main conversations, from the plan's first claim to its report. */
  readonly main: Usage | undefined;
  /** Of the same conversations before that. */
  readonly mainBefore: Usage | undefined;
  /** Sessions whose main conversation could not be measured. */
  readonly sessions: number;
  readonly unmeasuredSessions: number;
  /**
   * What the agents used of all that they and the main conversations used up to the report, without what was read from
   * a cache: it never came into the main context. Where some attempts could not be measured it was even more.
   */
  readonly outsideMain: number | undefined;
}

/** What each session's main conversation used, as it was last measured. */
export function conversationUsage(events: readonly GraphEvent[]): Map<string, ConversationUsage> {
  return new Map(
    events.flatMap(({ change }) =>
      change.type === "conversation.measured" ? [[change.session, change] as const] : [],
    ),
  );
}

/** @returns undefined for a plan of which nothing has run. */
export function usageFigures(
  state: PlanState,
  events: readonly GraphEvent[],
  nowMs: number,
): UsageFigures | undefined {
  const attempts = attemptSpans(state, nowMs).map(({ attempt }) => attempt);
  if (attempts.length === 0) return undefined;
  const measured = attempts.flatMap(({ usage }) => usage ?? []);
  const known = conversationUsage(events);
  const sessions = [...new Set(attempts.flatMap(({ owner }) => owner.session ?? []))];
  const conversations = sessions.flatMap((session) => known.get(session) ?? []);
  const agents = totalUsage(measured);
  const main = totalUsage(conversations.map(({ usage }) => usage));
  const mainBefore = totalUsage(conversations.flatMap(({ before }) => before ?? []));
  const unmeasuredSessions = sessions.length - conversations.length;
  return {
    agents,
    unmeasuredAttempts: attempts.length - measured.length,
    main,
    mainBefore,
    sessions: sessions.length,
    unmeasuredSessions,
    outsideMain:
      unmeasuredSessions === 0 && agents && main
        ? share(agents, addUsage(main, mainBefore ?? NO_USAGE))
        : undefined,
  };
}

/** @returns undefined for none: nothing measured is not the same as nothing used. */
export function totalUsage(usages: readonly Usage[]): Usage | undefined {
  return usages.length === 0 ? undefined : usages.reduce(addUsage);
}

/** What of both the first one used, without what was read from a cache. */
function share(one: Usage, other: Usage): number | undefined {
  const all = newTokens(one) + newTokens(other);
  return all === 0 ? undefined : newTokens(one) / all;
}
