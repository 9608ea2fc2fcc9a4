import { renderMarkdown } from "../report/render/markdown/report.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { readReport } from "../run/reporting/report-plan.ts";
import { visibleJson } from "../text/visible-json.ts";
import { onlyPlan } from "./only-plan.ts";

/** Prints the report of a plan. @returns 1 unless everything completed. */
export async function reportCommand(
  ctx: RunContext,
  plan: string | undefined,
  options: { json?: boolean },
): Promise<number> {
  const report = await readReport(ctx, plan ?? (await onlyPlan(ctx)));
  process.stdout.write(options.json ? `${visibleJson(report)}\n` : `${renderMarkdown(report)}\n`);
  return report.verdict === "completed" ? 0 : 1;
}
