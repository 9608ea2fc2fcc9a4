import { type Glob, literalGlob } from "../../graph/scope/glob.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { InvalidGlob, normaliseGlob, parseGlob } from "../../graph/scope/parse-glob.ts";
import type { Task } from "../../graph/task.ts";
import type { FilesOfTask } from "../../report/files/files-of-tasks.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { reportsOf } from "./review-texts.ts";

/**
 * Where the work lies: what its tasks may write, what they were granted, what they say that they changed, and what they
 * were seen to write elsewhere.
 */
export function filesOf(loaded: LoadedPlan, work: readonly Task[], filesOfTask: FilesOfTask): Glob[] {
  const named = [...work.flatMap((task) => task.writes ?? task.inferredWrites), ...widenedIn(loaded, work)];
  const reported = work.flatMap((task) => reportsOf(loaded, task).flatMap((report) => report.filesChanged));
  const seen = work.flatMap(({ id }) => filesOfTask(id)?.filesChanged ?? []);
  const parsed = named.map((glob) => parseGlob(glob, loaded.caseInsensitive));
  const elsewhere = seen.filter((path) => !parsed.some((glob) => matches(glob, path)));
  return [...new Set([...named, ...[...reported, ...elsewhere].flatMap(globOf)])];
}

export function widenedIn({ graph }: LoadedPlan, work: readonly Task[]): Glob[] {
  return work.flatMap(({ id }) => graph.claimsOf(id).flatMap(({ widened }) => widened));
}

/** A file by its name; none that lies outside the checkout. */
function globOf(path: string): Glob[] {
  try {
    return [normaliseGlob(literalGlob(path))];
  } catch (error) {
    if (error instanceof InvalidGlob) return [];
    throw error;
  }
}
