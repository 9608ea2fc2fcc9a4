import type { TranscriptPlace } from "../conversation/conversation.ts";
import type { AgentRun } from "../session/agent-run.ts";
import type { Session } from "../session/session.ts";
import type { Phrase } from "./phrase.ts";

/** The anti-patterns that the audit looks for. */
export type AuditRuleId =
  | "waited-for-each"
  | "lost-agents"
  | "same-file"
  | "too-many-at-once"
  | "failures-ignored"
  | "dependent-together"
  | "short-work"
  | "overloaded-agent"
  | "validation-skipped"
  | "contradicted-claim";

/** One place where an anti-pattern happened. */
export interface AuditFinding {
  /** The transcript in which `place` is. */
  readonly file: string;
  readonly place: TranscriptPlace;
  /** The facts. */
  readonly what: Phrase;
  /** Time for which the user waited longer than necessary. */
  readonly lostMs: number;
  /** The part of `lostMs` in which no agent was at work. */
  readonly idleMs?: number;
  /** The agents concerned. */
  readonly agents: readonly AgentRun[];
  /** Those of them whose work was of no use, or is in danger. */
  readonly wasted: readonly AgentRun[];
}

export interface AuditRule {
  readonly id: AuditRuleId;
  readonly title: string;
  /** When exactly it applies. */
  readonly criterion: string;
  /** What to do instead. */
  readonly instead: string;
  /** All places in a session, in order. */
  readonly find: (session: Session) => AuditFinding[];
}
