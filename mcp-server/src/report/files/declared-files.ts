import type { AnyClaim } from "../../graph/attempt.ts";
import { normalisePath } from "../../text/normalise.ts";

/** The files that an attempt's report names; none for one that runs or gave no report. */
export function declaredFiles(claim: AnyClaim | undefined): readonly string[] {
  return claim?.state === "ended" ? (claim.report?.filesChanged ?? []).map(normalisePath) : [];
}

/** Whether these names, some of which may be folders, cover the path. */
export function isDeclared(declared: readonly string[], path: string): boolean {
  return declared.some((name) => name === path || path.startsWith(name.endsWith("/") ? name : `${name}/`));
}
