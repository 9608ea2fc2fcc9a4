// import:run/plan.mjs in cli/session-start.mjs
import { countsOf, isDone, readGraph } from "../run/plan.mjs";

// mcp-server/src/cli/session-start.ts
var MAX_PLANS = 3;
async function sessionStart(ctx) {
  const store = await ctx.graph();
  if (!store) return "";
  const plans = await readGraph(ctx, store, (view) => view.plans());
  const unfinished = plans.filter((plan) => !isDone(plan) && plan.stored.status !== "stopped");
  if (unfinished.length === 0) return "";
  const shown = unfinished.slice(0, MAX_PLANS).map((plan) => {
    const { completed, total } = countsOf(plan);
    return `${plan.stored.slug} (${completed}/${total} completed)`;
  });
  const more = unfinished.length > MAX_PLANS ? ` and ${unfinished.length - MAX_PLANS} more` : "";
  return JSON.stringify({
    hookSpecificOutput: {
      hookEventName: "SessionStart",
      additionalContext: `Unfinished plans of the parallel plugin: ${shown.join(", ")}${more}. If the user asks to go on with one: /parallel:run <name>.`
    }
  });
}
export {
  sessionStart
};
