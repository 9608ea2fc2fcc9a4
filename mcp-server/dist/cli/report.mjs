// import:report.mjs in cli/report.mjs
import { renderMarkdown } from "../report.mjs";

// import:run/reporting.mjs in cli/report.mjs
import { readReport } from "../run/reporting.mjs";

// import:text.mjs in cli/report.mjs
import { visibleJson } from "../text.mjs";

// import:cli.mjs in cli/report.mjs
import { onlyPlan } from "../cli.mjs";

// mcp-server/src/cli/report.ts
async function reportCommand(ctx, plan, options) {
  const report = await readReport(ctx, plan ?? await onlyPlan(ctx));
  process.stdout.write(options.json ? `${visibleJson(report)}
` : `${renderMarkdown(report)}
`);
  return report.verdict === "completed" ? 0 : 1;
}
export {
  reportCommand
};
