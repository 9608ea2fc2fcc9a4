import type { PlanSnapshot } from "../../live/snapshot.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { SERVER_ENDED } from "../gate/gate-claim.ts";
import { planSnapshot } from "../live/plan-snapshot.ts";
import { type GraphView, type PlanView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { readPolicy } from "../project/stored-policy.ts";
import { MAX_NEWS_AGE_MS, noticesOf, type PlanNotice } from "./notice.ts";
import { claimNotice, endNotice, isOver, NoticeRecord } from "./notice-claim.ts";
import { noticeMessage } from "./notice-message.ts";
import { type Receiver, receiversOf, whyNotTold } from "./receivers/receivers.ts";
import { sendNotice } from "./send-notice.ts";

/** Whoever is being told when the server ends has so long, in milliseconds. */
const MAX_CLOSE_MS = 3_000;
/** What waits (for another server, or to be tried again) is looked at after this time, though nothing has changed. */
const LOOK_AGAIN_MS = 2_000;
/** The same of what the user has yet to allow, of which no event tells. */
const LOOK_WHETHER_ALLOWED_MS = 30_000;

/** Where nobody is to be told anything, it is looked so often whether a plan says otherwise. */
const IDLE_LOOK_MS = 5_000;

/** A graph that does not answer is not asked again before so long. */
const AFTER_FAILURE_MS = 30_000;

/** Something to be told to somebody. */
interface Due {
  readonly snapshot: PlanSnapshot;
  readonly notice: PlanNotice;
  readonly receiver: Receiver;
}

/**
 * Tells users what their plans need. Each server on a graph has one, and each notice is told by one of them: it is claimed
 * in the log first, and its end is written there after. A server that dies in between may have told it, so the next one
 * tells it again and says so: at least once, and once if nobody dies just then.
 */
export class Notifier {
  readonly #closing = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  /** Of each plan: the version at which nothing was left to be told, and when to look again all the same. */
  readonly #seen = new Map<string, { readonly version: number; readonly againAtMs: number }>();
  #looking: Promise<void> | undefined;
  #isWanted = false;
  #state: string | undefined;
  #againAtMs = Number.POSITIVE_INFINITY;
  #hasReceivers: boolean;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #failedAtMs = Number.NEGATIVE_INFINITY;

  /** @param logged tells of events that are no news to anybody but the user. */
  constructor(
    private readonly ctx: RunContext,
    private readonly logged: (plan: string, before: number, after: number) => void = () => undefined,
  ) {
    this.#hasReceivers = (ctx.settings.notify ?? "") !== "";
  }

  /**
   * Tells what is to be told now. To be called when something may have changed, and every second: while nothing has, it
   * costs a look at the graph's state. @returns when it is claimed; telling it goes on.
   */
  look(): Promise<void> {
    const isIdle = !this.#hasReceivers && this.ctx.now() - this.#lookedAtMs < IDLE_LOOK_MS;
    return isIdle || this.#hasJustFailed ? Promise.resolve() : this.#lookNow();
  }

  #lookNow(): Promise<void> {
    this.#isWanted = true;
    this.#looking ??= this.#lookWhileWanted().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** A last look; whoever is being told has a moment more. */
  async close(): Promise<void> {
    if (!this.#hasJustFailed) await this.#lookNow().catch(() => undefined);
    const limit = setTimeout(() => this.#closing.abort(), MAX_CLOSE_MS);
    while (this.#sending.size > 0) await Promise.allSettled(this.#sending);
    clearTimeout(limit);
  }

  async #lookWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        const store = await this.ctx.graph();
        if (store) await this.#lookAt(store);
      } catch (error) {
        this.#failedAtMs = this.ctx.now();
        throw error;
      }
    }
  }

  get #hasJustFailed(): boolean {
    return this.ctx.now() - this.#failedAtMs < AFTER_FAILURE_MS;
  }

  async #lookAt(store: GraphStore): Promise<void> {
    const state = await store.state();
    const nowMs = this.ctx.now();
    this.#lookedAtMs = nowMs;
    if (state === this.#state && nowMs < this.#againAtMs) return;
    const due = await this.#findDue(store);
    this.#state = state;
    this.#againAtMs = Math.min(...[...this.#seen.values()].map(({ againAtMs }) => againAtMs));
    for (const one of due) await this.#claimAndTell(store, one);
  }

  /** What could be told now, of plans that have changed since they were looked at, or that have something waiting. */
  #findDue(store: GraphStore): Promise<Due[]> {
    const nowMs = this.ctx.now();
    return readGraph(this.ctx, store, async (view) => {
      const all: Due[] = [];
      const changed = await this.#changedPlans(view, nowMs);
      const times = await view.reader.timesOf(changed.map(({ version }) => version));
      for (const { slug, version, receivers } of changed) {
        let againAtMs = Number.POSITIVE_INFINITY;
        if (nowMs - (times.get(version) ?? 0) <= MAX_NEWS_AGE_MS) {
          const found = await this.#dueOf(await view.plan(slug), receivers, nowMs);
          againAtMs = found.againAtMs;
          all.push(...found.due);
        }
        this.#seen.set(slug, { version, againAtMs });
      }
      return all;
    });
  }

  /** The plans that somebody is to be told of, as far as they are to be looked at; nothing more is read of the others. */
  async #changedPlans(view: GraphView, nowMs: number) {
    const changed: { slug: string; version: number; receivers: readonly Receiver[] }[] = [];
    for (const { slug, version, policy } of await view.reader.plans(this.ctx.repository)) {
      const seen = this.#seen.get(slug);
      if (seen?.version === version && nowMs < seen.againAtMs) continue;
      const receivers = receiversOf(this.ctx, readPolicy(policy).stated.notify ?? "");
      if (receivers.length === 0) continue;
      this.#hasReceivers = true;
      changed.push({ slug, version, receivers });
    }
    return changed;
  }

  async #dueOf(plan: PlanView, receivers: readonly Receiver[], nowMs: number) {
    const due: Due[] = [];
    let againAtMs = Number.POSITIVE_INFINITY;
    const snapshot = await planSnapshot(plan, nowMs, false);
    const { seq: statusSeq, atMs: statusAtMs } = await plan.reader.lastEvent(plan.id, "plan.status");
    const { throttle } = plan.stored;
    const notices = noticesOf(snapshot, { statusSeq, statusAtMs, ...(throttle && { throttle }) });
    const record = await NoticeRecord.read(plan);
    for (const receiver of receivers) {
      const left = notices.filter(({ id }) => record.dueAtMs(id, receiver.to) < Number.POSITIVE_INFINITY);
      if (left.length === 0) continue;
      const isAllowed = (await whyNotTold(this.ctx, receiver.target)) === undefined;
      if (!isAllowed) {
        againAtMs = Math.min(againAtMs, nowMs + LOOK_WHETHER_ALLOWED_MS);
        continue;
      }
      for (const notice of left) {
        const { open } = record.of(notice.id, receiver.to);
        const dueAtMs = record.dueAtMs(notice.id, receiver.to);
        againAtMs = Math.min(againAtMs, Math.max(dueAtMs, nowMs + LOOK_AGAIN_MS));
        const isFree = open === undefined || (await isOver(open, nowMs));
        if (isFree && dueAtMs <= nowMs) due.push({ snapshot, notice, receiver });
      }
    }
    return { due, againAtMs };
  }

  async #claimAndTell(store: GraphStore, due: Due): Promise<void> {
    const { snapshot, notice, receiver } = due;
    const { plan } = snapshot;
    const claim = await claimNotice(this.ctx, store, plan, notice, receiver.to);
    if (!claim) return;
    this.logged(plan, claim.logged.before, claim.logged.after);
    const tell = async () => {
      const message = noticeMessage(snapshot, notice, claim.mayBeSent);
      const failed = await sendNotice(this.ctx, receiver.target, message, this.#closing.signal);
      const why = failed !== undefined && this.#closing.signal.aborted ? SERVER_ENDED : failed;
      const ended = await endNotice(this.ctx, store, plan, notice, receiver.to, why);
      this.logged(plan, ended.before, ended.after);
    };
    // What could not be written down is told again, as if this server had died.
    const sending = tell().catch(() => undefined);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }
}
