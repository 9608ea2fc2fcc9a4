import type { RunReport } from "./aggregate.ts";
import { formatDuration, formatFactor, formatPercent, plural } from "./format.ts";

/** Below this nobody would notice the gain, and measuring it again might show none. */
const NOTICEABLE_SPEEDUP = 1.05;

/** The one line about a run that is worth sharing, and that says so where there is nothing to boast of. */
export function shareLine(report: RunReport): string {
  const outsideMain = report.figures.usage?.outsideMain;
  const kept =
    outsideMain === undefined
      ? ""
      : `; ${formatPercent(outsideMain)} of the tokens stayed out of the main context`;
  return `${speedLine(report)}${kept}`;
}

function speedLine({ groups, figures, tasks, verdict }: RunReport): string {
  const done =
    groups.completed.length === tasks.length
      ? plural(tasks.length, "task")
      : `${groups.completed.length} of ${plural(tasks.length, "task")}${verdict === "running" ? " so far" : ""}`;
  const { wallMs, sequentialMs, speedup, largestRunning, nobodyRanMs } = figures;
  if (wallMs === undefined || largestRunning === undefined)
    return `${done}; no agent ran, so nothing was measured`;
  const agents = largestRunning === 1 ? "one agent at a time" : `${largestRunning} agents at once`;
  if (sequentialMs === undefined || speedup === undefined) {
    return `${done}, ${agents}, ${formatDuration(wallMs)}; the speedup could not be measured`;
  }
  const inTurn = formatDuration(sequentialMs);
  if (speedup >= NOTICEABLE_SPEEDUP) {
    return `${done}, ${agents}, ${formatFactor(speedup)} faster than one after another (${formatDuration(wallMs)} instead of ${inTurn})`;
  }
  const unattended =
    nobodyRanMs !== undefined && nobodyRanMs > wallMs / 2
      ? `; for ${formatDuration(nobodyRanMs)} of it no agent ran`
      : "";
  return `${done}, ${agents}, not faster than one after another (${formatDuration(wallMs)} against ${inTurn}${unattended})`;
}
