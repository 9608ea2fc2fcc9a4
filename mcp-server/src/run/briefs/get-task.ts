import { CallerError } from "../../errors/caller-error.ts";
import type { Attempt } from "../../graph/attempt.ts";
import type { Task } from "../../graph/task.ts";
import { hashToken } from "../../graph/token.ts";
import { claimOfToken, isRefusal } from "../attempts/claim-by-token.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { noteSignOfLife } from "../attempts/sign-of-life.ts";
import { startOrContinue } from "../attempts/start-attempt.ts";
import { recordSnapshot, snapshotBeforeStart } from "../checkout-watch/record-changes.ts";
import { attemptsAt } from "../plan/attempts-at.ts";
import { existingGraph, type LoadedPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import { type GraphView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import type { BriefReader } from "./brief.ts";
import { briefWithPlace } from "./brief-of-claim.ts";

export type TaskView = {
  readonly loaded: LoadedPlan;
  readonly task: Task;
  readonly attempts: readonly Attempt[];
} & (
  | { readonly description: string }
  /** For the holder of the task's token. */
  | { readonly brief: string }
);

/**
 * One task; with the token of its claim also the brief, and then the offer counts as taken up.
 * @throws CallerError for an unknown task or a token that does not speak for it.
 */
export async function getTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: { readonly task: string; readonly token?: string | undefined; readonly reader?: BriefReader },
): Promise<TaskView> {
  const { plan, id } = splitTaskName(input.task);
  const store = await existingGraph(ctx, plan);
  const { token } = input;
  if (token === undefined) {
    const read = async (view: GraphView) => {
      const loaded = await view.plan(plan);
      const task = taskOf(loaded, id);
      return { loaded, task, attempts: attemptsAt(loaded, id), description: await loaded.description(id) };
    };
    return readGraph(ctx, store, read, { plan: { repository: ctx.repository, slug: plan } });
  }
  const look = await snapshotBeforeStart(ctx, store, token);
  const work = async (tx: GraphTransaction) => {
    await noteSignOfLife(tx, token, agentId);
    await expireClaims(tx);
    if (look) await recordSnapshot(tx, look);
    const found = await claimOfToken(tx, token);
    if (isRefusal(found) || found.held.plan !== plan || found.task.id !== id) {
      const why = isRefusal(found) ? found.why : `it belongs to ${found.held.plan}/${found.task.id}`;
      throw new CallerError(
        "refused_token",
        `token: refused, ${why}.`,
        "Leave token out to read the task; do not work on it without a valid one.",
        "token",
      );
    }
    startOrContinue(found, agentId);
    return found;
  };
  const found = await changeGraph(ctx, store, actor, work, {
    claim: { tokenHash: hashToken(token) },
  });
  const { loaded } = found;
  return {
    loaded,
    task: taskOf(loaded, id),
    attempts: attemptsAt(loaded, id),
    brief: await briefWithPlace(ctx, store, { ...found, claim: found.held.claim }, token, input.reader),
  };
}
