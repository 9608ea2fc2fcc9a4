import { plural } from "../../../text/format.ts";
import { escapeMarkdown, FINDING_LIMIT, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import type { ReviewRound } from "../../tasks/reviews.ts";
import { agentName, bold, name, some } from "./names.ts";

export function reviewLines({ reviews }: RunReport): string[] {
  return reviews.flatMap(({ task, state, rounds }) => {
    const mark = { accepted: "✓", "under review": "▶", "waits for a person": "✗" }[state];
    const how = state === "accepted" ? `accepted in review ${rounds.at(-1)?.round}` : state;
    const head = `- ${mark} ${task === undefined ? "**The plan as a whole**" : bold(task)}: ${how}`;
    return [head, ...rounds.map(roundLine)];
  });
}

function roundLine({ round, review, status, verdict, summary, findings, by, fix }: ReviewRound): string {
  const who = by.length === 0 ? "" : ` by ${some([...new Set(by)].map(agentName))}`;
  const what = verdict ?? (status === "failed" ? "**no verdict**" : status.replace("_", " "));
  const found = findings === 0 ? "" : `, ${plural(findings, "finding")}`;
  const said = summary === undefined ? "" : `: ${escapeMarkdown(summary)}`;
  const fixed =
    fix === undefined
      ? ""
      : ` Fix: ${bold(fix.task)} (${fix.status.replace("_", " ")})${fix.summary === undefined ? "." : `: ${escapeMarkdown(fix.summary)}`}`;
  return `  - Review ${round} (${bold(review)}${who}): ${what}${found}${said}${fixed}`;
}

export function runAgainLines({ runAgain }: RunReport): string[] {
  return runAgain.map(({ command, of, verification, exitCode }) => {
    const how =
      exitCode === undefined ? "not run yet" : exitCode === 0 ? "succeeded" : `**exit code ${exitCode}**`;
    return `- ${name(command)} (for ${some(of.map(name))}): ${how} in ${bold(verification)}`;
  });
}

export function findingLines({ findings }: RunReport): string[] {
  return findings.map(({ severity, file, text, foundBy }) => {
    const where = file ? `${escapeMarkdown(file, NAME_LIMIT)}: ` : "";
    const who = foundBy.map((task) => escapeMarkdown(task, NAME_LIMIT)).join(", ");
    return `- **${severity}** ${where}${escapeMarkdown(text, FINDING_LIMIT)} (found by ${who})`;
  });
}
