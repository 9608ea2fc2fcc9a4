import { createColors } from "picocolors";
import { renderTimeline } from "../report/timeline/timeline.ts";
import { timelineOf } from "../report/timeline/timeline-rows.ts";
import { type LoadedPlan, stateOf } from "../run/plan/load-plan.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import { countsOf, isDone } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { cleanText, NAME_LIMIT } from "../text/sanitize.ts";
import { visibleJson } from "../text/visible-json.ts";
import { terminalWidth } from "./terminal-width.ts";

/** How often a watched status is drawn anew. */
const REDRAW_MS = 1_000;

/** Shows plans with their timelines. @returns 1 when a task has failed, else 0. */
export async function statusCommand(
  ctx: RunContext,
  plan: string | undefined,
  options: { watch?: boolean; json?: boolean },
): Promise<number> {
  for (;;) {
    const plans = await plansToShow(ctx, plan);
    const failed = plans.some((loaded) => countsOf(loaded).failed > 0);
    if (options.json) {
      process.stdout.write(`${visibleJson(plans.map(asJson))}\n`);
    } else {
      const redraw = options.watch && process.stdout.isTTY ? "\x1b[H\x1b[2J" : "";
      process.stdout.write(
        `${redraw}${plans.map((loaded) => asText(ctx, loaded)).join("\n") || "No plan yet.\n"}`,
      );
    }
    const over = plans.every((loaded) => isDone(loaded) || loaded.stored.status === "stopped");
    if (!options.watch || (plans.length > 0 && over)) return failed ? 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS));
  }
}

async function plansToShow(ctx: RunContext, plan: string | undefined): Promise<LoadedPlan[]> {
  const store = await ctx.graph();
  if (!store) return [];
  return readGraph(ctx, store, async (view) => (plan === undefined ? view.plans() : [await view.plan(plan)]));
}

function asJson(loaded: LoadedPlan) {
  return {
    plan: loaded.stored.slug,
    status: loaded.stored.status,
    counts: countsOf(loaded),
    done: isDone(loaded),
  };
}

function asText(ctx: RunContext, loaded: LoadedPlan): string {
  const colours = createColors(process.stdout.isTTY && process.env.NO_COLOR === undefined);
  const counts = countsOf(loaded);
  const state = isDone(loaded) ? "done" : loaded.spent ? "maxTokens reached" : loaded.stored.status;
  const title = cleanText(loaded.stored.title, NAME_LIMIT);
  const figures = `${counts.completed}/${counts.total} completed, ${counts.running} running, ${counts.failed} failed`;
  const timeline = renderTimeline(timelineOf(stateOf(loaded), ctx.now()), {
    width: terminalWidth(process.stdout),
    colour: colours.isColorSupported,
  });
  return `${colours.bold(loaded.stored.slug)} ${title === loaded.stored.slug ? "" : `${title} `}(${state}): ${figures}\n${timeline}\n`;
}
