import type { PlanGraph } from "../graph/plan-graph.ts";
import type { Estimates } from "../schedule/estimate.ts";
import type { HeldClaim } from "./graph-store.ts";

/** A plan as it was read. */
export interface Mirror {
  readonly graph: PlanGraph;
  /** By the attempts of the repository when the plan was first read: they stay the same while it is in memory. */
  readonly estimates: Estimates;
  /** The event up to which the plan is known. */
  seq: number;
}

/** A claim as it was read, with what tells whether it has changed since. */
interface KnownClaim {
  readonly state: string;
  readonly held: HeldClaim;
}

/** What a process remembers of the database between its transactions; all of it can be read again. */
export class Memory {
  /** Plans, by id. */
  readonly plans = new Map<number, Mirror>();
  /** Claims that held their scope when they were last read, by id. */
  readonly held = new Map<number, KnownClaim>();

  /** A transaction has failed that may have read its own changes. */
  forget(): void {
    this.plans.clear();
    this.held.clear();
  }
}
