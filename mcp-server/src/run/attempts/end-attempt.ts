import type { AnyClaim } from "../../graph/attempt.ts";
import { loosened, tightened } from "../../policy/throttle.ts";
import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import { type LoadedPlan, load, loadPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { recoveredBy } from "../recovery/cause-task.ts";
import { decideAfterEnd, decideAfterFailure } from "../recovery/recover.ts";
import { followCompleted } from "./after-completion.ts";
import type { Ending } from "./ending.ts";
import { settlement } from "./task-after-attempt.ts";

/** Ends a running attempt and gives its task the status that follows from the failure policy. */
export async function endAttempt(
  ctx: RunContext,
  tx: GraphWriter,
  held: HeldClaim,
  ending: Ending,
): Promise<void> {
  const stored = await tx.plan(ctx.repository, held.plan);
  if (stored?.id !== held.planId) return;
  const before = await load(ctx, tx, stored);
  const { task, id: attempt } = held.claim;
  const { draining, ...facts } = ending;
  const drainsUntilMs = draining ? tx.nowMs + before.policy.leaseMs : undefined;
  const settled = settlement(before, held.claim, ending);
  await tx.append(
    held.planId,
    {
      type: "attempt.ended",
      task,
      attempt,
      ...facts,
      ...(drainsUntilMs !== undefined && { drainsUntilMs }),
    },
    ...settled.changes,
  );
  ctx.looks.due = true;
  const isOpen = before.graph.tasks.get(task)?.status === "in_progress";
  if (settled.status === "failed" && before.policy.failure === "fail-fast")
    await stopPlan(ctx, tx, before, task);
  if (ending.outcome === "failed" || ending.outcome === "unreported")
    await decideAfterFailure(tx, await loadPlan(ctx, tx, before.stored.slug), task);
  else if (isOpen && ending.outcome !== "completed")
    await decideAfterEnd(tx, await loadPlan(ctx, tx, before.stored.slug), task);
  if (ending.outcome === "completed") await followCompleted(ctx, tx, before.stored.slug, task, ending.report);
  await adaptThrottle(tx, before, held.claim, ending);
}

async function adaptThrottle(
  tx: GraphWriter,
  { stored, cap, graph }: LoadedPlan,
  claim: AnyClaim,
  { outcome, throttled }: Ending,
): Promise<void> {
  const { throttle: now, id } = stored;
  const startedAtMs = claim.state === "running" ? claim.startedAtMs : tx.nowMs;
  const task = graph.tasks.get(claim.task);
  const looksForACause = task !== undefined && recoveredBy(task) !== undefined;
  const throttle = throttled
    ? tightened(now, cap, startedAtMs, tx.nowMs)
    : now && outcome === "completed" && !looksForACause
      ? loosened(now)
      : now;
  if (throttle && throttle !== now) await tx.append(id, { type: "plan.throttled", throttle });
}

/** Fail-fast: nothing more is launched, offers return, and what runs is to be stopped. */
async function stopPlan(ctx: RunContext, tx: GraphWriter, before: LoadedPlan, failed: string): Promise<void> {
  await tx.append(before.stored.id, { type: "plan.status", status: "stopped", cause: `${failed} failed` });
  await releaseClaims(ctx, tx, before.stored.id, `${failed} failed and the plan stops at the first failure`);
}

/** Ends all live claims of a plan: offers return, running attempts are cancelled and drain. */
export async function releaseClaims(
  ctx: RunContext,
  tx: GraphWriter,
  planId: number,
  cause: string,
): Promise<void> {
  for (const held of await tx.held()) {
    if (held.planId !== planId) continue;
    const { task, id: attempt, state } = held.claim;
    if (state === "offered") await tx.append(planId, { type: "claim.returned", task, attempt, cause });
    if (state === "running") await endAttempt(ctx, tx, held, { outcome: "cancelled", cause, draining: true });
  }
}
