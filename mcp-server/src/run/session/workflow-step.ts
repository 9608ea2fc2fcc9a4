import { isAttempt } from "../../graph/attempt.ts";
import type { Effort, Model } from "../../graph/model/model-choice.ts";
import type { TaskId } from "../../graph/task.ts";
import { nextBatch } from "../claims/next-batch.ts";
import { existingGraph, type LoadedPlan } from "../plan/load-plan.ts";
import { sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { reportPlan } from "../reporting/report-plan.ts";
import { isStuck } from "../reporting/who-goes-on.ts";
import { writeReport } from "../reporting/write-report.ts";
import { addReview } from "../review/add-review.ts";
import { beforeReport } from "../review/review-due.ts";

/** An agent that the script is to start: it claims its task itself. */
export interface Start {
  readonly task: string;
  /** The agent type, as the host knows it. */
  readonly agent: string;
  readonly model?: Model;
  readonly effort?: Effort;
  /** Which attempt at the task it will be, from 1: a script that was told the same twice sees that nothing came of it. */
  readonly attempt: number;
}

/** What the script that runs a plan does next. */
export interface WorkflowStep {
  /** The most urgent first. Tasks that were offered and not claimed yet are named again. */
  readonly start: readonly Start[];
  /** The plan has come to its end, or must not go on: what there is to tell of it. */
  readonly report?: string;
}

/**
 * The same decision as `nextBatch`, for the host's script engine: what can start now is offered to this session, and
 * the script names each task to an agent of its own. The review of the whole is added on the way.
 */
export async function workflowStep(ctx: RunContext, actor: string, slug: string): Promise<WorkflowStep> {
  const { loaded, launch, done } = await nextBatch(ctx, actor, slug, (plan) => roomIn(ctx, plan));
  // A script that waits for what nobody brings would ask agent after agent.
  const goesOn =
    loaded.stored.status === "open" &&
    !done &&
    (launch.length > 0 || !(await isStuck(ctx, await existingGraph(ctx, slug), slug)));
  const start = launch.map(({ task, subagent_type, model, effort }) => ({
    task,
    agent: subagent_type,
    ...(model && { model }),
    ...(effort && { effort }),
    attempt: attemptsAt(loaded, task as TaskId) + 1,
  }));
  if (goesOn || loaded.graph.live.some(({ owner }) => sameOwner(owner, ctx.owner))) return { start };
  if (done && (await addReview(ctx, actor, slug))) return workflowStep(ctx, actor, slug);
  const { report } = await reportPlan(ctx, actor, slug);
  const { brief, line } = await writeReport(ctx, slug, report);
  const due = beforeReport(loaded);
  const left = due === undefined ? [] : [`Still to do: ${due}.`];
  return { start, report: [brief, line, ...left].join("\n") };
}

/** For how many more agents the engine has room now, those that it was told of and that have not begun included. */
function roomIn({ workflowCap, owner }: RunContext, { graph }: LoadedPlan): number {
  const working = graph.live.filter((claim) => claim.state === "running" && sameOwner(claim.owner, owner));
  return Math.max(0, workflowCap - working.length);
}

function attemptsAt({ graph }: LoadedPlan, task: TaskId): number {
  return graph.claimsOf(task).filter(isAttempt).length;
}
