import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../errors/caller-error.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { readGraph, readPlan } from "../plan/plan-view.ts";
import { isDead } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { collectLaunches } from "../reporting/collect-launches.ts";
import { endLine, endOfPlan } from "./end-of-plan.ts";
import { type EngineRun, engineRecord, RUNNER_ENGINE } from "./engine-runs.ts";

/** What a conversation is told when the runner that it started has ended. */
export interface EndOfRunner {
  readonly text: string;
  /** The plan's after it was reported; undefined where there is none. */
  readonly version: number | undefined;
}

/** How a plan stands that a runner has executed, or could not execute. */
export async function endOfRunner(ctx: RunContext, slug: string): Promise<EndOfRunner> {
  try {
    const store = await existingGraph(ctx, slug);
    if (!(await lastRunner(ctx, store, slug))) return { text: notBegun(slug), version: undefined };
    const wait = { plan: slug, waitMs: 0, most: 0, sinceSeq: undefined, gatherMs: 0 };
    const never = () => false;
    const found = await collectLaunches(
      ctx,
      "main",
      { ...wait, again: never, isNewStop: never },
      AbortSignal.abort(),
      () => undefined,
    );
    const { text } = await endOfPlan(ctx, "main", found, `parallel run ${slug}, or /parallel:run ${slug},`);
    const { stored } = await readPlan(ctx, store, slug);
    const line = endLine(slug, "parallel run executed", found.done);
    return { text: `${line}\n\n${text}`, version: stored.version };
  } catch (error) {
    if (error instanceof CallerError) return { text: notBegun(slug), version: undefined };
    throw error;
  }
}

/** The run that was begun last, if it is a runner's. */
async function lastRunner(ctx: RunContext, store: GraphStore, slug: string): Promise<EngineRun | undefined> {
  const { last } = await readGraph(ctx, store, async (view) => engineRecord(await view.plan(slug)));
  return last?.engine === RUNNER_ENGINE ? last : undefined;
}

function notBegun(slug: string): string {
  return `parallel run has not begun ${slug}; the end of its output says why.`;
}

/** The host tells of a process that has ended within this time. */
const ANNOUNCED_MS = 600;
const LOOK_MS = 100;

/**
 * Waits until the plan's runner is gone, so that whoever waits in a call is not woken once more by the host.
 * @returns whether it is.
 */
export async function untilRunnerLeft(ctx: RunContext, slug: string, maxMs: number): Promise<boolean> {
  const store = await existingGraph(ctx, slug);
  const runner = await lastRunner(ctx, store, slug);
  if (!runner) return true;
  for (const untilMs = ctx.now() + maxMs; !(await isDead(runner.owner)); ) {
    if (ctx.now() >= untilMs) return false;
    await sleep(LOOK_MS);
  }
  await sleep(ANNOUNCED_MS);
  return true;
}
