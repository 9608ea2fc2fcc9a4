import * as globs from "../../mcp-server/src/graph/scope/globs.ts";

/** Whether two globs can meet on a file system, as written. */
export function overlap(a: string, b: string, caseInsensitive = false): boolean {
  return globs.overlap(globs.parseGlob(a, caseInsensitive), globs.parseGlob(b, caseInsensitive));
}

/** Whether a glob matches a path on a file system, as written. */
export function matches(glob: string, path: string, caseInsensitive = false): boolean {
  return globs.matches(globs.parseGlob(glob, caseInsensitive), path);
}
