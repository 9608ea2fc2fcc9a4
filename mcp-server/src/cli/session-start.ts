import { engineWords } from "../run/engine/engine-runs.ts";
import { type DeadClaims, deadClaims, interruptedTasks } from "../run/plan/interrupted.ts";
import { type PlanView, readGraph } from "../run/plan/plan-view.ts";
import { countsOf, isDone } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";

/** More plans than these are only counted. */
const MAX_PLANS = 3;

/** What a new session is told: one line about plans that are not finished, or nothing. */
export async function sessionStart(ctx: RunContext): Promise<string> {
  const store = await ctx.graph();
  if (!store) return "";
  const { unfinished, shown } = await readGraph(ctx, store, async (view) => {
    const dead = await deadClaims(view.reader, ctx.now());
    const plans = await view.plans();
    const unfinished = plans.filter((plan) => !isDone(plan) && plan.stored.status !== "stopped");
    const shown = await Promise.all(unfinished.slice(0, MAX_PLANS).map((plan) => lineOf(plan, dead)));
    return { unfinished, shown };
  });
  if (unfinished.length === 0) return "";
  const more = unfinished.length > MAX_PLANS ? ` and ${unfinished.length - MAX_PLANS} more` : "";
  return JSON.stringify({
    hookSpecificOutput: {
      hookEventName: "SessionStart",
      additionalContext: `Unfinished plans of the parallel plugin: ${shown.join(", ")}${more}. If the user asks to go on with one: /parallel:run NAME.`,
    },
  });
}

async function lineOf(plan: PlanView, dead: DeadClaims): Promise<string> {
  const { completed, total } = countsOf(plan);
  const interrupted = interruptedTasks(plan, dead).length;
  const engine = await engineWords(plan);
  return `${plan.stored.slug} (${completed}/${total} completed${interrupted > 0 ? `, ${interrupted} interrupted` : ""}${engine === "" ? "" : `; ${engine}`})`;
}
