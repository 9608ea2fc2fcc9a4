import {
  type AnyClaim,
  type BlockedOn,
  isDraining,
  type Outcome,
  type Report,
  type RunningAttempt,
} from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { definitionOf, type Task, type TaskDefinition, type TaskStatus } from "../../graph/task.ts";
import { statusAfter } from "../../policy/after-attempt.ts";
import { loosened, tightened } from "../../policy/throttle.ts";
import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import { formatDuration } from "../../text/format.ts";
import { waitForWork } from "../plan/dependencies-on-work.ts";
import { type LoadedPlan, load, loadPlan } from "../plan/load-plan.ts";
import { deadOwners } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { decideAfterEnd, decideAfterFailure, recoveredBy } from "../recovery/recover.ts";
import { followCompleted, whyNotAchieved } from "./after-completion.ts";

/**
 * Ends every claim whose time is over or whose owner is provably dead, so that what follows in the same
 * transaction sees only claims that somebody answers for. Those of other checkouts too: a plan may be continued
 * in another worktree, or after its folder or its machine got another name.
 */
export async function sweep(ctx: RunContext, tx: GraphWriter): Promise<void> {
  const hasDied = deadOwners();
  let changed = false;
  for (const found of await tx.held()) {
    // The end of an attempt may have stopped its plan, and with it claims that were live when they were found.
    const held = changed ? await tx.claimById(found.claim.id) : found;
    if (!held) continue;
    if (await sweepClaim(ctx, tx, held, await hasDied(held.claim.owner))) changed = true;
  }
}

/** @returns whether something was to be done. */

async function sweepClaim(
  ctx: RunContext,
  tx: GraphWriter,
  held: HeldClaim,
  ownerDead: boolean,
): Promise<boolean> {
  const { claim, planId } = held;
  const { task, id: attempt } = claim;
  if (claim.state === "offered") {
    if (!ownerDead && claim.expiresAtMs > tx.nowMs) return false;
    const cause = ownerDead ? "its session ended" : "nobody took it up in time";
    await tx.append(planId, { type: "claim.returned", task, attempt, cause });
    return true;
  }
  if (claim.state === "running") {
    if (!ownerDead && claim.leaseUntilMs > tx.nowMs) return false;
    const cause = ownerDead ? "its session ended" : lapse(claim);
    const how = ownerDead ? { interrupted: true as const } : { draining: true };
    await endAttempt(ctx, tx, held, { outcome: "lost", cause, ...how });
    return true;
  }
  if (claim.state === "returned" || (!ownerDead && isDraining(claim, tx.nowMs))) return false;
  const how = ownerDead ? "its session ended" : "one more lease has passed";
  await tx.append(planId, { type: "attempt.drained", task, attempt, how });
  return true;
}

function lapse(claim: RunningAttempt): string {
  const silence = formatDuration(claim.leaseUntilMs - claim.lastSeenMs);
  return `no sign of life for ${silence}, or its time was over`;
}

/** How an attempt ends. */
export interface Ending {
  readonly outcome: Outcome;
  readonly report?: Report;
  readonly lastMessage?: string;
  readonly cause?: string;
  /** The agent may still be writing: its scope stays held for one more lease. */
  readonly draining?: boolean;
  /** The model's provider refused the agent: this costs the task nothing, and the plan goes on more slowly. */
  readonly throttled?: true;
  /** Its session or its script was ended, for which the task cannot be blamed. */
  readonly interrupted?: true;
}

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

/** What becomes of the task: its status, if that changes. */
function settlement(
  before: LoadedPlan,
  claim: AnyClaim,
  ending: Ending,
): { readonly status?: TaskStatus; readonly changes: readonly Change[] } {
  const task = before.graph.tasks.get(claim.task);
  // A task that was cancelled while its attempt ran stays cancelled, and completed is final.
  if (task?.status !== "in_progress") return { changes: [] };
  const counted = (outcomes: readonly string[]) => (outcomes.includes(ending.outcome) ? 1 : 0);
  const blockedOn = ending.report?.blockedOn;
  const after = statusAfter({
    outcome: ending.outcome,
    failure: before.policy.failure,
    retries: task.retries ?? before.policy.retries,
    failedAttempts: task.failedAttempts + counted(["failed", "unreported"]),
    lostAttempts: task.lostAttempts + (ending.throttled || ending.interrupted ? 0 : counted(["lost"])),
    timesBlocked: task.timesBlocked + counted(["blocked"]),
    asksQuestion: blockedOn !== undefined && "question" in blockedOn,
    notAchieved: whyNotAchieved(task, ending.report),
  });
  const changes: Change[] = [{ type: "task.status", task: task.id, ...after }];
  if (after.status === "pending" && blockedOn) {
    const definition = withWhatItNeeds(before, task, blockedOn);
    changes.unshift({ type: "task.defined", task: task.id, definition });
  }
  return { status: after.status, changes };
}

/**
 * What a blocked agent asks for becomes part of the task, so that the next attempt has it.
 * @throws CallerError when it asks for a split task whose parts cannot stand for it.
 */
export function withWhatItNeeds({ graph }: LoadedPlan, of: Task, blockedOn: BlockedOn): TaskDefinition {
  const task = definitionOf(of);
  if ("tasks" in blockedOn) {
    const dependencies = [...new Set([...task.dependencies, ...blockedOn.tasks])];
    return waitForWork({ ...task, dependencies }, graph.tasks);
  }
  if ("question" in blockedOn) return task;
  // Paths that were only inferred stay so: asking for more must not turn them into a declaration.
  return task.writes === undefined
    ? { ...task, inferredWrites: [...new Set([...task.inferredWrites, ...blockedOn.writes])] }
    : { ...task, writes: [...new Set([...task.writes, ...blockedOn.writes])] };
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
