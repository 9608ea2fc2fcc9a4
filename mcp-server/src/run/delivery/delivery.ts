import type { RefMove } from "../../git/plan-branch.ts";
import type { RemoteBranch } from "../../git/remote/remote-branch.ts";
import type { AttemptId, DeliveringAttempt } from "../../graph/attempt.ts";
import type { PlanSlug, Task } from "../../graph/task.ts";
import type { EndedGateRun } from "../gate/gate-record.ts";

/** A commit of a completed attempt that waits to be brought to its targets, or is on its way. */
export interface Delivery {
  readonly plan: PlanSlug;
  readonly task: Task;
  readonly attempt: DeliveringAttempt;
}

/** What becomes of a delivery where the branches stand now. Nothing that anybody sees has changed yet. */
export type MergedDelivery = { readonly delivery: Delivery } & (
  | (Merged & {
      /** The targets hold the work, or will when the refs of the landing have moved. */
      readonly kind: "merged";
      /** It was there already: whoever brought it there could not say so any more. */
      readonly found: boolean;
      /** Where the plan's branch stands with it, and without the deliveries after it; undefined where that is no target. */
      readonly head: string | undefined;
    })
  | (Merged & {
      /** It does not go together with the plan's branch: this becomes a task. */
      readonly kind: "conflict";
      /** Where the plan's branch stands without it. */
      readonly head: string;
      readonly files: readonly string[];
      /** On the plan's branch, the commits that touched the files in conflict. */
      readonly others: readonly string[];
    })
  | {
      /** It goes together with the plan's branch as that is at `head`, and the gate is red then: this becomes a task. */
      readonly kind: "red";
      readonly commit: string;
      readonly head: string;
      /** The gate's run that showed it. */
      readonly run: EndedGateRun;
      /** Attempts that have merged what the work does not know. */
      readonly others: readonly AttemptId[];
    }
  /** The repository does not have the commit any more, and no target has it. */
  | { readonly kind: "gone" }
);

interface Merged {
  /** What holds the work: the accepted commit, or one that was made anew on top of the checked-out branch. */
  readonly commit: string;
  /** What becomes of the checked-out branch; undefined where that is no target. */
  readonly checkout: { readonly commit: string } | { readonly skipped: string } | undefined;
}

/**
 * Deliveries merged one on top of the other, in their order, and the refs whose move brings all of them to their
 * targets at once. One that conflicts or is gone is passed over: those after it do not build on it.
 */
export interface Landing {
  readonly plan: PlanSlug;
  /** The checkout in which git is asked and whose branch moves, if one does. */
  readonly root: string;
  readonly merged: readonly MergedDelivery[];
  /** Empty where nothing has to move. */
  readonly moves: readonly RefMove[];
  /** Where the plan's branch of the remote stands, if the plan's work goes through one. */
  readonly remote: RemoteBranch | undefined;
}

/** How a delivery ends without its targets having it. */
export interface ReturnedDelivery {
  readonly delivery: Delivery;
  /**
   * `lost`: the task is done again, and the attempt counts against no limit. `blocked`: the task waits for the user.
   * `failed`: as if its agent had reported that.
   */
  readonly outcome: "lost" | "blocked" | "failed";
  readonly cause: string;
}
