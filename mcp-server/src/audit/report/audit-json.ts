import { totalMs } from "../../report/timeline/elapsed.ts";
import { cleanText } from "../../text/sanitize.ts";
import { visibleJson } from "../../text/visible-json.ts";
import { phraseText } from "../rules/phrase.ts";
import type { AuditReport } from "./audit-report.ts";
import { ruleOf } from "./by-rule.ts";
import { type AgentFigures, type BurstFigures, type ReportedFinding, unmeasuredIn } from "./session-audit.ts";

const QUOTE_LIMIT = 240;

/**
 * The audit as one line of JSON, with every figure and finding. Times are milliseconds, moments ISO 8601; what could not
 * be measured is null.
 */
export function auditJson(report: AuditReport): string {
  const findings = report.findings.map(findingJson);
  const sessions = report.sessions.map(({ findings, startMs, endMs, bursts, ...session }) => ({
    ...session,
    start: moment(startMs),
    end: moment(endMs),
    agentsUsage: session.agentsUsage ?? null,
    bursts: bursts.map(burstJson),
    findings: findings.length,
  }));
  const { agentsUsage = null, shareOfAgents = null, speedup = null, possibleSpeedup = null } = report;
  return visibleJson({
    ...report,
    ...{ agentsUsage, shareOfAgents, speedup, possibleSpeedup, findings, sessions },
  });
}

function findingJson({ rule, session, file, place, what, lostMs, wastedMs, agents }: ReportedFinding) {
  return {
    rule,
    title: ruleOf(rule)?.title,
    ...{ session, file, line: place.line, at: moment(place.atMs) },
    what: phraseText(what, (quoted) => `“${cleanText(quoted, QUOTE_LIMIT)}”`),
    instead: ruleOf(rule)?.instead,
    ...{ lostMs, wastedMs },
    agents: agents.map(agentJson),
  };
}

function burstJson(figures: BurstFigures) {
  const { atMs, agents, ...burst } = figures;
  const isUnknown = unmeasuredIn(figures) === agents.length;
  const none = isUnknown ? { wallMs: null, agentsMs: null, atOnce: null } : {};
  return { at: moment(atMs), ...burst, ...none, agents: agents.map(agentJson) };
}

function agentJson({ spans, ...agent }: AgentFigures) {
  return { ...agent, workedMs: spans.length === 0 ? null : totalMs(spans) };
}

function moment(atMs: number): string {
  return new Date(atMs).toISOString();
}
