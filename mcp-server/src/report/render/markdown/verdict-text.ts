import type { ReviewVerdict } from "../../../graph/attempt.ts";
import { escapeProse } from "../../../text/inline-code.ts";

/** A summary that does not begin with the verdict yet, as `rejected: summary`; any other as it is. */
export function withVerdict(verdict: ReviewVerdict, summary: string): string {
  return beginning(verdict, summary) ? summary : `${verdict}: ${summary}`;
}

/** A verdict with what the reviewer said: the word stands there once, also where the summary begins with it. */
export function verdictText(verdict: ReviewVerdict, summary: string): string {
  const found = beginning(verdict, summary);
  if (!found) return `**${verdict}**: ${escapeProse(summary)}`;
  const [begin, word, mark] = found;
  const rest = summary.slice(begin.length);
  return `**${word}**${mark}${/^\s/.test(rest) ? " " : ""}${escapeProse(rest)}`;
}

/** The verdict at the beginning of a summary and the mark behind it, whatever emphasis an agent has put around them. */
function beginning(verdict: ReviewVerdict, summary: string): RegExpExecArray | null {
  return new RegExp(`^\\s*[*_]*(${verdict})(?![\\p{L}\\p{N}])[*_]*([.:,;!]?)[*_]*`, "iu").exec(summary);
}
