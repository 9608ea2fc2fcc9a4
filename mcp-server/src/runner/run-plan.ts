import type { AgentClient } from "../clients/agent-client.ts";
import type { AttemptId } from "../graph/attempt.ts";
import { purposeOf } from "../graph/purpose.ts";
import type { Task } from "../graph/task.ts";
import { findToken } from "../graph/token.ts";
import { mayJudge } from "../policy/review.ts";
import { pausedUntil } from "../policy/throttle.ts";
import { recordChangesOfEndedAttempts } from "../run/checkout-watch/record-changes.ts";
import type { Candidate } from "../run/claims/candidate.ts";
import { deliverWaiting } from "../run/delivery/deliver-waiting.ts";
import { endOfPlan, isStoppedByUser } from "../run/engine/end-of-plan.ts";
import { endEngineRun } from "../run/engine/engine-runs.ts";
import { changePlan } from "../run/plan/plan-transaction.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { type CollectedLaunches, collectLaunches } from "../run/reporting/collect-launches.ts";
import { addReview } from "../run/review/add-review.ts";
import type { GraphStore } from "../store/graph-store.ts";
import { afterAgent, afterNoAgent } from "./after-agent.ts";
import { type ClientSlots, LIMIT_PAUSE_MS, type WantedClient } from "./client-slots.ts";
import { Patience } from "./patience.ts";
import { RunnerChildren } from "./runner-children.ts";
import { type AgentHome, startAgent } from "./start-agent.ts";

export const ACTOR = "engine run";
/** How long the runner sleeps at most where nothing happens. */
const STEP_MS = 10_000;
/** A client that is still there so long after it was last heard of, with its agent's report accepted, is ended. */
const MAX_LEAVING_MS = 60_000;

/** What a plan is executed with. */
export interface RunOptions extends AgentHome {
  readonly slug: string;
  /** The number of this run in the plan's log. */
  readonly run: number;
  readonly slots: ClientSlots;
  /** The clients that roles are done by, by the role's name. */
  readonly clientOfRole: ReadonlyMap<string, string>;
  /** What can be done here; absent: everything. */
  readonly only?: ((candidate: Candidate) => boolean) | undefined;
  /** Others execute the plan too: this run goes on while they may bring something to do, and reports nothing. */
  readonly isOneOfSeveral?: boolean;
}

/** How a run is brought to an early end. */
export interface RunSignals {
  /** Nothing more is started; what runs finishes. */
  readonly drain: AbortSignal;
  /** What runs is stopped as well. */
  readonly stop: AbortSignal;
}

/** What a runner tells beside what the plan's log tells. */
export type RunnerNews =
  | { readonly kind: "agent"; readonly task: string; readonly client: string; readonly pid?: number }
  | { readonly kind: "limit"; readonly client: string; readonly untilMs: number; readonly text: string }
  | { readonly kind: "given-up"; readonly client: string; readonly why: string }
  /** The graph is out of reach, or in reach again. */
  | { readonly kind: "graph"; readonly text: string };

/** How the run ended. */
export interface PlanRunEnd {
  readonly how: "done" | "stuck" | "interrupted";
  readonly text: string;
  /** 0: everything completed; 1: something failed or is left; 130: it was interrupted. */
  readonly exitCode: 0 | 1 | 130;
}

/** An offer for which no client has room yet. */
interface Offered {
  readonly token: string;
  readonly attempt: AttemptId;
}

/** Executes a plan with processes of clients until it is done, cannot go on by itself, or the run is brought to an end. */
export class PlanRun {
  readonly children = new RunnerChildren();
  readonly #given = new Set<AttemptId>();
  #waiting: Offered[] = [];
  #wake = new AbortController();
  /** Why nothing more is started although the plan could go on. */
  #hindrance: string | undefined;
  #failure: unknown;

  constructor(
    private readonly ctx: RunContext,
    private readonly store: GraphStore,
    private readonly options: RunOptions,
    private readonly signals: RunSignals,
    private readonly tell: (news: RunnerNews) => void,
    private readonly patience = new Patience(signals.stop, (text) => tell({ kind: "graph", text })),
  ) {}

  async execute(): Promise<PlanRunEnd> {
    const wake = () => this.#wake.abort();
    const signals = [this.signals.drain, this.signals.stop];
    for (const signal of signals) signal.addEventListener("abort", wake);
    try {
      for (;;) {
        const end = await this.patience.until(() => this.#step());
        if (end) return end;
      }
    } finally {
      for (const signal of signals) signal.removeEventListener("abort", wake);
      await this.children.stopAll("its runner has ended");
    }
  }

  /** @returns undefined: it goes on. */
  async #step(): Promise<PlanRunEnd | undefined> {
    const { ctx, options, children } = this;
    this.#wake = new AbortController();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.signals.stop.aborted) await children.stopAll("its runner was stopped");
    this.#hindrance ??= options.slots.allBroken;
    await ctx.roles.refresh();
    if (!this.#startsNothing) await this.#startWaiting();
    const startsNothing = this.#startsNothing;
    if (startsNothing) await this.#handBackWaiting();
    if (startsNothing && children.count === 0) return this.#early();
    await this.#pauseForLimit();
    const nowMs = ctx.now();
    const free = options.slots.free(nowMs) - this.#waiting.length;
    const waitMs = Math.min(STEP_MS, options.slots.nextLimitEnd(nowMs) - nowMs);
    const found = await this.#collect(waitMs, startsNothing ? 0 : Math.max(0, free), this.#wake.signal);
    for (const { agentId } of found.stop) void children.of(agentId)?.stop("its attempt has ended");
    for (const { prompt } of found.launch) this.#take(prompt);
    await recordChangesOfEndedAttempts(ctx);
    await this.#endThoseThatStay();
    // Where no client had room, nobody was asked what could start.
    const isStuck = found.isStuck && free > 0;
    const mayBeOver = (found.done || isStuck) && this.#waiting.length === 0 && !startsNothing;
    if (!mayBeOver) return undefined;
    // Its last agents are about to leave.
    if (children.count > 0) return children.untilOneIsGone(STEP_MS).then(() => undefined);
    if (isStuck && options.isOneOfSeveral) return this.#rest(found);
    if (found.done && (await addReview(ctx, ACTOR, options.slug))) return undefined;
    return this.#ended(found);
  }

  /** Until something has changed in the plan, whoever does it. */
  async #rest({ loaded: { stored } }: CollectedLaunches): Promise<undefined> {
    await this.store.changed(stored.id, stored.version, STEP_MS, this.#wake.signal);
  }

  get #startsNothing(): boolean {
    return this.#isInterrupted || this.#hindrance !== undefined;
  }

  get #isInterrupted(): boolean {
    return this.signals.drain.aborted || this.signals.stop.aborted;
  }

  #take(prompt: string): void {
    const token = findToken(prompt);
    if (token === undefined) return;
    const attempt = Number.parseInt(token, 10) as AttemptId;
    this.#given.add(attempt);
    this.#waiting.push({ token, attempt });
  }

  #collect(waitMs: number, most: number, signal: AbortSignal): Promise<CollectedLaunches> {
    const isOurs = (agentId: string) => this.children.of(agentId)?.stoppedFor === undefined;
    return collectLaunches(
      this.ctx,
      ACTOR,
      {
        ...{ plan: this.options.slug, waitMs, most, sinceSeq: undefined, gatherMs: 0 },
        only: this.options.only,
        again: (attempt) => !this.#given.has(attempt),
        isNewStop: ({ agentId }) => this.children.of(agentId) !== undefined && isOurs(agentId),
      },
      signal,
      () => undefined,
    );
  }

  async #startWaiting(): Promise<void> {
    for (const offered of [...this.#waiting]) {
      const found = await this.#wanted(offered);
      const client = found && this.options.slots.for(found.wanted, this.ctx.now());
      if (client === "later") continue;
      this.#waiting = this.#waiting.filter((other) => other !== offered);
      if (!found || client === undefined) continue;
      if (client === "never") this.#hindrance ??= whyNobody(found.task, found.wanted);
      else this.children.begin(() => this.#life(offered, found.task, client));
    }
  }

  /** Offers that nothing has begun of: elsewhere they would be waited for until their time is over. */
  async #handBackWaiting(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const { ctx, store, options } = this;
    const waiting = new Set(this.#waiting.map(({ attempt }) => attempt));
    await changePlan(ctx, store, ACTOR, options.slug, async (plan) => {
      for (const { claim } of plan.holding) {
        const { task, id: attempt, state } = claim;
        if (state === "offered" && waiting.has(attempt))
          plan.append({ type: "claim.returned", task, attempt, cause: "its runner starts nothing more" });
      }
    });
    this.#waiting = [];
  }

  /** What was offered, as long as it is. */
  #wanted({ attempt }: Offered): Promise<{ task: Task; wanted: WantedClient } | undefined> {
    return readGraph(this.ctx, this.store, async (view) => {
      const held = await view.reader.claimById(attempt);
      const plan = held?.claim.state === "offered" ? await view.planOf(held) : undefined;
      const task = held && plan?.graph.tasks.get(held.claim.task);
      if (!held || !task) return undefined;
      const { client: named } = task.extra;
      const client = typeof named === "string" ? named : this.options.clientOfRole.get(held.claim.role);
      const needsTools = mayJudge(task) || purposeOf(task)?.kind === "verify";
      return { task, wanted: { client, isolation: held.claim.isolation, needsTools } };
    });
  }

  /** All that happens with one agent. */
  async #life({ token }: Offered, task: Task, client: AgentClient): Promise<void> {
    const { ctx, store, options, children, patience } = this;
    options.slots.take(client);
    try {
      const started = await patience.until(() => startAgent(ctx, store, options, { token, task, client }));
      if (!started) return;
      const { agent } = started;
      const pid = agent.process?.pid;
      this.tell({ kind: "agent", task: task.id, client: client.name, ...(pid !== undefined && { pid }) });
      const ended = await children.during(agent, started.ended);
      const { limit, falseStart } = await patience.until(() =>
        afterAgent(ctx, store, agent, token, ended, options.slots),
      );
      if (agent.hasWorked) options.slots.worked(client);
      if (falseStart !== undefined && options.slots.falseStart(client, falseStart))
        this.tell({ kind: "given-up", client: client.name, why: falseStart });
      if (limit) {
        const untilMs = limit.untilMs ?? ctx.now() + LIMIT_PAUSE_MS;
        options.slots.limited(client, untilMs);
        this.tell({ kind: "limit", client: client.name, untilMs, text: limit.text });
      }
    } catch (error) {
      await patience
        .until(() => afterNoAgent(ctx, store, ACTOR, token, error))
        .catch((failure) => {
          this.#failure ??= failure;
        });
    } finally {
      options.slots.giveBack(client);
      this.#wake.abort();
    }
  }

  /** While all clients are at a limit whose end is known, the plan waits, and says so to everybody. */
  async #pauseForLimit(): Promise<void> {
    const { ctx, store, options } = this;
    const untilMs = options.slots.limitEnds(ctx.now());
    if (untilMs === undefined) return;
    await changePlan(ctx, store, ACTOR, options.slug, async (plan) => {
      const { throttle } = plan.stored;
      const paused = pausedUntil(throttle, plan.cap, untilMs, plan.nowMs);
      if (paused.untilMs !== throttle?.untilMs) plan.append({ type: "plan.throttled", throttle: paused });
    });
  }

  /** A client may wait for what its agent left running; what the agent had to do is done. */
  async #endThoseThatStay(): Promise<void> {
    for (const agent of this.children.agents) {
      if (this.ctx.now() - agent.lastHeardMs < MAX_LEAVING_MS) continue;
      const held = await this.store.read((reader) => reader.claimOfAgent(agent.agentId));
      const isAtWork = held?.claim.state === "running" || held?.claim.state === "offered";
      if (!isAtWork) void agent.stop("its task has ended");
    }
  }

  /** The plan could go on, and this run does not. */
  async #early(): Promise<PlanRunEnd> {
    await deliverWaiting(this.ctx, this.store, this.options.slug);
    const found = await this.#collect(0, 0, AbortSignal.abort());
    if (found.done) return this.#ended(found);
    if (!this.#isInterrupted) return this.#ended(found, this.#hindrance);
    return { ...(await this.#ended(found, "it was interrupted")), how: "interrupted", exitCode: 130 };
  }

  async #ended(found: CollectedLaunches, hindrance?: string): Promise<PlanRunEnd> {
    const { ctx, store, options } = this;
    const { slug, run } = options;
    const isStopped = this.#isInterrupted || isStoppedByUser(found.loaded);
    await endEngineRun(ctx, store, slug, run, isStopped && !found.done ? "stopped" : "done");
    if (options.isOneOfSeveral) return { how: found.done ? "done" : "stuck", text: "", exitCode: 0 };
    const { text, exitCode } = await endOfPlan(ctx, ACTOR, found, `parallel run ${slug}`, hindrance);
    return { how: found.done ? "done" : "stuck", text, exitCode };
  }
}

/** Why none of the clients that the user named can do a task. */
function whyNobody({ id }: Task, { isolation, needsTools }: WantedClient): string {
  if (isolation === "shared")
    return `${id} works in the checkout, and there is no client for it: without this plugin's hooks a client writes in a worktree of its own only`;
  return needsTools
    ? `${id} reports with this server's tools, and no client has them`
    : `there is no client for ${id}`;
}
