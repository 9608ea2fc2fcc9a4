import pc from "picocolors";
import { cellWidth, fitCells } from "../../text/cell-width.ts";
import { formatDuration } from "../../text/format.ts";
import { cleanText, NAME_LIMIT } from "../../text/sanitize.ts";
import { DELIVERING_MARK, MARKS } from "../tasks/status-mark.ts";
import { assignSlots, type Span } from "./slots.ts";
import type { Bar, BarKind, TimelineRow } from "./timeline-rows.ts";

/** Wider bars are no easier to compare. */
const MAX_WIDTH = 200;
/** Below this a bar says nothing any more: durations in words instead. */
const MIN_WIDTH = 40;
/** A subject gets at most this share of the line; the bars are what a timeline is for. */
const LABEL_SHARE = 0.4;
const MAX_LABEL = 48;

const SYMBOLS: Readonly<Record<BarKind, string>> = {
  completed: "█",
  running: MARKS.in_progress,
  delivering: DELIVERING_MARK,
  planned: "█",
  failed: "×",
  unreported: "×",
  blocked: "?",
  cancelled: "-",
  lost: "~",
};
const LEVELS = [..." ▁▂▃▄▅▆▇█"];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Distances of the scale's marks: those that people count in. */
const STEPS = [
  ...[10, 50, 100, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((n) => n * HOUR),
];

/** The shortest label, "0 s", and the blanks that keep labels apart. */
const MIN_LABEL = 3;
const MIN_LABEL_GAP = 2;

type Colours = ReturnType<typeof pc.createColors>;

/** How time maps onto the columns of the bars. */
interface Axis {
  readonly startMs: number;
  readonly msPerCell: number;
  readonly cells: number;
}

/**
 * A timeline for a terminal or a code block: a row per task with a bar for each of its attempts, so that
 * agents that worked at the same time are seen one above the other; below, how many ran at once.
 */
export function renderTimeline(
  rows: readonly TimelineRow[],
  { width, colour }: { readonly width: number; readonly colour: boolean },
): string {
  const colours = pc.createColors(colour);
  const spans = rows.flatMap((row) => row.bars).sort((a, b) => a.startMs - b.startMs);
  const labels = labelsOf(rows);
  if (width < MIN_WIDTH || spans.length === 0) {
    return rows.map((row, i) => narrowRow(row, labels[i] ?? "", width, colours)).join("\n");
  }
  const total = Math.min(width, MAX_WIDTH);
  const labelCells = Math.min(
    Math.max(...labels.map(cellWidth), "at once".length),
    MAX_LABEL,
    Math.floor(total * LABEL_SHARE),
  );
  const indent = " ".repeat(labelCells + 3);
  const axis = axisOf(spans, total - labelCells - 3);
  const scale = scaleOf(axis);
  const lines = rows.map((row, i) => {
    const mark = markOf(row, colours);
    return `${mark} ${fitCells(labels[i] ?? "", labelCells)} ${barOf(row.bars, axis, colours)}`.trimEnd();
  });
  const most = assignSlots(spans).length;
  const load = loadOf(spans, axis, most);
  return [
    `${indent}${scale.labels}`.trimEnd(),
    `${indent}${colours.dim(scale.marks)}`,
    ...lines,
    `  ${fitCells("at once", labelCells)} ${colours.cyan(load)}`.trimEnd(),
    ...legend(spans, most, total),
  ].join("\n");
}

function labelsOf(rows: readonly TimelineRow[]): string[] {
  const ids = rows.map((row) => cleanText(row.task, NAME_LIMIT));
  const widest = Math.max(0, ...ids.map(cellWidth));
  return rows.map((row, i) => `${fitCells(ids[i] ?? "", widest)} ${cleanText(row.subject, NAME_LIMIT)}`);
}

function narrowRow(row: TimelineRow, label: string, width: number, colours: Colours): string {
  const last = row.bars.at(-1);
  const time = last ? ` ${formatDuration(last.endMs - last.startMs)}` : "";
  const room = Math.max(1, width - 2 - time.length);
  return `${markOf(row, colours)} ${fitCells(label, room).trimEnd()}${time}`;
}

function markOf(row: TimelineRow, colours: Colours): string {
  if (row.status === undefined) return " ";
  const paint = { completed: colours.green, failed: colours.red, in_progress: colours.cyan };
  const mark = row.bars.at(-1)?.kind === "delivering" ? DELIVERING_MARK : MARKS[row.status];
  return row.status in paint ? paint[row.status as keyof typeof paint](mark) : colours.dim(mark);
}

function axisOf(spans: readonly Span[], cells: number): Axis {
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.endMs));
  return { startMs, msPerCell: Math.max(1, endMs - startMs) / cells, cells };
}

/**
 * The columns of a span: at least one, so that nothing that ran is invisible. Both ends are rounded alike, so
 * that spans that follow each other do not look as if they overlapped.
 */
function columnsOf(span: Span, { startMs, msPerCell, cells }: Axis): { from: number; to: number } {
  const from = Math.min(Math.round((span.startMs - startMs) / msPerCell), cells - 1);
  const to = Math.min(Math.round((span.endMs - startMs) / msPerCell), cells);
  return { from, to: Math.max(to, from + 1) };
}

function barOf(bars: readonly Bar[], axis: Axis, colours: Colours): string {
  const kinds: (BarKind | undefined)[] = new Array(axis.cells).fill(undefined);
  for (const bar of bars) {
    const { from, to } = columnsOf(bar, axis);
    kinds.fill(bar.kind, from, to);
  }
  let line = "";
  for (let from = 0; from < kinds.length; ) {
    const kind = kinds[from];
    let to = from;
    while (to < kinds.length && kinds[to] === kind) to++;
    line += kind ? paintOf(kind, colours)(SYMBOLS[kind].repeat(to - from)) : " ".repeat(to - from);
    from = to;
  }
  return line;
}

function paintOf(kind: BarKind, colours: Colours): (text: string) => string {
  if (kind === "completed") return colours.green;
  if (kind === "running" || kind === "delivering" || kind === "planned") return colours.cyan;
  return kind === "failed" || kind === "unreported" ? colours.red : colours.yellow;
}

function scaleOf(axis: Axis): { labels: string; marks: string } {
  const lengthMs = axis.msPerCell * axis.cells;
  const cellsPer = (step: number) => step / axis.msPerCell;
  const fits = (step: number) => {
    const room = Math.floor(cellsPer(step)) - MIN_LABEL_GAP;
    if (room < MIN_LABEL) return false;
    const labels = Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, n) =>
      formatDuration(n * step),
    );
    // The widest is not always the last: "1 min 45 s" stands before "2 min". And 1.05 s reads like 1.1 s.
    return labels.every(({ length }) => length <= room) && new Set(labels).size === labels.length;
  };
  const step = STEPS.find(fits) ?? lengthMs;
  let labels = "";
  const marks = new Array(axis.cells).fill("─");
  for (let n = 0; cellsPer(n * step) < axis.cells - 0.5; n++) {
    const column = Math.round(cellsPer(n * step));
    const label = formatDuration(n * step);
    marks[column] = n === 0 ? "├" : "┼";
    if (column + label.length <= axis.cells) labels = labels.padEnd(column) + label;
  }
  return { labels, marks: marks.join("") };
}

/** The largest number that ran at once within each column, as blocks of growing height. */
function loadOf(spans: readonly Span[], axis: Axis, most: number): string {
  let line = "";
  for (let column = 0; column < axis.cells; column++) {
    const within = {
      startMs: axis.startMs + column * axis.msPerCell,
      endMs: axis.startMs + (column + 1) * axis.msPerCell,
    };
    const touching = spans.filter((span) => span.startMs < within.endMs && span.endMs > within.startMs);
    line += LEVELS[Math.ceil((assignSlots(touching).length / most) * (LEVELS.length - 1))];
  }
  return line;
}

/** What the bars mean, in as many lines as the width asks for. */
function legend(spans: readonly Bar[], most: number, width: number): string[] {
  const kinds = new Set(spans.map((span) => span.kind));
  const symbols = (Object.keys(SYMBOLS) as BarKind[]).filter((kind) => kinds.has(kind));
  const lines = [`  most at once: ${most}`];
  for (const part of symbols.map((kind) => `  ${SYMBOLS[kind]} ${kind}`)) {
    const line = `${lines.at(-1)}${part}`;
    if (cellWidth(line) <= width) lines[lines.length - 1] = line;
    else lines.push(part);
  }
  return lines;
}
