// import:run/edits.mjs in cli/export.mjs
import { exportPlan } from "../run/edits.mjs";

// import:text.mjs in cli/export.mjs
import { LINE_LIMIT, cleanText, visibleJson } from "../text.mjs";

// import:cli.mjs in cli/export.mjs
import { onlyPlan } from "../cli.mjs";

// mcp-server/src/cli/export.ts
async function exportCommand(ctx, plan, options) {
  const files = await exportPlan(ctx, "cli", plan ?? await onlyPlan(ctx));
  process.stdout.write(options.json ? `${visibleJson({ files })}
` : files.map(lineOf).join(""));
  return files.some(({ how }) => how === "left alone") ? 1 : 0;
}
function lineOf(exported) {
  const file = cleanText(exported.file, LINE_LIMIT);
  if (exported.how === "left alone") return `Left alone: ${file}: ${cleanText(exported.why, LINE_LIMIT)}.
`;
  const aside = "keptAside" in exported ? ` (it had been edited by hand; that is kept as ${cleanText(exported.keptAside, LINE_LIMIT)})` : "";
  return `${exported.how === "written" ? "Written" : "Unchanged"}: ${file}${aside}
`;
}
export {
  exportCommand
};
