import type { AttemptId } from "../../graph/attempt.ts";
import { findToken } from "../../graph/token.ts";
import type { BatchLaunch } from "../claims/launch.ts";
import type { StopOrder } from "../claims/stop-orders.ts";
import { existingGraph } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { type CollectedLaunches, collectLaunches } from "../reporting/collect-launches.ts";
import { addReview } from "../review/add-review.ts";
import { endLine, endOfPlan, isStoppedByUser } from "./end-of-plan.ts";
import { endEngineRun } from "./engine-runs.ts";
import type { ModuleRun, ModuleRunOver, ModuleRuns } from "./module-runs.ts";

const ACTOR = "engine mod";

/** What the module does next in the host. */
export interface ModuleStep {
  readonly launch: readonly BatchLaunch[];
  /** Ids of agents. */
  readonly stop: readonly string[];
  readonly over?: ModuleRunOver;
}

export interface ModuleStepInput {
  readonly plan: string;
  readonly waitMs: number;
  /** Prompts of launches that came to nothing since the last step. */
  readonly refused: readonly string[];
}

/**
 * Waits until there is something to do for the module: something to launch or to stop, or the end of its run. What is
 * due before the report and needs no judgement, the review of the plan as a whole, is added on the way.
 */
export async function moduleStep(
  ctx: RunContext,
  run: ModuleRun,
  { plan, waitMs, refused }: ModuleStepInput,
  session: { readonly forgetLaunch: (attempt: AttemptId) => void; readonly module: ModuleRuns },
  signal: AbortSignal,
): Promise<ModuleStep> {
  const attempts = refused.flatMap((prompt) => attemptIn(prompt) ?? []);
  const isHopeless = attempts.filter((attempt) => !run.refused(attempt, ctx.now())).length > 0;
  for (const attempt of attempts) session.forgetLaunch(attempt);
  const isNewStop = ({ agentId }: Pick<StopOrder, "agentId">) => !run.toldToStop.has(agentId);
  const deadline = ctx.now() + waitMs;
  for (;;) {
    const found = await collectLaunches(
      ctx,
      ACTOR,
      {
        plan,
        waitMs: Math.max(0, deadline - ctx.now()),
        sinceSeq: undefined,
        again: (attempt) => run.mayHandOut(attempt, ctx.now()),
        isNewStop,
        gatherMs: 0,
      },
      signal,
      () => undefined,
    );
    if (session.module.of(plan) !== run) return { launch: [], stop: [], over: handedBack(plan) };
    // Nobody would hear of it.
    if (signal.aborted) return { launch: [], stop: [] };
    const stop = found.stop.filter(isNewStop).map(({ agentId }) => agentId);
    for (const agentId of stop) run.toldToStop.add(agentId);
    for (const { prompt } of found.launch) {
      const attempt = attemptIn(prompt);
      if (attempt !== undefined) run.handedOut(attempt);
    }
    const { launch } = found;
    if (isHopeless) return { launch: [], stop, over: await endOf(ctx, run, found, HOST_REFUSES) };
    if (!found.done && !found.isStuck) return { launch, stop };
    if (found.done && (await addReview(ctx, ACTOR, plan))) continue;
    return { launch, stop, over: await endOf(ctx, run, found) };
  }
}

/** Somebody else goes on with the plan, and is to hear how the agents end that still run. */
export function handedBack(plan: string): ModuleRunOver {
  return { text: `${plan} is run by others now.`, exitCode: 1, keepsReports: false };
}

const HOST_REFUSES = "Claude Code starts no more agents for the plugin's module";

function attemptIn(prompt: string): AttemptId | undefined {
  const token = findToken(prompt);
  return token === undefined ? undefined : (Number.parseInt(token, 10) as AttemptId);
}

/** @param why the run cannot go on although the plan could. */
async function endOf(
  ctx: RunContext,
  run: ModuleRun,
  found: CollectedLaunches,
  why?: string,
): Promise<ModuleRunOver> {
  const { loaded, done } = found;
  const { slug } = loaded.stored;
  const isUsers = isStoppedByUser(loaded);
  const store = await existingGraph(ctx, slug);
  const isOurs = await endEngineRun(ctx, store, slug, run.run, isUsers ? "stopped" : "done");
  const keepsReports = done || isUsers;
  if (!isOurs) return handedBack(slug);
  const { text, exitCode } = await endOfPlan(ctx, ACTOR, found, `/parallel:run ${slug}`, why);
  if (isUsers || !run.wakes) return { text, exitCode, keepsReports };
  const wake = `${endLine(slug, "ran beside this conversation", done)}\n\n${text}`;
  return { text, wake, exitCode, keepsReports };
}
