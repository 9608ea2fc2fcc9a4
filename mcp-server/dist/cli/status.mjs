// import:lib/picocolors.mjs in cli/status.mjs
import { createColors } from "../lib/picocolors.mjs";

// import:report.mjs in cli/status.mjs
import { renderTimeline, timelineOf } from "../report.mjs";

// import:run/plan.mjs in cli/status.mjs
import { countsOf, isDone, readGraph, stateOf } from "../run/plan.mjs";

// import:text.mjs in cli/status.mjs
import { NAME_LIMIT, cleanText, visibleJson } from "../text.mjs";

// import:cli.mjs in cli/status.mjs
import { terminalWidth } from "../cli.mjs";

// mcp-server/src/cli/status.ts
var REDRAW_MS = 1e3;
async function statusCommand(ctx, plan, options) {
  for (; ; ) {
    const plans = await plansToShow(ctx, plan);
    const failed = plans.some((loaded) => countsOf(loaded).failed > 0);
    if (options.json) {
      process.stdout.write(`${visibleJson(plans.map(asJson))}
`);
    } else {
      const redraw = options.watch && process.stdout.isTTY ? "\x1B[H\x1B[2J" : "";
      process.stdout.write(
        `${redraw}${plans.map((loaded) => asText(ctx, loaded)).join("\n") || "No plan yet.\n"}`
      );
    }
    const over = plans.every((loaded) => isDone(loaded) || loaded.stored.status === "stopped");
    if (!options.watch || plans.length > 0 && over) return failed ? 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS));
  }
}
async function plansToShow(ctx, plan) {
  const store = await ctx.graph();
  if (!store) return [];
  return readGraph(ctx, store, async (view) => plan === void 0 ? view.plans() : [await view.plan(plan)]);
}
function asJson(loaded) {
  return {
    plan: loaded.stored.slug,
    status: loaded.stored.status,
    counts: countsOf(loaded),
    done: isDone(loaded)
  };
}
function asText(ctx, loaded) {
  const colours = createColors(process.stdout.isTTY && process.env.NO_COLOR === void 0);
  const counts = countsOf(loaded);
  const state = isDone(loaded) ? "done" : loaded.spent ? "maxTokens reached" : loaded.stored.status;
  const title = cleanText(loaded.stored.title, NAME_LIMIT);
  const figures = `${counts.completed}/${counts.total} completed, ${counts.running} running, ${counts.failed} failed`;
  const timeline = renderTimeline(timelineOf(stateOf(loaded), ctx.now()), {
    width: terminalWidth(process.stdout),
    colour: colours.isColorSupported
  });
  return `${colours.bold(loaded.stored.slug)} ${title === loaded.stored.slug ? "" : `${title} `}(${state}): ${figures}
${timeline}
`;
}
export {
  statusCommand
};
