import { hasEnded } from "../../graph/readiness.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { scopeOf, type TaskId, taskName } from "../../graph/task.ts";
import { cleanText } from "../../text/sanitize.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";

/** Longest file name in a sentence for an agent, in characters. */
const NAME_LIMIT = 80;
/** A sentence for an agent names at most this many files. */
const NAMED = 3;

/** `a.ts, b.ts, c.ts and 4 more`: names of files that somebody else chose, in a sentence for an agent. */
export function fileNames(paths: readonly string[]): string {
  const named = paths.slice(0, NAMED).map((path) => cleanText(path, NAME_LIMIT));
  const more = paths.length - named.length;
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ");
}

/**
 * Notes on the open tasks of these plans in whose scope the files lie: they changed while `by` were at work, and
 * nobody knows by whom.
 */
export async function notifyTouchedTasks(
  plans: Iterable<PlanTransaction>,
  paths: readonly string[],
  by: readonly string[],
): Promise<void> {
  const who = by.length > 1 ? "one of them" : "it";
  await notifyOpenTasks(plans, paths, by, (files) => {
    return `${files}, in this task's scope, changed while ${by.join(" and ")} ran: written by ${who} or by another program. Look before you write.`;
  });
}

/** Notes on the open tasks in whose scope the files lie: `by` says that it wrote them. */
export async function notifyAffectedTasks(
  plans: Iterable<PlanTransaction>,
  paths: readonly string[],
  by: string,
): Promise<void> {
  await notifyOpenTasks(plans, paths, [by], (files) => {
    return `${by} wrote ${files}, in this task's scope. Look before you write.`;
  });
}

async function notifyOpenTasks(
  plans: Iterable<PlanTransaction>,
  paths: readonly string[],
  by: readonly string[],
  sentence: (files: string) => string,
): Promise<void> {
  if (paths.length === 0) return;
  for (const plan of plans) {
    const { slug } = plan.stored;
    for (const task of [...plan.graph.tasks.values()]) {
      if (hasEnded(task.status) || by.includes(taskName(slug, task.id))) continue;
      const { writes } = parseScope(scopeOf(task), plan.ctx.caseInsensitive);
      const touched = paths.filter((path) => writes.some((glob) => matches(glob, path)));
      if (touched.length > 0) await notifyTask(plan, task.id, touched, by, sentence);
    }
  }
}

/** Leaves a note on the task, unless it has one about the same files and the same tasks. */
async function notifyTask(
  plan: PlanTransaction,
  task: TaskId,
  paths: readonly string[],
  by: readonly string[],
  sentence: (files: string) => string,
): Promise<void> {
  const told = new Set(
    (await plan.reader.events(plan.id, { types: ["scope.touched"] })).flatMap(({ change }) =>
      change.type === "scope.touched" && change.task === task && change.by.join() === by.join()
        ? change.paths
        : [],
    ),
  );
  const news = paths.filter((path) => !told.has(path));
  if (news.length === 0) return;
  plan.append({
    type: "scope.touched",
    task,
    paths: news,
    by,
    note: sentence(fileNames(news)),
  });
}
