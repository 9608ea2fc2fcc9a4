import { newTokens } from "../../graph/usage.ts";
import { formatCount, formatDuration, formatFactor, formatPercent, plural } from "../../text/format.ts";
import type { AuditReport } from "./audit-report.ts";
import { type BurstFigures, type ReportedFinding, unmeasuredIn } from "./session-audit.ts";

/** Below this nobody would notice the gain. */
const NOTICEABLE = 1.05;

/** What it cost, in words; empty where nothing was measured. */
export function costOf(found: readonly Pick<ReportedFinding, "lostMs" | "wastedMs">[]): string {
  const lostMs = found.reduce((sum, one) => sum + one.lostMs, 0);
  const wastedMs = found.reduce((sum, one) => sum + one.wastedMs, 0);
  return [
    ...(lostMs > 0 ? [`${formatDuration(lostMs)} lost`] : []),
    ...(wastedMs > 0 ? [`${formatDuration(wastedMs)} of agents' work at stake`] : []),
  ].join(", ");
}

/** The figures that a person wants first, one a line. */
export function summaryLines(report: AuditReport): string[] {
  const { agents, agentsUnmeasured, agentsMs, elapsedMs, speedup, possibleSpeedup, lostMs, wastedMs } =
    report;
  const launches = `${plural(agents, "agent")} in ${plural(report.bursts, "burst")} (at most ${report.largestBurst} launched by one message)${atOnceWords(report)}`;
  const gained =
    speedup === undefined
      ? "How long they worked could not be measured"
      : `${formatDuration(agentsMs)} of work in ${formatDuration(elapsedMs)}: ${faster(speedup)}`;
  const unmeasured =
    speedup !== undefined && agentsUnmeasured > 0
      ? [`Not in it, because nothing says how long they worked: ${plural(agentsUnmeasured, "agent")}`]
      : [];
  const lost =
    lostMs > 0 && possibleSpeedup !== undefined
      ? [`${formatDuration(lostMs)} lost waiting: ${formatFactor(possibleSpeedup)} was possible`]
      : [];
  const wasted = wastedMs > 0 ? [`${formatDuration(wastedMs)} of agents' work was lost or is at stake`] : [];
  return [launches, gained, ...unmeasured, ...lost, ...wasted, ...tokenLine(report)];
}

/** Agents that were not measured may have been at work beside those that were. */
function atOnceWords({ atOnce, agentsUnmeasured }: AuditReport): string {
  if (agentsUnmeasured > 0) return atOnce > 1 ? `, at least ${atOnce} at work at once` : "";
  return atOnce > 0 ? `, at most ${atOnce} at work at once` : "";
}

function faster(speedup: number): string {
  if (speedup >= NOTICEABLE) return `${formatFactor(speedup)} faster than one after another`;
  return speedup > 1 / NOTICEABLE ? "as fast as one after another" : "not faster than one after another";
}

function tokenLine(report: AuditReport): string[] {
  const { mainUsage, agentsUsage, shareOfAgents } = report;
  const main = newTokens(mainUsage);
  if (main === 0 && agentsUsage === undefined) return [];
  return [`Tokens without cache reads: main ${formatCount(main)}, ${agentTokens(report, shareOfAgents)}`];
}

function agentTokens(
  { agents, agentsUsage, agentsWithoutUsage, hostTokens }: AuditReport,
  share: number | undefined,
): string {
  const counted = hostTokens > 0 ? `; the host counted ${formatCount(hostTokens)} with cache reads` : "";
  if (agentsUsage === undefined) return `agents not measured${counted}`;
  const known = `agents ${formatCount(newTokens(agentsUsage))}`;
  if (share !== undefined) return `${known} (${formatPercent(share)} stayed out of the main context)`;
  return `${known}, without ${agentsWithoutUsage} of ${plural(agents, "agent")} that were not measured${counted}`;
}

/** What is known of one burst, in words. */
export function burstWords(burst: BurstFigures): string {
  const { agents, atOnce, agentsMs, wallMs } = burst;
  const unmeasured = unmeasuredIn(burst);
  const launched = plural(agents.length, "agent");
  if (unmeasured === agents.length) return `${launched}, not measured`;
  const beside =
    unmeasured > 0 ? `, without ${unmeasured} that ${unmeasured === 1 ? "was" : "were"} not measured` : "";
  return `${launched}, ${atOnce} at once, ${formatDuration(agentsMs)} of work in ${formatDuration(wallMs)}${beside}`;
}

/** What the audit could not look at; it claims nothing about that. */
export function gapLines({ skipped, sessionsUnreadable }: AuditReport): string[] {
  return [
    ...(sessionsUnreadable > 0 ? [`${plural(sessionsUnreadable, "transcript")} could not be opened`] : []),
    ...(skipped.longLines > 0 ? [`${plural(skipped.longLines, "line")} passed over as too long`] : []),
    ...(skipped.brokenLines > 0 ? [`${plural(skipped.brokenLines, "line")} broken or half written`] : []),
    ...(skipped.launches > 0
      ? [`${plural(skipped.launches, "agent")} beyond what is kept of one session`]
      : []),
    ...(skipped.steps > 0
      ? [`${plural(skipped.steps, "step")} beyond what is kept of one conversation`]
      : []),
  ];
}

/** One line to share. */
export function auditShareLine(report: AuditReport): string {
  const { agents, sessions, speedup, possibleSpeedup, lostMs, findings } = report;
  if (agents === 0) return "no agents yet: nothing gained, nothing lost";
  const who = `${plural(agents, "agent")} in ${plural(sessions.length, "session")}`;
  const gained = speedup === undefined ? "" : `, ${faster(speedup)}`;
  const lost =
    lostMs > 0 && possibleSpeedup !== undefined
      ? `; ${formatFactor(possibleSpeedup)} was possible, ${formatDuration(lostMs)} lost waiting`
      : "";
  const found =
    findings.length === 0 ? "; no anti-patterns" : `; ${plural(findings.length, "anti-pattern")} found`;
  return `${who}${gained}${lost}${found}`;
}
