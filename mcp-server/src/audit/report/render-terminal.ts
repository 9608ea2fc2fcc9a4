import { homedir } from "node:os";
import { sep } from "node:path";
import { createColors } from "picocolors";
import { cellWidth } from "../../text/cell-width.ts";
import { formatDay, formatDuration, formatFactor, formatMoment, plural } from "../../text/format.ts";
import { cleanText } from "../../text/sanitize.ts";
import { wrapText } from "../../text/wrap-text.ts";
import { phraseText } from "../rules/phrase.ts";
import type { AuditReport } from "./audit-report.ts";
import { byRule, ruleOf } from "./by-rule.ts";
import { findingTimeline } from "./finding-timeline.ts";
import type { ReportedFinding, SessionAudit } from "./session-audit.ts";
import { auditShareLine, burstWords, costOf, gapLines, summaryLines } from "./summary.ts";

/** In full; the rest is counted, and is in the other formats. */
const SHOWN_FINDINGS = 8;
const SHOWN_TIMELINES = 2;
const SHOWN_SESSIONS = 10;
const QUOTE_LIMIT = 80;
const PATH_LIMIT = 400;
const ID_LIMIT = 80;
const SHORT_ID = 8;
const SHOWN_BURSTS = 20;
/** Wider lines are hard to read. */
const MAX_WIDTH = 110;
const MIN_WIDTH = 20;

type Colours = ReturnType<typeof createColors>;

interface Style {
  readonly width: number;
  readonly colours: Colours;
}

/** The audit for a terminal of any width. */
export function renderTerminal(
  report: AuditReport,
  options: { readonly width: number; readonly colour: boolean },
): string {
  const width = Math.max(MIN_WIDTH, Math.min(options.width, MAX_WIDTH));
  const style: Style = { width, colours: createColors(options.colour) };
  const blocks = [
    heading(report, style),
    ...(report.agents > 0 ? [summaryLines(report).flatMap((line) => paragraph(line, style, "  "))] : []),
    verdict(report, style),
    ...places(report, style),
    bursts(report, style),
    sessions(report, style),
    gaps(report, style),
    paragraph(`Share: ${auditShareLine(report)}`, style, "", style.colours.bold),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function heading({ sessions, sessionsRead }: AuditReport, style: Style): string[] {
  const times = sessions.flatMap((session) => [session.startMs, session.endMs]).filter((ms) => ms > 0);
  const days = [...new Set([Math.min(...times), Math.max(...times)].filter(Number.isFinite).map(formatDay))];
  const when = days.length === 0 ? "" : `, ${days.join(" to ")}`;
  const title = `parallel audit: agents in ${sessions.length} of ${plural(sessionsRead, "session")}${when}`;
  return paragraph(title, style, "", style.colours.bold);
}

function verdict(report: AuditReport, style: Style): string[] {
  const { colours } = style;
  if (report.agents === 0 && report.findings.length === 0) {
    return paragraph("No agent was launched: there is nothing to judge.", style, "");
  }
  if (report.findings.length === 0) return paragraph("✓ No anti-patterns found.", style, "", colours.green);
  const groups = byRule(report);
  const titles = groups.map(
    ({ rule, found }) => `✗ ${rule.title}${found.length > 1 ? ` (${found.length}×)` : ""}`,
  );
  const widest = Math.max(...titles.map(cellWidth));
  return [
    ...paragraph(`Anti-patterns: ${report.findings.length}`, style, "", colours.bold),
    ...groups.flatMap(({ found }, i) => {
      const title = titles[i] ?? "";
      const line = `${title}${" ".repeat(widest - cellWidth(title))}  ${costOf(found)}`.trimEnd();
      return cellWidth(line) + 2 <= style.width
        ? [`  ${colours.red(line.slice(0, 1))}${line.slice(1)}`]
        : paragraph(`${title}: ${costOf(found)}`.replace(/: $/, ""), style, "  ");
    }),
  ];
}

function places({ findings }: AuditReport, style: Style): string[][] {
  const shown = findings.slice(0, SHOWN_FINDINGS);
  const folder = commonFolder(findings.map((found) => found.file));
  let timelines = 0;
  const blocks = shown.map((found, i) => {
    const timeline =
      timelines < SHOWN_TIMELINES
        ? findingTimeline(found, { width: style.width - 3, colour: style.colours.isColorSupported })
        : undefined;
    if (timeline !== undefined) timelines++;
    return place(found, i + 1, folder, timeline, style);
  });
  const rest = findings.length - shown.length;
  if (folder !== "")
    blocks.push(paragraph(`Places are below ${ownPath(folder)}`, style, "", style.colours.dim));
  if (rest > 0) blocks.push(paragraph(`and ${rest} more: --markdown and --json have them all`, style, ""));
  return blocks;
}

function place(
  found: ReportedFinding,
  number: number,
  folder: string,
  timeline: string | undefined,
  style: Style,
): string[] {
  const { colours } = style;
  const rule = ruleOf(found.rule);
  const cost = costOf([found]);
  const where = `${ownPath(found.file.slice(folder.length))}:${found.place.line}, ${formatMoment(found.place.atMs)}`;
  return [
    ...paragraph(`${number}. ${rule?.title}${cost === "" ? "" : `: ${cost}`}`, style, "", colours.bold),
    ...paragraph(`${phraseText(found.what, quote)}.`, style, "   "),
    ...(timeline === undefined ? [] : timeline.split("\n").map((line) => `   ${line}`)),
    ...paragraph(`Instead: ${rule?.instead}`, style, "   ", colours.cyan),
    ...paragraph(where, style, "   ", colours.dim),
  ];
}

/** The folder that all files lie in, with its last separator; empty where there are no files. */
function commonFolder(files: readonly string[]): string {
  const [first = "", ...others] = files;
  let folder = first.slice(0, first.lastIndexOf(sep) + 1);
  while (!others.every((file) => file.startsWith(folder))) {
    folder = folder.slice(0, folder.lastIndexOf(sep, folder.length - 2) + 1);
  }
  return folder;
}

function ownPath(path: string): string {
  const home = homedir();
  return cleanText(path.startsWith(home) ? `~${path.slice(home.length)}` : path, PATH_LIMIT);
}

/** Every burst of one session; of several, the other formats have them. */
function bursts({ sessions }: AuditReport, style: Style): string[] {
  const [session] = sessions;
  if (session === undefined || sessions.length > 1 || session.bursts.length === 0) return [];
  const lines = session.bursts
    .slice(0, SHOWN_BURSTS)
    .map((burst) => `${formatMoment(burst.atMs)}, line ${burst.line}: ${burstWords(burst)}`);
  const rest = session.bursts.length - lines.length;
  return [
    ...paragraph("Bursts (the agents of one message)", style, "", style.colours.bold),
    ...lines.flatMap((line) => paragraph(line, style, "  ")),
    ...(rest > 0 ? paragraph(`and ${rest} more`, style, "  ") : []),
  ];
}

function sessions(report: AuditReport, style: Style): string[] {
  if (report.sessions.length < 2) return [];
  const shown = report.sessions.slice(0, SHOWN_SESSIONS);
  const rest = report.sessions.length - shown.length;
  return [
    ...paragraph("Sessions", style, "", style.colours.bold),
    ...shown.flatMap((session) => paragraph(sessionLine(session), style, "  ")),
    ...(rest > 0 ? paragraph(`and ${rest} more`, style, "  ") : []),
  ];
}

function sessionLine(session: SessionAudit): string {
  const { id, title, startMs, agents, bursts, agentsMs, elapsedMs, lostMs, findings } = session;
  const figures = [
    plural(agents, "agent"),
    plural(bursts.length, "burst"),
    ...(elapsedMs > 0 ? [formatFactor(agentsMs / elapsedMs)] : []),
    ...(lostMs > 0 ? [`${formatDuration(lostMs)} lost`] : []),
    plural(findings.length, "finding"),
  ].join(", ");
  return `${cleanText(id, ID_LIMIT).slice(0, SHORT_ID)} ${formatDay(startMs)} ${title === "" ? "" : `${quote(title)} `}${figures}`;
}

function gaps(report: AuditReport, style: Style): string[] {
  const lines = gapLines(report);
  return lines.length === 0 ? [] : paragraph(`Not read: ${lines.join(", ")}.`, style, "", style.colours.dim);
}

function paragraph(
  text: string,
  { width }: Style,
  indent: string,
  paint: (line: string) => string = (line) => line,
): string[] {
  return wrapText(text, width - indent.length).map((line) => `${indent}${paint(line)}`);
}

function quote(quoted: string): string {
  return `“${cleanText(quoted, QUOTE_LIMIT)}”`;
}
