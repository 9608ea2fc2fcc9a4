import { planBranch } from "../../git/plan-branch.ts";
import type { AttemptId, Claim } from "../../graph/attempt.ts";
import type { Task } from "../../graph/task.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { attemptsAt, isReported } from "../plan/attempts-at.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { foundBefore } from "../review/found-before.ts";
import { mergedCommit, type WorkRecord, workRecord } from "../worktrees/work-record.ts";
import { worktreeOfClaim } from "../worktrees/worktree-of-claim.ts";
import { type BriefFacts, type BriefReader, type WorktreeFacts, writeBrief } from "./brief.ts";
import { inputOf, inputsOf } from "./prerequisites.ts";

/** A claimed task, as far as its brief tells of it. */
export interface Briefed {
  readonly loaded: LoadedPlan;
  readonly task: Task;
  readonly claim: Pick<Claim, "id" | "scope" | "isolation">;
}

/** The brief for somebody who is there already: a worktree is made for a task that wants one, and named. */
export async function briefWithPlace(
  ctx: RunContext,
  store: GraphStore,
  briefed: Briefed,
  token: string,
  reader?: BriefReader,
): Promise<string> {
  const { claim, loaded } = briefed;
  const checkout = reader && !reader.isClaudeCode ? { checkout: ctx.checkout.root } : {};
  // Whoever asks for the brief has this plugin's tools.
  const asked = { canReport: true, ...(reader && { reader }), ...checkout };
  if (claim.isolation !== "worktree") return briefOf(ctx, briefed, token, asked);
  const { path } = await worktreeOfClaim(ctx, store, claim.id);
  const record = await readGraph(ctx, store, async (view) => workRecord(await view.plan(loaded.stored.slug)));
  return briefOf(ctx, briefed, token, asked, { path, record });
}

/** The brief for the holder of a claim. */
export function briefOf(
  { checkout, directory }: RunContext,
  { claim, loaded, task }: Briefed,
  token: string,
  asked: Pick<BriefFacts, "added" | "canReport" | "reader" | "checkout">,
  isolated?: { readonly path?: string; readonly record: WorkRecord },
): string {
  return writeBrief({
    plan: loaded.stored.slug,
    task,
    token,
    scope: claim.scope,
    inputs: inputsOf(loaded, task).flatMap((id) => {
      const dependency = loaded.graph.tasks.get(id);
      return dependency ? [inputOf(loaded, dependency)] : [];
    }),
    found: foundBefore(loaded, task),
    earlier: attemptsAt(loaded, task.id).filter((attempt) => attempt.id !== claim.id),
    ...asked,
    ...(directory !== checkout.root && { topLevel: checkout.root }),
    ...(isolated && { worktree: worktreeFacts(loaded, task, claim.id, isolated) }),
  });
}

function worktreeFacts(
  loaded: LoadedPlan,
  task: Task,
  own: AttemptId,
  { path, record }: { readonly path?: string; readonly record: WorkRecord },
): WorktreeFacts {
  const kept = attemptsAt(loaded, task.id).flatMap((attempt) => {
    const commit = record.committed.get(attempt.id)?.commit;
    return attempt.id === own || commit === undefined ? [] : [{ number: attempt.number, commit }];
  });
  // What a task did in the shared checkout before anybody asked for a worktree is on no branch.
  const elsewhere = task.dependencies.filter((id) => {
    const attempt = attemptsAt(loaded, id).findLast(isReported);
    return (
      attempt?.isolation === "shared" &&
      (attempt.report?.filesChanged.length ?? 0) > 0 &&
      mergedCommit(record, id) === undefined &&
      !record.conflicted.some((line) => line.task === id)
    );
  });
  return {
    branch: planBranch(loaded.stored.slug),
    kept,
    elsewhere,
    ...(path !== undefined && { path }),
  };
}
