import type { PlanSlug } from "./task.ts";
import type { Unrecognised } from "./unrecognised.ts";

export const PLAN_STATUSES = ["open", "paused", "stopped"] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** Where a plan came from. */
export type PlanSource =
  | { readonly kind: "file"; readonly path: string; readonly sha256: string }
  | { readonly kind: "call" };

/** How a plan goes on after its agents were refused by the model's provider: a rate or usage limit. */
export interface Throttle {
  /** At most so many run at once until attempts complete again. */
  readonly cap: number;
  /** Nothing starts before this moment. */
  readonly untilMs: number;
  readonly pauseMs: number;
  /** When it was last tightened: agents that were started before tell nothing new. */
  readonly sinceMs: number;
}

/** A named task graph with a policy. */
export interface Plan {
  readonly slug: PlanSlug;
  readonly title: string;
  readonly status: PlanStatus;
  /** Why it is paused or stopped. */
  readonly cause?: string;
  readonly source: PlanSource;
  readonly createdAtMs: number;
  /** Sequence number of the plan's last event: grows with every change. */
  readonly version: number;
  readonly unrecognised?: Unrecognised;
}

/**
 * Where the specification of a plan is. Its breakdown names it; without that, it lies beside the breakdown by convention.
 * @param named what the breakdown says.
 */
export function specificationPath(source: PlanSource, named: unknown): string | undefined {
  if (typeof named === "string" && named !== "") return named;
  return source.kind === "file" ? source.path.replace(/03-tasks\.json$/, "02-specification.md") : undefined;
}
