import type { PlanState } from "../../graph/plan-state.ts";
import type { Glob } from "../../graph/scope/glob.ts";
import { matches, overlap } from "../../graph/scope/globs-meet.ts";
import { InvalidGlob, normaliseGlob, type ParsedGlob, parseGlob } from "../../graph/scope/parse-glob.ts";
import type { TaskId } from "../../graph/task.ts";

/** A scope that would have covered what a task really wrote. */
export interface SuggestedScope {
  readonly task: TaskId;
  readonly writes: readonly Glob[];
}

/** Files of one folder from this number on are written as the folder. */
const MANY_FILES = 4;
/** A scope with more globs than these is hard to review: folders take the place of files while there are more. */
const MAX_GLOBS = 8;

/**
 * For every task that has written something: the globs of its declaration that were of use, and for the rest as few
 * files and folders as can be. A folder is never suggested in which another task has written or may write, nor the
 * whole checkout. Tasks that have declared just that are left out.
 * @param written files that each task has certainly written.
 */
export function suggestedScopes(
  { tasks, caseInsensitive }: Pick<PlanState, "tasks" | "caseInsensitive">,
  written: ReadonlyMap<TaskId, readonly string[]>,
): SuggestedScope[] {
  const parsed = (glob: Glob) => parseGlob(glob, caseInsensitive);
  return tasks.flatMap((task) => {
    const own = written.get(task.id) ?? [];
    if (own.length === 0) return [];
    const foreign = tasks
      .filter(({ id }) => id !== task.id)
      .flatMap(({ id, writes: globs = [] }) => [...globs, ...(written.get(id) ?? [])].map(parsed));
    const used = (task.writes ?? []).filter((glob) => own.some((path) => matches(parsed(glob), path)));
    const rest = own.filter((path) => !used.some((glob) => matches(parsed(glob), path)));
    const writes = [...used, ...fewGlobs(rest, foreign, parsed, MAX_GLOBS - used.length)];
    const declared = task.writes ?? [];
    const same = writes.length === declared.length && writes.every((glob) => declared.includes(glob));
    return same || writes.length === 0 ? [] : [{ task: task.id, writes }];
  });
}

/** Files, folders in the place of many files, and more folders while there are more than `most`. */
function fewGlobs(
  paths: readonly string[],
  foreign: readonly ParsedGlob[],
  parsed: (glob: Glob) => ParsedGlob,
  most: number,
): Glob[] {
  let entries: readonly string[] = paths;
  for (;;) {
    const folder = folderFor(entries, foreign, parsed, entries.length > most ? 2 : MANY_FILES);
    if (folder === undefined) break;
    entries = [...entries.filter((entry) => !isBelow(folder, entry)), `${folder}/`];
  }
  return entries.flatMap(globFor).sort();
}

/** The deepest folder with at least so many of the entries in it and nothing of others. */
function folderFor(
  entries: readonly string[],
  foreign: readonly ParsedGlob[],
  parsed: (glob: Glob) => ParsedGlob,
  atLeast: number,
): string | undefined {
  const folders = [...new Set(entries.flatMap(foldersAbove))]
    .filter((folder) => entries.filter((entry) => isBelow(folder, entry)).length >= atLeast)
    .filter((folder) => !foreign.some((glob) => overlap(parsed(`${folder}/**`), glob)));
  return folders.sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1))[0];
}

function foldersAbove(entry: string): string[] {
  const parts = entry.replace(/\/$/, "").split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

function isBelow(folder: string, entry: string): boolean {
  return entry.startsWith(`${folder}/`) && entry !== `${folder}/`;
}

function depth(folder: string): number {
  return folder.split("/").length;
}

/** The glob for a file or, with a slash at its end, a folder; none where no glob can name it. */
function globFor(entry: string): Glob[] {
  try {
    const glob = normaliseGlob(entry);
    const file = entry.endsWith("/") ? `${entry}file` : entry;
    return matches(parseGlob(glob, false), file) ? [glob] : [];
  } catch (error) {
    if (!(error instanceof InvalidGlob)) throw error;
    return [];
  }
}
