import { StoreUnusable } from "../../errors/store-unusable.ts";
import type { PlanSlug, TaskDefinition } from "../../graph/task.ts";
import { newerParts } from "../../policy/newer-parts.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { isolationLine } from "../isolation/decide-isolation.ts";
import { type IsolatedPlan, isolatePlan, refuseOtherIsolation } from "../isolation/plan-isolation.ts";
import { type InterruptedTask, interruptedTasks } from "../plan/interrupted.ts";
import { type LoadedPlan, planSlug, stateOf } from "../plan/load-plan.ts";
import { changeGraph, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import { startFolderWarnings } from "../plan/start-folder-paths.ts";
import { foreignBranchWarnings } from "../plan/worktree-needs.ts";
import { effectivePolicy, type PolicyInput, policyWarnings } from "../project/plan-settings.ts";
import { unknownRoles } from "../project/role-warnings.ts";
import type { RunContext } from "../project/run-context.ts";
import { storedPolicy } from "../project/stored-policy.ts";
import { pushNotice } from "../remote/shared-plans.ts";
import {
  type Placed,
  placeDraft,
  predecessorOf,
  predecessorWarnings,
  removeDraft,
} from "../specification/draft.ts";
import { notRunWarnings } from "./commands-of-plan.ts";
import { compare, type PlanChanges } from "./diff-breakdown.ts";
import { type CreatePlanInput, type PlanInput, readSource } from "./read-source.ts";
import { uncommittedWarnings } from "./uncommitted-files.ts";

const MAX_APPENDED = 5_000;

/** What an import did, or a dry run would do. */
export interface CreatedPlan extends PlanChanges {
  readonly loaded: LoadedPlan | undefined;
  /** Where its tasks work and why, in one line; absent: nothing was decided now. */
  readonly isolation?: string;
  /** Where its work is pushed; absent: nowhere. */
  readonly remote?: string;
  /** The draft, where it has become the breakdown. */
  readonly placed?: Placed;
  /** Tasks of the plan as it was whose agents are gone. */
  readonly interrupted?: readonly InterruptedTask[];
}

/**
 * Imports a breakdown, or brings a plan up to date with it. Completed tasks are never touched, running ones
 * only reported. Nothing is written unless the whole import is valid. A `03-tasks.draft.json` that is valid becomes
 * the `03-tasks.json` beside it; one that is refused stays where it is.
 * @throws CallerError, BreakdownError
 */
export async function createPlan(
  ctx: RunContext,
  actor: string,
  input: CreatePlanInput,
): Promise<CreatedPlan> {
  const slug = planSlug(input.plan);
  const read = await readSource(ctx, input);
  const dryRun = input.dryRun === true;
  const isolated = await isolate(ctx, slug, read, input.policy ?? {}, !dryRun);
  const { said: policy, choice } = isolated;
  const source = { ...read, tasks: isolated.tasks };
  const effective = effectivePolicy(ctx.settings, policy);
  const warnings = [
    ...source.warnings,
    ...policyWarnings(ctx.settings, policy),
    ...roleWarnings(ctx, source.tasks),
    ...startFolderWarnings(ctx, source.tasks),
    ...isolated.warnings,
    ...(isolated.existing ? [] : await uncommittedWarnings(ctx, source.tasks, effective)),
  ];
  const remote = await pushNotice(ctx, slug, isolated.existing?.graph);
  const told = { ...(choice && { isolation: isolationLine(choice) }), ...(remote && { remote }) };

  const { draft } = source;
  const store = dryRun ? await ctx.graph() : await ctx.createGraph();
  if (dryRun || !store) {
    const compareWith = async (existing: PlanView | undefined) => ({
      existing,
      compared: await compare(existing, source, input),
    });
    const { existing, compared } = store
      ? await readGraph(ctx, store, async (view) => compareWith(await view.findPlan(slug)))
      : await compareWith(undefined);
    warnings.push(...(await foreignBranchWarnings(ctx, slug, source.tasks, effective, existing)));
    const { changes: _, ...result } = compared;
    const found = draft && (await predecessorOf(ctx, draft, existing?.stored.source));
    const ofDraft = draft ? predecessorWarnings(draft, found, undefined) : [];
    return {
      ...{ ...result, ...told, loaded: existing },
      warnings: [...ofDraft, ...warnings, ...result.warnings],
    };
  }
  const work = async (tx: GraphTransaction): Promise<CreatedPlan> => {
    // A task whose agent is gone does not run any more, and takes over what the breakdown says now.
    await expireClaims(tx);
    const existing = await tx.findPlan(slug);
    const interrupted = existing ? interruptedTasks(existing) : [];
    const importedFrom = existing?.stored.source;
    warnings.push(...(await foreignBranchWarnings(ctx, slug, source.tasks, effective, existing)));
    await tx.writer.goesOn();
    const { changes, ...result } = await compare(existing, source, input);
    await tx.writer.goesOn();
    if (existing) {
      refuseOtherIsolation(existing, policy);
      updateStored(existing, source, input.title, policy);
    }
    const plan =
      existing ??
      (await tx.create({
        type: "plan.created",
        repository: ctx.repository,
        slug,
        title: input.title ?? source.title ?? slug,
        source: source.source,
        ...storedPolicy(policy),
        document: source.document,
      }));
    // In parts: an import may have more changes than a call can have arguments.
    for (let from = 0; from < changes.length; from += MAX_APPENDED) {
      plan.append(...changes.slice(from, from + MAX_APPENDED));
      await tx.writer.goesOn();
    }
    if (choice) plan.append({ type: "isolation.decided", ...choice });
    warnings.push(...newerParts(stateOf(plan)));
    const made = { ...result, ...told, loaded: plan, interrupted };
    if (!draft) return { ...made, warnings: [...warnings, ...result.warnings] };
    // Last, because the file cannot be taken back: a crash behind it leaves what the next import brings in.
    const found = await predecessorOf(ctx, draft, importedFrom);
    const placed = await placeDraft(tx, draft, found);
    const ofDraft = predecessorWarnings(draft, found, placed);
    return { ...made, placed, warnings: [...ofDraft, ...warnings, ...result.warnings] };
  };
  const ahead = { plan: { repository: ctx.repository, slug } };
  const created = await changeGraph(ctx, store, actor, work, ahead);
  if (draft) await removeDraft(ctx, store, draft);
  const { loaded } = created;
  return loaded
    ? { ...created, warnings: [...created.warnings, ...(await notRunWarnings(ctx, loaded))] }
    : created;
}

/** Where the tasks that come in work, by what the call says and what is known of the plan. */
async function isolate(
  ctx: RunContext,
  slug: PlanSlug,
  { tasks, source }: PlanInput,
  said: PolicyInput,
  mayMeasure: boolean,
): Promise<IsolatedPlan<TaskDefinition> & { readonly existing?: LoadedPlan | undefined }> {
  const { store, existing } = await planBefore(ctx, slug);
  const plan = { slug, existing, tasks, said, isFromFile: source.kind === "file" };
  return { ...(await isolatePlan(ctx, store, plan, mayMeasure)), existing };
}

/** The plan as it is. With a graph that was moved away there is none: a new graph begins, or the writing is refused. */
async function planBefore(ctx: RunContext, slug: PlanSlug) {
  const store = await ctx.graph();
  if (!store) return {};
  try {
    return { store, existing: await readGraph(ctx, store, (view) => view.findPlan(slug)) };
  } catch (error) {
    if (error instanceof StoreUnusable && error.problem === "moved") return {};
    throw error;
  }
}

/** Brings what a plan says of itself up to date with an import, and opens it again where it was stopped. */
function updateStored(
  plan: PlanTransaction,
  source: PlanInput,
  title: string | undefined,
  said: PolicyInput,
): void {
  const { stored } = plan;
  const policy = { ...stored.policy, ...said };
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  // Tasks of a call come beside those of the plan's file: it stays the plan's file.
  const fromFile = source.source.kind === "file";
  const update = {
    ...(title !== undefined && title !== stored.title && { title }),
    ...(fromFile && differs(source.source, stored.source) && { source: source.source }),
    ...(differs(policy, stored.policy) && storedPolicy(policy)),
    ...(fromFile && differs(source.document, stored.document) && { document: source.document }),
  };
  if (Object.keys(update).length > 0) plan.append({ type: "plan.updated", ...update });
  if (stored.status === "stopped")
    plan.append({ type: "plan.status", status: "open", cause: "executed again" });
}

function roleWarnings(ctx: RunContext, tasks: readonly TaskDefinition[]): string[] {
  return unknownRoles(ctx.roles, tasks).map(
    (role) => `No agent has the role ${role}; general-purpose stands in.`,
  );
}
