import { isOverdue, rowGroups, signOf, silentMs, tookMs } from "../../live/groups.ts";
import type { ActionName, LimitNow, Need, PlanSnapshot, TaskRow } from "../../live/snapshot.ts";
import { moneyText } from "../../policy/spending/price-table.ts";
import { MARKS } from "../../report/tasks/status-mark.ts";
import { cellWidth, fitCells } from "../../text/cell-width.ts";
import { formatDuration, plural } from "../../text/format.ts";
import { machinesLine } from "./machines-line.ts";
import { clockWords, NEED_MARKS, needWords, runningRows, shortCount } from "./plan-words.ts";
import { type Piece, plainText, type StyledLine, type TextLook } from "./styled-line.ts";

/** More lines than this are no glance any more. */
const MAX_BLOCK = 18;
/** So many lines of what stays are to be seen above the block. */
const ROWS_ABOVE = 6;
/** Below this only what a person has to do is shown. */
const MIN_COLUMNS = 60;
const MIN_COLUMNS_FOR_BARS = 80;
const MAX_NEEDS = 3;
/** Tasks that wait are named as long as there is room, but not more than these. */
const MAX_NAMED = 8;
const MAX_LABEL = 48;
const MAX_ROLE = 20;
/** The bar of a plan; with less room it is shorter, down to none. */
const BAR_CELLS = 18;
const MIN_BAR_CELLS = 6;
/** A task's own bar, where there is room for titles and where there is less. */
const TASK_BAR_CELLS = { wide: 18, narrow: 10 };
const MIN_COLUMNS_FOR_WIDE_BARS = 100;
const NEAR_LIMIT = 0.8;
const MINUTE_MS = 60_000;

export interface BlockView {
  readonly columns: number;
  /** How many lines the terminal has. */
  readonly rows: number;
  /** By the graph's clock. */
  readonly nowMs: number;
  /** Keys are read: they are named. */
  readonly hasKeys: boolean;
  /** One of them opens the page. */
  readonly hasPage?: boolean;
  /** What leaving does with the run; absent: it goes on without the display. */
  readonly leaving?: "ends" | undefined;
  /** That the run is being brought to its end, and how. */
  readonly ending?: string | undefined;
  /** The task on which keys act. */
  readonly selected?: string | undefined;
  /** A question to the one at the keys, and what was typed up to now; it takes the place of the keys. */
  readonly prompt?: string | undefined;
  /** Other plans that are watched as well. */
  readonly others?: readonly PlanSnapshot[];
}

/**
 * A plan at a glance, in as many lines as there is room for: what needs a person first, then what runs, longest first,
 * then one line for all that wait, and one for the machines. All foreign text in the snapshot is clean.
 */
export function planBlock(snapshot: PlanSnapshot, view: BlockView): StyledLine[] {
  const height = Math.max(1, Math.min(MAX_BLOCK, view.rows - ROWS_ABOVE));
  const isNarrow = view.columns < MIN_COLUMNS;
  const running = isNarrow ? [] : runningRows(snapshot);
  const wanted = {
    header: [header(snapshot, view)],
    counts: isNarrow ? [] : [counts(snapshot)],
    needs: needLines(snapshot, view, isNarrow ? height - 2 : MAX_NEEDS),
    held: [...endingLine(view), ...(isNarrow ? [] : heldLines(snapshot))],
    machines: isNarrow || isAlone(snapshot, view) ? [] : machinesLine(snapshot.machines, view.columns),
    waiting: isNarrow ? [] : waitingLine(snapshot, view.columns),
    selected: selectedLine(snapshot, view),
    others: isNarrow ? [] : (view.others ?? []).map((other) => header(other, view)),
    prompt: view.prompt === undefined ? [] : [promptLine(view.prompt, view.columns)],
    keys: view.prompt === undefined && view.hasKeys && !isNarrow ? [keysLine(snapshot, view)] : [],
  };
  const byImportance = [
    ...(["prompt", "header", "needs", "selected", "running", "held", "waiting"] as const),
    ...(["machines", "counts", "keys", "others"] as const),
  ];
  const room = new Map<string, number>();
  let left = height;
  for (const part of byImportance) {
    const lines = part === "running" ? Math.min(1, running.length) : wanted[part].length;
    room.set(part, Math.min(lines, left));
    left -= Math.min(lines, left);
  }
  const shown = (part: keyof typeof wanted) => wanted[part].slice(0, room.get(part));
  return [
    ...[...shown("header"), ...shown("counts"), ...shown("needs"), ...shown("held")],
    ...runningLines(running, view, (room.get("running") ?? 0) + left),
    ...[
      ...shown("waiting"),
      ...shown("machines"),
      ...shown("selected"),
      ...shown("others"),
      ...shown("prompt"),
      ...shown("keys"),
    ],
  ];
}

function header(snapshot: PlanSnapshot, { columns, nowMs }: BlockView): StyledLine {
  const { plan, counts: n, cap, forecast, startedAtMs, endedAtMs, atMs, done } = snapshot;
  const [mark, word, look] = stateOf(snapshot);
  const took = startedAtMs === undefined ? "" : ` ${clockWords((endedAtMs ?? nowMs) - startedAtMs)}`;
  const leftMs = forecast && forecast.leftMs - (nowMs - atMs);
  const before: Piece[] = [
    { text: plan, look: "bold" },
    { text: `  ${mark} ${word}${took}`, look },
    { text: GAP },
  ];
  const after: Piece[] = [
    { text: `${n.completed}/${n.total}`, look: "bold" },
    { text: done ? "" : `   ${cap.running} of ${plural(cap.now, "agent")}` },
    { text: leftMs === undefined || leftMs <= 0 ? "" : `   ≈ ${formatDuration(inMinutes(leftMs))} left` },
  ];
  const bar = Math.min(BAR_CELLS, columns - 1 - GAP.length - cellWidth(plainText([...before, ...after])));
  const hasBar = columns >= MIN_COLUMNS_FOR_BARS && bar >= MIN_BAR_CELLS;
  return [...before, ...(hasBar ? [...progressBar(snapshot, bar), { text: GAP }] : []), ...after];
}

const GAP = "   ";

/** Whether whoever executes the plan shows it, and nobody else does: the first line says how many agents it has. */
function isAlone({ machines }: PlanSnapshot, { leaving }: BlockView): boolean {
  return leaving === "ends" && machines.length === 1;
}

/** A forecast is not exact to the second. */
function inMinutes(ms: number): number {
  return ms < 2 * MINUTE_MS ? ms : Math.round(ms / MINUTE_MS) * MINUTE_MS;
}

function stateOf({ status, done, counts: n, startedAtMs }: PlanSnapshot): [string, string, TextLook] {
  if (done) return n.failed > 0 ? [MARKS.failed, "done", "red"] : [MARKS.completed, "done", "green"];
  if (status === "stopped") return ["■", "stopped", "yellow"];
  if (status === "paused") return ["‖", "paused", "yellow"];
  return startedAtMs === undefined
    ? [MARKS.pending, "not started", "dim"]
    : [MARKS.in_progress, "running", "cyan"];
}

function progressBar({ counts: n }: PlanSnapshot, width: number): Piece[] {
  if (n.total === 0) return [];
  let [reached, cells] = [0, 0];
  const part = (number: number, sign: string, look: TextLook): Piece => {
    reached += number;
    const to = Math.round((reached / n.total) * width);
    const text = sign.repeat(to - cells);
    cells = to;
    return { text, look };
  };
  return [
    part(n.completed, "█", "green"),
    part(n.running + n.delivering, "▒", "cyan"),
    part(n.failed + n.cancelled, "×", "red"),
    part(n.waiting, "░", "dim"),
  ];
}

function counts({ counts: n, cost }: PlanSnapshot): StyledLine {
  const numbers = [
    `${n.completed} done`,
    `${n.running} running`,
    ...(n.delivering > 0 ? [`${n.delivering} delivering`] : []),
    ...(n.failed > 0 ? [`${n.failed} failed`] : []),
    ...(n.cancelled > 0 ? [`${n.cancelled} cancelled`] : []),
    `${n.waiting} to come`,
  ];
  const { tokens, tokensPerMinute, money, limits } = cost;
  const perMinute = tokensPerMinute ? `, ${shortCount(tokensPerMinute)}/min` : "";
  const maxCost = limits.find(({ name }) => name === "maxCost");
  const ofMoney = maxCost === undefined ? "" : ` of ${moneyText(maxCost.max, maxCost.currency ?? "USD")}`;
  const near = limits.filter((limit) => limit !== maxCost && limit.used >= NEAR_LIMIT * limit.max);
  return [
    { text: numbers.join(" · ") },
    { text: tokens === 0 ? "" : `   ${shortCount(tokens)} tokens${perMinute}`, look: "dim" },
    {
      text: money === undefined ? "" : `   ${moneyText(money.amount, money.currency)}${ofMoney}`,
      look: "dim",
    },
    ...near.map((limit): Piece => ({ text: `   ${shareOf(limit)}`, look: "yellow" })),
  ];
}

function shareOf({ name, used, max }: LimitNow): string {
  return `${Math.round((100 * used) / max)} % of ${name}`;
}

function needLines(snapshot: PlanSnapshot, view: BlockView, most: number): StyledLine[] {
  const { needs } = snapshot;
  const lines = needs.slice(0, most).map((need) => needLine(need, view));
  const more = needs.length - lines.length;
  if (more === 0 || lines.length === 0) return lines;
  return [...lines, [{ text: `  … ${more} more ${more === 1 ? "needs" : "need"} you`, look: "yellow" }]];
}

function needLine(need: Need, { columns, hasKeys }: BlockView): StyledLine {
  const { before, after, short } = needWords(need);
  const hint = hasKeys && columns >= MIN_COLUMNS ? (NEED_HINTS[need.kind] ?? "") : "";
  const roomBefore = (end: string) => columns - 1 - 2 - cellWidth(`${before}${end}${hint}`);
  const end = cellWidth(need.text) <= roomBefore(after) ? after : short;
  const room = Math.max(MIN_NEED_TEXT, roomBefore(end));
  const isFailure = need.kind !== "question" && need.kind !== "limit" && need.kind !== "decision";
  return [
    { text: `${NEED_MARKS[need.kind]} `, look: isFailure ? "red" : "yellow" },
    { text: before, look: "bold" },
    { text: cellWidth(need.text) <= room ? need.text : fitCells(need.text, room) },
    { text: `${end}${hint}`, look: "dim" },
  ];
}

const MIN_NEED_TEXT = 12;
const NEED_HINTS: Readonly<Partial<Record<Need["kind"], string>>> = {
  question: "   a answer",
  failed: "   r retry",
  review: "   r retry",
  decision: "   p resume",
};

function heldLines({ held, needs, done, runBy }: PlanSnapshot): StyledLine[] {
  if (done) return [];
  const isSaid = needs.some(({ kind }) => kind === "limit" || kind === "decision");
  const lines: StyledLine[] = held === undefined || isSaid ? [] : [[{ text: `‖ ${held}`, look: "yellow" }]];
  if (runBy.kind !== "nobody") return lines;
  const how = runBy.how === undefined ? "" : `; ${runBy.how} goes on`;
  return [...lines, [{ text: `! ${runBy.words}${how}`, look: "yellow" }]];
}

function endingLine({ ending }: BlockView): StyledLine[] {
  return ending === undefined ? [] : [[{ text: `‖ ${ending}`, look: "yellow" }]];
}

function runningLines(rows: readonly TaskRow[], view: BlockView, room: number): StyledLine[] {
  if (room <= 0 || rows.length === 0) return [];
  const shown = rows.length > room ? Math.max(1, room - 1) : rows.length;
  const first = firstShown(rows, view.selected, shown);
  const part = rows.slice(first, first + shown);
  const labels = part.map(({ id, subject }) => `${id} ${subject}`);
  const hasBars = view.columns >= MIN_COLUMNS_FOR_BARS;
  const roles = hasBars ? part.map((row) => roleOf(row, view)) : [];
  const roleCells = Math.min(MAX_ROLE, Math.max(0, ...roles.map(({ text }) => cellWidth(text))));
  const barCells = TASK_BAR_CELLS[view.columns < MIN_COLUMNS_FOR_WIDE_BARS ? "narrow" : "wide"];
  const ofRole = roleCells === 0 ? 0 : roleCells + 1;
  const fixed = 2 + TIME_CELLS + (hasBars ? barCells + 1 + ofRole : 0) + 1;
  const labelCells = Math.max(8, Math.min(MAX_LABEL, view.columns - 1 - fixed));
  const lines = part.map((row, i): StyledLine => {
    const isSelected = row.id === view.selected;
    const label = fitCells(labels[i] ?? "", labelCells);
    return [
      { text: `${isSelected ? "›" : signOf(row)} `, look: "cyan" },
      { text: label, ...(isSelected && { look: "inverse" as const }) },
      { text: " " },
      ...roles.slice(i, i + 1).map((role) => ({ ...role, text: fitCells(role.text, ofRole) })),
      ...(hasBars ? [...barOf(row, view, barCells), { text: " " }] : []),
      timeOf(row, view),
    ];
  });
  const more = rows.length - shown;
  return more > 0 && room > 1
    ? [...lines, [{ text: `  … ${more} more ${more === 1 ? "runs" : "run"}`, look: "dim" }]]
    : lines;
}

const TIME_CELLS = 13;

/** The part of the list that is shown begins where the selected task is in it. */
function firstShown(rows: readonly TaskRow[], selected: string | undefined, shown: number): number {
  const at = rows.findIndex(({ id }) => id === selected);
  return at < shown ? 0 : at - shown + 1;
}

function roleOf(row: TaskRow, { nowMs }: BlockView): Piece {
  const silent = silentMs(row, nowMs);
  return silent === undefined
    ? { text: row.role ?? "", look: "dim" }
    : { text: `silent ${formatDuration(silent)}`, look: "yellow" };
}

function barOf(row: TaskRow, { nowMs }: BlockView, cells: number): Piece[] {
  const [ms, expectedMs] = [tookMs(row, nowMs), row.expected?.durationMs];
  if (ms === undefined || !expectedMs) return [{ text: " ".repeat(cells) }];
  const full = Math.round(Math.min(1, ms / expectedMs) * cells);
  return [
    { text: "█".repeat(full), look: "cyan" },
    { text: "░".repeat(cells - full), look: "dim" },
  ];
}

function timeOf(row: TaskRow, { nowMs }: BlockView): Piece {
  const state = row.attempts.at(-1)?.state;
  if (state !== "running") return { text: (state ?? "").padStart(TIME_CELLS), look: "dim" };
  const expectedMs = row.expected?.durationMs;
  const isLate = isOverdue(row, nowMs);
  const text = `${clockWords(tookMs(row, nowMs) ?? 0)}${expectedMs ? `/${clockWords(expectedMs)}` : ""}${isLate ? "!" : ""}`;
  return { text: text.padStart(TIME_CELLS), ...(isLate && { look: "yellow" as const }) };
}

/** Of what has not begun: how many there are for which reason, and the first of them by name. */
function waitingLine({ tasks }: PlanSnapshot, columns: number): StyledLine[] {
  const groups = rowGroups(tasks);
  const parts = (["couldStart", "waits", "cannotRun"] as const).flatMap((wanted) => {
    const found = groups.find(({ group }) => group === wanted);
    if (!found) return [];
    const { title, rows, summary } = found;
    const why = summary === "" || wanted === "waits" ? "" : ` (${summary})`;
    return [{ text: `${title.toLowerCase()} ${rows.length}${why}`, rows }];
  });
  if (parts.length === 0) return [];
  const beginning = `${MARKS.pending} ${parts.map(({ text }) => text).join(" · ")}`;
  const next = parts.flatMap(({ rows }) => rows).filter(({ group }) => group !== "cannotRun");
  let names = "";
  for (const { id } of next.slice(0, MAX_NAMED)) {
    const longer = names === "" ? `   next ${id}` : `${names}, ${id}`;
    if (cellWidth(`${beginning}${longer} …`) > columns - 1) break;
    names = longer;
  }
  const isCut = names !== "" && names.split(", ").length < next.length;
  return [[{ text: `${beginning}${names}${isCut ? " …" : ""}`, look: "dim" }]];
}

/** A task that keys act on and that runs is marked where it stands; any other gets a line. */
function selectedLine({ tasks }: PlanSnapshot, { selected, columns }: BlockView): StyledLine[] {
  const row = tasks.find(({ id }) => id === selected);
  if (!row || (row.group === "running" && columns >= MIN_COLUMNS)) return [];
  const reason = row.reason === undefined ? row.status.replace("_", " ") : row.reason;
  return [
    [
      { text: "› ", look: "cyan" },
      { text: `${row.id} ${row.subject}`, look: "inverse" },
      { text: `: ${reason}` },
    ],
  ];
}

/** The end of what was typed is what has to be seen. */
function promptLine(prompt: string, columns: number): StyledLine {
  const room = columns - 2;
  let shown = prompt;
  while (cellWidth(shown) > room) shown = `…${[...shown].slice(2).join("")}`;
  return [{ text: shown, look: "bold" }, { text: "█" }];
}

/** These are left out first where there is no room for all. */
const DISPENSABLE_KEYS = ["+ − cap", "o page", "↑↓ ↵ details"];

/** The keys that do something now. */
function keysLine({ status, done, needs }: PlanSnapshot, view: BlockView): StyledLine {
  const { columns, hasPage = false, leaving } = view;
  const can = (action: ActionName) => needs.some(({ actions }) => actions.includes(action));
  let keys = [
    ...(done ? [] : [status === "open" ? "p pause" : "p resume"]),
    ...(done || status === "stopped" ? [] : ["s stop", "+ − cap"]),
    "↑↓ ↵ details",
    ...(can("answer") ? ["a answer"] : []),
    ...(can("retry") ? ["r retry"] : []),
    ...(hasPage ? ["o page"] : []),
    leaving === "ends" ? "q end" : "q leave",
  ];
  for (const one of DISPENSABLE_KEYS)
    if (cellWidth(keys.join(" · ")) >= columns) keys = keys.filter((key) => key !== one);
  return [{ text: keys.join(" · "), look: "dim" }];
}
