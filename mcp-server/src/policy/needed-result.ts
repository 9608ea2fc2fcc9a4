import { purposeOf } from "../graph/purpose.ts";
import { clashesOf, type ParsedScope } from "../graph/scope/scope.ts";
import type { TaskOutline } from "../graph/task.ts";

/** A task with its scope, as far as it is known. */
export interface ScopedTask {
  readonly task: TaskOutline;
  readonly scope: ParsedScope;
}

/** Roles whose work is to look at that of others. */
const JUDGING_ROLE = /review|audit|verif|validat|test-runner|coordinator/i;
/** How a subject begins that asks for it, after labels such as `[P2]`. */
const JUDGING_SUBJECT =
  /^\W*(?:\[[^\]]*\]\W*)*(?:final\s+)?(?:re-?)?(?:review|verif|validat|check|audit|integrat|merge|test)/i;

/**
 * Whether a task is certain to need what its dependency does, so that nobody should be told to drop the dependency: it
 * judges or brings together the work of others, waits for such a task, writes nothing itself, or reads what the other
 * one writes.
 */
export function needsResultOf(task: ScopedTask, dependency: ScopedTask): boolean {
  return (
    judgesWork(task.task) ||
    task.task.writes?.length === 0 ||
    judgesWork(dependency.task) ||
    [...clashesOf(task.scope, dependency.scope)].some(({ kind }) => kind === "write-read")
  );
}

/** Whether a task is there for the work of others: it has none of its own that could be divided. */
export function judgesWork(task: TaskOutline): boolean {
  return (
    purposeOf(task) !== undefined || JUDGING_ROLE.test(task.agent ?? "") || JUDGING_SUBJECT.test(task.subject)
  );
}
