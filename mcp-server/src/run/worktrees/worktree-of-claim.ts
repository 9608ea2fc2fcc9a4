import { CallerError } from "../../errors/caller-error.ts";
import { fileRefusal } from "../../errors/file-refusal.ts";
import { GitFailed } from "../../git/git.ts";
import { RefMoved } from "../../git/plan-branch.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import { outlineOf } from "../../graph/task.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import { taskOf } from "../plan/load-plan.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { PrerequisiteUnmerged } from "./base-of-worktree.ts";
import { repeatIfRefMoves } from "./move-refs.ts";
import { SetUpFailed } from "./setup/set-up-worktree.ts";
import type { CutWorktree } from "./work-record.ts";
import { prepareWorktree } from "./worktree.ts";

/**
 * The worktree in which the agent of a claim works, made if need be. Where there can be none the claim ends, so
 * that nobody works on anything else than what the task builds on.
 * @throws CallerError that says why there is none.
 */
export async function worktreeOfClaim(
  ctx: RunContext,
  store: GraphStore,
  attempt: AttemptId,
  made?: string,
): Promise<CutWorktree> {
  try {
    return await repeatIfRefMoves(ctx, () => prepareWorktree(ctx, store, attempt, made));
  } catch (thrown) {
    const error = fileRefusal(thrown) ?? thrown;
    const isExpected = [PrerequisiteUnmerged, SetUpFailed, GitFailed, RefMoved, CallerError].some(
      (kind) => error instanceof kind,
    );
    if (!isExpected || !(error instanceof Error)) throw error;
    await giveUp(ctx, store, attempt, error);
    throw new CallerError(
      "wrong_state",
      `There is no worktree for this task: ${error.message}. Its claim has ended.`,
      "Do not work on it; end your turn with one line that says so.",
      "task",
    );
  }
}

async function giveUp(ctx: RunContext, store: GraphStore, attempt: AttemptId, why: Error): Promise<void> {
  const cause = `no worktree: ${why.message}`;
  const work = async (tx: GraphTransaction) => {
    const held = await tx.writer.claimById(attempt);
    const plan = held && (await tx.planOf(held));
    if (!plan) return;
    const { claim } = held;
    if (why instanceof PrerequisiteUnmerged) {
      const task = taskOf(plan, claim.task);
      const dependencies = [...new Set([...task.dependencies, why.waitFor])];
      const definition = { ...outlineOf(task), dependencies };
      plan.append({ type: "task.defined", task: task.id, definition });
    }
    if (claim.state === "offered") {
      plan.append({ type: "claim.returned", task: claim.task, attempt, cause });
    } else if (claim.state === "running") {
      const costsAnAttempt = !(why instanceof PrerequisiteUnmerged || why instanceof SetUpFailed);
      endAttempt(plan, claim, { outcome: costsAnAttempt ? "lost" : "cancelled", cause });
    }
    // The next worktree would fail for the same reason, and cost another agent.
    if (why instanceof SetUpFailed && plan.stored.status === "open")
      plan.append({ type: "plan.status", status: "paused", cause: why.message });
  };
  await changeGraph(ctx, store, "server", work, { claim: { attempt } });
}
