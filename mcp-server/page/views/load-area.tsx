import { computed } from "@preact/signals";
import type { JSX } from "preact";
import type { TaskRow } from "../../src/live/snapshot.ts";
import { type BarKind, barKind, plannedSpan, scale, spanOf } from "../state/scale.ts";
import { areaPath, meanLoad } from "../time/load.ts";
import type { Stretch } from "../time/time-scale.ts";

/** Pieces that the width is cut into. */
export const PIECES = 200;
/** From bottom to top. */
const STACK: readonly BarKind[] = [
  "completed",
  "delivering",
  "running",
  "failed",
  "lost",
  "asked",
  "cancelled",
];

/** Rising moments at equal distances of the drawing. */
const edges = computed(() => Array.from({ length: PIECES + 1 }, (_, n) => scale.value.msAt(n / PIECES)));

/**
 * How many agents worked over time, one path per state, with what is expected as an outline.
 * @param atMs until when what runs is drawn; from there on what is expected.
 */
export function LoadArea({
  rows,
  atMs,
  full,
}: {
  readonly rows: readonly TaskRow[];
  readonly atMs: number;
  /** How many at once fill the height; absent: as many as there ever were. */
  readonly full?: number;
}): JSX.Element {
  const byKind = new Map<BarKind, Stretch[]>();
  for (const row of rows) {
    for (const attempt of row.attempts) push(byKind, barKind(attempt.state), spanOf(attempt, atMs));
    const planned = plannedSpan(row, atMs);
    if (planned) push(byKind, "planned", planned);
  }
  const loads = new Map([...byKind].map(([kind, spans]) => [kind, meanLoad(spans, edges.value)]));
  const below = new Float64Array(PIECES);
  const stacked = STACK.flatMap((kind) => {
    const load = loads.get(kind);
    if (!load) return [];
    const base = below.slice();
    for (const [n, value] of load.entries()) below[n] = (below[n] ?? 0) + value;
    return [{ kind, load, base }];
  });
  const planned = loads.get("planned");
  const height = Math.max(1, full ?? 0, ...below, ...(planned ?? []));
  return (
    <svg class="load" viewBox={`0 0 ${PIECES} 1`} preserveAspectRatio="none" aria-hidden="true">
      {planned && <path class="planned" d={areaPath(planned, new Float64Array(PIECES), height)} />}
      {stacked.map(({ kind, load, base }) => (
        <path key={kind} class={kind} d={areaPath(load, base, height)} />
      ))}
    </svg>
  );
}

function push(lists: Map<BarKind, Stretch[]>, kind: BarKind, span: Stretch): void {
  const list = lists.get(kind);
  if (list) list.push(span);
  else lists.set(kind, [span]);
}
