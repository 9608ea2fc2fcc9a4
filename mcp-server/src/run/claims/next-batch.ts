import { isDraining, isLive, type Owner } from "../../graph/attempt.ts";
import { levels } from "../../graph/levels.ts";
import { purposeOf } from "../../graph/purpose.ts";
import { hasEnded } from "../../graph/readiness.ts";
import type { Scope } from "../../graph/scope/scope.ts";
import { type Isolation, plainSubject, type Task, type TaskId, taskName } from "../../graph/task.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { claimedScope, clashOfClaims, widenedScope } from "../../policy/exclusivity.ts";
import { waitsForOthers } from "../../policy/recovery.ts";
import { spentText } from "../../policy/token-limit.ts";
import { type Choice, chooseBatch, type Refusal } from "../../schedule/dispatch.ts";
import type { GraphReader, GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import { cleanText } from "../../text/sanitize.ts";
import { sweep } from "../attempts/end-attempt.ts";
import { isolationsOf } from "../attempts/isolations-of.ts";
import { launchLine } from "../briefs/brief.ts";
import { existingGraph, type LoadedPlan, loadPlan } from "../plan/load-plan.ts";
import { type Counts, countsOf, isDone, stuckTasks } from "../plan/progress.ts";
import { type Ahead, aheadOf } from "../planning/planning.ts";
import { realScope } from "../project/case-sensitivity.ts";
import type { Role } from "../project/roles.ts";
import type { RunContext } from "../project/run-context.ts";
import { commitPlan } from "../worktrees/commit-plan.ts";
import { GRACE_MS, tidyWorktrees } from "../worktrees/remove-worktrees.ts";
import { offer } from "./offer.ts";
import { beforeClaiming } from "./prepare-claiming.ts";

/** One agent to launch, as the host's Agent tool wants it. */
export interface Launch {
  readonly task: string;
  readonly subagent_type: string;
  readonly description: string;
  readonly prompt: string;
}

/** An agent that should be stopped because nobody waits for it any more. */
export interface StopOrder {
  readonly task: string;
  readonly agentId: string;
}

export interface Batch {
  readonly loaded: LoadedPlan;
  readonly launch: readonly Launch[];
  readonly stop: readonly StopOrder[];
  readonly counts: Counts;
  readonly why: readonly { readonly task: string; readonly reasons: readonly string[] }[];
  readonly done: boolean;
  /** Tasks that could start and wait because everything is expected to end sooner that way. */
  readonly heldBack: readonly string[];
}

/** At most this many characters of a subject go into an agent's description, which the user sees. */
const MAX_DESCRIPTION = 28;
const MAX_REASONS = 10;

/**
 * Picks the best set of tasks that can start now and offers it to the caller, in one transaction. Offers of
 * this owner that nobody took up yet are offered again with the same token.
 * @param limit at most this many launches, or what says so of the plan as it is; the cap and the capacities hold
 *   anyway.
 */
export async function nextBatch(
  ctx: RunContext,
  actor: string,
  slug: string,
  limit: number | ((loaded: LoadedPlan) => number) | undefined,
): Promise<Batch> {
  const store = await existingGraph(ctx, slug);
  await commitPlan(ctx, store, slug);
  await tidyWorktrees(ctx, store, slug, GRACE_MS);
  const seen = await beforeClaiming(ctx, store, actor, slug);
  return store.write(ctx.now, actor, async (tx) => {
    await sweep(ctx, tx);
    const loaded = await loadPlan(ctx, tx, slug);
    const max = typeof limit === "function" ? limit(loaded) : limit;
    const launch: Launch[] = [];
    let heldBack: readonly string[] = [];
    if (loaded.stored.status === "open" && !loaded.spent) {
      for (const held of (await openOffers(ctx, tx, loaded)).slice(0, max)) {
        const token = await tx.offerToken(held.claim.id);
        const task = loaded.graph.tasks.get(held.claim.task);
        if (token !== undefined && task) launch.push(launchOf(loaded, task, held.claim.agentType, token));
      }
      const most = max === undefined ? undefined : max - launch.length;
      const choice = await choose(ctx, tx, loaded, tx.nowMs, { most });
      heldBack = choice.heldBack;
      for (const { candidate, token } of await offer(ctx, tx, loaded, choice.chosen, seen))
        launch.push(launchOf(loaded, candidate.task, candidate.agentType, token));
    }
    const after = await loadPlan(ctx, tx, slug);
    const quiet = launch.length === 0 && after.graph.live.length === 0;
    return {
      loaded: after,
      launch,
      stop: stopOrders(after, tx.nowMs),
      counts: countsOf(after),
      why: quiet ? await whyNothing(ctx, tx, after) : [],
      done: isDone(after),
      heldBack: after.graph.live.length < after.cap ? heldBack : [],
    };
  });
}

function launchOf(loaded: LoadedPlan, task: Task, agentType: string, token: string): Launch {
  const subject = cleanText(plainSubject(task.subject), MAX_DESCRIPTION);
  return {
    task: task.id,
    subagent_type: agentType,
    description: `${task.id} ${subject}`,
    prompt: launchLine(loaded.stored.slug, task.id, token),
  };
}

/** Offers that this owner holds and has not taken up, oldest first. */
export async function openOffers(ctx: RunContext, tx: GraphReader, loaded: LoadedPlan): Promise<HeldClaim[]> {
  const held = await tx.held(ctx.checkoutKey);
  return held.filter(
    ({ claim, planId }) =>
      planId === loaded.stored.id && claim.state === "offered" && sameOwner(claim.owner, ctx.owner),
  );
}

/** A reconnected server of the same process goes on with its offers; a session id alone may be resumed elsewhere. */
export function sameOwner(a: Owner, b: Owner): boolean {
  return a.host === b.host && a.pid === b.pid && a.startedAt === b.startedAt;
}

/** A task that could start now, with what a claim on it would take. */
export interface Candidate {
  readonly id: string;
  readonly task: Task;
  readonly role: string;
  readonly agentType: string;
  readonly scope: Scope;
  readonly isolation: Isolation;
}

/** What a caller wants of all that could start. */
export interface Wanted {
  readonly only?: ((candidate: Candidate) => boolean) | undefined;
  /** Not more than these. */
  readonly most?: number | undefined;
}

/** What starts now, what cannot, and what could and is left for later. */
export interface Chosen extends Choice<Candidate> {
  /** Tasks that could start and wait because everything is expected to end sooner that way; at most ten. */
  readonly heldBack: readonly TaskId[];
}

/**
 * What can start now within caps, capacities and scopes: in the order of the schedule where there is one, else best
 * first by the longest chain of work behind it.
 * @param nowMs in a transaction its own time: claims that drained a moment later are still held in the log.
 */
export async function choose(
  ctx: RunContext,
  reader: GraphReader,
  loaded: LoadedPlan,
  nowMs: number,
  { only, most }: Wanted = {},
): Promise<Chosen> {
  const { policy, graph } = loaded;
  const held = (await reader.held(ctx.checkoutKey))
    .filter(({ claim }) => isLive(claim) || isDraining(claim, nowMs))
    .map(({ plan, planId, claim }) => ({
      name: taskName(plan, claim.task),
      scope: widenedScope(claim),
      task: planId === loaded.stored.id ? graph.tasks.get(claim.task) : undefined,
    }));
  const choiceBy = (ahead: Ahead | undefined) =>
    chooseBatch(
      candidatesOf(ctx, loaded, ahead, only),
      graph.live.map((claim) => ({ id: claim.task, role: claim.role })),
      { cap: loaded.pauseMs > 0 || loaded.spent ? 0 : loaded.cap, capacity: policy.capacity, most },
      (candidate, chosen) => {
        const clashes = (other: { readonly scope: Scope; readonly task: Task | undefined }) =>
          !areAlternatives(candidate.task, other.task) &&
          clashOfClaims(candidate.scope, other.scope, ctx.caseInsensitive) !== undefined;
        const holder = held.find(clashes);
        if (holder) return holder.name;
        const earlier = chosen.find(clashes);
        return earlier && taskName(loaded.stored.slug, earlier.task.id);
      },
    );
  const ahead = only === undefined ? aheadOf(loaded, nowMs) : undefined;
  const choice = choiceBy(ahead);
  // What the schedule starts now may be held by another plan: nothing waits for it while nothing runs.
  const isStuck = choice.chosen.length === 0 && graph.live.length === 0;
  if (ahead && isStuck) return { ...choiceBy(undefined), heldBack: [] };
  const heldBack = [...(ahead?.heldBack ?? [])].filter((id) => graph.isReady(id)).slice(0, MAX_REASONS);
  return { ...choice, heldBack };
}

/** The ready tasks in the order of the schedule, without those that it holds back. */
function* inOrder({ graph }: LoadedPlan, ahead: Ahead | undefined): Generator<Task> {
  const first = new Set(ahead?.startNow.filter((id) => graph.isReady(id)));
  for (const id of first) {
    const task = graph.tasks.get(id);
    if (task) yield task;
  }
  for (const task of graph.ready) {
    if (!first.has(task.id) && !ahead?.heldBack.has(task.id)) yield task;
  }
}

/** Ready tasks in order of priority, each looked up only when it is its turn. */
function* candidatesOf(
  ctx: RunContext,
  loaded: LoadedPlan,
  ahead: Ahead | undefined,
  only: ((candidate: Candidate) => boolean) | undefined,
): Generator<Candidate> {
  const isolations = isolationsOf(loaded);
  const level = loaded.policy.barrier === "level" ? openLevel(loaded) : undefined;
  for (const task of inOrder(loaded, ahead)) {
    if (level !== undefined && !level.has(task.id)) continue;
    if (task.failedAttempts > 0 && waitsToSee(loaded, task)) continue;
    const { role, agentType } = roleFor(ctx, task);
    const scope = realScope(ctx.checkout.root, claimedScope(task, loaded.policy));
    const isolation = isolations.of(task.id);
    const candidate = { id: task.id, task, role, agentType, scope, isolation };
    if (only === undefined || only(candidate)) yield candidate;
  }
}

/**
 * The agent of a task. Verdicts and exit codes are told by the tool alone, so where the agent of that name has no access
 * to it, this plugin's own judges.
 */
function roleFor({ roles }: RunContext, task: Task): Role {
  const role = roles.resolve(task.agent);
  const kind = purposeOf(task)?.kind;
  const needsTool = kind === "review" || kind === "verify";
  return needsTool && !roles.canReport(role.agentType) ? roles.resolve(`parallel:${task.agent}`) : role;
}

/** Whether the task failed while others ran beside it that may show that the approach is wrong. */
function waitsToSee({ graph }: LoadedPlan, task: Task): boolean {
  const last = graph.claimsOf(task.id).findLast((claim) => claim.state === "ended");
  if (last?.state !== "ended") return false;
  const others = graph.live.map((claim) => claim.offeredAtMs);
  return waitsForOthers(last.endedAtMs, graph.count("completed"), others);
}

/** With a barrier, only tasks of the lowest level that is not finished. */
function openLevel(loaded: LoadedPlan): Set<string> {
  const open = levels([...loaded.graph.tasks.values()]).find((level) =>
    level.some((task) => !hasEnded(task.status)),
  );
  return new Set(open?.map((task) => task.id));
}

/** Agents of attempts that ended without them: they may still be at work and hold their scope. */
export function stopOrders(loaded: LoadedPlan, nowMs: number): StopOrder[] {
  return loaded.graph.draining.flatMap((claim) =>
    claim.state === "ended" && isDraining(claim, nowMs) && claim.agentId !== undefined
      ? [{ task: claim.task, agentId: claim.agentId }]
      : [],
  );
}

async function whyNothing(ctx: RunContext, tx: GraphWriter, loaded: LoadedPlan) {
  if (loaded.stored.status !== "open") return [];
  const { spent } = loaded;
  if (spent) {
    const ready = loaded.graph.ready.slice(0, MAX_REASONS);
    return ready.map(({ id }) => ({ task: id, reasons: [spentText(spent)] }));
  }
  const { refused } = await choose(ctx, tx, loaded, tx.nowMs);
  const blocked = refused.slice(0, MAX_REASONS).map(({ candidate, why }) => ({
    task: candidate.id,
    reasons: [reasonOf(why)],
  }));
  return [...blocked, ...stuckTasks(loaded, MAX_REASONS)].slice(0, MAX_REASONS);
}

function reasonOf(why: Refusal): string {
  return why.kind === "scope" ? `its files are held by ${why.with}` : `every ${why.role} is busy`;
}
