import { computed, signal } from "@preact/signals";
import { type Flag, heldOrder, type Line, linesOf } from "../list/lines.ts";
import { nowMs, plan } from "./plan-state.ts";

export const find = signal("");
export const flags = signal<ReadonlySet<Flag>>(new Set());
/** Groups that somebody has folded or opened, by name. */
export const folded = signal<ReadonlyMap<string, boolean>>(new Map());
/** The row that the keys act on. */
export const cursor = signal<string | undefined>(undefined);
/** The order waits while somebody is about to touch a row. */
export const isHeld = signal(false);

/** The page is laid out for paper: all rows, none folded. */
export const isPrinting = signal(false);
/** Of longer plans the first rows are printed. */
const MAX_PRINTED = 1000;

/** Overdue and silent rows become so by time alone; the list looks again this often. */
const minute = computed(() => Math.floor(nowMs.value / 60_000) * 60_000);
const lookMs = computed(() => (flags.value.size > 0 ? nowMs.value : minute.value));

const desired = computed<readonly Line[]>(() => {
  const choice = { folded: folded.value, find: find.value, flags: flags.value, nowMs: lookMs.value };
  const tasks = plan.value?.tasks ?? [];
  return linesOf(tasks, isPrinting.value ? { ...choice, folded: ALL_OPEN } : choice);
});

const ALL_OPEN: ReadonlyMap<string, boolean> = new Map(
  ["running", "couldStart", "waits", "cannotRun", "done", "phases"].map((group) => [group, false]),
);

let shown: readonly Line[] = [];
/** The choice that the shown order was made for; another one is never held. */
let shownFor = "";

/** The lines as they are shown, and how many would stand elsewhere. */
export const list = computed(() => {
  const lines = desired.value;
  const key = [plan.value?.plan, find.value, [...flags.value], [...folded.value], isPrinting.value].join(
    "\n",
  );
  const result =
    isHeld.value && key === shownFor && lines !== shown
      ? heldOrder(shown, lines, plan.value?.tasks ?? [])
      : { lines, waiting: 0 };
  shown = result.lines;
  shownFor = key;
  return isPrinting.value ? { ...result, lines: result.lines.slice(0, MAX_PRINTED) } : result;
});

/** Puts every row where it belongs now. */
export function applyOrder(): void {
  if (!isHeld.peek()) return;
  isHeld.value = false;
}

export function toggleGroup(name: string, isFolded: boolean): void {
  folded.value = new Map(folded.peek()).set(name, !isFolded);
}

export function toggleFlag(flag: Flag): void {
  const next = new Set(flags.peek());
  if (!next.delete(flag)) next.add(flag);
  flags.value = next;
}

/** Moves the cursor by so many rows, over headings. */
export function moveCursor(by: number): void {
  const rows = list.peek().lines.flatMap((line) => (line.kind === "row" ? [line.key] : []));
  if (rows.length === 0) return;
  const at = rows.indexOf(cursor.peek() ?? "");
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  cursor.value = rows[next];
}
