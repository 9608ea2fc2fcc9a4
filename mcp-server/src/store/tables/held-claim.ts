import type { Selectable } from "kysely";
import type { AnyClaim } from "../../graph/attempt.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { claimFromRow } from "./rows.ts";
import type { ClaimsTable } from "./schema.ts";

/** A claim with the plan that it belongs to. */
export interface HeldClaim {
  readonly planId: number;
  readonly plan: PlanSlug;
  readonly repository: string;
  readonly claim: AnyClaim;
}

/** A row of `claims` with the name of its plan. */
export type HeldRow = Selectable<ClaimsTable> & { readonly plan_slug: string; readonly repository: string };

/**
 * The condition of the index `claims_held`, word for word: with bound values, or with an order that the index does not
 * have, SQLite reads every claim that there ever was instead.
 */
export const HELD = "state in ('offered', 'running') or drains_until_ms is not null";

/** As `HELD`, for the index `claims_unrecognised`, and what `HELD` has is left out: each by its own index. */
export const UNRECOGNISED =
  "state not in ('offered', 'running', 'returned', 'ended') and drains_until_ms is null";

export function heldFromRow(row: HeldRow): HeldClaim {
  const { plan_id: planId, plan_slug: plan, repository } = row;
  return { planId, plan: plan as PlanSlug, repository, claim: claimFromRow(row) };
}
