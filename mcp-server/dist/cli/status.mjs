// import:lib/picocolors.mjs in cli/status.mjs
import { createColors } from "../lib/picocolors.mjs";

// import:policy.mjs in cli/status.mjs
import { limitName } from "../policy.mjs";

// import:report.mjs in cli/status.mjs
import { renderTimeline, timelineOf } from "../report.mjs";

// import:run/claims.mjs in cli/status.mjs
import { choose, toldWaits, waitingTasks } from "../run/claims.mjs";

// import:run/engine.mjs in cli/status.mjs
import { engineWords } from "../run/engine.mjs";

// import:run/plan.mjs in cli/status.mjs
import { countsNow, deadClaims, interruptedTasks, isDone, readGraph, stateNow } from "../run/plan.mjs";

// import:text.mjs in cli/status.mjs
import { NAME_LIMIT, cleanText, visibleJson } from "../text.mjs";

// import:cli/display.mjs in cli/status.mjs
import { terminalWidth } from "./display.mjs";

// mcp-server/src/cli/status.ts
var REDRAW_MS = 1e3;
async function statusCommand(ctx, plan, options) {
  for (; ; ) {
    const plans = await plansToShow(ctx, plan);
    const failed = plans.some(({ counts }) => counts.failed > 0);
    if (options.json) {
      process.stdout.write(`${visibleJson(plans.map(asJson))}
`);
    } else {
      const redraw = options.watch && process.stdout.isTTY ? "\x1B[H\x1B[2J" : "";
      process.stdout.write(
        `${redraw}${plans.map((shown) => asText(ctx, shown)).join("\n") || "No plan yet.\n"}`
      );
    }
    const over = plans.every(({ loaded }) => isDone(loaded) || loaded.stored.status === "stopped");
    if (!options.watch || plans.length > 0 && over) return failed ? 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS));
  }
}
async function plansToShow(ctx, plan) {
  const store = await ctx.graph();
  if (!store) return [];
  return readGraph(ctx, store, async (view) => {
    const dead = await deadClaims(view.reader, ctx.now());
    const plans = plan === void 0 ? await view.plans() : [await view.plan(plan)];
    return Promise.all(
      plans.map(async (loaded) => ({
        loaded,
        state: stateNow(loaded, dead),
        counts: countsNow(loaded, dead),
        interrupted: interruptedTasks(loaded, dead),
        engine: await engineWords(loaded),
        waits: toldWaits(waitingTasks(loaded, await choose(loaded, ctx.now()), ctx.now()), 0, true)
      }))
    );
  });
}
function asJson({ loaded, counts, interrupted, waits }) {
  return {
    plan: loaded.stored.slug,
    status: loaded.stored.status,
    counts,
    interrupted,
    ...waits.length > 0 && { waits },
    done: isDone(loaded)
  };
}
function asText(ctx, shown) {
  const { loaded, state, counts, interrupted, engine, waits } = shown;
  const colours = createColors(process.stdout.isTTY && process.env.NO_COLOR === void 0);
  const status = isDone(loaded) ? "done" : loaded.spent ? `${limitName(loaded.spent)} reached` : loaded.stored.status;
  const title = cleanText(loaded.stored.title, NAME_LIMIT);
  const figures = `${counts.completed}/${counts.total} completed, ${counts.running} running, ${counts.delivering > 0 ? `${counts.delivering} delivering, ` : ""}${counts.failed} failed${interrupted.length > 0 ? `, ${interrupted.length} interrupted` : ""}${engine === "" ? "" : `; ${engine}`}`;
  const timeline = renderTimeline(timelineOf(state, ctx.now()), {
    width: terminalWidth(process.stdout),
    colour: colours.isColorSupported
  });
  return `${colours.bold(loaded.stored.slug)} ${title === loaded.stored.slug ? "" : `${title} `}(${status}): ${figures}
${timeline}
${waits.map(waitLine).join("")}`;
}
function waitLine({ task, for: what, until }) {
  return `${task === void 0 ? "All" : cleanText(task, NAME_LIMIT)} waits: ${cleanText(what, NAME_LIMIT)}, until ${cleanText(until, NAME_LIMIT)}.
`;
}
export {
  statusCommand
};
