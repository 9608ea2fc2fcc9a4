import { plural } from "../../../text/format.ts";
import { codeSpan, escapeProse } from "../../../text/inline-code.ts";
import { FINDING_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import type { MergedFinding } from "../../tasks/merged-findings.ts";
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
  const said = summary === undefined ? "" : `: ${escapeProse(summary)}`;
  const fixed =
    fix === undefined
      ? ""
      : ` Fix: ${bold(fix.task)} (${fix.status.replace("_", " ")})${fix.summary === undefined ? "." : `: ${escapeProse(fix.summary)}`}`;
  return `  - Review ${round} (${bold(review)}${who}): ${what}${found}${said}${fixed}`;
}

export function runAgainLines({ runAgain }: RunReport): string[] {
  return runAgain.map(({ command, of, verification, exitCode }) => {
    const how =
      exitCode === undefined ? "not run yet" : exitCode === 0 ? "exit code 0" : `**exit code ${exitCode}**`;
    return `- ${codeSpan(command)} (for ${some(of.map(name))}): ${how} in ${bold(verification)}`;
  });
}

/** What is open, as far as anybody knows. */
export function findingLines({ findings }: RunReport): string[] {
  return findings.filter(({ acceptedBy }) => acceptedBy === undefined).map(findingLine);
}

/** What a review found and a later one accepted as fixed. */
export function fixedLines({ findings }: RunReport): string[] {
  return findings.filter(({ acceptedBy }) => acceptedBy !== undefined).map(findingLine);
}

function findingLine({ severity, file, text, foundBy, acceptedBy }: MergedFinding): string {
  const where = file ? `${name(file)}: ` : "";
  const accepted = acceptedBy === undefined ? "" : `; accepted as fixed in ${name(acceptedBy)}`;
  return `- **${severity}** ${where}${escapeProse(text, FINDING_LIMIT)} (found by ${foundBy.map(name).join(", ")}${accepted})`;
}
