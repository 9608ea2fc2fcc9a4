import type { Attempt, AttemptId, EndedAttempt } from "../graph/attempt.ts";
import { pathKey } from "../graph/scope/glob.ts";
import { matches } from "../graph/scope/globs-meet.ts";
import { parseScope } from "../graph/scope/scope.ts";

/** Which of the changed files of a shared checkout are an attempt's. */
export interface OwnFiles {
  readonly files: readonly string[];
  /** Its files that were changed before it began: nobody can tell whose change is whose. */
  readonly leftOut: readonly string[];
}

/**
 * The attempt's files: what it reported, what the guard granted it and what lies in its declared scope, as far as it
 * really changed. Inferred scopes do not count, because nobody said that what lies there is the task's.
 * @param changed what differs from the last commit now.
 * @param seen what differed already when the attempt was offered; undefined: nobody looked, so nothing is certain.
 * @param ofThePlan what earlier tasks of the plan changed: it may be committed although it was changed before.
 * @param caseInsensitive whether the checkout's file system takes `A` and `a` for the same name.
 */
export function ownFiles(
  attempt: Pick<Attempt, "scope" | "widened">,
  reported: readonly string[],
  changed: readonly string[],
  seen: ReadonlySet<string> | undefined,
  ofThePlan: ReadonlySet<string>,
  caseInsensitive: boolean,
): OwnFiles {
  const key = (path: string) => pathKey(path, caseInsensitive);
  const scope = parseScope(attempt.scope, caseInsensitive);
  const named = new Set([...reported.map((path) => path.replace(/^\.\//, "")), ...attempt.widened].map(key));
  const declared = scope.basis === "declared" ? scope.writes : [];
  const own = changed.filter((path) => named.has(key(path)) || declared.some((glob) => matches(glob, path)));
  const isCertain = (path: string) => ofThePlan.has(path) || (seen !== undefined && !seen.has(path));
  return { files: own.filter(isCertain), leftOut: own.filter((path) => !isCertain(path)) };
}

/**
 * What each ended attempt of a plan changed in the shared checkout, in order of their ends. What an earlier one left,
 * however it ended, a later one may have changed further.
 */
export function ownFilesInOrder(
  attempts: readonly EndedAttempt[],
  changed: readonly string[],
  seen: ReadonlyMap<AttemptId, ReadonlySet<string>>,
  caseInsensitive: boolean,
): (OwnFiles & { readonly attempt: EndedAttempt })[] {
  const ofThePlan = new Set<string>();
  return attempts
    .filter(({ isolation }) => isolation === "shared")
    .sort((a, b) => a.endedAtMs - b.endedAtMs || a.id - b.id)
    .map((attempt) => {
      const reported = attempt.report?.filesChanged ?? [];
      const own = ownFiles(attempt, reported, changed, seen.get(attempt.id), ofThePlan, caseInsensitive);
      for (const path of own.files) ofThePlan.add(path);
      return { attempt, ...own };
    });
}
