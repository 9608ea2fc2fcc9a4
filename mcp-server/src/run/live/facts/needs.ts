import { type AnyClaim, isAttempt } from "../../../graph/attempt.ts";
import type { Task, TaskId } from "../../../graph/task.ts";
import type { ActionName, Need } from "../../../live/snapshot.ts";
import { raiseLimit, spentText } from "../../../policy/spending/limits.ts";
import type { TaskResult } from "../../../report/tasks/task-result.ts";
import { type WaitingForUser, waitingForUser } from "../../../report/tasks/waiting-for-user.ts";
import { cleanText, FINDING_LIMIT } from "../../../text/sanitize.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import { rejectedWork } from "../../review/review.ts";

/** A snapshot names so many tasks that one of them holds up. */
const MAX_HELD_UP = 50;

const ACTIONS: Readonly<Record<Need["kind"], readonly ActionName[]>> = {
  question: ["answer", "cancel"],
  failed: ["retry", "cancel"],
  cancelled: ["retry"],
  review: ["accept", "reject", "retry"],
  decision: ["resume", "stop"],
  limit: ["stop"],
};

/** What goes no further without a person. @param tasks as they are now. @param results of those that were not achieved. */
export function needsNow(
  loaded: LoadedPlan,
  tasks: readonly Task[],
  results: readonly TaskResult[],
): readonly Need[] {
  return [
    ...needsOfPlan(loaded),
    ...waitingForUser(tasks, results).map((waiting) => needOfTask(loaded, waiting)),
  ];
}

function needsOfPlan({ stored, spent, graph }: LoadedPlan): Need[] {
  if (graph.openCount === 0) return [];
  const holdsUp = graph.ready.slice(0, MAX_HELD_UP).map(({ id }) => id);
  const need = (kind: Need["kind"], text: string): Need[] => [
    { kind, text: cleanText(text, FINDING_LIMIT), holdsUp, actions: ACTIONS[kind] },
  ];
  if (stored.status === "open" && spent)
    return need("limit", `${spentText(spent)} ${raiseLimit(stored.slug, spent)}`);
  // Whoever paused the plan by a call knows; the server says why it did.
  const isBySomebody = stored.cause === undefined || stored.cause.endsWith(" was called");
  return stored.status === "paused" && !isBySomebody
    ? need("decision", `The plan is paused: ${stored.cause}`)
    : [];
}

function needOfTask(loaded: LoadedPlan, { task: id, kind, text, heldUp }: WaitingForUser): Need {
  const task = loaded.graph.tasks.get(id);
  const rejected = task && rejectedWork(loaded, task);
  const is = rejected === undefined ? kind : "review";
  const sinceMs = sinceOf(loaded.graph.claimsOf(id), task);
  return {
    task: id,
    kind: is,
    text: cleanText(rejected === undefined ? text : `${rejected} was rejected: ${text}`, FINDING_LIMIT),
    ...(sinceMs !== undefined && { sinceMs }),
    holdsUp: heldUp.slice(0, MAX_HELD_UP),
    actions: ACTIONS[is],
  };
}

function sinceOf(claims: readonly AnyClaim[], task: Task | undefined): number | undefined {
  const last = claims.findLast(isAttempt);
  return task?.endedAtMs ?? (last?.state === "ended" ? last.endedAtMs : undefined);
}

/** For each task that asks something: that it does. */
export function askingTasks(results: readonly TaskResult[]): ReadonlySet<TaskId> {
  return new Set(
    results.flatMap(({ task, status, question }) => (status === "failed" && question ? [task] : [])),
  );
}
