import { cleanText, NAME_LIMIT } from "../../text/sanitize.ts";
import { MARKS } from "../tasks/status-mark.ts";
import type { BarKind, TimelineRow } from "./timeline-rows.ts";

const HOUR = 3_600_000;
/** Mermaid's tags decide the colour of a bar. */
const TAGS: Readonly<Record<BarKind, string>> = {
  completed: "done, ",
  running: "active, ",
  delivering: "active, ",
  planned: "",
  failed: "crit, ",
  unreported: "crit, ",
  blocked: "crit, done, ",
  cancelled: "crit, done, ",
  lost: "crit, done, ",
};

/** A timeline as a Mermaid gantt chart in a code block of Markdown: a bar for each attempt. */
export function renderGantt(rows: readonly TimelineRow[]): string {
  const spans = rows.flatMap((row) => row.bars);
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.endMs));
  const bars = rows.flatMap((row) =>
    row.bars.map((bar, i) => {
      const again = i === 0 ? "" : ` (attempt ${i + 1})`;
      // A bar of no length would not be drawn.
      const end = Math.max(bar.endMs, bar.startMs + 1);
      return `  ${nameOf(row)}${again} :${TAGS[bar.kind]}${bar.startMs}, ${end}`;
    }),
  );
  return [
    "```mermaid",
    "gantt",
    "  dateFormat x",
    `  axisFormat ${endMs - startMs < HOUR ? "%M:%S" : "%H:%M"}`,
    ...bars,
    "```",
  ].join("\n");
}

/**
 * A name without the characters that mean something to Mermaid's grammar. The mark in front keeps a subject
 * such as `click here` from being read as a statement.
 */
function nameOf({ task, subject, status }: TimelineRow): string {
  const name = cleanText(`${task} ${subject}`, NAME_LIMIT)
    .replace(/[:;#%`"'<>{}\\&]+/g, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return `${status === undefined ? "•" : MARKS[status]} ${name}`;
}
