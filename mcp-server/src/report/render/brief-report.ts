import type { TaskId } from "../../graph/task.ts";
import { newTokens, type Usage } from "../../graph/usage.ts";
import { costText } from "../../policy/spending/price-table.ts";
import { formatCount, plural } from "../../text/format.ts";
import { escapeProse } from "../../text/inline-code.ts";
import { escapeMarkdown } from "../../text/sanitize.ts";
import type { RunReport } from "../aggregate.ts";
import { shareLine } from "../share-line.ts";
import { statusLine } from "./markdown/status-line.ts";
import { waitingLine } from "./markdown/tasks.ts";

/** Longest it ever gets, in characters, whatever the plan is. */
export const MAX_BRIEF_REPORT = 2_300;
/** Of a large plan whose tasks all failed, so many are enough to see why; fewer where they are long. */
const SHOWN = 5;
/** Longest text of a task in it, in characters. */
const TEXT_LIMIT = 120;

/**
 * The report for a conversation that is to stay short, whatever the plan's size: how it ended, what needs the user,
 * what failed or did not run and why, what was not verified, the figures that matter. The whole is in `renderMarkdown`.
 */
export function renderBriefReport(report: RunReport): string {
  for (let shown = SHOWN; ; shown -= 1) {
    const text = linesOf(report, shown).join("\n");
    if (text.length <= MAX_BRIEF_REPORT) return text;
    if (shown === 0) return `${text.slice(0, MAX_BRIEF_REPORT - 1)}…`;
  }
}

function linesOf(report: RunReport, shown: number): string[] {
  const { groups, tasks, findings, unverified } = report;
  const byId = new Map(tasks.map((task) => [task.task, task]));
  const line = (id: TaskId, why = "") => `- ${escapeMarkdown(id)}: ${escapeProse(why, TEXT_LIMIT)}`;
  const some = (heading: string, lines: readonly string[]) => section(heading, lines, shown);
  const reasons = (ids: readonly TaskId[]) =>
    ids.map((id) => line(id, byId.get(id)?.summary ?? byId.get(id)?.reason));
  // What failed waits for the user as well, and is told once.
  const waiting = report.waitingForUser.filter(({ kind }) => kind === "question").map(waitingLine);
  const open = findings.filter(({ acceptedBy, severity }) => acceptedBy === undefined && severity !== "info");
  const remarks = findings.filter(({ severity }) => severity === "info").length;
  const severe = open.filter(({ severity }) => severity === "critical" || severity === "high");
  return [
    statusLine(report),
    ...some("Needs your decision", waiting),
    ...some("Failed", reasons(groups.failed)),
    ...some(
      "Limits",
      report.decisions
        .filter(({ isLimit }) => isLimit)
        .map(({ reason }) => `- ${escapeProse(reason, TEXT_LIMIT)}`),
    ),
    ...some(
      "To come",
      groups.toCome.map((id) => line(id, byId.get(id)?.reason)),
    ),
    ...some("Not run", reasons(groups.notRun)),
    ...some(
      "Severe findings",
      severe.map(({ severity, file, text }) => {
        const where = file === undefined ? "" : ` ${escapeMarkdown(file, TEXT_LIMIT)}`;
        return `- ${severity}${where}: ${escapeProse(text, TEXT_LIMIT)}`;
      }),
    ),
    ...(open.length > 0 ? [`${plural(open.length, "finding")}, ${severe.length} of them severe.`] : []),
    ...(remarks > 0 ? [`${plural(remarks, "remark")}.`] : []),
    ...(unverified.length > 0 ? [`${plural(unverified.length, "criterion", "criteria")} not verified.`] : []),
    shareLine(report),
    ...tokensLine(report),
  ];
}

function section(heading: string, lines: readonly string[], shown: number): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - shown;
  return [
    `${heading}:`,
    ...lines.slice(0, shown),
    ...(more > 0 ? [`- ${shown === 0 ? more : `and ${more} more`}`] : []),
  ];
}

function tokensLine({ figures: { usage, spending } }: RunReport): string[] {
  const { total, prices } = spending ?? {};
  const cost = total && prices ? escapeMarkdown(costText(total, prices.currency)) : undefined;
  const of = (who: string, used: Usage | undefined) =>
    used === undefined ? [] : [`${who} ${formatCount(newTokens(used))}`];
  const parts = [...of("agents", usage?.agents), ...of("main conversation", usage?.main)];
  return parts.length === 0
    ? []
    : [`Tokens without cache reads: ${parts.join(", ")}.${cost === undefined ? "" : ` Cost: ${cost}.`}`];
}
