import {
  type Attempt,
  type AttemptId,
  type DeliveringAttempt,
  type EndedAttempt,
  workedUntilMs,
} from "../graph/attempt.ts";
import { pathKey } from "../graph/scope/glob.ts";
import { matches } from "../graph/scope/globs-meet.ts";
import { parseScope } from "../graph/scope/scope.ts";
import type { TaskId } from "../graph/task.ts";
import { isDeclared } from "../text/normalise.ts";

/** Which of the changed files of a shared checkout are an attempt's. */
export interface OwnFiles {
  readonly files: readonly string[];
  /** Its files that were changed before it began, so that nobody can tell whose change is whose, or by others only. */
  readonly leftOut: readonly string[];
  /** Those of the files left out that only others changed. */
  readonly byOthers: readonly string[];
}

/** What is known of the changed files of a shared checkout beside what an attempt says. */
export interface KnownChanges {
  /** What differed already when the attempt was offered; undefined: nobody looked, so nothing is certain. */
  readonly before: ReadonlySet<string> | undefined;
  /** What lay with earlier tasks of the plan: it may be committed although it was changed before. */
  readonly ofThePlan: ReadonlySet<string>;
  /** What only others than the task were seen to change. */
  readonly ofOthers: ReadonlySet<string>;
}

/**
 * The attempt's files: what it reported, what the guard granted it and what lies in its declared scope, as far as it
 * really changed. Inferred scopes do not count, because nobody said that what lies there is the task's. Of what only
 * others were seen to change, only what it reported counts.
 * @param changed what differs from the last commit now.
 * @param caseInsensitive whether the checkout's file system takes `A` and `a` for the same name.
 */
export function ownFiles(
  attempt: Pick<Attempt, "scope" | "widened">,
  reported: readonly string[],
  changed: readonly string[],
  { before, ofThePlan, ofOthers }: KnownChanges,
  caseInsensitive: boolean,
): OwnFiles {
  const key = (path: string) => pathKey(path, caseInsensitive);
  const scope = parseScope(attempt.scope, caseInsensitive);
  const reportedKeys = reported.map((path) => key(path.replace(/^\.\//, "")));
  const named = new Set([...reportedKeys, ...attempt.widened.map(key)]);
  const others = new Set([...ofOthers].map(key));
  const declared = scope.basis === "declared" ? scope.writes : [];
  const own = changed.filter((path) => named.has(key(path)) || declared.some((glob) => matches(glob, path)));
  const byOthers = own.filter((path) => others.has(key(path)) && !isDeclared(reportedKeys, key(path)));
  const isCertain = (path: string) =>
    !byOthers.includes(path) && (ofThePlan.has(path) || (before !== undefined && !before.has(path)));
  return { files: own.filter(isCertain), leftOut: own.filter((path) => !isCertain(path)), byOthers };
}

/**
 * What each attempt of a plan changed that has ended or was accepted, in the shared checkout, in that order. What an earlier one left,
 * however it ended, a later one may have changed further.
 * @param before by attempt, what differed already when it was offered.
 * @param ofOthers by task, what only others were seen to change.
 */
export function ownFilesInOrder<Reported extends EndedAttempt | DeliveringAttempt>(
  attempts: readonly Reported[],
  changed: readonly string[],
  before: ReadonlyMap<AttemptId, ReadonlySet<string>>,
  ofOthers: (task: TaskId) => ReadonlySet<string>,
  caseInsensitive: boolean,
): (OwnFiles & { readonly attempt: Reported })[] {
  const ofThePlan = new Set<string>();
  return attempts
    .filter(({ isolation }) => isolation === "shared")
    .sort((a, b) => (workedUntilMs(a) ?? 0) - (workedUntilMs(b) ?? 0) || a.id - b.id)
    .map((attempt) => {
      const reported = attempt.report?.filesChanged ?? [];
      const known = { before: before.get(attempt.id), ofThePlan, ofOthers: ofOthers(attempt.task) };
      const own = ownFiles(attempt, reported, changed, known, caseInsensitive);
      for (const path of [...own.files, ...own.byOthers]) ofThePlan.add(path);
      return { attempt, ...own };
    });
}
