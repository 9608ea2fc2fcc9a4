import type { Attempt } from "../graph/attempt.ts";
import type { Task, TaskId } from "../graph/task.ts";
import { type ClaimByToken, claimOfToken, isRefusal, startOrContinue } from "./attempts.ts";
import { writeBrief } from "./brief.ts";
import type { RunContext } from "./context.ts";
import { CallerError } from "./errors.ts";
import { existingGraph, type LoadedPlan, loadPlan, splitTaskName, taskOf } from "./plan-access.ts";
import { lookBeforeStart, recordLook } from "./scope-truth.ts";
import { sweep } from "./sweep.ts";

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
  return store.write(ctx.now, actor, async (tx) => {
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
    const loaded = await loadPlan(ctx, tx, plan);
    return {
      loaded,
      task: taskOf(loaded, id),
      attempts: attemptsAt(loaded, id),
      brief: briefOf(found, token, undefined),
    };
  });
}

/** The brief for the holder of a claim. */
export function briefOf(
  { held, loaded, task }: ClaimByToken,
  token: string,
  added: string | undefined,
): string {
  return writeBrief({
    plan: loaded.stored.slug,
    task,
    token,
    scope: held.claim.scope,
    inputs: task.dependencies.flatMap((id) => {
      const dependency = loaded.graph.tasks.get(id);
      return dependency
        ? [{ task: dependency, report: attemptsAt(loaded, id).findLast(isReported)?.report }]
        : [];
    }),
    earlier: attemptsAt(loaded, task.id).filter((attempt) => attempt.id !== held.claim.id),
    ...(added !== undefined && { added }),
  });
}

function attemptsAt(loaded: LoadedPlan, id: TaskId): Attempt[] {
  return loaded.graph
    .claimsOf(id)
    .filter((claim): claim is Attempt => claim.state === "running" || claim.state === "ended");
}

function isReported(attempt: Attempt): attempt is Extract<Attempt, { state: "ended" }> {
  return attempt.state === "ended" && attempt.report !== undefined;
}
