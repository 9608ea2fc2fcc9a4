import { existsSync } from "node:fs";
import { scopeOf, type Task } from "../graph/task.ts";
import { type AnalysisPage, renderAnalysisMarkdown } from "../report/render/analysis-text.ts";
import { writeSuggestedScopes } from "../run/edits/write-suggested-scopes.ts";
import { analyzeFile } from "../run/planning/analyze-file.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { visibleJson } from "../text/visible-json.ts";
import { pageOfPlan, showAnalysis } from "./run/analysis-page.ts";

export interface PlanOptions {
  readonly max?: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly writeScopes?: boolean;
}

/**
 * Looks at tasks before they run: a folder or file of any format that can be read, or a plan by its name.
 * @returns 1 when running them with several agents is not worth it, else 0.
 */
export async function planCommand(ctx: RunContext, what: string, options: PlanOptions): Promise<number> {
  if (options.writeScopes) {
    process.stdout.write(`${await writeSuggestedScopes(ctx, what)}\n`);
    return 0;
  }
  await ctx.roles.refresh();
  // No plan's name holds a dot or a slash.
  const isFile = existsSync(what) || /[./\\]/.test(what);
  const page = isFile ? await analyzeFile(ctx, what, options.max) : await pageOfPlan(ctx, what, options.max);
  if (options.json) process.stdout.write(`${visibleJson(asJson(page))}\n`);
  else if (options.markdown) process.stdout.write(`${renderAnalysisMarkdown(page)}\n`);
  else showAnalysis(page);
  return ["direct", "sequential"].includes(page.analysis.strategy) ? 1 : 0;
}

/** With each task's order, scope and where that scope is from, so that an import can be checked before it runs. */
function asJson({ title, tasks, analysis, warnings }: AnalysisPage) {
  return { title, ...analysis, tasks: tasks.map(taskAsJson), warnings };
}

function taskAsJson(task: Task) {
  const { id, subject, dependencies, needs } = task;
  return { id, subject, dependencies, needs, scope: scopeOf(task) };
}
