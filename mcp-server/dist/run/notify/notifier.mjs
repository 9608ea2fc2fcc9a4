// import:run/gate.mjs in run/notify/notifier.mjs
import { SERVER_ENDED } from "../gate.mjs";

// import:run/live.mjs in run/notify/notifier.mjs
import { planSnapshot } from "../live.mjs";

// import:run/plan.mjs in run/notify/notifier.mjs
import { readGraph } from "../plan.mjs";

// import:run/project.mjs in run/notify/notifier.mjs
import { readPolicy } from "../project.mjs";

// import:run/notify.mjs in run/notify/notifier.mjs
import { MAX_NEWS_AGE_MS, NoticeRecord, claimNotice, endNotice, isOver, noticeMessage, noticesOf, sendNotice } from "../notify.mjs";

// import:run/notify/receivers.mjs in run/notify/notifier.mjs
import { receiversOf, whyNotTold } from "./receivers.mjs";

// mcp-server/src/run/notify/notifier.ts
var MAX_CLOSE_MS = 3e3;
var LOOK_AGAIN_MS = 2e3;
var LOOK_WHETHER_ALLOWED_MS = 3e4;
var IDLE_LOOK_MS = 5e3;
var AFTER_FAILURE_MS = 3e4;
var Notifier = class {
  /** @param logged tells of events that are no news to anybody but the user. */
  constructor(ctx, logged = () => void 0) {
    this.ctx = ctx;
    this.logged = logged;
    this.#hasReceivers = (ctx.settings.notify ?? "") !== "";
  }
  ctx;
  logged;
  #closing = new AbortController();
  #sending = /* @__PURE__ */ new Set();
  /** Of each plan: the version at which nothing was left to be told, and when to look again all the same. */
  #seen = /* @__PURE__ */ new Map();
  #looking;
  #isWanted = false;
  #state;
  #againAtMs = Number.POSITIVE_INFINITY;
  #hasReceivers;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  /**
   * Tells what is to be told now. To be called when something may have changed, and every second: while nothing has, it
   * costs a look at the graph's state. @returns when it is claimed; telling it goes on.
   */
  look() {
    const isIdle = !this.#hasReceivers && this.ctx.now() - this.#lookedAtMs < IDLE_LOOK_MS;
    return isIdle || this.#hasJustFailed ? Promise.resolve() : this.#lookNow();
  }
  #lookNow() {
    this.#isWanted = true;
    this.#looking ??= this.#lookWhileWanted().finally(() => {
      this.#looking = void 0;
    });
    return this.#looking;
  }
  /** A last look; whoever is being told has a moment more. */
  async close() {
    if (!this.#hasJustFailed) await this.#lookNow().catch(() => void 0);
    const limit = setTimeout(() => this.#closing.abort(), MAX_CLOSE_MS);
    while (this.#sending.size > 0) await Promise.allSettled(this.#sending);
    clearTimeout(limit);
  }
  async #lookWhileWanted() {
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
  get #hasJustFailed() {
    return this.ctx.now() - this.#failedAtMs < AFTER_FAILURE_MS;
  }
  async #lookAt(store) {
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
  #findDue(store) {
    const nowMs = this.ctx.now();
    return readGraph(this.ctx, store, async (view) => {
      const all = [];
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
  async #changedPlans(view, nowMs) {
    const changed = [];
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
  async #dueOf(plan, receivers, nowMs) {
    const due = [];
    let againAtMs = Number.POSITIVE_INFINITY;
    const snapshot = await planSnapshot(plan, nowMs, false);
    const { seq: statusSeq, atMs: statusAtMs } = await plan.reader.lastEvent(plan.id, "plan.status");
    const { throttle } = plan.stored;
    const notices = noticesOf(snapshot, { statusSeq, statusAtMs, ...throttle && { throttle } });
    const record = await NoticeRecord.read(plan);
    for (const receiver of receivers) {
      const left = notices.filter(({ id }) => record.dueAtMs(id, receiver.to) < Number.POSITIVE_INFINITY);
      if (left.length === 0) continue;
      const isAllowed = await whyNotTold(this.ctx, receiver.target) === void 0;
      if (!isAllowed) {
        againAtMs = Math.min(againAtMs, nowMs + LOOK_WHETHER_ALLOWED_MS);
        continue;
      }
      for (const notice of left) {
        const { open } = record.of(notice.id, receiver.to);
        const dueAtMs = record.dueAtMs(notice.id, receiver.to);
        againAtMs = Math.min(againAtMs, Math.max(dueAtMs, nowMs + LOOK_AGAIN_MS));
        const isFree = open === void 0 || await isOver(open, nowMs);
        if (isFree && dueAtMs <= nowMs) due.push({ snapshot, notice, receiver });
      }
    }
    return { due, againAtMs };
  }
  async #claimAndTell(store, due) {
    const { snapshot, notice, receiver } = due;
    const { plan } = snapshot;
    const claim = await claimNotice(this.ctx, store, plan, notice, receiver.to);
    if (!claim) return;
    this.logged(plan, claim.logged.before, claim.logged.after);
    const tell = async () => {
      const message = noticeMessage(snapshot, notice, claim.mayBeSent);
      const failed = await sendNotice(this.ctx, receiver.target, message, this.#closing.signal);
      const why = failed !== void 0 && this.#closing.signal.aborted ? SERVER_ENDED : failed;
      const ended = await endNotice(this.ctx, store, plan, notice, receiver.to, why);
      this.logged(plan, ended.before, ended.after);
    };
    const sending = tell().catch(() => void 0);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }
};
export {
  Notifier
};
