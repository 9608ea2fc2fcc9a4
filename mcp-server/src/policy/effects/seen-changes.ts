import type { AnyClaim, AttemptId } from "../../graph/attempt.ts";
import {
  ABSENT,
  type Attribution,
  type ChangedFile,
  type CheckoutChanged,
  callerName,
  type HeldFilesChanged,
} from "../../graph/effect.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { TaskId } from "../../graph/task.ts";
import { suspectsOf } from "./attribute.ts";

/** Somebody of whom it is known or possible that they changed a file. */
export interface Suspect {
  /** Undefined: the main conversation, or an agent without a task. */
  readonly attempt: AttemptId | undefined;
  /** A task's name outside its plan, or words. */
  readonly name: string;
}

/** A change of a file in a shared checkout, with who made it. */
export interface SeenChange extends ChangedFile {
  /** The attempt in whose scope the file lies; undefined: nobody held it. */
  readonly holder: AttemptId | undefined;
  readonly by: Attribution["kind"];
  /** One of them made it. Of a change that no call was seen to make, others may have as well. */
  readonly suspects: readonly Suspect[];
}

/** The looks at whole checkouts in a log. Earlier servers told them by another event. */
export function checkoutLooks(events: readonly GraphEvent[]): CheckoutChanged[] {
  return events.flatMap(({ change }): CheckoutChanged[] => {
    if (change.type === "files.changed") return change.atWork ? [change] : [];
    if (change.type !== "checkout.observed") return [];
    const files = change.files.map(({ path, how, inScopeOf: [holder, another] }) => ({
      ...{ path, how },
      ...(holder !== undefined && another === undefined && { holder }),
    }));
    return [{ ...change, files }];
  });
}

/** The looks at held files in a log. */
export function heldLooks(events: readonly GraphEvent[]): HeldFilesChanged[] {
  return events.flatMap(({ change }) => (change.type === "files.changed" && !change.atWork ? [change] : []));
}

/** All changes that the log tells, in its order. */
export function seenChanges(events: readonly GraphEvent[]): SeenChange[] {
  return events.flatMap((event) => [
    ...heldLooks([event]).flatMap(changesOfHeld),
    ...checkoutLooks([event]).flatMap(changesOfCheckout),
  ]);
}

/**
 * The files of which each seen change is for certain that of one call, and none of those calls is the task's. None where
 * some changes are not in the log: one of them may be the task's.
 * @param claims all claims of the plan.
 */
export function changedByOthers(
  events: readonly GraphEvent[],
  claims: readonly Pick<AnyClaim, "id" | "task">[],
): (task: TaskId) => ReadonlySet<string> {
  const held = heldLooks(events);
  const isWhole =
    [...held, ...checkoutLooks(events)].every(({ unlisted }) => unlisted === undefined) &&
    held.every(({ isIncomplete }) => !isIncomplete);
  const changes = isWhole ? seenChanges(events) : [];
  const paths = new Set(changes.map(({ path }) => path));
  const taskOf = new Map(claims.map(({ id, task }) => [id, task]));
  return (task) => {
    const mayBeOwn = ({ by, suspects }: SeenChange) =>
      by !== "certain" ||
      suspects.some(({ attempt }) => attempt !== undefined && taskOf.get(attempt) === task);
    const own = new Set(changes.filter(mayBeOwn).map(({ path }) => path));
    return new Set([...paths].filter((path) => !own.has(path)));
  };
}

/** Without what was undone: the file is as it was before. */
function changesOfHeld({ files, calls }: HeldFilesChanged): SeenChange[] {
  return files
    .filter(({ undone }) => !undone)
    .map((file) => {
      const { path, holder, by, after } = file;
      const made =
        by === "own" ? calls.filter(({ caller }) => caller.attempt === holder) : suspectsOf(file, calls);
      const suspects = made.map((call) => ({ attempt: call.caller.attempt, name: callerName(call) }));
      return { path, holder, by, suspects, how: after === ABSENT ? "removed" : "written" };
    });
}

function changesOfCheckout({ files, atWork }: CheckoutChanged): SeenChange[] {
  const suspects = atWork.map(({ attempt, task }) => ({ attempt, name: task }));
  return files.map(({ path, how, holder }) => ({ path, how, holder, by: "uncertain", suspects }));
}
