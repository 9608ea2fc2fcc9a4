import type { TaskId } from "../../graph/task.ts";
import { renderTimeline } from "../../report/timeline/timeline.ts";
import type { BarKind } from "../../report/timeline/timeline-rows.ts";
import type { AgentFigures, ReportedFinding } from "./session-audit.ts";

/** More rows than these are no picture any more. */
const MAX_ROWS = 12;
const KINDS: Readonly<Record<AgentFigures["outcome"], BarKind>> = {
  completed: "completed",
  failed: "failed",
  refused: "failed",
  stopped: "cancelled",
  // The transcript ends before it did.
  unfinished: "running",
};

/** When the agents of a finding worked, one above the other; `undefined` where a picture shows nothing. */
export function findingTimeline(
  { agents }: ReportedFinding,
  options: { readonly width: number; readonly colour: boolean },
): string | undefined {
  const isMeasured = agents.every(({ spans }) => spans.length > 0);
  if (!isMeasured || agents.length < 2 || agents.length > MAX_ROWS) return undefined;
  const rows = agents.map(({ name, spans, outcome }, i) => ({
    task: String(i + 1) as TaskId,
    subject: name,
    bars: spans.map(({ startMs, endMs }) => ({ startMs, endMs, kind: KINDS[outcome] })),
  }));
  return renderTimeline(rows, options);
}
