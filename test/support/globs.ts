import * as meeting from "../../mcp-server/src/graph/scope/globs-meet.ts";
import { parseGlob } from "../../mcp-server/src/graph/scope/parse-glob.ts";

/** Whether two globs can meet on a file system, as written. */
export function overlap(a: string, b: string, caseInsensitive = false): boolean {
  return meeting.overlap(parseGlob(a, caseInsensitive), parseGlob(b, caseInsensitive));
}

/** Whether a glob matches a path on a file system, as written. */
export function matches(glob: string, path: string, caseInsensitive = false): boolean {
  return meeting.matches(parseGlob(glob, caseInsensitive), path);
}
