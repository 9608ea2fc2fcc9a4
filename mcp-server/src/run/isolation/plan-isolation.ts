import { CallerError } from "../../errors/caller-error.ts";
import type { PlanSlug, TaskOutline } from "../../graph/task.ts";
import type { IsolationPolicy } from "../../policy/policy.ts";
import type { IsolationChoice } from "../../policy/worktrees/choose-isolation.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { checkWorktrees, shareSubmoduleTasks } from "../plan/worktree-needs.ts";
import { effectivePolicy, type PolicyInput } from "../project/plan-settings.ts";
import type { RunContext } from "../project/run-context.ts";
import { readPolicy } from "../project/stored-policy.ts";
import { decideIsolation } from "./decide-isolation.ts";

/** A plan that is made or changed. */
export interface PlanToIsolate<Planned extends TaskOutline = TaskOutline> {
  readonly slug: PlanSlug;
  /** As it is; undefined: it is made now. */
  readonly existing: LoadedPlan | undefined;
  /** The tasks that come in. */
  readonly tasks: readonly Planned[];
  /** What the call says of the policy. */
  readonly said: PolicyInput;
  readonly isFromFile: boolean;
}

/** The same with isolation made definite, so that it means the same on every machine and later on. */
export interface IsolatedPlan<Planned extends TaskOutline> {
  readonly said: PolicyInput;
  readonly tasks: readonly Planned[];
  /** Absent: nothing was decided now. */
  readonly choice?: IsolationChoice;
  readonly warnings: readonly string[];
}

/**
 * Decides where the tasks of a plan work, and looks whether they can.
 * @param store undefined where there is no graph yet.
 * @param mayMeasure whether a worktree may be made to learn what one takes.
 * @throws CallerError when they cannot, or when the plan has begun somewhere else.
 */
export async function isolatePlan<Planned extends TaskOutline>(
  ctx: RunContext,
  store: GraphStore | undefined,
  plan: PlanToIsolate<Planned>,
  mayMeasure: boolean,
): Promise<IsolatedPlan<Planned>> {
  refuseOtherIsolation(plan.existing, plan.said);
  const wanted = toBeDecided(ctx, plan);
  const choice = wanted && (await decide(ctx, store, plan, wanted, mayMeasure));
  const { isolation: _, ...rest } = plan.said;
  const isolation = choice?.isolation ?? (plan.said.isolation === "shared" ? "shared" : undefined);
  const said = isolation === undefined ? rest : { ...rest, isolation };
  return { said, ...(await placeTasks(ctx, plan, said)), ...(choice && { choice }) };
}

/**
 * A plan keeps where it began: work stays where it was done.
 * @throws CallerError
 */
export function refuseOtherIsolation(existing: LoadedPlan | undefined, { isolation }: PolicyInput): void {
  if (!existing || !hasBegun(existing) || isolation === undefined || isolation === "auto") return;
  const before = existing.policy.isolation;
  if (before === isolation) return;
  throw new CallerError(
    "wrong_state",
    `Tasks of ${existing.stored.slug} have begun with isolation "${before}", and their work stays where it was done.`,
    `Leave policy.isolation out, give single tasks isolation "${isolation}", or make a new plan.`,
    "policy.isolation",
  );
}

function hasBegun(existing: LoadedPlan | undefined): boolean {
  return existing !== undefined && existing.graph.claims.length > 0;
}

/** What there is to decide; undefined where it has been decided, and where nobody wants anything. */
function toBeDecided(ctx: RunContext, { existing, said }: PlanToIsolate): IsolationPolicy | undefined {
  if (hasBegun(existing)) return undefined;
  const before = existing && readPolicy(existing.stored.policy).stated.isolation;
  return said.isolation ?? (before === undefined ? ctx.settings.isolation : undefined);
}

/** What is chosen can be done: where worktrees cannot be made, `auto` does without. */
async function decide(
  ctx: RunContext,
  store: GraphStore | undefined,
  plan: PlanToIsolate,
  wanted: IsolationPolicy,
  mayMeasure: boolean,
): Promise<IsolationChoice | undefined> {
  const policy = policyWith(ctx, plan, plan.said);
  const choice = await decideIsolation(ctx, store, { ...plan, wanted, policy }, mayMeasure);
  if (wanted !== "auto" || choice?.isolation !== "worktree") return choice;
  try {
    await placeTasks(ctx, plan, { ...plan.said, isolation: "worktree" });
    return choice;
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { isolation: "shared", reason: `worktrees cannot be made here: ${error.message}` };
  }
}

function policyWith(ctx: RunContext, { existing }: PlanToIsolate, said: PolicyInput) {
  const before = existing ? readPolicy(existing.stored.policy).stated : {};
  return effectivePolicy(ctx.settings, { ...before, ...said });
}

/** @throws CallerError when a task needs a worktree and cannot have one. */
async function placeTasks<Planned extends TaskOutline>(
  ctx: RunContext,
  plan: PlanToIsolate<Planned>,
  said: PolicyInput,
): Promise<Pick<IsolatedPlan<Planned>, "tasks" | "warnings">> {
  const policy = policyWith(ctx, plan, said);
  const { tasks, warnings } = await shareSubmoduleTasks(ctx, plan.tasks, policy);
  if (policy.isolation === "worktree" && policy.commit !== "none")
    warnings.push(
      `policy.commit commits what is done in the checkout; the work of worktrees comes onto parallel/${plan.slug}.`,
    );
  return { tasks, warnings: [...warnings, ...(await checkWorktrees(ctx, plan.slug, tasks, policy))] };
}
