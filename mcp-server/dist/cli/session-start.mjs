// import:run/plan.mjs in cli/session-start.mjs
import { countsOf, deadClaims, interruptedTasks, isDone, readGraph } from "../run/plan.mjs";

// mcp-server/src/cli/session-start.ts
var MAX_PLANS = 3;
async function sessionStart(ctx) {
  const store = await ctx.graph();
  if (!store) return "";
  const { plans, dead } = await readGraph(ctx, store, async (view) => ({
    plans: await view.plans(),
    dead: await deadClaims(view.reader, ctx.now())
  }));
  const unfinished = plans.filter((plan) => !isDone(plan) && plan.stored.status !== "stopped");
  if (unfinished.length === 0) return "";
  const shown = unfinished.slice(0, MAX_PLANS).map((plan) => {
    const { completed, total } = countsOf(plan);
    const interrupted = interruptedTasks(plan, dead).length;
    return `${plan.stored.slug} (${completed}/${total} completed${interrupted > 0 ? `, ${interrupted} interrupted` : ""})`;
  });
  const more = unfinished.length > MAX_PLANS ? ` and ${unfinished.length - MAX_PLANS} more` : "";
  return JSON.stringify({
    hookSpecificOutput: {
      hookEventName: "SessionStart",
      additionalContext: `Unfinished plans of the parallel plugin: ${shown.join(", ")}${more}. If the user asks to go on with one: /parallel:run NAME.`
    }
  });
}
export {
  sessionStart
};
