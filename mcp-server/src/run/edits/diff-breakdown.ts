import { sameMeaning } from "../../breakdown/task-fields.ts";
import { CallerError } from "../../errors/caller-error.ts";
import type { Change } from "../../graph/event.ts";
import { findCycle } from "../../graph/order/cycle.ts";
import { outlineOf, type Task, type TaskDefinition, type TaskId } from "../../graph/task.ts";
import { causeText } from "../../graph/task-cause.ts";
import { lastSteps } from "../../policy/review.ts";
import { dependOnWork } from "../plan/dependencies-on-work.ts";
import { nextPosition } from "../plan/new-task.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { partsOf } from "../plan/replacements.ts";
import type { CreatePlanInput, PlanInput } from "./read-source.ts";

export interface PlanChanges {
  readonly created: string[];
  readonly updated: string[];
  readonly unchanged: string[];
  readonly removed: string[];
  readonly warnings: string[];
}

/**
 * No file knows of the tasks that the server made, so none takes back that a task waits for them. For one that failed
 * nobody waits any more: whoever changed the text has looked at it.
 */
function keepServersOwn(
  definition: TaskDefinition,
  old: Task | undefined,
  known: ReadonlyMap<TaskId, Task>,
): TaskDefinition {
  if (!old || (definition.needs !== "all" && definition.needs !== "settled")) return definition;
  const own = old.dependencies.filter((id) => {
    const before = known.get(id);
    return before?.origin === "server" && before.status !== "failed" && before.status !== "cancelled";
  });
  return { ...definition, dependencies: [...new Set([...definition.dependencies, ...own])] };
}

/** What an import would change, by the rules of the design: see the comments. @param existing in its transaction. */
export async function compare(
  existing: PlanView | undefined,
  source: PlanInput,
  input: CreatePlanInput,
): Promise<PlanChanges & { changes: Change[] }> {
  const changes: Change[] = [];
  const result: PlanChanges = { created: [], updated: [], unchanged: [], removed: [], warnings: [] };
  const known: ReadonlyMap<TaskId, Task> = existing?.graph.tasks ?? new Map();
  const steps = lastSteps(known.values());
  let position = existing ? nextPosition(existing) : 1;
  const running = new Set(existing?.graph.live.map((claim) => claim.task));
  // A file that says the same as before takes nothing back that was changed by a call or a blocked report since.
  const sameFile =
    source.source.kind === "file" &&
    JSON.stringify(source.source) === JSON.stringify(existing?.stored.source);
  const descriptions = existing && !sameFile ? await existing.descriptions() : new Map<TaskId, string>();
  for (const written of source.tasks) {
    const old = known.get(written.id);
    const definition = keepServersOwn(dependOnWork(written, known, steps), old, known);
    if (!old) {
      changes.push({ type: "task.created", task: definition.id, definition, position });
      position += 1;
      result.created.push(definition.id);
      continue;
    }
    if (old.origin === "server") throw idOfServer(old);
    const parts = partsOf(old);
    const revived = old.status === "cancelled" && old.cause?.kind === "removed";
    const before = { ...outlineOf(old), description: descriptions.get(old.id) ?? "" };
    const same = sameFile || sameMeaning(definition, before);
    if (old.status === "completed" || parts || (same && !revived)) {
      result.unchanged.push(definition.id);
      if (!same && parts)
        result.warnings.push(
          `${definition.id} was ${old.cause && causeText(old.cause)} and stays so; what the file says of it is not used.`,
        );
      else if (!same)
        result.warnings.push(`${definition.id} is completed and stays as it was; the file has changed it.`);
      continue;
    }
    if (running.has(definition.id) || old.status === "in_progress") {
      result.unchanged.push(definition.id);
      result.warnings.push(`${definition.id} is running and keeps its text; import again when it has ended.`);
      continue;
    }
    changes.push({
      type: "task.defined",
      task: definition.id,
      definition: { ...definition, origin: old.origin },
    });
    // A task that came back, or whose text was fixed after it failed, is to be done.
    if (old.status !== "pending")
      changes.push({ type: "task.status", task: definition.id, status: "pending" });
    result.updated.push(definition.id);
  }
  if (input.from !== undefined) {
    const named = new Set<TaskId>(source.tasks.map((task) => task.id));
    for (const old of known.values()) {
      if (named.has(old.id) || old.origin !== "file" || ["completed", "cancelled"].includes(old.status))
        continue;
      if (running.has(old.id)) {
        result.warnings.push(`${old.id} is no longer in the file but running; it is left alone.`);
        continue;
      }
      changes.push({ type: "task.status", task: old.id, status: "cancelled", cause: { kind: "removed" } });
      result.removed.push(old.id);
    }
  }
  refuseCycle(known, changes);
  return { ...result, changes };
}

/** What the server made of its own, a review for instance, must not become something else by having its id. */
function idOfServer({ id, subject }: Task): CallerError {
  return new CallerError(
    "bad_input",
    `The id ${id} belongs to a task that the server made ("${subject}"). Nothing was changed.`,
    "Give your task another id.",
    `tasks.${id}`,
  );
}

/** Tasks that keep their dependencies, because they run or came from a call, may close a cycle with the new ones. */
function refuseCycle(known: ReadonlyMap<TaskId, Task>, changes: readonly Change[]): void {
  const edges = new Map<string, readonly string[]>(
    [...known.values()].map((task) => [task.id, task.dependencies]),
  );
  for (const change of changes) {
    if (change.type === "task.created" || change.type === "task.defined")
      edges.set(change.task, change.definition.dependencies);
  }
  const cycle = findCycle(edges);
  if (!cycle) return;
  throw new CallerError(
    "bad_input",
    `Together with the tasks that stay as they are, the dependencies form a cycle: ${cycle.join(" → ")}. Nothing was changed.`,
    "Remove one of these dependencies, in the file or with task_update {removeBlockedBy}.",
    "dependencies",
  );
}
