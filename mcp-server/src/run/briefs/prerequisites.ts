import { purposeOf } from "../../graph/purpose.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { workUnderReview } from "../../policy/review.ts";
import type { FilesOfTask } from "../../report/files/files-of-tasks.ts";
import { attemptsAt, isReported } from "../plan/attempts-at.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { Input } from "./brief.ts";

/** What a task builds on: its dependencies, and for a review also what was reviewed and what fixed it. */
export function inputsOf({ graph }: LoadedPlan, task: Task): TaskId[] {
  if (purposeOf(task)) return [...task.dependencies];
  const inputs = task.dependencies.flatMap((id) => {
    const purpose = purposeOf(graph.tasks.get(id));
    if (purpose?.kind !== "review" || purpose.of === undefined) return [id];
    return [...workUnderReview(graph.tasks, purpose.of).map((work) => work.id), id];
  });
  return [...new Set(inputs)];
}

export function inputOf(loaded: LoadedPlan, task: Task, filesOf: FilesOfTask): Input {
  const wrote = filesOf(task.id);
  const files = wrote && { files: wrote };
  const report = attemptsAt(loaded, task.id).findLast(isReported)?.report;
  const last = attemptsAt(loaded, task.id).at(-1);
  const lastMessage = last?.state === "ended" && last.outcome === "completed" ? last.lastMessage : undefined;
  if (lastMessage !== undefined) return { task, lastMessage, ...files };
  return { task, ...(report && { report }), ...files };
}
