import type { AttemptId } from "../../graph/attempt.ts";
import {
  ABSENT,
  type AttributedEffect,
  type ContentId,
  type HeldFilesChanged,
  type NamedCall,
} from "../../graph/effect.ts";
import type { TaskId } from "../../graph/task.ts";
import { suspectsOf } from "../../policy/effects/attribute.ts";
import { effectsInOrder } from "../../policy/effects/effects-in-order.ts";

/** What stood in a file that a task held when somebody else changed it. */
export interface Overwritten {
  readonly path: string;
  readonly task: TaskId;
  readonly holder: AttemptId;
  /** Undefined: it was as in the last commit. */
  readonly before: ContentId | undefined;
  /** What the last change that was seen has left in the file, whoever made it. */
  readonly after: ContentId;
  /** The looks between which the change was seen, in milliseconds since 1970. */
  readonly sinceMs: number;
  readonly atMs: number;
  readonly by: Exclude<AttributedEffect["by"], "own">;
  /** The calls of which one made the change; none: a person or another program. */
  readonly calls: readonly NamedCall[];
}

/**
 * What others have changed in files while tasks of the plan held them, oldest first: for each such version of a holder
 * once, however often others changed the file after it.
 * @param seen all changes that the plan's log has.
 * @param taskOf the task of the plan that the attempt is of; undefined: it is of another plan.
 */
export function overwrittenVersions(
  seen: readonly HeldFilesChanged[],
  taskOf: (attempt: AttemptId) => TaskId | undefined,
): Overwritten[] {
  let lost: Overwritten[] = [];
  const newest = new Map<string, ContentId>();
  const foreign = new Set<string>();
  for (const { file, look } of effectsInOrder(seen)) {
    const { path, holder, before, after, by, undone } = file;
    if (undone) continue;
    newest.set(path, after);
    // What is back in its file is lost no more.
    lost = lost.filter((one) => one.path !== path || one.before !== after);
    const task = taskOf(holder);
    if (by === "own") foreign.delete(path);
    if (by === "own" || foreign.has(path) || task === undefined) continue;
    foreign.add(path);
    if (before === ABSENT) continue;
    const when = { sinceMs: look.sinceMs, atMs: look.untilMs };
    lost.push({ path, task, holder, before, after, ...when, by, calls: suspectsOf(file, look.calls) });
  }
  return lost.map((one) => ({ ...one, after: newest.get(one.path) ?? one.after }));
}
