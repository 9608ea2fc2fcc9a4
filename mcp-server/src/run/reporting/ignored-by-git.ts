import { isAbsolute } from "node:path";
import { knownIgnoredFiles } from "../../git/checkout-state.ts";
import type { RunReport } from "../../report/aggregate.ts";
import type { RunContext } from "../project/run-context.ts";

/** The report with the reported files that git ignores: no commit holds them, so they are no part of the work. */
export async function withIgnoredFiles(ctx: RunContext, report: RunReport): Promise<RunReport> {
  const reported = new Set(report.tasks.flatMap(({ filesChanged }) => filesChanged));
  const inside = [...reported].filter((path) => !isAbsolute(path) && !path.split("/").includes(".."));
  const ignored = await knownIgnoredFiles(ctx.checkout.root, inside);
  const ignoredFiles = inside.filter((path) => ignored?.has(path)).sort();
  return ignoredFiles.length === 0 ? report : { ...report, ignoredFiles };
}
