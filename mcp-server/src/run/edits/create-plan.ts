import { newerParts } from "../../graph/newer-parts.ts";
import type { TaskDefinition } from "../../graph/task.ts";
import type { GraphReader } from "../../store/graph-store.ts";
import { sweep } from "../attempts/expire-claims.ts";
import { type LoadedPlan, load, planSlug, stateOf } from "../plan/load-plan.ts";
import { checkWorktrees } from "../plan/worktree-needs.ts";
import { effectivePolicy, policyWarnings } from "../project/policy-input.ts";
import { unknownRoles } from "../project/role-warnings.ts";
import type { RunContext } from "../project/run-context.ts";
import { storedPolicy } from "../project/stored-policy.ts";
import {
  type Placed,
  placeDraft,
  predecessorOf,
  predecessorWarnings,
  removeDraft,
} from "../specification/draft.ts";
import { compare, type PlanChanges } from "./diff-breakdown.ts";
import { type CreatePlanInput, readSource } from "./read-source.ts";

/** What an import did, or a dry run would do. */
export interface CreatedPlan extends PlanChanges {
  readonly loaded: LoadedPlan | undefined;
  /** The draft, where it has become the breakdown. */
  readonly placed?: Placed;
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
  const policy = input.policy ?? {};
  const source = await readSource(ctx, input);
  const warnings = [
    ...source.warnings,
    ...policyWarnings(ctx.settings, policy),
    ...roleWarnings(ctx, source.tasks),
    ...(await checkWorktrees(ctx, source.tasks, effectivePolicy(ctx.settings, policy))),
  ];

  const { draft } = source;
  const dryRun = input.dryRun === true;
  const store = dryRun ? await ctx.graph() : await ctx.createGraph();
  const read = async (reader: GraphReader) => {
    const stored = await reader.plan(ctx.repository, slug);
    return stored && load(ctx, reader, stored);
  };
  if (dryRun || !store) {
    const existing = await store?.read(read);
    const { changes, ...result } = compare(existing, source, input);
    const found = draft && (await predecessorOf(ctx, draft, existing?.stored.source));
    const ofDraft = draft ? predecessorWarnings(draft, found, undefined) : [];
    return { ...result, warnings: [...ofDraft, ...warnings, ...result.warnings], loaded: existing };
  }
  const created = await store.write(ctx.now, actor, async (tx): Promise<CreatedPlan> => {
    // A task whose agent is gone does not run any more, and takes over what the breakdown says now.
    await sweep(ctx, tx);
    const existing = await read(tx);
    const { changes, ...result } = compare(existing, source, input);
    const planId = existing?.stored.id ?? (await tx.nextPlanId());
    if (!existing) {
      await tx.append(planId, {
        type: "plan.created",
        repository: ctx.repository,
        slug,
        title: input.title ?? source.title ?? slug,
        source: source.source,
        ...storedPolicy(policy),
        document: source.document,
      });
    } else {
      const stated = { ...existing.stored.policy, ...policy };
      const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
      // Tasks of a call come beside those of the plan's file: it stays the plan's file.
      const fromFile = source.source.kind === "file";
      const update = {
        ...(input.title !== undefined && input.title !== existing.stored.title && { title: input.title }),
        ...(fromFile && differs(source.source, existing.stored.source) && { source: source.source }),
        ...(differs(stated, existing.stored.policy) && storedPolicy(stated)),
        ...(fromFile && differs(source.document, existing.stored.document) && { document: source.document }),
      };
      if (Object.keys(update).length > 0) await tx.append(planId, { type: "plan.updated", ...update });
      if (existing.stored.status === "stopped") {
        await tx.append(planId, { type: "plan.status", status: "open", cause: "executed again" });
      }
    }
    await tx.append(planId, ...changes);
    const loaded = await read(tx);
    if (loaded) warnings.push(...newerParts(stateOf(loaded)));
    if (!draft) return { ...result, warnings: [...warnings, ...result.warnings], loaded };
    // Last, because the file cannot be taken back: a crash behind it leaves what the next import brings in.
    const found = await predecessorOf(ctx, draft, existing?.stored.source);
    const placed = await placeDraft(ctx, tx, draft, found);
    const ofDraft = predecessorWarnings(draft, found, placed);
    return { ...result, warnings: [...ofDraft, ...warnings, ...result.warnings], loaded, placed };
  });
  if (draft) await removeDraft(ctx, store, draft);
  return created;
}

function roleWarnings(ctx: RunContext, tasks: readonly TaskDefinition[]): string[] {
  return unknownRoles(ctx.roles, tasks).map(
    (role) => `No agent has the role ${role}; general-purpose stands in.`,
  );
}
