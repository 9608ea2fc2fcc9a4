import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { FileClash } from "../../src/live/file-clash.ts";
import { layoutGraph, type PlacedEdge } from "../../src/live/graph-layout.ts";
import { type GraphChip, graphPart } from "../../src/live/graph-part.ts";
import { rowWords, signOf } from "../../src/live/groups.ts";
import type { TaskRow } from "../../src/live/snapshot.ts";
import { planPath } from "../connection/paths.ts";
import { load } from "../connection/session.ts";
import { pickerOf } from "../list/lines.ts";
import { address, openTask } from "../state/address.ts";
import { cursor, find, flags } from "../state/list-state.ts";
import { nowMs, plan } from "../state/plan-state.ts";
import { Foreign } from "./foreign.tsx";
import { named } from "./needs.tsx";
import { toneOf } from "./run-list.tsx";
import { Toolbar } from "./toolbar.tsx";

/** More chips are no picture any more. */
const MAX_CHIPS = 320;
/** Of plans that do not fit, the neighbourhood of a task. */
const MAX_NEAR = 50;
const WIDE_CHIP = 190;
const NARROW_CHIP = 76;
/** Between the columns, for the lines. */
const GAP = 34;
const ROW = 34;
const CHIP_HEIGHT = 26;
const MARGIN = 16;

const clashes = signal<readonly FileClash[] | undefined>(undefined);
const showsClashes = signal(false);
/** Folded chips that somebody has opened: all their tasks. */
const opened = signal<ReadonlySet<string>>(new Set());
/** The middle of what is shown of a large plan; it stays until somebody asks for another one. */
const focus = signal<string | undefined>(undefined);

type Nodes = Parameters<typeof graphPart>[0];

let lastNodes: Nodes = [];

/** What the drawing is made from: it changes only with the plan's tasks, and never with how they stand. */
const nodes = computed(() => {
  const tasks = plan.value?.tasks ?? [];
  const isSame = (node: Nodes[number] | undefined, { id, needs }: TaskRow) =>
    node?.id === id &&
    (node.dependencies === needs || JSON.stringify(node.dependencies) === JSON.stringify(needs));
  if (tasks.length !== lastNodes.length || !tasks.every((row, n) => isSame(lastNodes[n], row)))
    lastNodes = tasks.map(({ id, needs }) => ({ id, dependencies: needs }));
  return lastNodes;
});

const part = computed(() =>
  graphPart(nodes.value, {
    focus: focusOf(focus.value),
    alone: opened.value,
    maxChips: MAX_CHIPS,
    maxNear: MAX_NEAR,
  }),
);

const isPart = computed(
  () => part.value.reduce((sum, { tasks }) => sum + tasks.length, 0) < nodes.value.length,
);

/** Where to look in a large plan: at the chosen task, else where it runs, else along the critical path. */
function focusOf(chosen: string | undefined): string[] {
  if (chosen !== undefined) return [chosen];
  const tasks = plan.peek()?.tasks ?? [];
  const asked = plan.peek()?.needs.flatMap(({ task }) => task ?? []) ?? [];
  const critical = tasks.filter((row) => row.critical).map(({ id }) => id);
  const running = tasks.filter(({ group }) => group === "running").map(({ id }) => id);
  return [...critical.slice(0, 1), ...asked.slice(0, 1), ...running.slice(0, 1)];
}

const layout = computed(() => layoutGraph(part.value));

/** The plan as its dependencies order it. */
export function Graph(): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const wide = useWideChips();
  const drawn = layout.value;
  const chipWidth = wide ? WIDE_CHIP : NARROW_CHIP;
  const x = (layer: number) => MARGIN + layer * (chipWidth + GAP);
  const y = (height: number) => MARGIN + height * ROW;
  const size = { width: x(drawn.layers) - GAP + MARGIN, height: y(drawn.height) + MARGIN };
  const rows = new Map(plan.value?.tasks.map((row) => [row.id, row]));
  const chips = new Map(part.value.map((chip) => [chip.id, chip]));
  const selected = address.value.task;
  useEffect(() => {
    const element =
      selected === undefined ? undefined : scroller.current?.querySelector<HTMLElement>("[aria-current]");
    element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected]);
  useEffect(() => {
    void loadClashes();
  }, [nodes.value]);
  return (
    <section class="graph" aria-label="Dependencies">
      <GraphNotes />
      <div
        class="canvas"
        ref={scroller}
        tabIndex={0}
        role="group"
        aria-label="Tasks in the order of their dependencies"
      >
        <div class="drawing" style={{ width: `${size.width}px`, height: `${size.height}px` }}>
          <Lines
            edges={drawn.edges}
            chips={chips}
            rows={rows}
            x={x}
            y={y}
            chipWidth={chipWidth}
            size={size}
          />
          {drawn.nodes.map(({ id, layer, y: height }) => {
            const chip = chips.get(id);
            const own = chip?.tasks.flatMap((task) => rows.get(task) ?? []) ?? [];
            const [first] = own;
            if (!chip || !first) return null;
            const place = { left: x(layer), top: y(height) - CHIP_HEIGHT / 2, width: chipWidth };
            return own.length > 1 ? (
              <FoldedChip key={id} chip={chip} rows={own} {...place} />
            ) : (
              <TaskChip key={id} chip={chip} row={first} isWide={wide} {...place} />
            );
          })}
        </div>
      </div>
    </section>
  );
}

const room = signal(1000);

/** Subjects are in the chips as long as the whole then fits twice into the window's width. */
function useWideChips(): boolean {
  useEffect(() => {
    const measure = () => {
      room.value = innerWidth;
    };
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return layout.value.layers * (WIDE_CHIP + GAP) <= 2 * room.value;
}

function GraphNotes(): JSX.Element {
  const all = nodes.value.length;
  const shown = part.value.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const known = clashes.value;
  return (
    <Toolbar>
      <span class="legend">
        <span>
          <i class="line-sample critical" /> critical path
        </span>
      </span>
      {known && known.length > 0 && (
        <label>
          <input
            type="checkbox"
            checked={showsClashes.value}
            onInput={(event) => {
              showsClashes.value = event.currentTarget.checked;
            }}
          />{" "}
          files that clash <span class="num">{known.length}</span>
        </label>
      )}
      {isPart.value && (
        <>
          <span class="dim num">
            {shown} of {all} tasks, around {focusOf(focus.value)[0] ?? "the start"}
          </span>
          {address.value.task !== undefined && address.value.task !== focus.value && (
            <button
              type="button"
              class="small"
              onClick={() => {
                focus.value = address.peek().task;
              }}
            >
              Show around <Foreign text={address.value.task} />
            </button>
          )}
        </>
      )}
      {opened.value.size > 0 && (
        <button
          type="button"
          class="small"
          onClick={() => {
            opened.value = new Set();
          }}
        >
          Fold again
        </button>
      )}
    </Toolbar>
  );
}

async function loadClashes(): Promise<void> {
  const { of } = address.peek();
  if (!of) return;
  try {
    clashes.value = (await load<{ clashes: readonly FileClash[] }>(planPath(of, "clashes"))).clashes;
  } catch {
    // The graph is worth seeing without them.
    clashes.value = undefined;
  }
}

interface Drawn {
  readonly edges: readonly PlacedEdge[];
  readonly chips: ReadonlyMap<string, GraphChip>;
  readonly rows: ReadonlyMap<string, TaskRow>;
  readonly x: (layer: number) => number;
  readonly y: (height: number) => number;
  readonly chipWidth: number;
  readonly size: { readonly width: number; readonly height: number };
}

/** The lines, one path for each kind. */
function Lines({ edges, chips, rows, x, y, chipWidth, size }: Drawn): JSX.Element {
  const selected = address.value.task;
  const near = selected === undefined ? undefined : relatives(selected);
  const paths = { plain: "", done: "", critical: "", near: "" };
  const isAll = (id: string, test: (row: TaskRow) => boolean) =>
    (chips.get(id)?.tasks ?? []).every((task) => {
      const row = rows.get(task);
      return row !== undefined && test(row);
    });
  for (const { from, to, points } of edges) {
    const kind =
      near && isNear(from, to, selected, near, chips)
        ? "near"
        : isAll(from, (row) => row.critical) && isAll(to, (row) => row.critical)
          ? "critical"
          : isAll(from, (row) => row.group === "done")
            ? "done"
            : "plain";
    paths[kind] += edgePath(points, x, y, chipWidth);
  }
  return (
    <svg
      class={near ? "lines-between pale" : "lines-between"}
      width={size.width}
      height={size.height}
      aria-hidden="true"
    >
      {Object.entries(paths).map(([kind, d]) => d !== "" && <path key={kind} class={kind} d={d} />)}
      {showsClashes.value && <path class="clash" d={clashPaths(chips, x, y, chipWidth)} />}
    </svg>
  );
}

/** From chip to chip; through layers in between it runs level where a chip would be. */
function edgePath(
  points: PlacedEdge["points"],
  x: (layer: number) => number,
  y: (height: number) => number,
  chipWidth: number,
): string {
  let path = "";
  for (const [n, point] of points.entries()) {
    const next = points[n + 1];
    if (!next) break;
    const [x0, y0] = [x(point.layer) + chipWidth, y(point.y)];
    const [x1, y1] = [x(next.layer), y(next.y)];
    const middle = (x0 + x1) / 2;
    path += n === 0 ? `M${x0} ${y0.toFixed(1)}` : `H${x0}`;
    path += `C${middle} ${y0.toFixed(1)} ${middle} ${y1.toFixed(1)} ${x1} ${y1.toFixed(1)}`;
  }
  return path;
}

function clashPaths(
  chips: ReadonlyMap<string, GraphChip>,
  x: (layer: number) => number,
  y: (height: number) => number,
  chipWidth: number,
): string {
  const chipOf = new Map(
    [...chips.values()].flatMap(({ id, tasks }) => tasks.map((task) => [task, id] as const)),
  );
  const placed = new Map(layout.value.nodes.map((node) => [node.id, node]));
  let path = "";
  for (const { tasks } of clashes.value ?? []) {
    const [a, b] = tasks.map((task) => placed.get(chipOf.get(task) ?? ""));
    if (!a || !b || a === b) continue;
    const [ax, ay, bx, by] = [x(a.layer) + chipWidth / 2, y(a.y), x(b.layer) + chipWidth / 2, y(b.y)];
    path += `M${ax} ${ay.toFixed(1)}Q${(ax + bx) / 2 + 20} ${((ay + by) / 2).toFixed(1)} ${bx} ${by.toFixed(1)}`;
  }
  return path;
}

/** Everything before a task and everything behind it. */
function relatives(task: string): ReadonlySet<string> {
  const byId = new Map(nodes.value.map((node) => [node.id, node]));
  const dependents = new Map<string, string[]>();
  for (const { id, dependencies } of nodes.value) {
    for (const other of dependencies) {
      const list = dependents.get(other);
      if (list) list.push(id);
      else dependents.set(other, [id]);
    }
  }
  const found = new Set([task]);
  for (const next of [
    (id: string) => byId.get(id)?.dependencies ?? [],
    (id: string) => dependents.get(id) ?? [],
  ]) {
    const queue = [task];
    for (const id of queue) {
      for (const other of next(id)) {
        if (found.has(other)) continue;
        found.add(other);
        queue.push(other);
      }
    }
  }
  return found;
}

function isNear(
  from: string,
  to: string,
  selected: string | undefined,
  near: ReadonlySet<string>,
  chips: ReadonlyMap<string, GraphChip>,
): boolean {
  const isIn = (id: string) => (chips.get(id)?.tasks ?? []).some((task) => near.has(task));
  return selected !== undefined && isIn(from) && isIn(to);
}

/** In pixels. */
interface ChipPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

function pixels({ left, top, width }: ChipPlace) {
  return { left: `${left}px`, top: `${top.toFixed(1)}px`, width: `${width}px` };
}

/** Several tasks in one; a click shows each of them. */
function FoldedChip({
  chip,
  rows,
  ...place
}: { readonly chip: GraphChip; readonly rows: readonly TaskRow[] } & ChipPlace): JSX.Element {
  return (
    <button
      type="button"
      class="chip several"
      style={pixels(place)}
      data-chip={chip.id}
      aria-label={`${rows.length} tasks with the same neighbours: ${named(chip.tasks)}. Show each`}
      onClick={() => {
        opened.value = new Set([...opened.peek(), ...chip.tasks]);
      }}
    >
      <span class="mono">×{rows.length}</span> <span class="signs">{signCounts(rows)}</span>
    </button>
  );
}

function TaskChip({
  chip,
  row,
  isWide,
  ...place
}: { readonly chip: GraphChip; readonly row: TaskRow; readonly isWide: boolean } & ChipPlace): JSX.Element {
  const why = rowWords(row, nowMs.peek());
  const isPicked = pickerOf({ find: find.value, flags: flags.value, nowMs: nowMs.peek() });
  const classes = [
    "chip",
    `tone-${toneOf(row)}`,
    ...(row.critical ? ["critical"] : []),
    ...(isPicked(row) ? [] : ["pale"]),
  ];
  return (
    <button
      type="button"
      class={classes.join(" ")}
      style={pixels(place)}
      data-chip={chip.id}
      title={`${row.id} ${row.subject}${why === "" ? "" : `: ${why}`}`}
      {...(address.value.task === row.id ? { "aria-current": "true" as const } : {})}
      onClick={() => {
        cursor.value = row.id;
        openTask(row.id);
      }}
    >
      {chip.hiddenBefore > 0 && <small class="num hidden-tasks">+{chip.hiddenBefore} </small>}
      <span class="sign">{signOf(row)}</span>{" "}
      <span class="mono">
        <Foreign text={row.id} />
      </span>
      {isWide && (
        <>
          {" "}
          <Foreign class="chip-subject" text={row.subject} />
        </>
      )}
      {chip.hiddenBehind > 0 && <small class="num hidden-tasks"> +{chip.hiddenBehind}</small>}
    </button>
  );
}

/** `✓9 ▶3 ○2` */
function signCounts(rows: readonly TaskRow[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(signOf(row), (counts.get(signOf(row)) ?? 0) + 1);
  return [...counts].map(([sign, count]) => `${sign}${count}`).join(" ");
}
