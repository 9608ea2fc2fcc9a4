import { CallerError } from "../../errors/caller-error.ts";
import { findCycle } from "../../graph/cycle.ts";
import { InvalidGlob, normaliseGlob } from "../../graph/scope/globs.ts";
import { definitionOf, type Task, type TaskDefinition, type TaskId, taskName } from "../../graph/task.ts";
import type { GraphWriter } from "../../store/graph-store.ts";
import { claimOfToken, isRefusal } from "../attempts/claim-by-token.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import { sweep } from "../attempts/expire-claims.ts";
import { startOrContinue } from "../attempts/start-attempt.ts";
import { waitForWork } from "../plan/dependencies-on-work.ts";
import { refuseOthersTask } from "../plan/foreign-claim.ts";
import { existingGraph, type LoadedPlan, loadPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { partsOf, waitForParts } from "../plan/replacements.ts";
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
  return store.write(ctx.now, actor, async (tx) => {
    await sweep(ctx, tx);
    const before = await loadPlan(ctx, tx, plan);
    const task = taskOf(before, id);
    if (input.token !== undefined) await useToken(ctx, tx, task, plan, input.token, agentId);
    if (!isNoteAlone(input)) await refuseOthersTask(tx, before, task, agentId);
    await define(tx, before, task, input);
    if (input.note !== undefined || input.metadata || input.owner !== undefined) {
      await tx.append(before.stored.id, {
        type: "task.annotated",
        task: id,
        ...(input.note !== undefined && { note: input.note }),
        ...(input.metadata && { metadata: input.metadata }),
        ...(input.owner !== undefined && { owner: input.owner }),
      });
    }
    if (input.status !== undefined) await setStatus(ctx, tx, before, task, input.status);
    const loaded = await loadPlan(ctx, tx, plan);
    return { loaded, task: taskOf(loaded, id) };
  });
}

function isNoteAlone({ task: _task, token: _token, note: _note, ...changes }: UpdateInput): boolean {
  return Object.values(changes).every((value) => value === undefined);
}

async function useToken(
  ctx: RunContext,
  tx: GraphWriter,
  task: Task,
  plan: string,
  token: string,
  agentId: string | undefined,
): Promise<void> {
  const found = await claimOfToken(ctx, tx, token);
  if (isRefusal(found) || found.task.id !== task.id || found.held.plan !== plan) {
    throw new CallerError(
      "refused_token",
      `token: refused, ${isRefusal(found) ? found.why : "it belongs to another task"}. Nothing was changed.`,
      "Use the token of your own brief.",
      "token",
    );
  }
  await startOrContinue(tx, found, agentId);
}

async function define(tx: GraphWriter, before: LoadedPlan, task: Task, input: UpdateInput): Promise<void> {
  const known = (names: readonly string[] | undefined) =>
    (names ?? []).map((name) => taskOf(before, splitTaskName(name, before.stored.slug).id).id);
  const removed = new Set<TaskId>(known(input.removeBlockedBy));
  const { tasks } = before.graph;
  // Only what is added: whoever takes a review away from a task waives it for that task.
  const added = waitForWork({ ...definitionOf(task), dependencies: known(input.addBlockedBy) }, tasks);
  const dependencies = [
    ...new Set([...task.dependencies.filter((id) => !removed.has(id)), ...added.dependencies]),
  ];
  const definitions = new Map<TaskId, TaskDefinition>();
  const own: TaskDefinition = {
    ...definitionOf(task),
    dependencies,
    ...(input.subject !== undefined && { subject: input.subject }),
    ...(input.description !== undefined && { description: input.description }),
    ...(input.addWrites && { writes: [...new Set([...(task.writes ?? []), ...globs(input.addWrites)])] }),
  };
  if (JSON.stringify(own) !== JSON.stringify(definitionOf(task))) definitions.set(task.id, own);
  for (const id of known(input.addBlocks)) {
    const other = definitions.get(id) ?? definitionOf(taskOf(before, id));
    const waits = waitForWork({ ...other, dependencies: [task.id] }, tasks);
    definitions.set(id, {
      ...other,
      dependencies: [...new Set([...other.dependencies, ...waits.dependencies])],
    });
  }
  for (const [id, definition] of definitions) {
    definitions.set(
      id,
      waitForParts(definition, (other) => before.graph.tasks.get(other)),
    );
  }
  const edges = new Map<string, readonly string[]>(
    [...before.graph.tasks.values()].map((other) => [other.id, other.dependencies]),
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
    if (before.graph.tasks.get(id)?.status === "completed") {
      throw new CallerError(
        "wrong_state",
        `${taskName(before.stored.slug, id)} is completed; it is not changed any more.`,
        "Create a new task instead (task_create).",
        "task",
      );
    }
    await tx.append(before.stored.id, { type: "task.defined", task: id, definition });
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

async function setStatus(
  ctx: RunContext,
  tx: GraphWriter,
  before: LoadedPlan,
  task: Task,
  status: "pending" | "cancelled",
): Promise<void> {
  if (task.status === "completed") {
    throw new CallerError(
      "wrong_state",
      `${taskName(before.stored.slug, task.id)} is completed, and completed is final.`,
      "Create a new task for further work (task_create).",
      "status",
    );
  }
  const parts = partsOf(task);
  if (parts) {
    throw new CallerError(
      "wrong_state",
      `${taskName(before.stored.slug, task.id)} was ${task.cause}: its work is done there.`,
      "Change its parts instead.",
      "status",
    );
  }
  if (task.status === status) return;
  const cause = status === "cancelled" ? "cancelled by a call" : "sent back by a call";
  for (const held of await tx.held()) {
    if (held.planId !== before.stored.id || held.claim.task !== task.id) continue;
    if (held.claim.state === "offered") {
      await tx.append(held.planId, { type: "claim.returned", task: task.id, attempt: held.claim.id, cause });
    } else if (held.claim.state === "running") {
      await endAttempt(ctx, tx, held, { outcome: "cancelled", cause, draining: true });
    }
  }
  await tx.append(before.stored.id, { type: "task.status", task: task.id, status, cause });
}
