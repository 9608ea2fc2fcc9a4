import type { AnyClaim, AttemptId } from "../../graph/attempt.ts";
import { isDeclared, normalisePath } from "../../text/normalise.ts";

/** The files that an attempt's report names; none for one that runs or gave no report. */
export function declaredFiles(claim: AnyClaim | undefined): readonly string[] {
  const report = claim?.state === "ended" || claim?.state === "delivering" ? claim.report : undefined;
  return (report?.filesChanged ?? []).map(normalisePath);
}

/** By attempt, the files that it was seen to write, sorted. */
export type WrittenFiles = ReadonlyMap<AttemptId, readonly string[]>;

/** The files of an attempt: what it was seen to write, and what only its report names. */
export interface AttemptFiles {
  readonly seen: readonly string[];
  readonly notSeen: readonly string[];
}

/** A reported folder stands for what was seen in it. */
export function attemptFiles(claim: AnyClaim, seen: readonly string[] = []): AttemptFiles {
  const isSeen = (name: string) => seen.some((path) => isDeclared([name], path));
  return { seen, notSeen: declaredFiles(claim).filter((name) => name !== "" && !isSeen(name)) };
}

/** The files of the attempts at one task, sorted. What one of them reports, another may have been seen to write. */
export function filesOfAttempts(attempts: readonly AnyClaim[], written: WrittenFiles) {
  const all = attempts.flatMap(({ id }) => written.get(id) ?? []);
  const notSeen = sortedPaths(attempts.flatMap((attempt) => attemptFiles(attempt, all).notSeen));
  return { filesChanged: sortedPaths([...all, ...notSeen]), notSeen };
}

export function sortedPaths(paths: readonly string[]): string[] {
  return [...new Set(paths.map(normalisePath))].filter((path) => path !== "").sort();
}
