import { addUsage, NO_USAGE, newTokens, type Usage } from "../../graph/usage.ts";
import { rules } from "../rules/index.ts";
import type { ReportedFinding, SessionAudit } from "./session-audit.ts";

/** What all sessions together show. What could not be measured is `undefined`, never 0. */
export interface AuditReport {
  /** Sessions that were read, with and without agents. */
  readonly sessionsRead: number;
  /** Sessions whose transcript could not be opened. */
  readonly sessionsUnreadable: number;
  /** Those in which agents worked or something was found, the newest first. */
  readonly sessions: readonly SessionAudit[];
  readonly agents: number;
  /** Those of them of which nothing says how long they worked. */
  readonly agentsUnmeasured: number;
  /** Those of them whose transcripts say nothing of tokens, and what the host counted for them. */
  readonly agentsWithoutUsage: number;
  readonly hostTokens: number;
  /** Messages that launched agents, and workflows that did. */
  readonly bursts: number;
  readonly largestBurst: number;
  /** The largest number of a session at work at the same moment. */
  readonly atOnce: number;
  readonly agentsMs: number;
  readonly elapsedMs: number;
  readonly lostMs: number;
  readonly wastedMs: number;
  /** `agentsMs` by `elapsedMs`. */
  readonly speedup: number | undefined;
  /** What `speedup` could have been without the time lost. */
  readonly possibleSpeedup: number | undefined;
  /** Of the main conversations of sessions in which agents worked. */
  readonly mainUsage: Usage;
  readonly agentsUsage: Usage | undefined;
  /** The share of new tokens that stayed out of those; only where all agents' tokens are known. */
  readonly shareOfAgents: number | undefined;
  /** The costliest first. */
  readonly findings: readonly ReportedFinding[];
  readonly skipped: SessionAudit["skipped"];
}

/** Adds up the sessions of an audit. */
export function reportOf(audits: readonly SessionAudit[], sessionsUnreadable = 0): AuditReport {
  const sum = (figure: (audit: SessionAudit) => number) =>
    audits.reduce((total, audit) => total + figure(audit), 0);
  const withAgents = audits.filter((audit) => audit.hasAgents);
  const bursts = audits.flatMap((audit) => audit.bursts);
  const agentsMs = sum((audit) => audit.agentsMs);
  const elapsedMs = sum((audit) => audit.elapsedMs);
  const lostMs = sum((audit) => audit.lostMs);
  const mainUsage = withAgents.map((audit) => audit.mainUsage).reduce(addUsage, NO_USAGE);
  const known = audits.flatMap((audit) => audit.agentsUsage ?? []);
  const agentsUsage = known.length === 0 ? undefined : known.reduce(addUsage, NO_USAGE);
  const agentsWithoutUsage = sum((audit) => audit.agentsWithoutUsage);
  return {
    sessionsRead: audits.length,
    sessionsUnreadable,
    sessions: audits
      .filter((audit) => audit.agents > 0 || audit.findings.length > 0)
      .sort((a, b) => b.endMs - a.endMs),
    agents: sum((audit) => audit.agents),
    agentsUnmeasured: sum((audit) => audit.agentsUnmeasured),
    agentsWithoutUsage,
    hostTokens: sum((audit) => audit.hostTokens),
    bursts: bursts.length,
    largestBurst: bursts.reduce((most, burst) => Math.max(most, burst.agents.length), 0),
    atOnce: audits.reduce((most, audit) => Math.max(most, audit.atOnce), 0),
    agentsMs,
    elapsedMs,
    lostMs,
    wastedMs: sum((audit) => audit.wastedMs),
    speedup: ratio(agentsMs, elapsedMs),
    possibleSpeedup: ratio(agentsMs, elapsedMs - lostMs),
    mainUsage,
    agentsUsage,
    shareOfAgents: agentsWithoutUsage === 0 ? shareOf(agentsUsage, mainUsage) : undefined,
    findings: audits.flatMap((audit) => audit.findings).sort(byCost),
    skipped: {
      brokenLines: sum((audit) => audit.skipped.brokenLines),
      longLines: sum((audit) => audit.skipped.longLines),
      steps: sum((audit) => audit.skipped.steps),
      launches: sum((audit) => audit.skipped.launches),
    },
  };
}

const GRAVITY = new Map(rules.map((rule, i) => [rule.id, i]));

function byCost(a: ReportedFinding, b: ReportedFinding): number {
  const cost = (found: ReportedFinding) => found.lostMs + found.wastedMs;
  return cost(b) - cost(a) || (GRAVITY.get(a.rule) ?? 0) - (GRAVITY.get(b.rule) ?? 0);
}

function shareOf(agents: Usage | undefined, main: Usage): number | undefined {
  return agents && ratio(newTokens(agents), newTokens(agents) + newTokens(main));
}

function ratio(value: number, by: number): number | undefined {
  return by > 0 ? value / by : undefined;
}
