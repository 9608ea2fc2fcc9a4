import { readFile } from "node:fs/promises";
import { writeScopes } from "../../breakdown/file/write-scopes.ts";
import { CallerError } from "../../errors/caller-error.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { readPlan } from "../plan/plan-view.ts";
import { pathInside } from "../project/inside-checkout.ts";
import type { RunContext } from "../project/run-context.ts";
import { readReport } from "../reporting/report-plan.ts";
import { writeAtomically } from "../specification/rendered-file.ts";

/**
 * Writes what the plan's tasks really wrote into its `03-tasks.json` as their scopes, where that differs.
 * @returns what was done, in a sentence.
 * @throws CallerError when the plan did not come from such a file.
 */
export async function writeSuggestedScopes(ctx: RunContext, slug: string): Promise<string> {
  const store = await existingGraph(ctx, slug);
  const { stored } = await readPlan(ctx, store, slug);
  const { source } = stored;
  if (source.kind !== "file" || !source.path.endsWith(".json")) {
    throw new CallerError(
      "wrong_state",
      `The plan "${slug}" did not come from a 03-tasks.json.`,
      `Export it first: parallel export ${slug}.`,
      "plan",
    );
  }
  const { suggestedScopes } = await readReport(ctx, slug);
  if (suggestedScopes.length === 0) return "Every task wrote what it had declared; nothing to change.";
  const path = await pathInside(ctx.checkout.root, source.path);
  const text = await readFile(path, "utf8");
  await writeAtomically(path, writeScopes(text, source.path, suggestedScopes));
  const tasks = suggestedScopes.map(({ task }) => task).join(", ");
  return `Wrote the scopes of ${tasks} into ${source.path}. Look at them, then import: plan_create {plan: "${slug}", from: "${source.path}"}.`;
}
