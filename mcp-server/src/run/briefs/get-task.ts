import { CallerError } from "../../errors/caller-error.ts";
import { planBranch } from "../../git/plan-branch.ts";
import type { Attempt, AttemptId, Claim } from "../../graph/attempt.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { workUnderReview } from "../../policy/review.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { claimOfToken, isRefusal, startOrContinue } from "../attempts/claim-by-token.ts";
import { sweep } from "../attempts/end-attempt.ts";
import { lookBeforeStart, recordLook } from "../checkout-watch/record-changes.ts";
import { existingGraph, type LoadedPlan, loadPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { mergedCommit, type WorkRecord, workRecord } from "../worktrees/work-record.ts";
import { worktreeOfClaim } from "../worktrees/worktree-of-claim.ts";
import { type BriefFacts, type Input, type WorktreeFacts, writeBrief } from "./brief.ts";

export interface TaskView {
  readonly loaded: LoadedPlan;
  readonly task: Task;
  readonly attempts: readonly Attempt[];
  /** Only for the holder of the task's token. */
  readonly brief?: string;
}

/**
 * One task; with the token of its claim also the brief, and then the offer counts as taken up.
 * @throws CallerError for an unknown task or a token that does not speak for it.
 */
export async function getTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: { readonly task: string; readonly token?: string | undefined },
): Promise<TaskView> {
  const { plan, id } = splitTaskName(input.task);
  const store = await existingGraph(ctx, plan);
  const { token } = input;
  if (token === undefined) {
    const loaded = await store.read((reader) => loadPlan(ctx, reader, plan));
    return { loaded, task: taskOf(loaded, id), attempts: attemptsAt(loaded, id) };
  }
  const look = await lookBeforeStart(ctx, store, token);
  const { found, loaded } = await store.write(ctx.now, actor, async (tx) => {
    await sweep(ctx, tx);
    if (look) await recordLook(ctx, tx, look);
    const found = await claimOfToken(ctx, tx, token);
    if (isRefusal(found) || found.held.plan !== plan || found.task.id !== id) {
      const why = isRefusal(found) ? found.why : `it belongs to ${found.held.plan}/${found.task.id}`;
      throw new CallerError(
        "refused_token",
        `token: refused, ${why}.`,
        "Leave token out to read the task; do not work on it without a valid one.",
        "token",
      );
    }
    await startOrContinue(tx, found, agentId);
    return { found, loaded: await loadPlan(ctx, tx, plan) };
  });
  return {
    loaded,
    task: taskOf(loaded, id),
    attempts: attemptsAt(loaded, id),
    brief: await briefWithPlace(ctx, store, { ...found, claim: found.held.claim }, token),
  };
}

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
): Promise<string> {
  const { claim, loaded } = briefed;
  // Whoever asks for the brief has this plugin's tools.
  if (claim.isolation !== "worktree") return briefOf(briefed, token, { canReport: true });
  const { path } = await worktreeOfClaim(ctx, store, claim.id);
  const record = await store.read((reader) => workRecord(reader, loaded.stored.id));
  return briefOf(briefed, token, { canReport: true }, { path, record });
}

/** The brief for the holder of a claim. */
export function briefOf(
  { claim, loaded, task }: Briefed,
  token: string,
  { added, canReport }: Pick<BriefFacts, "added" | "canReport">,
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
    earlier: attemptsAt(loaded, task.id).filter((attempt) => attempt.id !== claim.id),
    ...(added !== undefined && { added }),
    canReport,
    ...(isolated && { worktree: worktreeFacts(loaded, task, claim.id, isolated) }),
  });
}

/** What a task builds on: its dependencies, and for a review also what was reviewed and what mended it. */
function inputsOf({ graph }: LoadedPlan, task: Task): TaskId[] {
  if (purposeOf(task)) return [...task.dependencies];
  const inputs = task.dependencies.flatMap((id) => {
    const purpose = purposeOf(graph.tasks.get(id));
    if (purpose?.kind !== "review" || purpose.of === undefined) return [id];
    return [...workUnderReview(graph.tasks, purpose.of).map((work) => work.id), id];
  });
  return [...new Set(inputs)];
}

function inputOf(loaded: LoadedPlan, task: Task): Input {
  const report = attemptsAt(loaded, task.id).findLast(isReported)?.report;
  const last = attemptsAt(loaded, task.id).at(-1);
  const lastMessage = last?.state === "ended" && last.outcome === "completed" ? last.lastMessage : undefined;
  if (lastMessage !== undefined) return { task, lastMessage };
  return { task, ...(report && { report }) };
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

function attemptsAt(loaded: LoadedPlan, id: TaskId): Attempt[] {
  return loaded.graph
    .claimsOf(id)
    .filter((claim): claim is Attempt => claim.state === "running" || claim.state === "ended");
}

function isReported(attempt: Attempt): attempt is Extract<Attempt, { state: "ended" }> {
  return attempt.state === "ended" && attempt.report !== undefined;
}
