import { isOverdue, rowGroups, type ShownGroup, silentMs } from "../../src/live/groups.ts";
import type { RowGroup, TaskRow } from "../../src/live/snapshot.ts";

/** One line of the list. */
export type Line =
  | { readonly kind: "group"; readonly key: string; readonly group: ShownGroup; readonly isFolded: boolean }
  | { readonly kind: "row"; readonly key: string; readonly group: RowGroup; readonly row: TaskRow }
  | { readonly kind: "phases"; readonly key: string; readonly count: number; readonly isFolded: boolean }
  | { readonly kind: "phase"; readonly key: string; readonly phase: PhaseFigures };

/** How far the tasks of a phase are. */
export interface PhaseFigures {
  readonly name: string;
  readonly rows: readonly TaskRow[];
  readonly ended: number;
  readonly running: number;
  readonly failed: number;
}

/** Groups with more rows are one line until somebody opens them; those that run never are. */
export const MAX_UNFOLDED_ROWS = 12;
/** Plans with more tasks begin with a line for each phase. */
export const MAX_WITHOUT_PHASES = 400;

export const FLAGS = ["failed", "silent", "over", "critical"] as const;
/** What rows can be picked by, beside their words. */
export type Flag = (typeof FLAGS)[number];

export interface ListChoice {
  /** Groups that somebody has folded or opened. */
  readonly folded: ReadonlyMap<string, boolean>;
  /** Words that a row must have, each somewhere. */
  readonly find: string;
  readonly flags: ReadonlySet<Flag>;
  readonly nowMs: number;
}

/** The lines of the list in their order. */
export function linesOf(tasks: readonly TaskRow[], choice: ListChoice): Line[] {
  const isPicking = choice.find.trim() !== "" || choice.flags.size > 0;
  const picked = isPicking ? tasks.filter(pickerOf(choice)) : tasks;
  const lines: Line[] = isPicking ? [] : phaseLines(tasks, choice.folded);
  for (const group of rowGroups(picked)) {
    const isFolded = !isPicking && isGroupFolded(group, choice.folded);
    lines.push({ kind: "group", key: `group ${group.group}`, group, isFolded });
    if (isFolded) continue;
    for (const row of group.rows) lines.push(rowLine(row));
  }
  return lines;
}

/** The line of a row is the same as long as the row is, so that it is not drawn again. */
const rowLines = new WeakMap<TaskRow, Line>();

function rowLine(row: TaskRow): Line {
  const known = rowLines.get(row);
  if (known) return known;
  const line: Line = { kind: "row", key: row.id, group: row.group, row };
  rowLines.set(row, line);
  return line;
}

function isGroupFolded({ group, rows }: ShownGroup, folded: ReadonlyMap<string, boolean>): boolean {
  return folded.get(group) ?? (group !== "running" && rows.length > MAX_UNFOLDED_ROWS);
}

function phaseLines(tasks: readonly TaskRow[], folded: ReadonlyMap<string, boolean>): Line[] {
  if (tasks.length <= MAX_WITHOUT_PHASES) return [];
  const phases = phasesOf(tasks);
  if (phases.length < 2) return [];
  const isFolded = folded.get("phases") ?? phases.length > 2 * MAX_UNFOLDED_ROWS;
  return [
    { kind: "phases", key: "phases", count: phases.length, isFolded },
    ...(isFolded ? [] : phases.map((phase): Line => ({ kind: "phase", key: `phase ${phase.name}`, phase }))),
  ];
}

/** The phases in the order of their first tasks; tasks without one are in none. */
export function phasesOf(tasks: readonly TaskRow[]): PhaseFigures[] {
  const rows = new Map<string, TaskRow[]>();
  for (const task of tasks) {
    if (task.phase === undefined) continue;
    const own = rows.get(task.phase);
    if (own) own.push(task);
    else rows.set(task.phase, [task]);
  }
  return [...rows].map(([name, own]) => ({
    name,
    rows: own,
    ended: own.filter(({ group }) => group === "done").length,
    running: own.filter(({ group }) => group === "running").length,
    failed: own.filter(({ status }) => status === "failed").length,
  }));
}

/** Whether rows have what is looked for. */
export function pickerOf({ find, flags, nowMs }: Omit<ListChoice, "folded">): (row: TaskRow) => boolean {
  const has: Readonly<Record<Flag, (row: TaskRow) => boolean>> = {
    failed: ({ status, attempts }) => status === "failed" || attempts.some(({ state }) => state === "failed"),
    silent: (row) => silentMs(row, nowMs) !== undefined,
    over: (row) => isOverdue(row, nowMs),
    critical: (row) => row.critical,
  };
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  return (row) => {
    if (flags.size > 0 && ![...flags].some((flag) => has[flag](row))) return false;
    const text = words.length > 0 ? wordsOf(row) : "";
    return words.every((word) => text.includes(word));
  };
}

const searchTexts = new WeakMap<TaskRow, string>();

/** All that a row can be found by. */
function wordsOf(row: TaskRow): string {
  const known = searchTexts.get(row);
  if (known !== undefined) return known;
  const text = [
    row.id,
    row.subject,
    row.phase ?? "",
    row.role ?? "",
    row.model ?? "",
    row.reason ?? "",
    row.attempts.at(-1)?.machine ?? "",
  ]
    .join("\n")
    .toLowerCase();
  searchTexts.set(row, text);
  return text;
}

/**
 * The new lines in the order of those that are shown, so that nothing moves under the pointer: rows stay where they are,
 * also where their group is folded, and what is new stands at the end.
 * @param tasks all there are now: what is none of them is left out.
 * @returns `waiting`: how many lines would stand elsewhere.
 */
export function heldOrder(
  shown: readonly Line[],
  lines: readonly Line[],
  tasks: readonly TaskRow[],
): { readonly lines: readonly Line[]; readonly waiting: number } {
  const byKey = new Map(lines.map((line) => [line.key, line]));
  const rows = new Map(tasks.map((row) => [row.id, row]));
  const groups = new Set(
    shown.flatMap((line) => (line.kind === "row" && rows.has(line.key) ? [line.group] : [])),
  );
  const known = new Set(shown.map(({ key }) => key));
  const added = lines.filter(({ key }) => !known.has(key));
  let waiting = added.length;
  const held = shown.flatMap((line): Line[] => {
    if (line.kind !== "row") {
      const next = byKey.get(line.key);
      if (next) return [next];
      return line.kind === "group" && groups.has(line.group.group) ? [line] : [];
    }
    const row = rows.get(line.key);
    if (!row) return [];
    if (row.group !== line.group) waiting++;
    // As it is now, under the heading under which it stands.
    return [row === line.row ? line : { ...line, row }];
  });
  return { lines: [...held, ...added], waiting };
}

/** Heights of lines in pixels. */
export interface LineHeights {
  readonly row: number;
  readonly head: number;
}

/** Where each line begins, and at the end where the last one ends, in pixels. */
export function lineTops(lines: readonly Line[], { row, head }: LineHeights): number[] {
  const tops = [0];
  for (const line of lines)
    tops.push((tops.at(-1) ?? 0) + (line.kind === "row" || line.kind === "phase" ? row : head));
  return tops;
}

/** So many lines are in the document at most, as long as the window is not higher than they are. */
const MAX_LINES = 56;
const MARGIN_LINES = 8;

/** Which lines have to be in the document: those that are seen, and some before and behind. */
export function linesInView(
  tops: readonly number[],
  scrolled: number,
  height: number,
): { readonly from: number; readonly to: number } {
  const count = tops.length - 1;
  const first = Math.max(0, firstAbove(tops, scrolled) - 1);
  const last = Math.min(count, firstAbove(tops, scrolled + height));
  const margin = Math.max(1, Math.min(MARGIN_LINES, Math.floor((MAX_LINES - (last - first)) / 2)));
  return { from: Math.max(0, first - margin), to: Math.min(count, last + margin) };
}

/** The index of the first top that lies below a height. */
function firstAbove(tops: readonly number[], height: number): number {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] as number) <= height) low = middle + 1;
    else high = middle;
  }
  return low;
}
