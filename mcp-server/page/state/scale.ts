import { computed } from "@preact/signals";
import type { AttemptRow, TaskRow } from "../../src/live/snapshot.ts";
import { type Stretch, stepFor, timeScale } from "../time/time-scale.ts";
import { nowMs, plan, replay } from "./plan-state.ts";

/** An empty axis is no axis. */
const MIN_SHOWN_MS = 10_000;

/** When the drawing begins and ends; it changes seldom, so that bars stand still while time goes on. */
const domain = computed(() => {
  const history = replay.value?.history;
  if (history) return `${history.startMs} ${Math.max(history.endMs, history.startMs + MIN_SHOWN_MS)}`;
  const snapshot = plan.value;
  if (!snapshot) return "0 1";
  const startMs = snapshot.startedAtMs ?? snapshot.atMs;
  if (snapshot.done && snapshot.endedAtMs !== undefined)
    return `${startMs} ${Math.max(snapshot.endedAtMs, startMs + MIN_SHOWN_MS)}`;
  let endMs = Math.max(nowMs.value, startMs + MIN_SHOWN_MS, snapshot.atMs + (snapshot.forecast?.leftMs ?? 0));
  for (const { expected } of snapshot.tasks) if (expected) endMs = Math.max(endMs, expected.endMs);
  const step = stepFor((endMs - startMs) / 8);
  // A margin, so that the last end and the word beside the line of now have room.
  return `${startMs} ${startMs + Math.ceil((endMs - startMs) / step + 0.2) * step}`;
});

/** The scale of all drawings of the plan's time. */
export const scale = computed(() => {
  const [startMs = 0, endMs = 1] = domain.value.split(" ").map(Number);
  const tasks = replay.value?.history.tasks ?? plan.value?.tasks ?? [];
  const untilMs = plan.value?.atMs ?? endMs;
  const spans: Stretch[] = tasks.flatMap(({ attempts }) =>
    attempts.map((attempt) => spanOf(attempt, untilMs)),
  );
  // What is to come is never a break.
  if (untilMs < endMs) spans.push({ startMs: untilMs, endMs });
  return timeScale({ startMs, endMs }, spans);
});

export function spanOf({ startMs, endMs }: AttemptRow, atMs: number): Stretch {
  return { startMs, endMs: Math.max(startMs, endMs ?? atMs) };
}

/** The classes of bars: what has the same one looks the same. */
export type BarKind =
  | "completed"
  | "running"
  | "delivering"
  | "failed"
  | "lost"
  | "asked"
  | "cancelled"
  | "planned";

export function barKind(state: AttemptRow["state"]): BarKind {
  switch (state) {
    case "completed":
    case "running":
    case "delivering":
    case "failed":
    case "lost":
    case "cancelled":
      return state;
    case "blocked":
      return "asked";
    case "unreported":
      return "failed";
    case "offered":
      return "planned";
  }
}

/** When a task is expected to run from now on; undefined: nothing is expected of it. */
export function plannedSpan(row: TaskRow, atMs: number): Stretch | undefined {
  if (!row.expected || row.group === "done") return undefined;
  if (row.group !== "running") return row.expected;
  return row.expected.endMs > atMs ? { startMs: atMs, endMs: row.expected.endMs } : undefined;
}

/** How many attempts ever ran at once, so that drawings keep their height while time is moved. */
export const mostAtOnce = computed(() => {
  const tasks = replay.value?.history.tasks ?? plan.value?.tasks ?? [];
  const changes = tasks.flatMap(({ attempts }) =>
    attempts.flatMap(({ startMs, endMs }) => [
      { ms: startMs, by: 1 },
      ...(endMs === undefined ? [] : [{ ms: endMs, by: -1 }]),
    ]),
  );
  changes.sort((a, b) => a.ms - b.ms || a.by - b.by);
  let [now, most] = [0, 1];
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
});
