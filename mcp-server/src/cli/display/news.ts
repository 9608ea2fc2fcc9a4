import { countWords, tookMs } from "../../live/groups.ts";
import type { AttemptRow, Need, PlanSnapshot, TaskRow } from "../../live/snapshot.ts";
import { MARKS } from "../../report/tasks/status-mark.ts";
import { cellWidth, fitCells } from "../../text/cell-width.ts";
import { formatDuration } from "../../text/format.ts";
import { wrapText } from "../../text/wrap-text.ts";
import { NEED_MARKS, needWords, runningRows } from "./plan-words.ts";
import type { StyledLine, TextLook } from "./styled-line.ts";

/** In a narrower terminal lines are cut. */
const MIN_CELLS = 10;

/** Something that happened, as a line that stays. */
export interface NewsLine {
  readonly atMs: number;
  /** Empty: it is about none. */
  readonly plan: string;
  readonly mark: string;
  readonly look: TextLook;
  /** Clean text. */
  readonly text: string;
  /** What comes behind it, on the same line, and is seen in full; absent: the text takes as many lines as it needs. */
  readonly end?: string;
}

/**
 * What happened between two looks at a plan, in order of time. Nothing is left out, however far apart they are: attempts
 * keep their times.
 * @param before absent: nobody has looked yet, and one line says how the plan stands.
 */
export function newsBetween(before: PlanSnapshot | undefined, after: PlanSnapshot): NewsLine[] {
  const line = (atMs: number, mark: string, look: TextLook, text: string): NewsLine => {
    return { atMs, plan: after.plan, mark, look, text };
  };
  if (!before)
    return [
      line(after.atMs, "·", "dim", countWords(after)),
      ...after.needs.map((need) => needLine(after, need)),
    ];
  const rows = new Map(before.tasks.map((row) => [row.id, row]));
  const ofTasks = after.tasks.flatMap((row) => {
    const old = rows.get(row.id);
    return old === row ? [] : attemptNews(after.plan, row, old);
  });
  const known = new Set(before.needs.map(needKey));
  const ofNeeds = after.needs
    .filter((need) => need.kind !== "failed" && !known.has(needKey(need)))
    .map((need) => needLine(after, need));
  return [...ofTasks, ...ofNeeds, ...planNews(before, after, line)].sort((a, b) => a.atMs - b.atMs);
}

function attemptNews(plan: string, row: TaskRow, old: TaskRow | undefined): NewsLine[] {
  const name = `${row.id} ${row.subject}`;
  const role = row.role === undefined ? "" : ` (${row.role})`;
  return row.attempts.flatMap((attempt): NewsLine[] => {
    const { number, startMs, endMs, state } = attempt;
    if (number === 0) return [];
    const was = old?.attempts.find((other) => other.number === number);
    const again = number > 1 ? `, attempt ${number}` : "";
    const lines: NewsLine[] = [];
    const add = (atMs: number, mark: string, look: TextLook, end: string) =>
      lines.push({ atMs, plan, mark, look, text: name, end });
    if (!was) add(startMs, MARKS.in_progress, "cyan", `${role}${again}`);
    else if (isOver(was) && !isOver(attempt)) add(startMs, MARKS.in_progress, "cyan", " goes on");
    if (isOver(attempt) && endMs !== undefined && (was === undefined || !isOver(was))) {
      const took = formatDuration(endMs - startMs);
      if (state === "completed") add(endMs, MARKS.completed, "green", `, ${took}`);
      else add(endMs, MARKS.failed, "red", `, ${took}, ${state}${thenWords(row, attempt)}`);
    }
    return lines;
  });
}

function isOver({ state }: AttemptRow): boolean {
  return state !== "offered" && state !== "running" && state !== "delivering";
}

function thenWords({ status, attempts }: TaskRow, { number }: AttemptRow): string {
  const isLast = attempts.every((other) => other.number <= number);
  return !isLast || status === "pending" || status === "in_progress" ? "; it is tried again" : "";
}

type MakeLine = (atMs: number, mark: string, look: TextLook, text: string) => NewsLine;

function planNews(before: PlanSnapshot, after: PlanSnapshot, line: MakeLine): NewsLine[] {
  const { atMs } = after;
  if (after.done && !before.done) {
    const endMs = after.endedAtMs ?? atMs;
    const took = after.startedAtMs === undefined ? "" : `, in ${formatDuration(endMs - after.startedAtMs)}`;
    const look = after.counts.failed > 0 ? "red" : "green";
    const mark = after.counts.failed > 0 ? MARKS.failed : MARKS.completed;
    return [line(Math.max(atMs, endMs), mark, look, `done: ${countWords(after)}${took}`)];
  }
  if (after.status !== before.status) {
    if (after.status === "open") return [line(atMs, MARKS.in_progress, "cyan", "the plan goes on")];
    const mark = after.status === "paused" ? "‖" : "■";
    return [line(atMs, mark, "yellow", `the plan is ${after.status}`)];
  }
  const isHeldNow = after.held !== undefined && before.held === undefined;
  return isHeldNow ? [line(atMs, "‖", "yellow", `nothing starts: ${after.held}`)] : [];
}

function needKey({ task, kind, text }: Need): string {
  return `${kind} ${task ?? ""} ${text}`;
}

function needLine({ plan, atMs }: PlanSnapshot, need: Need): NewsLine {
  const { before, after } = needWords(need);
  const text = `${before}${need.text}${after}`;
  return { atMs: need.sinceMs ?? atMs, plan, mark: NEED_MARKS[need.kind], look: "yellow", text };
}

/** What is said when nothing has happened for a while: that it goes on. */
export function heartbeatWords(snapshot: PlanSnapshot, nowMs: number): string {
  const [longest] = runningRows(snapshot);
  const longestMs = longest && tookMs(longest, nowMs);
  const runs = snapshot.cap.running === 1 ? "1 runs" : `${snapshot.cap.running} run`;
  const forHow = longestMs === undefined ? "" : `, longest ${longest?.id} for ${formatDuration(longestMs)}`;
  const { length } = snapshot.needs;
  const needs = length === 0 ? "" : `; ${length} ${length === 1 ? "needs" : "need"} you`;
  return `${runs}${forHow}; ${countWords(snapshot)}${needs}`;
}

/** A moment of the day as the user's clock shows it. */
export function timeOfDay(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/**
 * The line as a terminal shows it: several where it is long, since nobody can answer half a question. What is said of a
 * task is one, and only its title is cut.
 * @param namesPlan several plans are watched.
 * @param cells how wide each may be.
 */
export function newsText(
  { atMs, plan, mark, look, text, end }: NewsLine,
  namesPlan: boolean,
  cells: number,
): StyledLine[] {
  const beginning = `${timeOfDay(atMs)}  ${mark} `;
  const indent = cellWidth(beginning);
  const room = Math.max(MIN_CELLS, cells - indent);
  const whole = `${namesPlan && plan !== "" ? `${plan}: ` : ""}${text}`;
  const [first = "", ...rest] = end === undefined ? wrapText(whole, room) : [withEnd(whole, end, room)];
  return [
    [{ text: `${timeOfDay(atMs)}  `, look: "dim" }, { text: `${mark} `, look }, { text: first }],
    ...rest.map((line): StyledLine => [{ text: `${" ".repeat(indent)}${line}` }]),
  ];
}

function withEnd(text: string, end: string, cells: number): string {
  const room = Math.max(MIN_CELLS, cells - cellWidth(end));
  return `${cellWidth(text) <= room ? text : fitCells(text, room).trimEnd()}${end}`;
}
