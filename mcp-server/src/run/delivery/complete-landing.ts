import type { AnyClaim, DeliveringAttempt } from "../../graph/attempt.ts";
import type { TaskId } from "../../graph/task.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { continueAfterCompletion } from "../attempts/after-completion.ts";
import { takeAlternative } from "../attempts/alternatives.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import { isLastRepair, repairTask } from "../gate/repair-task.ts";
import { changePlan, type PlanTransaction } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { openReviewOf } from "../review/review.ts";
import { conflictTask } from "../worktrees/conflict-task.ts";
import { workRecord } from "../worktrees/work-record.ts";
import { isFromHere } from "./clone.ts";
import type { Landing, MergedDelivery, ReturnedDelivery } from "./delivery.ts";

/**
 * The second transaction of deliveries: what the branches hold by now is logged, the attempts end, and what follows from
 * that for other tasks follows. An attempt that has ended meanwhile, because its task was cancelled or another server
 * was faster, is not ended again.
 */
export async function completeLanding(ctx: RunContext, store: GraphStore, landing: Landing): Promise<void> {
  await changePlan(ctx, store, "server", landing.plan, async (plan) => {
    for (const merged of landing.merged) await complete(plan, merged);
  });
}

/** Ends an attempt whose commit does not come onto its targets, and gives its task the status that follows. */
export async function returnDelivery(
  ctx: RunContext,
  store: GraphStore,
  { delivery, outcome, cause }: ReturnedDelivery,
): Promise<void> {
  await changePlan(ctx, store, "server", delivery.plan, (plan) => {
    const attempt = plan.graph.claim(delivery.attempt.id);
    if (attempt?.state !== "delivering") return;
    const how = outcome === "lost" ? { interrupted: true as const } : {};
    endAttempt(plan, attempt, {
      outcome,
      cause,
      ...how,
      ...(outcome === "blocked" && { waitsForUser: true }),
    });
  });
}

async function complete(plan: PlanTransaction, merged: MergedDelivery): Promise<void> {
  const attempt = plan.graph.claim(merged.delivery.attempt.id);
  if (!attempt) return;
  if (merged.kind === "gone") {
    const cause = isFromHere(plan.ctx, merged.delivery.attempt.accepted)
      ? "its commit is not in the repository any more, and no branch has it"
      : "its machine is gone, and its commit did not come through the remote";
    if (attempt.state === "delivering")
      endAttempt(plan, attempt, { outcome: "lost", cause, interrupted: true });
    return;
  }
  if (merged.kind === "red") {
    if (attempt.state !== "delivering") return;
    if (!(await repairLater(plan, attempt, merged))) return;
  } else {
    await logWork(plan, attempt, merged);
  }
  if (attempt.state !== "delivering") return;
  const { report, accepted } = attempt;
  endAttempt(plan, attempt, { outcome: "completed", ...(report && { report }) });
  await continueAfterCompletion(plan, attempt.task, report, accepted.runLater);
  takeAlternative(plan, attempt.task);
  await notifyReviewer(plan, attempt);
}

/** A red gate becomes a task. @returns false where it was repaired so often that the attempt has failed instead. */
async function repairLater(
  plan: PlanTransaction,
  attempt: DeliveringAttempt,
  { commit, head, run, others }: Extract<MergedDelivery, { kind: "red" }>,
): Promise<boolean> {
  const record = await workRecord(plan);
  const { task, id, number, report, accepted } = attempt;
  if (accepted.targets.includes("checkout")) {
    plan.append({ type: "commit.skipped", reason: `${task} was not committed: the gate is red with it.` });
  }
  if (isLastRepair(record, task)) {
    endAttempt(plan, attempt, {
      outcome: "failed",
      cause: `the gate is still red with this repair (run ${run.started.run}); it is not repaired again`,
      ...(report && { report }),
    });
    return false;
  }
  const summary = whatWasSaid(attempt);
  plan.append(...repairTask(plan, record, { task, attempt: id, number, commit, head, summary, others, run }));
  return true;
}

/** Logs what the branches hold of the attempt; a conflict becomes a task, unless the attempt has ended. */
async function logWork(
  plan: PlanTransaction,
  attempt: AnyClaim,
  merged: Extract<MergedDelivery, { kind: "merged" | "conflict" }>,
): Promise<void> {
  const { delivery, commit, checkout } = merged;
  const { task, id } = delivery.attempt;
  const at = { task, attempt: id };
  const record = await workRecord(plan);
  const committed = record.committed.get(id);
  if (record.merged.has(id)) return;
  // On the user's branch it may be another commit than the one that was accepted: that had moved meanwhile.
  if (checkout && "commit" in checkout && committed && committed.commit !== checkout.commit) {
    plan.append({ ...committed, commit: checkout.commit });
  }
  if (checkout && "skipped" in checkout) plan.append({ type: "commit.skipped", reason: checkout.skipped });
  if (merged.kind === "conflict") {
    if (attempt.state !== "delivering") return;
    const { head, files, others } = merged;
    const summary = whatWasSaid(attempt);
    plan.append(...conflictTask(plan, record, attempt, { commit, head, files }, { summary, others }));
    return;
  }
  if (merged.found) plan.append({ type: "delivery.found", ...at, commit });
  if (merged.head !== undefined) plan.append({ type: "work.merged", ...at, commit, head: merged.head });
}

/** In the report, or as the last message of an agent that gave none. */
function whatWasSaid({ report, lastMessage }: DeliveringAttempt): string {
  return report?.summary ?? lastMessage ?? "";
}

/** Whoever reviews the task is told where its report and the checkout differ. */
async function notifyReviewer(plan: PlanTransaction, { task, id }: DeliveringAttempt): Promise<void> {
  const compared = await plan.reader.events(plan.id, { types: ["attempt.compared"] });
  for (const { change } of compared) {
    if (change.type === "attempt.compared" && change.attempt === id) noteForReviewer(plan, task, change.note);
  }
}

/** @param said where a report and the checkout differ. */
export function noteForReviewer(plan: PlanTransaction, id: TaskId, said: string): void {
  const review = openReviewOf(plan, id);
  if (!review) return;
  const note = `The server compared the report of ${id} with the checkout. ${said}`;
  plan.append({ type: "task.annotated", task: review.id, note });
}
