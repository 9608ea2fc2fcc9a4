import { computed, signal, useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isOverdue, rowWords, type ShownGroup, signOf, silentMs, tookMs } from "../../src/live/groups.ts";
import type { TaskRow } from "../../src/live/snapshot.ts";
import {
  FLAGS,
  type Flag,
  type Line,
  type LineHeights,
  linesInView,
  lineTops,
  type PhaseFigures,
} from "../list/lines.ts";
import { address, openTask } from "../state/address.ts";
import {
  applyOrder,
  cursor,
  find,
  flags,
  isHeld,
  isPrinting,
  list,
  toggleFlag,
  toggleGroup,
} from "../state/list-state.ts";
import { nowMs, plan } from "../state/plan-state.ts";
import { mostAtOnce, scale } from "../state/scale.ts";
import { labelsOf } from "../time/axis-labels.ts";
import { clockLength, roughLength, tokenCount } from "../time/words.ts";
import { Bars } from "./bars.tsx";
import { Foreign } from "./foreign.tsx";
import { LoadArea } from "./load-area.tsx";
import { named } from "./needs.tsx";
import { Toolbar } from "./toolbar.tsx";

const WIDE: LineHeights = { row: 24, head: 27 };
/** On narrow screens a row has two lines. */
const NARROW: LineHeights = { row: 46, head: 34 };
const NARROW_SCREEN = "(max-width: 760px)";

/** Ids of rows in the document: a task's own id may have any characters. */
function rowElementId({ position }: TaskRow): string {
  return `row-${position}`;
}

/** All tasks in groups, each with its time. Only what is seen is in the document. */
export function RunList(): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const scrolled = useSignal(0);
  const height = useSignal(800);
  const isNarrow = useSignal(matchMedia(NARROW_SCREEN).matches);
  const { lines, waiting } = list.value;
  const heights = isNarrow.value ? NARROW : WIDE;
  const tops = useComputed(() => lineTops(list.value.lines, isNarrow.value ? NARROW : WIDE)).value;
  const seen = isPrinting.value
    ? { from: 0, to: lines.length }
    : linesInView(tops, scrolled.value, height.value);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const measure = () => {
      height.value = element.clientHeight - (head.current?.offsetHeight ?? 0);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const media = matchMedia(NARROW_SCREEN);
    const narrow = () => {
      isNarrow.value = media.matches;
    };
    media.addEventListener("change", narrow);
    return () => {
      observer.disconnect();
      media.removeEventListener("change", narrow);
    };
  }, []);

  const active = cursor.value;
  // The row of the cursor comes into view when the cursor moves, and not when rows move.
  useEffect(() => {
    const element = scroller.current;
    const index = list.peek().lines.findIndex(({ key }) => key === active);
    if (!element || active === undefined || index < 0) return;
    const [top = 0, bottom = 0] = [tops[index], tops[index + 1]];
    if (top < element.scrollTop) element.scrollTop = top - heights.head;
    else if (bottom > element.scrollTop + height.peek()) element.scrollTop = bottom - height.peek() + 4;
  }, [active]);

  const total = plan.value?.tasks.length ?? 0;
  const inDocument = lines.slice(seen.from, seen.to);
  const activeRow = inDocument.flatMap((line) =>
    line.kind === "row" && line.key === active ? line.row : [],
  )[0];
  return (
    <section class="run" aria-label="Tasks">
      <Picks waiting={waiting} isEmpty={lines.length === 0} />
      <div
        id="list"
        ref={scroller}
        class="list"
        style={{ "--id": `${idWidth.value}ch` }}
        role="grid"
        aria-label={`Tasks, ${total}`}
        aria-rowcount={lines.length + 1}
        tabIndex={0}
        {...(activeRow === undefined ? {} : { "aria-activedescendant": rowElementId(activeRow) })}
        onScroll={(event) => {
          scrolled.value = event.currentTarget.scrollTop;
        }}
        onPointerEnter={(event) => {
          if (event.pointerType === "mouse") isHeld.value = true;
        }}
        onPointerLeave={applyOrder}
      >
        <Columns headRef={head} />
        <div
          class="lines"
          role="rowgroup"
          style={isPrinting.value ? {} : { height: `${tops.at(-1) ?? 0}px` }}
        >
          <TimeLines />
          <NowLine />
          {inDocument.map((line, n) => (
            <LineView key={line.key} line={line} index={seen.from + n} top={tops[seen.from + n] ?? 0} />
          ))}
        </div>
      </div>
    </section>
  );
}

const FLAG_WORDS: Readonly<Record<Flag, string>> = {
  failed: "failed at least once",
  silent: "silent",
  over: "longer than expected",
  critical: "on the critical path",
};

/** Every row is a grid of its own; the longest id decides for all. */
const idWidth = computed(() => Math.max(...(plan.value?.tasks.map(({ id }) => id.length) ?? []), 3));

/** How many rows have each flag; looked at every few seconds, because some get it by time alone. */
const flagCounts = computed((): ReadonlyMap<Flag, number> => {
  const tasks = plan.value?.tasks ?? [];
  const atMs = Math.floor(nowMs.value / 5000) * 5000;
  return new Map([
    [
      "failed",
      tasks.filter(
        ({ status, attempts }) => status === "failed" || attempts.some(({ state }) => state === "failed"),
      ).length,
    ],
    ["silent", tasks.filter((row) => silentMs(row, atMs) !== undefined).length],
    ["over", tasks.filter((row) => isOverdue(row, atMs)).length],
    ["critical", tasks.filter(({ critical }) => critical).length],
  ]);
});

function Picks({ waiting, isEmpty }: { readonly waiting: number; readonly isEmpty: boolean }): JSX.Element {
  return (
    <Toolbar>
      {FLAGS.filter((flag) => (flagCounts.value.get(flag) ?? 0) > 0 || flags.value.has(flag)).map((flag) => (
        <button
          key={flag}
          type="button"
          class="small"
          aria-pressed={flags.value.has(flag)}
          onClick={() => toggleFlag(flag)}
        >
          {FLAG_WORDS[flag]} <span class="num">{flagCounts.value.get(flag)}</span>
        </button>
      ))}
      {isEmpty && (find.value !== "" || flags.value.size > 0) && (
        <>
          No task has this.
          <button
            type="button"
            class="small"
            onClick={() => {
              find.value = "";
              flags.value = new Set();
            }}
          >
            Show all
          </button>
        </>
      )}
      {waiting > 0 && (
        <button type="button" class="small held" onClick={applyOrder}>
          {waiting === 1 ? "1 change of order waits" : `${waiting} changes of order wait`}
        </button>
      )}
    </Toolbar>
  );
}

function Columns({ headRef }: { readonly headRef: { current: HTMLDivElement | null } }): JSX.Element {
  const axis = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = axis.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      axisWidth.value = element.clientWidth;
    });
    observer.observe(element);
    axisWidth.value = element.clientWidth;
    return () => observer.disconnect();
  }, []);
  return (
    <div class="columns" role="row" aria-rowindex={1} ref={headRef}>
      <Head label="State" isHidden />
      <Head label="Task" />
      <Head label="Subject" isHidden />
      <Head label={hasMachines.value ? "Machine · role" : "Role"} />
      <Head label="Took / expected" />
      <Head label="Tokens" class="right" />
      <span role="columnheader" class="axis num" ref={axis} aria-label="Time">
        {axisLabels.value.map(({ ms, at, text }) => (
          <span key={ms} style={{ left: `${100 * at}%` }}>
            {text}
          </span>
        ))}
      </span>
    </div>
  );
}

function Head({
  label,
  isHidden,
  class: name,
}: {
  readonly label: string;
  readonly isHidden?: true;
  readonly class?: string;
}): JSX.Element {
  return (
    <span role="columnheader" {...(name === undefined ? {} : { class: name })}>
      <span class={isHidden ? "unseen" : ""}>{label}</span>
    </span>
  );
}

/** Of the axis, in pixels. */
const axisWidth = signal(600);

const MIN_MARK_PX = 84;

const axisLabels = computed(() =>
  labelsOf(scale.value, Math.floor(axisWidth.value / MIN_MARK_PX))
    // A label at the very edge would be cut.
    .filter(({ at }) => at > 0.02 && at < 0.96),
);

/** The lines of the axis, behind the rows. */
function TimeLines(): JSX.Element {
  return (
    <div class="time-lines" aria-hidden="true">
      <span class="over-time">
        {axisLabels.value.map(({ ms, at }) => (
          <i key={ms} class="mark" style={{ left: `${100 * at}%` }} />
        ))}
        {scale.value.breaks.map(({ startMs, endMs }) => (
          <i
            key={startMs}
            class="break"
            style={{
              left: `${100 * scale.value.at(startMs)}%`,
              width: `${100 * (scale.value.at(endMs) - scale.value.at(startMs))}%`,
            }}
          />
        ))}
      </span>
    </div>
  );
}

function NowLine(): JSX.Element | null {
  if (plan.value?.done) return null;
  return (
    <div class="time-lines before" aria-hidden="true">
      <span class="over-time">
        <i class="now" style={{ left: `${(100 * scale.value.at(nowMs.value)).toFixed(3)}%` }} />
      </span>
    </div>
  );
}

function LineView({
  line,
  index,
  top,
}: {
  readonly line: Line;
  readonly index: number;
  readonly top: number;
}): JSX.Element {
  const place = {
    "aria-rowindex": index + 2,
    style: isPrinting.value ? {} : { transform: `translateY(${top}px)` },
  };
  switch (line.kind) {
    case "row":
      return <RowLine row={line.row} place={place} />;
    case "phase":
      return <PhaseLine phase={line.phase} place={place} />;
    case "phases":
      return (
        <Heading
          name="phases"
          title={`Phases ${line.count}`}
          summary=""
          isFolded={line.isFolded}
          place={place}
          rows={[]}
        />
      );
    case "group": {
      const { group, isFolded } = line;
      return (
        <Heading
          name={group.group}
          title={`${group.title} ${group.rows.length}`}
          summary={isFolded ? foldedWords(group) : group.summary}
          isFolded={isFolded}
          place={place}
          rows={group.rows}
        />
      );
    }
  }
}

/** Of rows that are not seen, what there is to know of them first. */
function foldedWords({ group, rows, summary }: ShownGroup): string {
  if (group === "couldStart" || group === "waits") {
    const next = `next ${named(rows.map(({ id }) => id))}`;
    return group === "waits" ? next : `${summary} · ${next}`;
  }
  return summary;
}

interface PlaceInList {
  readonly "aria-rowindex": number;
  readonly style: { readonly transform?: string };
}

function Heading({
  name,
  title,
  summary,
  isFolded,
  place,
  rows,
}: {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly isFolded: boolean;
  readonly place: PlaceInList;
  readonly rows: readonly TaskRow[];
}): JSX.Element {
  return (
    <div class="line heading" role="row" {...place}>
      <span class="title" role="rowheader">
        <button
          type="button"
          class="fold"
          aria-expanded={!isFolded}
          onClick={() => toggleGroup(name, isFolded)}
        >
          <svg class={isFolded ? "arrow" : "arrow open"} viewBox="0 0 8 8" aria-hidden="true">
            <path d="M2 1l4 3-4 3z" />
          </svg>
          {title}
        </button>{" "}
        <small>{summary}</small>
      </span>
      <span class="over-time" role="gridcell">
        {isFolded && rows.length > 0 && (
          <LoadArea rows={rows} atMs={plan.value?.atMs ?? 0} full={mostAtOnce.value} />
        )}
      </span>
    </div>
  );
}

function PhaseLine({
  phase,
  place,
}: {
  readonly phase: PhaseFigures;
  readonly place: PlaceInList;
}): JSX.Element {
  const { name, rows, ended, running, failed } = phase;
  return (
    <div class="line phase" role="row" {...place}>
      <Cell class="sign" />
      <Cell class="wide-words">
        <button
          type="button"
          class="link"
          onClick={() => {
            find.value = name;
          }}
        >
          <Foreign text={name} />
        </button>
      </Cell>
      <Cell class="why num">
        {`${ended} of ${rows.length}${running > 0 ? ` · ${running} running` : ""}${failed > 0 ? ` · ${failed} failed` : ""}`}
      </Cell>
      <Cell class="over-time">
        <LoadArea rows={rows} atMs={plan.value?.atMs ?? 0} />
      </Cell>
    </div>
  );
}

function Cell({
  class: name,
  children,
}: {
  readonly class: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <span class={name} role="gridcell">
      {children}
    </span>
  );
}

const STATUS_WORDS: Readonly<Record<TaskRow["status"], string>> = {
  pending: "waits",
  in_progress: "running",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

/** The class that says what a row's colours are. */
export function toneOf(row: TaskRow): string {
  if (row.why === "question") return "asks";
  return row.status === "in_progress" ? "runs" : row.status;
}

function RowLine({ row, place }: { readonly row: TaskRow; readonly place: PlaceInList }): JSX.Element {
  const isOpen = address.value.task === row.id;
  const classes = ["line", "row", `tone-${toneOf(row)}`, ...(isOpen ? ["opened"] : [])].join(" ");
  return (
    <div
      id={rowElementId(row)}
      class={classes}
      role="row"
      aria-selected={cursor.value === row.id}
      data-task={row.id}
      onClick={() => {
        cursor.value = row.id;
        openTask(row.id);
      }}
      {...place}
    >
      <Cell class="sign">
        <span aria-hidden="true">{signOf(row)}</span>
        <span class="unseen">{row.why === "question" ? "asks" : STATUS_WORDS[row.status]}</span>
      </Cell>
      <Cell class="id mono">
        <Foreign text={row.id} />
      </Cell>
      <Cell class="subject">
        <Foreign text={row.subject} />
        {row.group === "running" && <RowNotes row={row} />}
      </Cell>
      {row.group === "running" || row.group === "done" ? <Figures row={row} /> : <Why row={row} />}
      <Cell class="over-time">
        <Bars row={row} />
      </Cell>
    </div>
  );
}

function RowNotes({ row }: { readonly row: TaskRow }): JSX.Element | null {
  const words = rowWords(row, nowMs.value);
  if (words === "") return null;
  const silent = silentMs(row, nowMs.value);
  return silent === undefined ? (
    <span class="dim"> · {words}</span>
  ) : (
    <span class="over"> · silent {roughLength(silent)}</span>
  );
}

function Figures({ row }: { readonly row: TaskRow }): JSX.Element {
  const machine = row.attempts.at(-1)?.machine;
  return (
    <>
      <Cell class="role dim">
        <Foreign
          text={[...(hasMachines.value && machine !== undefined ? [machine] : []), row.role ?? ""]
            .filter(Boolean)
            .join(" · ")}
        />
      </Cell>
      <Took row={row} />
      <Cell class="tokens num">{row.tokens === undefined ? "" : tokenCount(row.tokens)}</Cell>
    </>
  );
}

/** Machines are named only where there are several. */
const hasMachines = computed(
  () =>
    new Set(plan.value?.tasks.flatMap(({ attempts }) => attempts.flatMap(({ machine }) => machine ?? [])))
      .size > 1,
);

function Took({ row }: { readonly row: TaskRow }): JSX.Element {
  const atMs = row.group === "running" ? nowMs.value : 0;
  const took = tookMs(row, atMs);
  const expected = row.expected?.durationMs;
  const isOver = isOverdue(row, atMs);
  return (
    <Cell class={isOver ? "took num over" : "took num"}>
      {took === undefined ? "" : clockLength(took)}
      {row.group === "running" && expected !== undefined && ` / ${clockLength(expected)}`}
      {isOver && <span class="unseen"> longer than expected</span>}
    </Cell>
  );
}

function Why({ row }: { readonly row: TaskRow }): JSX.Element {
  return (
    <Cell class="why dim">
      <Foreign text={rowWords(row, 0)} />
    </Cell>
  );
}
