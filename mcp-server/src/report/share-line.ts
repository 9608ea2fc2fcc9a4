import { formatDuration, formatFactor, formatPercent, plural } from "../text/format.ts";
import type { RunReport } from "./aggregate.ts";

/** Below this nobody would notice the gain, and measuring it again might show none. */
const NOTICEABLE_SPEEDUP = 1.05;
const NOTHING_RAN = "no agent ran, so nothing was measured";

/**
 * The one line about a run that is worth sharing, and that says so where there is nothing to boast of. Of a run that
 * goes on it says how far it is: how fast it was is not known before its end.
 */
export function shareLine(report: RunReport): string {
  if (report.goesOn) return lineSoFar(report);
  const outsideMain = report.figures.usage?.outsideMain;
  const kept =
    outsideMain === undefined
      ? ""
      : `; ${formatPercent(outsideMain)} of all tokens (agents and main conversation) stayed out of the main context`;
  return `${speedLine(report)}${kept}`;
}

function lineSoFar({ groups, figures: { largestRunning }, tasks }: RunReport): string {
  const done = `${groups.completed.length} of ${plural(tasks.length, "task")} so far`;
  if (largestRunning === undefined) return `${done}; ${NOTHING_RAN}`;
  const running = groups.running.length === 0 ? "none" : groups.running.length;
  const delivering = groups.delivering.length === 0 ? "" : `, ${groups.delivering.length} delivering`;
  const most = largestRunning === 1 ? "one agent at a time" : `at most ${largestRunning} agents at once`;
  return `${done}, ${running} running${delivering}, ${most}`;
}

function speedLine({ groups, figures, tasks }: RunReport): string {
  const done =
    groups.completed.length === tasks.length
      ? plural(tasks.length, "task")
      : `${groups.completed.length} of ${plural(tasks.length, "task")}`;
  const { wallMs, sequentialMs, speedup, largestRunning, nobodyRanMs = 0, breaksMs = 0 } = figures;
  if (wallMs === undefined || largestRunning === undefined) return `${done}; ${NOTHING_RAN}`;
  const agents = largestRunning === 1 ? "one agent at a time" : `${largestRunning} agents at once`;
  if (sequentialMs === undefined || speedup === undefined) {
    return `${done}, ${agents}, ${formatDuration(wallMs)}; the speedup could not be measured`;
  }
  const inTurn = formatDuration(sequentialMs);
  const elapsedMs = wallMs - breaksMs;
  const elapsed = formatDuration(elapsedMs);
  const without = breaksMs > 0 ? `, without ${formatDuration(breaksMs)} in which no agent ran` : "";
  if (speedup >= NOTICEABLE_SPEEDUP) {
    return `${done}, ${agents}, ${formatFactor(speedup)} faster than one after another (${elapsed} instead of ${inTurn}${without})`;
  }
  const waitedMs = nobodyRanMs - breaksMs;
  const waited = waitedMs > elapsedMs / 2 ? `; for ${formatDuration(waitedMs)} of it no agent ran` : "";
  const verdict = speedup > 1 / NOTICEABLE_SPEEDUP ? "as fast as" : "not faster than";
  return `${done}, ${agents}, ${verdict} one after another (${elapsed} against ${inTurn}${waited}${without})`;
}
