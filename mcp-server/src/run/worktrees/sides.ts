import type { Change } from "../../graph/event.ts";
import { extraFor } from "../../graph/purpose.ts";
import {
  outlineOf,
  plainSubject,
  type Task,
  type TaskDefinition,
  type TaskId,
  type TaskOutline,
  taskName,
} from "../../graph/task.ts";
import { cleanText, NAME_LIMIT } from "../../text/sanitize.ts";
import { type LoadedPlan, taskOf } from "../plan/load-plan.ts";
import { nextPosition } from "../plan/new-task.ts";

/** Text of a side that stands in the task that brings it together with others: enough to see who it was. */
const MAX_SUMMARY = 300;

/** What brings sides together: how it is named and told, what it may write, and when it is done. */
type Together = Pick<TaskDefinition, "id" | "subject" | "description" | "writes" | "acceptance">;

/**
 * The changes that make a task of what brings a task's work together with others': it is done by the same role, in a
 * worktree in which the merge is begun, and whatever waited for the task waits for it, too.
 */
export function togetherTask(loaded: LoadedPlan, task: Task, together: Together): Change[] {
  const definition: TaskDefinition = {
    ...together,
    priority: "high",
    ...(task.agent !== undefined && { agent: task.agent }),
    dependencies: [task.id],
    needs: "all",
    reads: [],
    resources: [],
    inferredWrites: [],
    isolation: "worktree",
    origin: "server",
    extra: extraFor({ kind: "merge", of: task.id }),
  };
  return [
    { type: "task.created", task: definition.id, definition, position: nextPosition(loaded) },
    ...dependentsWaitFor(loaded, task.id, definition.id),
  ];
}

/** The changes by which whatever waits for a task waits for what brings it together with others, too. */
function dependentsWaitFor(loaded: LoadedPlan, task: TaskId, merge: TaskId): Change[] {
  const dependents = [...loaded.graph.tasks.values()].filter(
    (other) => other.status === "pending" && other.dependencies.includes(task),
  );
  return dependents.map((other) => ({
    type: "task.defined" as const,
    task: other.id,
    definition: waitingFor(outlineOf(other), task, merge),
  }));
}

/** Who needs only some of what it names would count the task and its merge as two: it waits for the merge instead. */
function waitingFor(dependent: TaskOutline, task: TaskId, merge: TaskId): TaskOutline {
  const kept =
    dependent.needs === "all" || dependent.needs === "settled"
      ? dependent.dependencies
      : dependent.dependencies.filter((id) => id !== task);
  return { ...dependent, dependencies: [...kept, merge] };
}

/** What the task reported last. */
export function summaryOf(loaded: LoadedPlan, id: TaskId): string {
  const reports = loaded.graph
    .claimsOf(id)
    .map((claim) => (claim.state === "ended" ? claim.report : undefined));
  return reports.findLast((report) => report !== undefined)?.summary ?? "";
}

/** A task by name, with the beginning of what it reported as a quotation. */
export function sideOf(loaded: LoadedPlan, id: TaskId, summary: string): string {
  const task = taskOf(loaded, id);
  const short = cleanText(summary, MAX_SUMMARY);
  const said = short === "" ? "" : `, which reported "${short}"`;
  return `${taskName(loaded.stored.slug, id)} "${cleanText(plainSubject(task, loaded.stored.slug), NAME_LIMIT)}"${said}`;
}
