import { plural } from "../../../text/format.ts";
import { codeSpan, escapeProse } from "../../../text/inline-code.ts";
import { FINDING_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import type { MergedFinding } from "../../tasks/merged-findings.ts";
import type { ReviewerVerdict, ReviewRound } from "../../tasks/reviews.ts";
import { agentName, bold, name, some } from "./names.ts";
import { verdictText } from "./verdict-text.ts";

export function reviewLines({ verdicts, reviews }: RunReport): string[] {
  const works = reviews.flatMap(({ task, state, rounds }) => {
    const mark = { accepted: "✓", "under review": "▶", "waits for a person": "✗" }[state];
    const how = state === "accepted" ? `accepted in review ${rounds.at(-1)?.round}` : state;
    const head = `- ${mark} ${task === undefined ? "**The plan as a whole**" : bold(task)}: ${how}`;
    return [head, ...rounds.map(roundLine)];
  });
  return [...verdicts.map(verdictLine), ...works];
}

function verdictLine(review: ReviewerVerdict): string {
  const { task, subject, agentType, verdict, summary, findings, acceptedBy } = review;
  const facts = [agentName(agentType), ...(findings === 0 ? [] : [plural(findings, "finding")])].join(", ");
  const later = acceptedBy === undefined ? "" : `; accepted later in ${bold(acceptedBy)}`;
  const mark = verdict === "accepted" ? "✓" : "✗";
  return `- ${mark} ${bold(task)} ${name(subject)} (${facts}${later}): ${verdictText(verdict, summary)}`;
}

function roundLine({ round, review, status, verdict, summary, findings, by, fix }: ReviewRound): string {
  const who = by.length === 0 ? "" : ` by ${some([...new Set(by)].map(agentName))}`;
  const found = findings === 0 ? "" : `, ${plural(findings, "finding")}`;
  const without = status === "failed" ? "**no verdict**" : status.replace("_", " ");
  const said =
    verdict !== undefined && summary !== undefined
      ? verdictText(verdict, summary)
      : `${without}${summary === undefined ? "" : `: ${escapeProse(summary)}`}`;
  const fixed =
    fix === undefined
      ? ""
      : ` Fix: ${bold(fix.task)} (${fix.status.replace("_", " ")})${fix.summary === undefined ? "." : `: ${escapeProse(fix.summary)}`}`;
  return `  - Review ${round} (${bold(review)}${who}${found}): ${said}${fixed}`;
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
