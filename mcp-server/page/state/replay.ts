import type { PlanHistory } from "../../src/live/snapshot.ts";
import { planPath } from "../connection/paths.ts";
import { load } from "../connection/session.ts";
import { outcome } from "./actions.ts";
import { address } from "./address.ts";
import { replay } from "./plan-state.ts";

/** How much faster than it was; the first is as it was. */
export const SPEEDS = [1, 10, 60, 600] as const;

/** Stretches without an event are passed in this time, in milliseconds of the viewer. */
const IDLE_MS = 1000;
/** What is called idle, in milliseconds of the plan. */
const MIN_IDLE_MS = 5 * 60_000;

/** Shows the plan as it was. */
export async function startReplay(atMs: (history: PlanHistory) => number): Promise<void> {
  const { of } = address.peek();
  if (of === undefined) return;
  try {
    const history = await load<PlanHistory>(planPath(of, "history"));
    // Somebody may have gone elsewhere meanwhile.
    if (address.peek().of === of) replay.value = { history, atMs: atMs(history), speed: undefined };
  } catch (problem) {
    outcome.value = {
      isDone: false,
      text: `The history cannot be had: ${problem instanceof Error ? problem.message : problem}`,
    };
  }
}

export function seek(atMs: number): void {
  const now = replay.peek();
  if (now) replay.value = { ...now, atMs: Math.min(now.history.endMs, Math.max(now.history.startMs, atMs)) };
}

export function setSpeed(speed: number | undefined): void {
  const now = replay.peek();
  if (!now) return;
  // From its end it begins again.
  const atMs = speed !== undefined && now.atMs >= now.history.endMs ? now.history.startMs : now.atMs;
  replay.value = { ...now, atMs, speed };
}

export function stopReplay(): void {
  replay.value = undefined;
}

/** All moments at which something changed, in order. */
export function momentsOf({ tasks, statuses }: PlanHistory): number[] {
  const all = [
    ...statuses.map(([ms]) => ms),
    ...tasks.flatMap((task) => task.statuses.map(([ms]) => ms)),
    ...tasks.flatMap((task) => task.attempts.flatMap(({ startMs, endMs }) => [startMs, endMs ?? startMs])),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The first moment after this at which something changed, or before it; undefined: there is none. */
export function nextMoment(moments: readonly number[], atMs: number, direction: 1 | -1): number | undefined {
  return direction > 0 ? moments.find((ms) => ms > atMs) : moments.findLast((ms) => ms < atMs);
}

/**
 * Where a replay stands after some time of the viewer's. Stretches in which nothing changes for long are passed quickly.
 * @param elapsedMs of the viewer's time.
 */
export function advance(moments: readonly number[], atMs: number, elapsedMs: number, speed: number): number {
  const next = nextMoment(moments, atMs, 1);
  if (next === undefined) return atMs + elapsedMs * speed;
  const previous = moments.findLast((ms) => ms <= atMs) ?? atMs;
  const idleMs = next - previous;
  if (idleMs <= MIN_IDLE_MS) return atMs + elapsedMs * speed;
  return Math.min(next, atMs + elapsedMs * Math.max(speed, idleMs / IDLE_MS));
}

/** Lets the replay run while it has a speed. @returns what ends that. */
export function runReplay(): () => void {
  let lastMs = performance.now();
  let known: { readonly history: PlanHistory; readonly moments: readonly number[] } | undefined;
  const step = () => {
    const elapsedMs = performance.now() - lastMs;
    lastMs = performance.now();
    const now = replay.peek();
    if (now?.speed === undefined) return;
    if (known?.history !== now.history) known = { history: now.history, moments: momentsOf(now.history) };
    const atMs = Math.min(now.history.endMs, advance(known.moments, now.atMs, elapsedMs, now.speed));
    replay.value = { ...now, atMs, speed: atMs >= now.history.endMs ? undefined : now.speed };
  };
  const timer = setInterval(step, 100);
  return () => clearInterval(timer);
}
