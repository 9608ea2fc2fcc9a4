import { type Glob, literalGlob } from "../../graph/scope/glob.ts";
import { InvalidGlob, normaliseGlob } from "../../graph/scope/parse-glob.ts";
import type { Task } from "../../graph/task.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { reportsOf } from "./review-texts.ts";

/** Where the work lies: what its tasks may write, what they were granted and what they say that they changed. */
export function filesOf(loaded: LoadedPlan, work: readonly Task[]): Glob[] {
  const declared = work.flatMap((task) => task.writes ?? task.inferredWrites);
  const changed = work.flatMap((task) => reportsOf(loaded, task).flatMap((report) => report.filesChanged));
  return [...new Set([...declared, ...widenedIn(loaded, work), ...changed.flatMap(globOf)])];
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
