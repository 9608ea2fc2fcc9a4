import { type ExportedFile, exportPlan } from "../run/edits/export-plan.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { cleanText, LINE_LIMIT } from "../text/sanitize.ts";
import { visibleJson } from "../text/visible-json.ts";
import { onlyPlan } from "./only-plan.ts";

/** Writes a plan's files into its specification's folder and says which. @returns 1 if one had to be left alone. */
export async function exportCommand(
  ctx: RunContext,
  plan: string | undefined,
  options: { json?: boolean },
): Promise<number> {
  const files = await exportPlan(ctx, "cli", plan ?? (await onlyPlan(ctx)));
  process.stdout.write(options.json ? `${visibleJson({ files })}\n` : files.map(lineOf).join(""));
  return files.some(({ how }) => how === "left alone") ? 1 : 0;
}

function lineOf(exported: ExportedFile): string {
  const file = cleanText(exported.file, LINE_LIMIT);
  if (exported.how === "left alone") return `Left alone: ${file}: ${cleanText(exported.why, LINE_LIMIT)}.\n`;
  const aside =
    "keptAside" in exported
      ? ` (it had been edited by hand; that is kept as ${cleanText(exported.keptAside, LINE_LIMIT)})`
      : "";
  return `${exported.how === "written" ? "Written" : "Unchanged"}: ${file}${aside}\n`;
}
