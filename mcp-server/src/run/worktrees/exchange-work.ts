import { CallerError } from "../../errors/caller-error.ts";
import { GitFailed } from "../../git/git.ts";
import { RefMoved } from "../../git/plan-branch.ts";
import { commitsThere } from "../../git/remote/commits-there.ts";
import { fetchAttempt } from "../../git/remote/remote-branch.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { type LoadedPlan, planSlug } from "../plan/load-plan.ts";
import { readPlan } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { branchOf, bringPlanBranch, exchangePlanBranch, hasUnpushed } from "../remote/exchange.ts";
import { UntestedJoin } from "../remote/untested-join.ts";
import { commitForClones } from "./commit-for-clones.ts";
import { repeatIfRefMoves } from "./move-refs.ts";
import type { WorkRecord } from "./work-record.ts";

/** Does what needs the remote. @returns why it cannot be done now. */
export async function reaching(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof RefMoved) return "others moved the plan's branch each time";
    if (error instanceof CallerError || error instanceof GitFailed || error instanceof UntestedJoin)
      return error.message;
    throw error;
  }
}

/**
 * Gives the remote what this clone did before others took part.
 * @throws UntestedJoin where the plan's gate has to pass it first; RefMoved, CallerError, GitFailed
 */
export async function sendWork(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  const { root } = ctx.checkout;
  await repeatIfRefMoves(ctx, async () => {
    await commitForClones(ctx, store, slug);
    if (await hasUnpushed(root, planSlug(slug)))
      await exchangePlanBranch(root, branchOf(await readPlan(ctx, store, slug)));
  });
}

/** Fetches what is not here of a plan's commits, those that wait to be merged included. */
export async function bringWork(ctx: RunContext, plan: LoadedPlan, record: WorkRecord): Promise<void> {
  const { root } = ctx.checkout;
  await repeatIfRefMoves(ctx, async () => void (await bringPlanBranch(root, branchOf(plan))));
  for (const { attempt, commit } of record.conflicted) {
    if (!(await commitsThere(root, [commit])).has(commit))
      await fetchAttempt(root, plan.stored.slug, attempt);
  }
}
