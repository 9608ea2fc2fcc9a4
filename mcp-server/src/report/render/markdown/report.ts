import type { TaskId } from "../../../graph/task.ts";
import { formatMoment } from "../../../text/format.ts";
import { escapeProse } from "../../../text/inline-code.ts";
import { escapeMarkdown, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import { shareLine } from "../../share-line.ts";
import { DELIVERING_MARK, MARKS } from "../../tasks/status-mark.ts";
import { measuredSection } from "./figures.ts";
import { commitLines, fileLines } from "./files.ts";
import { gateLines } from "./gate.ts";
import { bold } from "./names.ts";
import { findingLines, fixedLines, reviewLines, runAgainLines } from "./reviews.ts";
import { spendingSection } from "./spending.ts";
import { statusLine } from "./status-line.ts";
import { taskLines, waitingLine } from "./tasks.ts";

/** The report for people: what happened, what needs them, what was found, how well it ran. */
export function renderMarkdown(report: RunReport): string {
  const { groups } = report;
  const byId = new Map(report.tasks.map((task) => [task.task, task]));
  const linesOf = (ids: readonly TaskId[], reason = "Reason") =>
    ids
      .flatMap((id) => byId.get(id) ?? [])
      .flatMap((task) => taskLines(task, reason, report.figures.spending?.prices?.currency));
  const sections = [
    section("Needs your decision", report.waitingForUser.map(waitingLine)),
    section(`Failed ${MARKS.failed}`, linesOf(groups.failed)),
    section(`Not run ${MARKS.pending}`, linesOf(groups.notRun)),
    section(`Running ${MARKS.in_progress}`, linesOf(groups.running)),
    section(`Delivering ${DELIVERING_MARK}`, linesOf(groups.delivering)),
    section(`To come ${MARKS.pending}`, linesOf(groups.toCome, "State")),
    section(`Completed ${MARKS.completed}`, linesOf(groups.completed)),
    section(`Cancelled ${MARKS.cancelled}`, linesOf(groups.cancelled)),
    section("Reviews", reviewLines(report)),
    section("Findings", findingLines(report)),
    section("Findings that were fixed", fixedLines(report)),
    section(
      "Not verified",
      report.unverified.map(({ task, criterion, why }) => {
        const what = criterion ? `${escapeProse(criterion)}: ` : "";
        return `- ${bold(task)} ${what}${escapeProse(why)}`;
      }),
    ),
    section("Re-verified in isolation", runAgainLines(report)),
    section("Files and scopes", fileLines(report)),
    section("Commits", commitLines(report)),
    section("The gate", gateLines(report)),
    section(
      "Discoveries",
      report.discoveries.map(({ task, text }) => `- ${bold(task)} ${escapeProse(text)}`),
    ),
    section("Decisions taken", decisionLines(report)),
    section(
      "Not understood here",
      (report.newerParts ?? []).map((text) => `- ${escapeMarkdown(text)}`),
    ),
    measuredSection(report),
    spendingSection(report),
  ];
  const title = `# Parallel Execution Results: ${escapeMarkdown(report.plan.title, NAME_LIMIT)}`;
  const blocks = [title, statusLine(report), momentLine(report), ...sections.flatMap((block) => block ?? [])];
  return `${blocks.join("\n\n")}\n\n**${shareLine(report)}**\n`;
}

function section(heading: string, lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : `## ${heading}\n\n${lines.join("\n")}`;
}

function momentLine({ atMs, endedAtMs }: RunReport): string {
  return endedAtMs === undefined ? `As of ${formatMoment(atMs)}.` : `Ended ${formatMoment(endedAtMs)}.`;
}

function decisionLines({ decisions, refused }: RunReport): string[] {
  return [
    ...decisions.map(({ decision, reason }) => `- ${escapeMarkdown(decision)}: ${escapeProse(reason)}`),
    ...refused.map(
      ({ task, why }) => `- A report or update for ${bold(task)} was refused: ${escapeMarkdown(why)}`,
    ),
  ];
}
