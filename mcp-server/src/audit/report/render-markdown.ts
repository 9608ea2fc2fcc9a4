import { formatDay, formatDuration, formatFactor, formatMoment, plural } from "../../text/format.ts";
import { escapeMarkdown, NAME_LIMIT } from "../../text/sanitize.ts";
import { phraseText } from "../rules/phrase.ts";
import type { AuditReport } from "./audit-report.ts";
import { byRule, ruleOf } from "./by-rule.ts";
import { findingTimeline } from "./finding-timeline.ts";
import { type ReportedFinding, type SessionAudit, unmeasuredIn } from "./session-audit.ts";
import { auditShareLine, costOf, gapLines, summaryLines } from "./summary.ts";

const PATH_LIMIT = 400;
const TIMELINE_WIDTH = 96;

/** The audit as Markdown, with every finding. */
export function renderAuditMarkdown(report: AuditReport): string {
  const blocks = [
    "# Parallel audit",
    `Agents in ${report.sessions.length} of ${plural(report.sessionsRead, "session")}.`,
    report.agents === 0 ? "" : bullets(summaryLines(report)),
    verdict(report),
    ...report.findings.flatMap((found, i) => place(found, i + 1)),
    sessionTable(report),
    burstTable(report),
    criteria(report),
    gapLines(report).length === 0 ? "" : `Not read: ${gapLines(report).join(", ")}.`,
    `**${auditShareLine(report)}**`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function verdict(report: AuditReport): string {
  if (report.agents === 0 && report.findings.length === 0) {
    return "No agent was launched: there is nothing to judge.";
  }
  if (report.findings.length === 0) return "✓ No anti-patterns found.";
  const rows = byRule(report).map(
    ({ rule, found }) => `| ${rule.title} | ${found.length} | ${costOf(found) || "not measured"} |`,
  );
  return ["| Anti-pattern | Places | Cost |", "| --- | --- | --- |", ...rows].join("\n");
}

function place(found: ReportedFinding, number: number): string[] {
  const rule = ruleOf(found.rule);
  const cost = costOf([found]);
  const timeline = findingTimeline(found, { width: TIMELINE_WIDTH, colour: false });
  return [
    `## ${number}. ${rule?.title}${cost === "" ? "" : `: ${cost}`}`,
    `${phraseText(found.what, quote)}.`,
    ...(timeline === undefined ? [] : [`\`\`\`text\n${timeline}\n\`\`\``]),
    bullets([
      `Instead: ${rule?.instead}`,
      `Place: ${escapeMarkdown(found.file, PATH_LIMIT)}, line ${found.place.line}, ${formatMoment(found.place.atMs)}`,
    ]),
  ];
}

function criteria(report: AuditReport): string {
  const groups = byRule(report);
  if (groups.length === 0) return "";
  return `What counts as an anti-pattern:\n\n${bullets(groups.map(({ rule }) => `**${rule.title}**: ${rule.criterion}`))}`;
}

function sessionTable({ sessions }: AuditReport): string {
  if (sessions.length < 2) return "";
  const rows = sessions.map(sessionRow);
  return [
    "| Session | Day | Asked for | Agents | Bursts | Speedup | Lost | Findings |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function sessionRow(session: SessionAudit): string {
  const { id, title, startMs, agents, bursts, agentsMs, elapsedMs, lostMs, findings } = session;
  const cells = [
    escapeMarkdown(id, NAME_LIMIT),
    formatDay(startMs),
    title === "" ? "" : quote(title),
    agents,
    bursts.length,
    elapsedMs > 0 ? formatFactor(agentsMs / elapsedMs) : "not measured",
    formatDuration(lostMs),
    findings.length,
  ];
  return `| ${cells.join(" | ")} |`;
}

function burstTable({ sessions }: AuditReport): string {
  const rows = sessions.flatMap(({ id, bursts }) =>
    bursts.map((burst) => {
      const { atMs, line, agents, atOnce, agentsMs, wallMs } = burst;
      const figures =
        unmeasuredIn(burst) === agents.length
          ? ["not measured", "not measured", "not measured"]
          : [atOnce, formatDuration(agentsMs), formatDuration(wallMs)];
      const cells = [escapeMarkdown(id, NAME_LIMIT), line, formatMoment(atMs), agents.length, ...figures];
      return `| ${cells.join(" | ")} |`;
    }),
  );
  if (rows.length === 0) return "";
  return [
    "Bursts (the agents of one message):",
    "",
    "| Session | Line | When | Agents | At once | Their times added up | Wall time |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function quote(quoted: string): string {
  return `“${escapeMarkdown(quoted, NAME_LIMIT)}”`;
}
