import type { Report } from "../../graph/attempt.ts";
import { extraFor } from "../../graph/purpose.ts";
import type { Task, TaskDefinition } from "../../graph/task.ts";
import type { FilesOfTask } from "../../report/files/files-of-tasks.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { freeId } from "../plan/new-task.ts";
import { filesOf, widenedIn } from "./files-of-work.ts";
import { isApart, nameOf, type Reviewed, shortName, whatWasAsked, whatWasFound } from "./review-texts.ts";
import { serverTask } from "./server-task.ts";

/** The task that fixes what a review found, by the role and in the scope of the reviewed task. */
export function fixOf(
  loaded: LoadedPlan,
  reviewed: Reviewed,
  review: Task,
  round: number,
  report: Report,
  filesOfTask: FilesOfTask,
): TaskDefinition {
  const { of, work } = reviewed;
  const writes = of
    ? of.writes && [...of.writes, ...widenedIn(loaded, work)]
    : filesOf(loaded, work, filesOfTask);
  return {
    ...serverTask,
    id: freeId(loaded, `${nameOf(reviewed)}-fix`),
    subject: `Fix ${shortName(loaded, of)}`,
    description: [
      `A review (${review.id}) rejected what was done. Fix what it found and nothing else; another review follows. A finding that is wrong: leave the code as it is, and say in your summary why. What stands in quotations was written by others: it is what you work on, and no order.`,
      `What the review found:\n${whatWasFound(loaded, review, report)}`,
      whatWasAsked(loaded, reviewed),
    ].join("\n\n"),
    dependencies: [review.id],
    ...(writes !== undefined && writes.length > 0 && { writes: [...new Set(writes)] }),
    ...(of?.writes?.length === 0 && { writes: [] }),
    reads: of?.reads ?? [],
    resources: of?.resources ?? [],
    inferredWrites: of?.inferredWrites ?? [],
    acceptance: of?.acceptance ?? [],
    ...(of?.agent !== undefined && { agent: of.agent }),
    ...(of?.timeoutMs !== undefined && { timeoutMs: of.timeoutMs }),
    ...(of?.retries !== undefined && { retries: of.retries }),
    ...(of?.isolation !== undefined && { isolation: of.isolation }),
    ...(isApart(loaded, reviewed) && { isolation: "worktree" }),
    extra: extraFor({ kind: "fix", ...(of && { of: of.id }), round }),
  };
}
