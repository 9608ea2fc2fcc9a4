import { type AttemptId, holdsScope } from "../graph/attempt.ts";
import type { PlanGraph } from "../graph/plan-graph.ts";
import type { TaskEstimates } from "../graph/task-estimates.ts";
import type { PlanKey } from "./engine.ts";
import type { HeldClaim } from "./tables/held-claim.ts";
import type { StoredPlan } from "./tables/rows.ts";

/** A plan in memory. */
export interface PlanMirror {
  readonly graph: PlanGraph;
  /** By the attempts of the repository when the plan was first read: they stay the same while it is in memory. */
  readonly estimates: TaskEstimates;
  stored: StoredPlan;
  /** The event up to which the graph is known. */
  seq: number;
  /** Nobody can have changed the plan since it was read. */
  isCurrent: boolean;
}

/**
 * What a process knows of the graph from one transaction to the next. Plans are brought up to date with what has
 * changed; the rest is known anew in each transaction, unless the engine says that nobody else has written meanwhile.
 */
export class GraphMemory {
  readonly #mirrors = new Map<number, PlanMirror>();
  readonly #ids = new Map<string, number>();
  #stamp: number | undefined;
  /** All claims that hold their scope, by id in ascending order; undefined: not read. */
  held: Map<AttemptId, HeldClaim> | undefined;
  /** Sequence number of the last event; undefined: not read. */
  lastSeq: number | undefined;

  /** At the start of each transaction. */
  begin(stamp: number | undefined): void {
    if (stamp !== undefined && stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.held = undefined;
    this.lastSeq = undefined;
    for (const mirror of this.#mirrors.values()) mirror.isCurrent = false;
  }

  /** Plans that were changed by a transaction that failed are ahead of the database. */
  undo(plans: Iterable<number>): void {
    for (const id of plans) this.#mirrors.delete(id);
    this.held = undefined;
    this.lastSeq = undefined;
    this.#stamp = undefined;
  }

  mirror(planId: number): PlanMirror | undefined {
    return this.#mirrors.get(planId);
  }

  /** The plan as it is now, if that is known. */
  current(key: PlanKey): PlanMirror | undefined {
    const id = "planId" in key ? key.planId : this.#ids.get(nameOf(key));
    const mirror = id === undefined ? undefined : this.#mirrors.get(id);
    return mirror?.isCurrent ? mirror : undefined;
  }

  add(mirror: PlanMirror): void {
    this.#mirrors.set(mirror.stored.id, mirror);
    this.#ids.set(nameOf(mirror.stored), mirror.stored.id);
  }

  /** The events up to which plans are known. */
  get known(): ReadonlyMap<number, number> {
    return new Map([...this.#mirrors].map(([id, { seq }]) => [id, seq]));
  }

  setHeld(claims: readonly HeldClaim[]): void {
    const sorted = [...claims].sort((a, b) => a.claim.id - b.claim.id);
    this.held = new Map(sorted.map((held) => [held.claim.id, held]));
    this.#renewLeases();
  }

  /** Takes over a claim that has changed. */
  putHeld(held: HeldClaim): void {
    if (holdsScope(held.claim)) this.held?.set(held.claim.id, held);
    else this.held?.delete(held.claim.id);
  }

  /** Leases are renewed without an event, so the plans in memory learn of it from the claims that are held. */
  #renewLeases(): void {
    for (const held of this.held?.values() ?? []) this.#renewLease(held);
  }

  /** As far as they were renewed before the plan was read. */
  renewLeasesOf(planId: number): void {
    for (const held of this.held?.values() ?? []) if (held.planId === planId) this.#renewLease(held);
  }

  #renewLease({ planId, claim }: HeldClaim): void {
    const graph = this.#mirrors.get(planId)?.graph;
    const known = graph?.claim(claim.id);
    const isRenewed =
      known?.state === "running" && claim.state === "running"
        ? known.lastSeenMs !== claim.lastSeenMs || known.leaseUntilMs !== claim.leaseUntilMs
        : known?.state === "offered" && claim.state === "offered" && known.expiresAtMs !== claim.expiresAtMs;
    if (isRenewed) graph?.apply([], [claim]);
  }
}

function nameOf({ repository, slug }: { readonly repository: string; readonly slug: string }): string {
  return JSON.stringify([repository, slug]);
}
