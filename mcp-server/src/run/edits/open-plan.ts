import { access } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { Plan } from "../../graph/plan.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { readPlan } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { createPlan } from "./create-plan.ts";
import { updatePlan } from "./update-plan.ts";

/**
 * Brings a plan to where it can go on: imports what the user names by slug, folder or file, or brings the plan up to
 * date with it, and opens it again if it was paused or stopped.
 * @param named the name of a plan or of a folder in `specs/`, or the path of a breakdown or of its folder.
 * @throws CallerError, BreakdownError
 */
export async function openPlan(
  ctx: RunContext,
  actor: string,
  named: string,
): Promise<{ readonly slug: PlanSlug }> {
  const name = named.trim().replace(/\/+$/, "");
  const isPath = /[/.]/.test(name);
  const plan = isPath ? basename(extname(name) === "" ? name : dirname(name)) : name;
  const from = isPath ? name : await specificationOf(ctx, name);
  if (from !== undefined) await createPlan(ctx, actor, { plan, from });
  const store = await existingGraph(ctx, plan);
  const { stored } = await readPlan(ctx, store, plan);
  if (stored.status !== "open") {
    await updatePlan(ctx, actor, plan, undefined, stored.status === "paused" ? "resume" : "reopen");
  }
  return { slug: stored.slug };
}

/** The breakdown of a specification of that name; a plan that came from a call has none. */
async function specificationOf(ctx: RunContext, name: string): Promise<string | undefined> {
  const path = join("specs", name, "03-tasks.json");
  const exists = await access(join(ctx.checkout.root, path)).then(
    () => true,
    () => false,
  );
  return exists ? path : undefined;
}

/** The command with which a user lets the plan go on; only a plan from a file can be imported again. */
export function resumeCommand({ slug, source }: Pick<Plan, "slug" | "source">): string {
  return source.kind === "file" ? `/spec:execute ${slug}` : `/parallel:run ${slug}`;
}
