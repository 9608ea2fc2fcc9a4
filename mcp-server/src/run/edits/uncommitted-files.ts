import { changedFiles } from "../../git/git.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseGlob } from "../../graph/scope/parse-glob.ts";
import type { Task } from "../../graph/task.ts";
import type { Policy } from "../../policy/policy.ts";
import type { RunContext } from "../project/run-context.ts";

/** With more changed files than these nobody looks which of them tasks write. */
const MAX_FILES = 1_000;
const NAMED = 5;

/**
 * Names files that tasks are to write in the checkout itself and that have changes of the user which are not committed:
 * agents work on top of them, and nobody can tell the two apart any more.
 */
export async function uncommittedWarnings(
  { checkout, caseInsensitive }: Pick<RunContext, "checkout" | "caseInsensitive">,
  tasks: readonly Pick<Task, "writes" | "inferredWrites" | "isolation">[],
  { isolation }: Pick<Policy, "isolation">,
): Promise<string[]> {
  if (checkout.gitCommonDir === undefined || isolation === "worktree") return [];
  const globs = tasks
    .filter((task) => task.isolation !== "worktree")
    .flatMap(({ writes, inferredWrites }) => writes ?? inferredWrites);
  if (globs.length === 0) return [];
  const changed = await changedFiles(checkout.root).catch(() => []);
  if (changed.length > MAX_FILES) return [];
  const patterns = globs.map((glob) => parseGlob(glob, caseInsensitive));
  const found = changed.filter((path) => patterns.some((pattern) => matches(pattern, path))).sort();
  if (found.length === 0) return [];
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : "";
  return [
    `Not committed yet, and to be written by tasks: ${found.slice(0, NAMED).join(", ")}${more}. Agents work on top of these changes; a commit before the run keeps the two apart.`,
  ];
}
