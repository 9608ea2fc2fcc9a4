// import:node:fs in cli/plan.mjs
import { existsSync } from "node:fs";

// import:lib/picocolors.mjs in cli/plan.mjs
import { createColors } from "../lib/picocolors.mjs";

// import:graph.mjs in cli/plan.mjs
import { scopeOf } from "../graph.mjs";

// import:report.mjs in cli/plan.mjs
import { renderAnalysis, renderAnalysisMarkdown } from "../report.mjs";

// import:run/edits.mjs in cli/plan.mjs
import { writeSuggestedScopes } from "../run/edits.mjs";

// import:run/planning.mjs in cli/plan.mjs
import { analyzeFile, analyzePlan, tasksLeft } from "../run/planning.mjs";

// import:text.mjs in cli/plan.mjs
import { visibleJson } from "../text.mjs";

// import:cli/display.mjs in cli/plan.mjs
import { hasColours, terminalWidth } from "./display.mjs";

// mcp-server/src/cli/plan.ts
async function planCommand(ctx, what, options) {
  if (options.writeScopes) {
    process.stdout.write(`${await writeSuggestedScopes(ctx, what)}
`);
    return 0;
  }
  await ctx.roles.refresh();
  const isFile = existsSync(what) || /[./\\]/.test(what);
  const page = isFile ? await analyzeFile(ctx, what, options.max) : await ofPlan(ctx, what, options.max);
  if (options.json) process.stdout.write(`${visibleJson(asJson(page))}
`);
  else if (options.markdown) process.stdout.write(`${renderAnalysisMarkdown(page)}
`);
  else {
    const { isColorSupported } = createColors(hasColours(process.stdout, process.env));
    const width = terminalWidth(process.stdout);
    process.stdout.write(`${renderAnalysis(page, { width, colour: isColorSupported })}
`);
  }
  return ["direct", "sequential"].includes(page.analysis.strategy) ? 1 : 0;
}
async function ofPlan(ctx, slug, max) {
  const { loaded, analysis } = await analyzePlan(ctx, slug, max);
  return { slug, title: loaded.stored.title, tasks: tasksLeft(loaded), analysis, warnings: [] };
}
function asJson({ title, tasks, analysis, warnings }) {
  return { title, ...analysis, tasks: tasks.map(taskAsJson), warnings };
}
function taskAsJson(task) {
  const { id, subject, dependencies, needs } = task;
  return { id, subject, dependencies, needs, scope: scopeOf(task) };
}
export {
  planCommand
};
