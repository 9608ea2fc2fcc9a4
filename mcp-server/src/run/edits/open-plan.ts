import { access } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Plan } from "../../graph/plan.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { existingGraph, planSlug } from "../plan/load-plan.ts";
import { readGraph, readPlan } from "../plan/plan-view.ts";
import type { PolicyInput } from "../project/plan-settings.ts";
import type { RunContext } from "../project/run-context.ts";
import { createPlan } from "./create-plan.ts";
import { updatePlan } from "./update-plan.ts";

/**
 * Brings a plan to where it can go on: imports what the user names by slug, folder or file, or brings the plan up to
 * date with it, and opens it again if it was paused or stopped.
 * @param named the name of a plan or of a folder in `specs/`, or the path of a breakdown or of its folder.
 * @param policy of a plan that there is none of yet.
 * @throws CallerError, BreakdownError
 */
export async function openPlan(
  ctx: RunContext,
  actor: string,
  named: string,
  policy?: PolicyInput,
): Promise<{ readonly slug: PlanSlug }> {
  const { plan, path } = placeNamed(named);
  const from = path ?? (await specificationOf(ctx, plan));
  if (from !== undefined) {
    const isNew = policy !== undefined && !(await isPlan(ctx, plan));
    await createPlan(ctx, actor, { plan, from, ...(isNew && { policy }) });
  }
  const store = await existingGraph(ctx, plan);
  const { stored } = await readPlan(ctx, store, plan);
  if (stored.status !== "open") {
    await updatePlan(ctx, actor, plan, undefined, stored.status === "paused" ? "resume" : "reopen");
  }
  return { slug: stored.slug };
}

/** The plan that somebody names, by its name or by the path of its breakdown or of the folder of that. */
export function placeNamed(named: string): { readonly plan: string; readonly path: string | undefined } {
  const name = named.trim().replace(/[\\/]+$/, "");
  if (!/[\\/.]/.test(name)) return { plan: name, path: undefined };
  return { plan: basename(extname(name) === "" ? name : dirname(resolve(name))), path: name };
}

/** Whether there is a plan of that name. */
export async function isPlan(ctx: RunContext, plan: string): Promise<boolean> {
  const store = await ctx.graph();
  if (!store) return false;
  return (await readGraph(ctx, store, (view) => view.findPlan(planSlug(plan)))) !== undefined;
}

/** The breakdown of a specification of that name; a plan that came from a call has none. */
export async function specificationOf(ctx: RunContext, name: string): Promise<string | undefined> {
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
