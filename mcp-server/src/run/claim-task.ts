import type { TaskId } from "../graph/task.ts";
import type { Choice } from "../schedule/dispatch.ts";
import { startOrContinue } from "./attempts.ts";
import type { RunContext } from "./context.ts";
import { briefOf } from "./get-task.ts";
import { type Candidate, choose } from "./next-batch.ts";
import { offer } from "./offer.ts";
import { existingGraph, type LoadedPlan, loadPlan, splitTaskName, taskOf } from "./plan-access.ts";
import { sweep } from "./sweep.ts";

export interface ClaimInput {
  readonly plan: string;
  readonly task?: string | undefined;
  /** Role of the caller: only tasks of that role are claimed. */
  readonly agent?: string | undefined;
  readonly worker: string;
}

export interface ClaimResult {
  readonly loaded: LoadedPlan;
  readonly claim: { readonly task: string; readonly token: string; readonly brief: string } | null;
  readonly why?: string;
}

/**
 * Claims one task for a worker that pulls its work: the named one, else the best that is ready, fits the
 * caller's role and whose scope is free. The attempt starts at once.
 */
export async function claimTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: ClaimInput,
): Promise<ClaimResult> {
  const store = await existingGraph(ctx, input.plan);
  return store.write(ctx.now(), actor, async (tx): Promise<ClaimResult> => {
    await sweep(ctx, tx);
    const loaded = await loadPlan(ctx, tx, input.plan);
    const wanted =
      input.task === undefined ? undefined : taskOf(loaded, splitTaskName(input.task, input.plan).id);
    if (loaded.stored.status !== "open") {
      return { loaded, claim: null, why: `The plan is ${loaded.stored.status}.` };
    }
    const role = input.agent === undefined ? undefined : ctx.roles.resolve(input.agent).role;
    const choice = await choose(
      ctx,
      tx,
      loaded,
      (candidate) =>
        (wanted === undefined || candidate.task === wanted) &&
        (role === undefined || candidate.role === role),
    );
    const best = choice.chosen[0];
    if (!best) return { loaded, claim: null, why: whyNone(loaded, wanted?.id, choice) };
    const { attempt, token } = await offer(ctx, tx, loaded, best);
    const held = await tx.claimById(attempt);
    if (!held) throw new Error("the offer vanished inside its transaction");
    const found = { held, loaded, task: best.task };
    await startOrContinue(tx, found, agentId);
    await tx.append(loaded.stored.id, { type: "task.annotated", task: best.task.id, owner: input.worker });
    return {
      loaded: await loadPlan(ctx, tx, input.plan),
      claim: {
        task: `${loaded.stored.slug}/${best.task.id}`,
        token,
        brief: briefOf(found, token, undefined),
      },
    };
  });
}

function whyNone(loaded: LoadedPlan, wanted: TaskId | undefined, choice: Choice<Candidate>): string {
  if (choice.full) return "The cap is reached.";
  if (wanted !== undefined) {
    const { status } = taskOf(loaded, wanted);
    return status === "pending" ? `${wanted} cannot start yet.` : `${wanted} is ${status}.`;
  }
  return choice.refused.length > 0
    ? "What is ready does not fit now: its files or every agent of its role are taken."
    : "Nothing is ready.";
}
