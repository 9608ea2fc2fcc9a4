import { CallerError } from "../../errors/caller-error.ts";
import { type Claim, isAttempt, isLive } from "../../graph/attempt.ts";
import { isReviewStep } from "../../graph/purpose.ts";
import {
  outlineOf,
  type Task,
  type TaskCause,
  type TaskDefinition,
  type TaskId,
  type TaskOutline,
  taskName,
} from "../../graph/task.ts";
import { causeText } from "../../graph/task-cause.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { noteSignOfLife } from "../attempts/sign-of-life.ts";
import { continueByToken } from "../attempts/start-attempt.ts";
import { refuseForeignClaim } from "../plan/foreign-claim.ts";
import { existingGraph, type LoadedPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { nextPosition } from "../plan/new-task.ts";
import { refuseTooManyTasks } from "../plan/orders-of-agents.ts";
import { changeGraph, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import { dependOnParts, type Splittable } from "../plan/replacements.ts";
import type { RunContext } from "../project/run-context.ts";
import { readParts } from "./read-parts.ts";

export interface SplitInput {
  readonly task: string;
  /** The agent that works on the task splits it with its token: its attempt ends. */
  readonly token?: string | undefined;
  readonly parts: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Replaces a task by its parts in one transaction: they wait for what it waited for, its dependents wait for all
 * of them, and it is cancelled. Nobody may be working on it but the holder of the token.
 * @throws CallerError, BreakdownError (unknown dependency, cycle, id twice); then nothing is changed.
 */
export async function splitTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: SplitInput,
): Promise<{ loaded: LoadedPlan; task: Task; parts: TaskId[]; warnings: readonly string[] }> {
  const { plan, id } = splitTaskName(input.task);
  const store = await existingGraph(ctx, plan);
  const work = async (tx: GraphTransaction) => {
    if (input.token !== undefined) await noteSignOfLife(tx, input.token, agentId);
    await expireClaims(tx);
    const loaded = await tx.plan(plan);
    const task = taskOf(loaded, id);
    refuseEnded(loaded, task);
    refuseReviewStep(loaded, task);
    const claim = await claimToEnd(tx, loaded, task, input.token, agentId);
    await refuseForeignClaim(loaded, task, agentId);
    const warnings: string[] = [];
    const parts = readParts(loaded, task, input.parts, warnings);
    if (agentId !== undefined) await refuseTooManyTasks(loaded, parts.length);
    const ids = parts.map((part) => part.id);
    const cause: TaskCause = { kind: "split", parts: ids };
    const dependents = rewired(loaded, task, parts, cause);
    const first = nextPosition(loaded);
    loaded.append(
      ...parts.map((definition, i) => ({
        type: "task.created" as const,
        task: definition.id,
        definition,
        position: first + i,
      })),
      ...ids.flatMap((part) =>
        [originNote(loaded, task), ...task.notes].map((note) => ({
          type: "task.annotated" as const,
          task: part,
          note,
        })),
      ),
      ...dependents.map((definition) => ({ type: "task.defined" as const, task: definition.id, definition })),
      // First of all that ends: an attempt that is cancelled would otherwise send its task back to pending.
      { type: "task.status", task: id, status: "cancelled", cause },
    );
    if (claim?.state === "offered") {
      loaded.append({ type: "claim.returned", task: id, attempt: claim.id, cause: causeText(cause) });
    } else if (claim?.state === "running") {
      endAttempt(loaded, claim, { outcome: "cancelled", cause: causeText(cause) });
    }
    return { loaded, task: taskOf(loaded, id), parts: ids, warnings };
  };
  return changeGraph(ctx, store, actor, work, { plan: { repository: ctx.repository, slug: plan } });
}

function refuseEnded(before: LoadedPlan, task: Task): void {
  if (task.status !== "completed" && task.status !== "cancelled") return;
  throw new CallerError(
    "wrong_state",
    `${taskName(before.stored.slug, task.id)} is ${task.status}${task.cause === undefined ? "" : ` (${causeText(task.cause)})`}; only what is still to be done can be split.`,
    "Add further work with task_create.",
    "split",
  );
}

/** What takes the place of a review, or of what fixes its findings, would give no verdict. */
function refuseReviewStep(before: LoadedPlan, task: Task): void {
  if (!isReviewStep(task)) return;
  throw new CallerError(
    "wrong_state",
    `${taskName(before.stored.slug, task.id)} belongs to a review, which ends with one verdict; it cannot be split.`,
    "Do it as a whole, or report failed and say what stands in the way.",
    "split",
  );
}

/**
 * The claim that ends with the split. An offer that nobody has taken up returns; a running attempt may only be
 * ended by its own agent, which by splitting says that it stops, so that its scope is free at once.
 */
async function claimToEnd(
  tx: GraphTransaction,
  plan: PlanTransaction,
  task: Task,
  token: string | undefined,
  agentId: string | undefined,
): Promise<Claim | undefined> {
  if (token !== undefined) {
    await continueByToken(tx, plan, task, token, agentId);
  }
  const claim = plan.graph.claimsOf(task.id).find(isLive);
  if (token === undefined && claim && claim.state !== "offered") {
    throw new CallerError(
      "wrong_state",
      claim.state === "delivering"
        ? `${taskName(plan.stored.slug, task.id)} was reported and is on its way onto a branch.`
        : `${taskName(plan.stored.slug, task.id)} is running; only its own agent, with its token, can split it.`,
      claim.state === "delivering"
        ? "Create a new task for further work (task_create)."
        : "Send it back first (status: pending) and stop its agent, or let the agent split it.",
      "split",
    );
  }
  return claim;
}

/** The tasks that waited for the split one, those that run too: they may be tried again. Completed is final. */
function rewired(
  before: LoadedPlan,
  task: Task,
  parts: readonly TaskDefinition[],
  cause: TaskCause,
): TaskOutline[] {
  const after = new Map<TaskId, Splittable>([
    [task.id, { dependencies: task.dependencies, status: "cancelled", cause }],
    ...parts.map((part) => [part.id, { dependencies: part.dependencies, status: "pending" }] as const),
  ]);
  const taskAfter = (id: TaskId) => after.get(id) ?? before.graph.tasks.get(id);
  return [...before.graph.tasks.values()]
    .filter((other) => other.dependencies.includes(task.id))
    .filter((other) => other.status !== "completed")
    .map((other) => dependOnParts(outlineOf(other), taskAfter));
}

function originNote(before: LoadedPlan, task: Task): string {
  const name = taskName(before.stored.slug, task.id);
  const worked = before.graph.claimsOf(task.id).some(isAttempt);
  return `This is a part of ${name} (${task.subject}), which was split; task_get tells its text.${worked ? " Somebody has worked on it already: look for what is there." : ""}`;
}
