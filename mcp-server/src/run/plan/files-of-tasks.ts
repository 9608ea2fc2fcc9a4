import type { Report } from "../../graph/attempt.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import type { TaskId } from "../../graph/task.ts";
import {
  FILE_EVENTS,
  type FilesOfTask,
  filesOfTasks,
  type TaskFiles,
} from "../../report/files/files-of-tasks.ts";
import type { PlanView } from "./plan-view.ts";

/** So many files of a task are named one by one. */
const MAX_FILES = 40;

/**
 * What the plan's log tells of the files of tasks.
 * @param tasks absent: all.
 */
export async function readFilesOfTasks(plan: PlanView, tasks?: readonly TaskId[]): Promise<FilesOfTask> {
  const { graph, reader } = plan;
  const only = tasks ? fileEventsOf(graph, tasks) : { types: FILE_EVENTS };
  return filesFromEvents(graph, await reader.events(plan.id, only), tasks);
}

/** The events that tell of the files of these tasks. */
export function fileEventsOf(graph: PlanGraph, tasks: readonly TaskId[]) {
  const offered = tasks.flatMap((task) => graph.claimsOf(task).map(({ offeredAtMs }) => offeredAtMs));
  return { types: FILE_EVENTS, sinceMs: Math.min(Number.MAX_SAFE_INTEGER, ...offered) };
}

/** What these events tell of the files of tasks. @param tasks absent: all. */
export function filesFromEvents(
  graph: PlanGraph,
  events: readonly GraphEvent[],
  tasks: readonly TaskId[] | undefined,
): FilesOfTask {
  const claims = tasks?.flatMap((task) => graph.claimsOf(task)) ?? graph.claims;
  return filesOfTasks({ claims, claimOf: (id) => graph.claim(id) }, events);
}

/** The files of a task in one line, for whoever goes on with its work; empty where there are none. */
export function filesLine(files: TaskFiles | undefined, report: Report | undefined): string {
  const { filesChanged, notSeen } = files ?? { filesChanged: report?.filesChanged ?? [], notSeen: [] };
  if (filesChanged.length === 0) return "";
  const named = filesChanged
    .slice(0, MAX_FILES)
    .map((path) => (notSeen.includes(path) ? `${path} (reported, not seen)` : path));
  const more = filesChanged.length - named.length;
  return `Files: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
