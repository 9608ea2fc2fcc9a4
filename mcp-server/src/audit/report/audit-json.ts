import { cleanText } from "../../text/sanitize.ts";
import { visibleJson } from "../../text/visible-json.ts";
import { phraseText } from "../rules/phrase.ts";
import type { AuditReport } from "./audit-report.ts";
import { ruleOf } from "./by-rule.ts";
import type { ReportedFinding } from "./session-audit.ts";

const QUOTE_LIMIT = 240;
/** The audit as one line of JSON, with every figure and finding. Times are milliseconds, moments ISO 8601. */
export function auditJson(report: AuditReport): string {
  const findings = report.findings.map(findingJson);
  const sessions = report.sessions.map(({ findings, startMs, endMs, bursts, ...session }) => ({
    ...session,
    start: moment(startMs),
    end: moment(endMs),
    bursts: bursts.map(({ atMs, ...burst }) => ({ at: moment(atMs), ...burst })),
    findings: findings.length,
  }));
  return visibleJson({ ...report, findings, sessions });
}

function findingJson({ rule, session, file, place, what, lostMs, wastedMs, agents }: ReportedFinding) {
  return {
    rule,
    title: ruleOf(rule)?.title,
    ...{ session, file, line: place.line, at: moment(place.atMs) },
    what: phraseText(what, (quoted) => `“${cleanText(quoted, QUOTE_LIMIT)}”`),
    instead: ruleOf(rule)?.instead,
    ...{ lostMs, wastedMs, agents },
  };
}

function moment(atMs: number): string {
  return new Date(atMs).toISOString();
}
