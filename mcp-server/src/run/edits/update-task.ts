import { CallerError } from "../../errors/caller-error.ts";
import { findCycle } from "../../graph/order/cycle.ts";
import { InvalidGlob, normaliseGlob } from "../../graph/scope/parse-glob.ts";
import { outlineOf, type Task, type TaskId, type TaskRedefinition, taskName } from "../../graph/task.ts";
import { causeText, said } from "../../graph/task-cause.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { noteSignOfLife } from "../attempts/sign-of-life.ts";
import { continueByToken } from "../attempts/start-attempt.ts";
import { dependOnWork } from "../plan/dependencies-on-work.ts";
import { refuseForeignClaim } from "../plan/foreign-claim.ts";
import { existingGraph, type LoadedPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { refuseBlockingOthers } from "../plan/orders-of-agents.ts";
import { changeGraph, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import { dependOnParts, partsOf } from "../plan/replacements.ts";
import type { RunContext } from "../project/run-context.ts";

export interface UpdateInput {
  readonly task: string;
  readonly token?: string | undefined;
  readonly status?: "pending" | "cancelled" | undefined;
  readonly addBlockedBy?: readonly string[] | undefined;
  readonly removeBlockedBy?: readonly string[] | undefined;
  readonly addBlocks?: readonly string[] | undefined;
  readonly owner?: string | undefined;
  readonly subject?: string | undefined;
  readonly description?: string | undefined;
  readonly addWrites?: readonly string[] | undefined;
  readonly note?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Changes a task's text, dependencies, scope, notes, or sends it back to pending or cancels it. With a token the
 * call also renews the lease; an agent's note reaches whoever works on the task next.
 * @throws CallerError; then nothing is changed.
 */
export async function updateTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: UpdateInput,
): Promise<{ loaded: LoadedPlan; task: Task }> {
  const { plan, id } = splitTaskName(input.task);
  const store = await existingGraph(ctx, plan);
  const work = async (tx: GraphTransaction) => {
    if (input.token !== undefined) await noteSignOfLife(tx, input.token, agentId);
    await expireClaims(tx);
    const loaded = await tx.plan(plan);
    const task = taskOf(loaded, id);
    if (input.token !== undefined) await continueByToken(tx, loaded, task, input.token, agentId);
    if (!isNoteAlone(input)) await refuseForeignClaim(loaded, task, agentId);
    if (agentId !== undefined || input.token !== undefined) refuseBlockingOthers(input.addBlocks);
    define(loaded, task, input);
    if (input.note !== undefined || input.metadata || input.owner !== undefined) {
      loaded.append({
        type: "task.annotated",
        task: id,
        ...(input.note !== undefined && { note: input.note }),
        ...(input.metadata && { metadata: input.metadata }),
        ...(input.owner !== undefined && { owner: input.owner }),
      });
    }
    if (input.status !== undefined) setStatus(loaded, task, input.status);
    return { loaded, task: taskOf(loaded, id) };
  };
  return changeGraph(ctx, store, actor, work, { plan: { repository: ctx.repository, slug: plan } });
}

function isNoteAlone({ task: _task, token: _token, note: _note, ...changes }: UpdateInput): boolean {
  return Object.values(changes).every((value) => value === undefined);
}

function define(plan: PlanTransaction, task: Task, input: UpdateInput): void {
  const known = (names: readonly string[] | undefined) =>
    (names ?? []).map((name) => taskOf(plan, splitTaskName(name, plan.stored.slug).id).id);
  const removed = new Set<TaskId>(known(input.removeBlockedBy));
  const { tasks } = plan.graph;
  // Only what is added: whoever takes a review away from a task waives it for that task.
  const added = dependOnWork({ ...outlineOf(task), dependencies: known(input.addBlockedBy) }, tasks);
  const dependencies = [
    ...new Set([...task.dependencies.filter((id) => !removed.has(id)), ...added.dependencies]),
  ];
  const definitions = new Map<TaskId, TaskRedefinition>();
  const own: TaskRedefinition = {
    ...outlineOf(task),
    dependencies,
    ...(input.subject !== undefined && { subject: input.subject }),
    ...(input.description !== undefined && { description: input.description }),
    ...(input.addWrites && { writes: [...new Set([...(task.writes ?? []), ...globs(input.addWrites)])] }),
  };
  if (JSON.stringify(own) !== JSON.stringify(outlineOf(task))) definitions.set(task.id, own);
  for (const id of known(input.addBlocks)) {
    const other = definitions.get(id) ?? outlineOf(taskOf(plan, id));
    const waits = dependOnWork({ ...other, dependencies: [task.id] }, tasks);
    definitions.set(id, {
      ...other,
      dependencies: [...new Set([...other.dependencies, ...waits.dependencies])],
    });
  }
  for (const [id, definition] of definitions) {
    definitions.set(
      id,
      dependOnParts(definition, (other) => plan.graph.tasks.get(other)),
    );
  }
  const edges = new Map<string, readonly string[]>(
    [...plan.graph.tasks.values()].map((other) => [other.id, other.dependencies]),
  );
  for (const [id, definition] of definitions) edges.set(id, definition.dependencies);
  const cycle = findCycle(edges);
  if (cycle) {
    throw new CallerError(
      "bad_input",
      `The dependencies would form a cycle: ${cycle.join(" → ")}. Nothing was changed.`,
      "Remove one of these dependencies with removeBlockedBy.",
      "addBlockedBy",
    );
  }
  for (const [id, definition] of definitions) {
    if (plan.graph.tasks.get(id)?.status === "completed") {
      throw new CallerError(
        "wrong_state",
        `${taskName(plan.stored.slug, id)} is completed; it is not changed any more.`,
        "Create a new task instead (task_create).",
        "task",
      );
    }
    plan.append({ type: "task.defined", task: id, definition });
  }
}

function globs(paths: readonly string[]): string[] {
  try {
    return paths.map(normaliseGlob);
  } catch (error) {
    if (!(error instanceof InvalidGlob)) throw error;
    throw new CallerError(
      "bad_input",
      `addWrites: ${error.message}`,
      "Correct it and call again.",
      "addWrites",
    );
  }
}

function setStatus(plan: PlanTransaction, task: Task, status: "pending" | "cancelled"): void {
  if (task.status === "completed") {
    throw new CallerError(
      "wrong_state",
      `${taskName(plan.stored.slug, task.id)} is completed, and completed is final.`,
      "Create a new task for further work (task_create).",
      "status",
    );
  }
  const parts = partsOf(task);
  if (parts) {
    throw new CallerError(
      "wrong_state",
      `${taskName(plan.stored.slug, task.id)} was ${task.cause && causeText(task.cause)}: its work is done there.`,
      "Change its parts instead.",
      "status",
    );
  }
  if (task.status === status) return;
  const cause = status === "cancelled" ? "cancelled by a call" : "sent back by a call";
  for (const { claim } of plan.holding) {
    if (claim.task !== task.id) continue;
    if (claim.state === "offered") {
      plan.append({ type: "claim.returned", task: task.id, attempt: claim.id, cause });
    } else if (claim.state === "running") {
      endAttempt(plan, claim, { outcome: "cancelled", cause, draining: true });
    } else if (claim.state === "delivering") {
      endAttempt(plan, claim, { outcome: "cancelled", cause });
    }
  }
  plan.append({ type: "task.status", task: task.id, status, cause: said(cause) });
}
