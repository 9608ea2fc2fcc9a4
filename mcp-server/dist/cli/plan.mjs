// import:node:fs in cli/plan.mjs
import { existsSync } from "node:fs";

// import:graph.mjs in cli/plan.mjs
import { scopeOf } from "../graph.mjs";

// import:report.mjs in cli/plan.mjs
import { renderAnalysisMarkdown } from "../report.mjs";

// import:run/edits.mjs in cli/plan.mjs
import { writeSuggestedScopes } from "../run/edits.mjs";

// import:run/planning.mjs in cli/plan.mjs
import { analyzeFile } from "../run/planning.mjs";

// import:text.mjs in cli/plan.mjs
import { visibleJson } from "../text.mjs";

// import:cli.mjs in cli/plan.mjs
import { pageOfPlan, showAnalysis } from "../cli.mjs";

// mcp-server/src/cli/plan.ts
async function planCommand(ctx, what, options) {
  if (options.writeScopes) {
    process.stdout.write(`${await writeSuggestedScopes(ctx, what)}
`);
    return 0;
  }
  await ctx.roles.refresh();
  const isFile = existsSync(what) || /[./\\]/.test(what);
  const page = isFile ? await analyzeFile(ctx, what, options.max) : await pageOfPlan(ctx, what, options.max);
  if (options.json) process.stdout.write(`${visibleJson(asJson(page))}
`);
  else if (options.markdown) process.stdout.write(`${renderAnalysisMarkdown(page)}
`);
  else showAnalysis(page);
  return ["direct", "sequential"].includes(page.analysis.strategy) ? 1 : 0;
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
