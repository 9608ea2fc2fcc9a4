import { createColors } from "picocolors";
import { type AnalysisPage, renderAnalysis } from "../../report/render/analysis-text.ts";
import { analyzePlan, tasksLeft } from "../../run/planning/analyze-plan.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import { hasColours, terminalWidth } from "../display/terminal.ts";

/** Shows what is to be expected of a plan, as the terminal can. */
export function showAnalysis(page: AnalysisPage): void {
  const { isColorSupported } = createColors(hasColours(process.stdout, process.env));
  const width = terminalWidth(process.stdout);
  process.stdout.write(`${renderAnalysis(page, { width, colour: isColorSupported })}\n`);
}

/** What is left of a plan. */
export async function pageOfPlan(
  ctx: RunContext,
  slug: string,
  max: number | undefined,
): Promise<AnalysisPage> {
  const { loaded, analysis } = await analyzePlan(ctx, slug, max);
  return { slug, title: loaded.stored.title, tasks: tasksLeft(loaded), analysis, warnings: [] };
}
