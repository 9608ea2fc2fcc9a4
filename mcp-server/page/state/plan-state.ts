import { computed, signal } from "@preact/signals";
import type { PlanEntry, PlanHistory, PlanSnapshot } from "../../src/live/snapshot.ts";
import { stateAt } from "../../src/live/state-at.ts";
import { clockMs } from "./clock.ts";

/** Whether what is shown is what is: `lost` since this moment of the graph's clock. */
export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  | { readonly state: "lost"; readonly sinceMs: number };

export const connection = signal<Connection>({ state: "connecting" });

/** All plans that the server shows; undefined: not known yet. */
export const plans = signal<readonly PlanEntry[] | undefined>(undefined);

/** The plan of the address as it is; undefined: not known yet. */
export const livePlan = signal<PlanSnapshot | undefined>(undefined);

/** Why the plan of the address is not shown, such as that there is none. */
export const planRefusal = signal<string | undefined>(undefined);

/** A moment of the past that is shown instead. */
export interface Replay {
  readonly history: PlanHistory;
  readonly atMs: number;
  /** Milliseconds of the plan in one of the viewer's; undefined: it stands still. */
  readonly speed: number | undefined;
}
export const replay = signal<Replay | undefined>(undefined);

const history = computed(() => replay.value?.history);
const replayed = computed(() => history.value && stateAt(history.value));

/** What is shown: the plan as it is, or as it was. */
export const plan = computed<PlanSnapshot | undefined>(() => {
  const atMs = replay.value?.atMs;
  return atMs === undefined ? livePlan.value : replayed.value?.(atMs);
});

/** The moment that is shown. */
export const nowMs = computed(() => replay.value?.atMs ?? clockMs.value);

/** What went with a plan goes with it. */
export function forgetPlan(): void {
  livePlan.value = undefined;
  planRefusal.value = undefined;
  replay.value = undefined;
  connection.value = { state: "connecting" };
}
