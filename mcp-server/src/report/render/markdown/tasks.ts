import type { Evidence } from "../../../graph/attempt.ts";
import { modelChoiceText } from "../../../graph/model/model-choice.ts";
import { newTokens } from "../../../graph/usage.ts";
import { standingText } from "../../../policy/evidence-text.ts";
import { moneyText } from "../../../policy/spending/price-table.ts";
import { formatCount, formatDuration, plural } from "../../../text/format.ts";
import { codeSpan, escapeProse } from "../../../text/inline-code.ts";
import { escapeMarkdown, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import { DELIVERING_MARK, MARKS } from "../../tasks/status-mark.ts";
import type { AttemptResult, TaskResult } from "../../tasks/task-result.ts";
import { agentName, bold } from "./names.ts";
import { verdictText } from "./verdict-text.ts";

/** Per task; the JSON has them all. */
const SHOWN_EVIDENCE = 3;
/** What was inspected is told in words, in characters: the proof of a review is nothing else. */
const INSPECTED_LIMIT = 300;

/**
 * @param reason what the task's reason is called.
 * @param currency of what it cost; absent: nobody knows that.
 */
export function taskLines(task: TaskResult, reason: string, currency: string | undefined): string[] {
  const facts = [
    ...roleOf(task),
    ...(task.durationMs === undefined ? [] : [formatDuration(task.durationMs)]),
    ...(task.usage ? [`${formatCount(newTokens(task.usage))} tokens`] : []),
    ...(task.cost && !task.cost.unpriced && currency
      ? [escapeMarkdown(moneyText(task.cost.amount, currency))]
      : []),
    ...(task.attempts.length > 1 ? [plural(task.attempts.length, "attempt")] : []),
  ];
  const mark = task.outcome === "delivering" ? DELIVERING_MARK : MARKS[task.status];
  const head = `- ${mark} ${bold(task.task)} ${escapeMarkdown(task.subject, NAME_LIMIT)}`;
  return [
    facts.length > 0 ? `${head} (${facts.join(", ")})` : head,
    ...(task.reason ? [`  - ${reason}: ${escapeProse(task.reason)}`] : []),
    ...(task.summary ? [`  - ${task.unstructured ? "Last message" : "Result"}: ${resultOf(task)}`] : []),
    ...(task.evidence.length > 0 ? [`  - Evidence: ${evidenceOf(task.evidence)}`] : []),
    ...task.attempts.slice(0, -1).map((attempt) => {
      const { number, outcome, durationMs, cause } = attempt;
      const why = cause ? `: ${escapeProse(cause)}` : "";
      return `  - Attempt ${number}${onModel(attempt)} ${outcome} after ${formatDuration(durationMs)}${why}`;
    }),
  ];
}

function roleOf({ attempts }: TaskResult): string[] {
  const last = attempts.at(-1);
  return last === undefined ? [] : [`${agentName(last.agentType)}${onModel(last)}`];
}

/** ` on haiku low`, where somebody chose. */
function onModel({ chosenModel }: AttemptResult): string {
  return chosenModel === undefined ? "" : ` on ${modelChoiceText(chosenModel)}`;
}

function resultOf({ verdict, summary = "" }: TaskResult): string {
  return verdict === undefined ? escapeProse(summary) : verdictText(verdict, summary);
}

function evidenceOf(evidence: readonly Evidence[]): string {
  const shown = evidence.slice(0, SHOWN_EVIDENCE).map(proofOf);
  const more = evidence.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

function proofOf(item: Evidence): string {
  const short = (text: string) => escapeProse(text, NAME_LIMIT);
  if ("notVerified" in item) return `not verified${item.criterion ? `: ${short(item.criterion)}` : ""}`;
  if ("inspected" in item) return `inspected: ${escapeProse(item.inspected, INSPECTED_LIMIT)}`;
  const result = item.result.trim() === "" ? "" : `, ${short(item.result)}`;
  const standing = standingText(item);
  const worth = standing === "" ? "" : ` (${escapeProse(standing)})`;
  return `${codeSpan(item.command)} → exit code ${item.exitCode}${worth}${result}`;
}

/** A task that cannot go on without the user. */
export function waitingLine({
  task,
  kind,
  text,
  attempts,
  heldUp,
}: RunReport["waitingForUser"][number]): string {
  const what = {
    question: "asks",
    failed: `failed after ${plural(attempts, "attempt")}`,
    cancelled: "was cancelled",
  }[kind];
  const held =
    heldUp.length === 0 ? "" : ` (holds up ${heldUp.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(", ")})`;
  return `- ${bold(task)} ${what}${held}: ${escapeProse(text)}`;
}
