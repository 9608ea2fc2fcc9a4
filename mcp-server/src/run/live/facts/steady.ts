import type { Forecast, SnapshotHead, TaskRow } from "../../../live/snapshot.ts";

/** What is expected is not told anew while it is off by less than this, or less than that share of the time until then. */
const TOLERANCE_MS = 5_000;
const TOLERANCE = 0.05;

/** Whether two guesses of one moment are about the same. Times are milliseconds since the epoch. */
export function isClose(beforeMs: number, afterMs: number, nowMs: number): boolean {
  const most = Math.max(TOLERANCE_MS, TOLERANCE * Math.abs(afterMs - nowMs));
  return Math.abs(beforeMs - afterMs) <= most;
}

/** The row with what was expected before, where that is about the same: schedules shift by a little all the time. */
export function steadyRow(before: TaskRow | undefined, row: TaskRow, nowMs: number): TaskRow {
  const [was, is] = [before?.expected, row.expected];
  if (!was || !is || before?.status !== row.status || was.durationMs !== is.durationMs) return row;
  const isSteady = isClose(was.startMs, is.startMs, nowMs) && isClose(was.endMs, is.endMs, nowMs);
  return isSteady ? { ...row, expected: was } : row;
}

/** Whether the heads say the same, but for the time and for what follows from it. */
export function isSameHead(before: SnapshotHead, after: SnapshotHead): boolean {
  const timeless = ({ atMs: _at, forecast: _forecast, cost, ...rest }: SnapshotHead) =>
    JSON.stringify({ ...rest, cost: { ...cost, tokensPerMinute: 0 } });
  return isSameForecast(before, after) && timeless(before) === timeless(after);
}

function isSameForecast(before: SnapshotHead, after: SnapshotHead): boolean {
  if (!before.forecast || !after.forecast) return before.forecast === after.forecast;
  const end = ({ atMs }: SnapshotHead, { leftMs }: Forecast) => atMs + leftMs;
  return isClose(end(before, before.forecast), end(after, after.forecast), after.atMs);
}
