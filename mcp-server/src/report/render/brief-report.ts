import type { TaskId } from "../../graph/task.ts";
import { plural } from "../../text/format.ts";
import { escapeProse } from "../../text/inline-code.ts";
import { escapeMarkdown } from "../../text/sanitize.ts";
import type { RunReport } from "../aggregate.ts";
import { shareLine } from "../share-line.ts";
import { statusLine } from "./markdown/status-line.ts";
import { waitingLine } from "./markdown/tasks.ts";

/** Of a large plan whose tasks all failed, these are enough to see why. */
const SHOWN = 5;
/** Longest text of a task in it, in characters. */
const TEXT_LIMIT = 120;

/**
 * The report for a conversation that is to stay short, whatever the plan's size: how it ended, what needs the user,
 * what failed or did not run and why, what was not verified, the line worth sharing. The whole is in `renderMarkdown`.
 */
export function renderBriefReport(report: RunReport): string {
  const { groups, tasks, findings, unverified, plan } = report;
  const byId = new Map(tasks.map((task) => [task.task, task]));
  const line = (id: TaskId, why = "") => `- ${escapeMarkdown(id)}: ${escapeProse(why, TEXT_LIMIT)}`;
  const reasons = (ids: readonly TaskId[]) =>
    ids.map((id) => line(id, byId.get(id)?.summary ?? byId.get(id)?.reason));
  // What failed waits for the user as well, and is told once.
  const waiting = report.waitingForUser.filter(({ kind }) => kind === "question").map(waitingLine);
  const open = findings.filter(({ acceptedBy, severity }) => acceptedBy === undefined && severity !== "info");
  const remarks = findings.filter(({ severity }) => severity === "info").length;
  const severe = open.filter(({ severity }) => severity === "critical" || severity === "high").length;
  const lines = [
    statusLine(report),
    ...some("Needs your decision", waiting),
    ...some("Failed", reasons(groups.failed)),
    ...some(
      "To come",
      groups.toCome.map((id) => line(id, byId.get(id)?.reason)),
    ),
    ...some("Not run", reasons(groups.notRun)),
    ...(open.length > 0 ? [`${plural(open.length, "finding")}, ${severe} of them severe.`] : []),
    ...(remarks > 0 ? [`${plural(remarks, "remark")}.`] : []),
    ...(unverified.length > 0 ? [`${plural(unverified.length, "criterion", "criteria")} not verified.`] : []),
    shareLine(report),
    `Everything: plan_report {plan: "${plan.slug}"}.`,
  ];
  return lines.join("\n");
}

function some(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - SHOWN;
  return [`${heading}:`, ...lines.slice(0, SHOWN), ...(more > 0 ? [`- and ${more} more`] : [])];
}
