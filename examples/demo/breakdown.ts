import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Breakdown, readBreakdown } from "../../mcp-server/src/breakdown/own-format/breakdown.ts";

/** The tasks of a specification in a project. */
export function breakdownOf(project: string, slug: string): Breakdown {
  const file = join(project, "specs", slug, "03-tasks.json");
  return readBreakdown(readFileSync(file, "utf8"), file);
}
