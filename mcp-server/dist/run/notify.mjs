// import:run/gate.mjs in run/notify.mjs
import { SERVER_ENDED } from "./gate.mjs";

// import:run/plan.mjs in run/notify.mjs
import { changePlan } from "./plan.mjs";

// import:run/project.mjs in run/notify.mjs
import { isDead, isServerDead } from "./project.mjs";

// mcp-server/src/run/notify/notice-claim.ts
var WAITS_MS = [3e4, 5 * 6e4];
var LEASE_MS = 2 * 6e4;
var NoticeRecord = class _NoticeRecord {
  #tries = /* @__PURE__ */ new Map();
  static async read(plan) {
    const types = ["notification.started", "notification.ended"];
    const record = new _NoticeRecord();
    for (const { change, atMs } of await plan.reader.events(plan.id, { types })) {
      if (change.type === "notification.started" || change.type === "notification.ended")
        record.#add(change, atMs);
    }
    return record;
  }
  #add(change, atMs) {
    const key = keyOf(change.notice, change.to);
    const { open: _, ...tries } = this.#tries.get(key) ?? NONE;
    if (change.type === "notification.started") this.#tries.set(key, { ...tries, open: change });
    else {
      this.#tries.set(key, {
        ...tries,
        lastEndMs: atMs,
        isSent: tries.isSent || change.sent,
        failed: tries.failed + (change.sent || change.why === SERVER_ENDED ? 0 : 1),
        mayBeSent: tries.mayBeSent || change.why === SERVER_ENDED
      });
    }
  }
  of(notice, to) {
    return this.#tries.get(keyOf(notice, to)) ?? NONE;
  }
  /** From when on it may be tried, as far as nobody is at it; infinite: it is settled. */
  dueAtMs(notice, to) {
    const { isSent, failed, lastEndMs } = this.of(notice, to);
    if (isSent || failed > WAITS_MS.length) return Number.POSITIVE_INFINITY;
    return failed === 0 ? 0 : lastEndMs + (WAITS_MS[failed - 1] ?? 0);
  }
};
var NONE = { failed: 0, lastEndMs: 0, isSent: false, mayBeSent: false };
function keyOf(notice, to) {
  return `${notice}
${to}`;
}
async function claimNotice(ctx, store, slug, { id: notice, event }, to) {
  let taken;
  await changePlan(ctx, store, "server", slug, async (plan) => {
    taken = void 0;
    const record = await NoticeRecord.read(plan);
    const { open, mayBeSent } = record.of(notice, to);
    if (record.dueAtMs(notice, to) > plan.nowMs) return;
    if (open && !await isOver(open, plan.nowMs)) return;
    const before = plan.stored.version;
    if (open) plan.append({ type: "notification.ended", notice, to, sent: false, why: SERVER_ENDED });
    const leaseUntilMs = plan.nowMs + LEASE_MS;
    plan.append({ type: "notification.started", notice, to, event, owner: ctx.owner, leaseUntilMs });
    taken = { plan, before, mayBeSent: mayBeSent || open !== void 0 };
  });
  return taken && {
    mayBeSent: taken.mayBeSent,
    logged: { before: taken.before, after: taken.plan.stored.version }
  };
}
async function isOver({ owner, leaseUntilMs }, nowMs) {
  return leaseUntilMs <= nowMs || await isDead(owner) || await isServerDead(owner);
}
async function endNotice(ctx, store, slug, { id: notice }, to, why) {
  const { plan, before } = await changePlan(ctx, store, "server", slug, (own) => {
    const version = own.stored.version;
    own.append({
      type: "notification.ended",
      notice,
      to,
      sent: why === void 0,
      ...why !== void 0 && { why }
    });
    return { plan: own, before: version };
  });
  return { before, after: plan.stored.version };
}

// import:text.mjs in run/notify.mjs
import { LINE_LIMIT, cleanText, plural, visibleJson } from "../text.mjs";

// mcp-server/src/run/notify/notice-message.ts
var MAX_HELD_UP = 20;
function noticeMessage(snapshot, notice, mayBeKnown) {
  const { plan, title, repository, atMs, counts } = snapshot;
  const { event, id, task, subject, text, holdsUp } = notice;
  return {
    v: 1,
    id: `${repository}/${plan}/${id}`,
    event,
    ...mayBeKnown && { again: true },
    ...{ plan, title, repository },
    ...task !== void 0 && { task },
    ...subject !== void 0 && { subject },
    text: cleanText(text, LINE_LIMIT),
    holdsUp: holdsUp.slice(0, MAX_HELD_UP),
    at: new Date(atMs).toISOString(),
    counts
  };
}
function noticeWords({ event, plan, task, subject, text }) {
  const title = {
    decision: `${plan} needs you`,
    finished: `${plan} is done`,
    failed: `${plan}: a task failed`,
    limit: `${plan}: a limit is reached`
  }[event];
  return { title, text: task === void 0 ? text : `${task} ${subject ?? ""}: ${text}` };
}

// mcp-server/src/run/notify/notice.ts
var NOTICE_EVENTS = ["decision", "finished", "failed", "limit"];
var MAX_NEWS_AGE_MS = 24 * 36e5;
var MIN_PAUSE_MS = 5 * 6e4;
var EVENTS = {
  question: "decision",
  decision: "decision",
  review: "decision",
  failed: "failed",
  limit: "limit"
};
function noticesOf(snapshot, facts) {
  return [
    ...snapshot.needs.flatMap((need) => noticeOfNeed(snapshot, need, facts)),
    ...noticeOfThrottle(snapshot, facts),
    ...noticeOfEnd(snapshot)
  ];
}
function noticeOfNeed(snapshot, need, facts) {
  const event = EVENTS[need.kind];
  if (event === void 0) return [];
  const { text, holdsUp } = need;
  if (need.task === void 0) {
    if (event === "limit")
      return limitsReached(snapshot).map((id) => ({ event, id: `limit/${id}`, text, holdsUp }));
    return isNews(facts.statusAtMs, snapshot) ? [{ event, id: `decision/${facts.statusSeq}`, text, holdsUp }] : [];
  }
  const row = snapshot.tasks.find(({ id }) => id === need.task);
  if (!row || !isNews(need.sinceMs, snapshot)) return [];
  const attempts = Math.max(0, ...row.attempts.map(({ number }) => number));
  const { id: task, subject } = row;
  return [{ event, id: `${event}/${task}/${attempts}`, task, subject, text, holdsUp }];
}
function limitsReached({ cost }) {
  return cost.limits.filter(({ used, max }) => used >= max).map(({ name, max }) => `${name}/${max}`);
}
function noticeOfThrottle({ atMs, status, done, tasks }, { throttle }) {
  if (!throttle || status !== "open" || done || throttle.untilMs - atMs < MIN_PAUSE_MS) return [];
  const minutes = Math.ceil((throttle.untilMs - atMs) / 6e4);
  const text = `The provider's rate or usage limit was reached: nothing starts for ${minutes} min.`;
  const holdsUp = tasks.filter(({ group }) => group === "couldStart").map(({ id }) => id);
  return [{ event: "limit", id: `limit/provider/${throttle.sinceMs}`, text, holdsUp }];
}
function noticeOfEnd(snapshot) {
  const { done, status, counts: n, tasks, endedAtMs } = snapshot;
  const attempts = tasks.reduce((sum, row) => sum + row.attempts.length, 0);
  if (!done || status === "stopped" || attempts === 0 || !isNews(endedAtMs, snapshot)) return [];
  const rest = [
    ...n.failed > 0 ? [`${n.failed} failed`] : [],
    ...n.cancelled > 0 ? [`${n.cancelled} cancelled`] : [],
    ...n.waiting > 0 ? [`${n.waiting} did not run`] : []
  ];
  const text = [`The plan is done: ${n.completed} of ${plural(n.total, "task")} completed`, ...rest].join(
    ", "
  );
  return [{ event: "finished", id: `finished/${tasks.length}/${attempts}`, text: `${text}.`, holdsUp: [] }];
}
function isNews(sinceMs, { atMs }) {
  return sinceMs === void 0 || atMs - sinceMs <= MAX_NEWS_AGE_MS;
}

// import:host/desktop.mjs in run/notify.mjs
import { showOnDesktop } from "../host/desktop.mjs";

// mcp-server/src/run/notify/send-notice.ts
var MAX_COMMAND_MS = 6e4;
var MAX_REQUEST_MS = 15e3;
async function sendNotice(ctx, target, message, stop) {
  if (target.kind === "command") return runCommand(ctx, target.command, message, stop);
  if (target.kind === "webhook") return post(target.url, message, stop);
  const { title, text } = noticeWords(message);
  return showOnDesktop(title, text, stop);
}
async function runCommand(ctx, command, message, stop) {
  const limits = { limitMs: MAX_COMMAND_MS, signal: stop, input: `${visibleJson(message)}
` };
  const result = (await ctx.commands.run([command], ctx.checkout.root, limits)).get(command);
  if (result === void 0) return "it was not run";
  if ("whyNot" in result) return result.whyNot;
  if (result.exitCode === 0) return void 0;
  const output = cleanText(result.output.slice(-LINE_LIMIT), LINE_LIMIT);
  return `it ended with ${result.exitCode}${output === "" ? "" : `: ${output}`}`;
}
async function post(url, message, stop) {
  const over = new AbortController();
  const giveUp = () => over.abort();
  const limit = setTimeout(giveUp, MAX_REQUEST_MS);
  stop.addEventListener("abort", giveUp);
  if (stop.aborted) giveUp();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": encodeURIComponent(message.id) },
      body: visibleJson(message),
      // Another address was not named by the user.
      redirect: "manual",
      signal: over.signal
    });
    await response.body?.cancel();
    return response.ok ? void 0 : `the webhook answered with ${response.status || "a redirection"}`;
  } catch (error) {
    if (over.signal.aborted) return `the webhook did not answer within ${MAX_REQUEST_MS / 1e3} s`;
    const { cause } = error;
    return `the webhook could not be reached${typeof cause?.code === "string" ? ` (${cause.code})` : ""}`;
  } finally {
    clearTimeout(limit);
    stop.removeEventListener("abort", giveUp);
  }
}
export {
  MAX_NEWS_AGE_MS,
  NOTICE_EVENTS,
  NoticeRecord,
  claimNotice,
  endNotice,
  isOver,
  noticeMessage,
  noticeWords,
  noticesOf,
  sendNotice
};
