// import:run/engine.mjs in cli/session-start.mjs
import { engineWords } from "../run/engine.mjs";

// import:run/plan.mjs in cli/session-start.mjs
import { countsOf, deadClaims, interruptedTasks, isDone, readGraph } from "../run/plan.mjs";

// mcp-server/src/cli/session-start.ts
var MAX_PLANS = 3;
async function sessionStart(ctx) {
  const store = await ctx.graph();
  if (!store) return "";
  const { unfinished, shown } = await readGraph(ctx, store, async (view) => {
    const dead = await deadClaims(view.reader, ctx.now());
    const plans = await view.plans();
    const unfinished2 = plans.filter((plan) => !isDone(plan) && plan.stored.status !== "stopped");
    const shown2 = await Promise.all(unfinished2.slice(0, MAX_PLANS).map((plan) => lineOf(plan, dead)));
    return { unfinished: unfinished2, shown: shown2 };
  });
  if (unfinished.length === 0) return "";
  const more = unfinished.length > MAX_PLANS ? ` and ${unfinished.length - MAX_PLANS} more` : "";
  return JSON.stringify({
    hookSpecificOutput: {
      hookEventName: "SessionStart",
      additionalContext: `Unfinished plans of the parallel plugin: ${shown.join(", ")}${more}. If the user asks to go on with one: /parallel:run NAME.`
    }
  });
}
async function lineOf(plan, dead) {
  const { completed, total } = countsOf(plan);
  const interrupted = interruptedTasks(plan, dead).length;
  const engine = await engineWords(plan);
  return `${plan.stored.slug} (${completed}/${total} completed${interrupted > 0 ? `, ${interrupted} interrupted` : ""}${engine === "" ? "" : `; ${engine}`})`;
}
export {
  sessionStart
};
