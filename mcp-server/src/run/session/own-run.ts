import type { GraphStore } from "../../store/graph-store.ts";
import { choose } from "../claims/choose.ts";
import { isOfferedAgain } from "../claims/open-offers.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { readGraph } from "../plan/plan-view.ts";
import { type Counts, countsOf, isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import type { SessionMemory } from "./session.ts";

/**
 * Whether this session works on a plan that the user let it begin: a call of plan_create or batch_next went
 * through, or (the server may have been reconnected) its process holds or held claims.
 */
export async function isOwnRun(run: RunContext, session: SessionMemory): Promise<boolean> {
  if (session.plans.size > 0) return true;
  const store = await run.graph();
  return store !== undefined && (await idsOfBegun(run, store)).size > 0;
}

/** The host tells of an agent's end within this time; afterwards the notification counts as lost. */
const NOTIFICATION_MS = 5_000;

/** A plan of which this session's process has claimed tasks. */
export interface BegunPlan {
  readonly loaded: LoadedPlan;
  /** `running` without the offers, which are launchable: nobody works on them. */
  readonly counts: Counts;
  /** Nothing runs, and nothing is left to be launched or may be: the plan is stopped, or has used its tokens. */
  readonly done: boolean;
  /** How many agents could be launched now, offers that nobody took up included. */
  readonly launchable: number;
  /** An agent ended a moment ago: the host's notification of it is on its way. */
  readonly aboutToWake: boolean;
  /** Something has ended since the session was given a report, or it never was. */
  readonly unreported: boolean;
}

/** The plans that this session's process has begun, newest first. */
export async function begunPlans(run: RunContext): Promise<BegunPlan[]> {
  const store = await run.graph();
  if (!store) return [];
  const ids = await idsOfBegun(run, store);
  if (ids.size === 0) return [];
  // A server that was started again is asked by hooks first: what could be launched depends on the roles' capacities.
  await run.roles.refresh();
  return readGraph(run, store, async (view) => {
    const { reader } = view;
    const begun: BegunPlan[] = [];
    for (const stored of await reader.plans(run.repository)) {
      if (!ids.has(stored.id)) continue;
      const loaded = await view.plan(stored.slug);
      const choice = await choose(loaded, run.now());
      const isOffered = await Promise.all(loaded.graph.live.map((claim) => isOfferedAgain(run, claim)));
      const offers = isOffered.filter(Boolean);
      const running = loaded.graph.live.filter((claim) => claim.state === "running").length;
      const [lastEnd, lastReport] = [
        await reader.lastEvent(stored.id, "attempt.ended"),
        await reader.lastEvent(stored.id, "plan.reported"),
      ];
      begun.push({
        loaded,
        counts: { ...countsOf(loaded), running },
        done: isDone(loaded) || (isAtAnEnd(loaded) && loaded.graph.live.length === 0),
        launchable: stored.status === "open" && !loaded.spent ? choice.chosen.length + offers.length : 0,
        unreported: lastEnd.seq > lastReport.seq,
        aboutToWake: running > 0 && run.now() - lastEnd.atMs < NOTIFICATION_MS,
      });
    }
    return begun;
  });
}

/** What was begun, as long as the graph stays as it was then. */
const begunAt = new WeakMap<GraphStore, { readonly state: string; readonly ids: ReadonlySet<number> }>();

async function idsOfBegun(run: RunContext, store: GraphStore): Promise<ReadonlySet<number>> {
  const state = await store.state();
  const known = begunAt.get(store);
  if (known?.state === state) return known.ids;
  const ids = await store.read(async (reader) => {
    const begun = new Set<number>();
    for (const { id } of await reader.plans(run.repository))
      if (await reader.hasClaimOf(id, run.owner)) begun.add(id);
    return begun;
  });
  begunAt.set(store, { state, ids });
  return ids;
}

/** Whether what is left may not be launched, although it could be. */
function isAtAnEnd({ stored, spent }: LoadedPlan): boolean {
  return stored.status === "stopped" || spent !== undefined;
}
