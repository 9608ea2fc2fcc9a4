import { cleanText } from "../report/escape.ts";
import type { Found } from "./audit.ts";
import type { AuditReport } from "./audit-report.ts";
import { speak } from "./phrase.ts";
import { ruleOf } from "./tell.ts";

const QUOTE_LIMIT = 240;
/** Legal in JSON, and yet orders to a terminal or invisible: C1 controls, bidi and zero-width characters, tags. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

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
  return JSON.stringify({ ...report, findings, sessions }).replace(INVISIBLE, escaped);
}

function findingJson({ rule, session, file, place, what, lostMs, wastedMs, agents }: Found) {
  return {
    rule,
    title: ruleOf(rule)?.title,
    ...{ session, file, line: place.line, at: moment(place.atMs) },
    what: speak(what, (foreign) => `“${cleanText(foreign, QUOTE_LIMIT)}”`),
    instead: ruleOf(rule)?.instead,
    ...{ lostMs, wastedMs, agents },
  };
}

function moment(atMs: number): string {
  return new Date(atMs).toISOString();
}

function escaped(character: string): string {
  return [...character]
    .flatMap((one) => Array.from({ length: one.length }, (_, i) => one.charCodeAt(i)))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}
