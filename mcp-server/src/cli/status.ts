import { createColors } from "picocolors";
import type { PlanState } from "../graph/plan-state.ts";
import { limitName } from "../policy/spending/limits.ts";
import { renderTimeline } from "../report/timeline/timeline.ts";
import { timelineOf } from "../report/timeline/timeline-rows.ts";
import { choose } from "../run/claims/choose.ts";
import { toldWaits, waitingTasks } from "../run/claims/waiting-tasks.ts";
import { engineWords } from "../run/engine/engine-runs.ts";
import {
  countsNow,
  deadClaims,
  type InterruptedTask,
  interruptedTasks,
  stateNow,
} from "../run/plan/interrupted.ts";
import type { LoadedPlan } from "../run/plan/load-plan.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import { type Counts, isDone } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { cleanText, NAME_LIMIT } from "../text/sanitize.ts";
import { visibleJson } from "../text/visible-json.ts";
import { terminalWidth } from "./display/terminal.ts";

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
    const failed = plans.some(({ counts }) => counts.failed > 0);
    if (options.json) {
      process.stdout.write(`${visibleJson(plans.map(asJson))}\n`);
    } else {
      const redraw = options.watch && process.stdout.isTTY ? "\x1b[H\x1b[2J" : "";
      process.stdout.write(
        `${redraw}${plans.map((shown) => asText(ctx, shown)).join("\n") || "No plan yet.\n"}`,
      );
    }
    const over = plans.every(({ loaded }) => isDone(loaded) || loaded.stored.status === "stopped");
    if (!options.watch || (plans.length > 0 && over)) return failed ? 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS));
  }
}

/** A plan without what only seems to run. */
interface ShownPlan {
  readonly loaded: LoadedPlan;
  readonly state: PlanState;
  readonly counts: Counts;
  readonly interrupted: readonly InterruptedTask[];
  /** What is said of the engine that runs it; mostly nothing. */
  readonly engine: string;
  /** Tasks that could start by their dependencies and do not. */
  readonly waits: ReturnType<typeof toldWaits>;
}

async function plansToShow(ctx: RunContext, plan: string | undefined): Promise<ShownPlan[]> {
  const store = await ctx.graph();
  if (!store) return [];
  return readGraph(ctx, store, async (view) => {
    const dead = await deadClaims(view.reader, ctx.now());
    const plans = plan === undefined ? await view.plans() : [await view.plan(plan)];
    return Promise.all(
      plans.map(async (loaded) => ({
        loaded,
        state: stateNow(loaded, dead),
        counts: countsNow(loaded, dead),
        interrupted: interruptedTasks(loaded, dead),
        engine: await engineWords(loaded),
        waits: toldWaits(waitingTasks(loaded, await choose(loaded, ctx.now()), ctx.now()), 0, true),
      })),
    );
  });
}

function asJson({ loaded, counts, interrupted, waits }: ShownPlan) {
  return {
    plan: loaded.stored.slug,
    status: loaded.stored.status,
    counts,
    interrupted,
    ...(waits.length > 0 && { waits }),
    done: isDone(loaded),
  };
}

function asText(ctx: RunContext, shown: ShownPlan): string {
  const { loaded, state, counts, interrupted, engine, waits } = shown;
  const colours = createColors(process.stdout.isTTY && process.env.NO_COLOR === undefined);
  const status = isDone(loaded)
    ? "done"
    : loaded.spent
      ? `${limitName(loaded.spent)} reached`
      : loaded.stored.status;
  const title = cleanText(loaded.stored.title, NAME_LIMIT);
  const figures = `${counts.completed}/${counts.total} completed, ${counts.running} running, ${counts.delivering > 0 ? `${counts.delivering} delivering, ` : ""}${counts.failed} failed${interrupted.length > 0 ? `, ${interrupted.length} interrupted` : ""}${engine === "" ? "" : `; ${engine}`}`;
  const timeline = renderTimeline(timelineOf(state, ctx.now()), {
    width: terminalWidth(process.stdout),
    colour: colours.isColorSupported,
  });
  return `${colours.bold(loaded.stored.slug)} ${title === loaded.stored.slug ? "" : `${title} `}(${status}): ${figures}\n${timeline}\n${waits.map(waitLine).join("")}`;
}

function waitLine({ task, for: what, until }: ShownPlan["waits"][number]): string {
  return `${task === undefined ? "All" : cleanText(task, NAME_LIMIT)} waits: ${cleanText(what, NAME_LIMIT)}, until ${cleanText(until, NAME_LIMIT)}.\n`;
}
