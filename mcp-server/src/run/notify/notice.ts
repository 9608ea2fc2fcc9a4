import type { Need, PlanSnapshot } from "../../live/snapshot.ts";
import { plural } from "../../text/format.ts";

export const NOTICE_EVENTS = ["decision", "finished", "failed", "limit"] as const;
/** Why somebody is told something. */
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Something that a user is told once, as it stands in the plan. */
export interface PlanNotice {
  readonly event: NoticeEvent;
  /** The same as long as it is the same: one that happens again has another. */
  readonly id: string;
  readonly task?: string;
  readonly subject?: string;
  readonly text: string;
  readonly holdsUp: readonly string[];
}

/** What a snapshot does not say of a plan. */
export interface NoticeFacts {
  /** Sequence number of the last change of the plan's status: a plan that is paused again is another matter. */
  readonly statusSeq: number;
  /** When that was. */
  readonly statusAtMs: number;
  /** The provider refused agents: until when nothing starts, and since when that has been so. */
  readonly throttle?: { readonly untilMs: number; readonly sinceMs: number };
}

/** Whatever is older is no news to anybody, such as to the one who sets `notify` today. */
export const MAX_NEWS_AGE_MS = 24 * 3_600_000;
/** A shorter pause of the provider's is over before anybody has read of it. */
const MIN_PAUSE_MS = 5 * 60_000;

const EVENTS: Readonly<Partial<Record<Need["kind"], NoticeEvent>>> = {
  question: "decision",
  decision: "decision",
  review: "decision",
  failed: "failed",
  limit: "limit",
};

/** All that a user is to be told of a plan as it stands, whether or not he was. */
export function noticesOf(snapshot: PlanSnapshot, facts: NoticeFacts): PlanNotice[] {
  return [
    ...snapshot.needs.flatMap((need) => noticeOfNeed(snapshot, need, facts)),
    ...noticeOfThrottle(snapshot, facts),
    ...noticeOfEnd(snapshot),
  ];
}

function noticeOfNeed(snapshot: PlanSnapshot, need: Need, facts: NoticeFacts): PlanNotice[] {
  const event = EVENTS[need.kind];
  if (event === undefined) return [];
  const { text, holdsUp } = need;
  if (need.task === undefined) {
    if (event === "limit")
      return limitsReached(snapshot).map((id) => ({ event, id: `limit/${id}`, text, holdsUp }));
    return isNews(facts.statusAtMs, snapshot)
      ? [{ event, id: `decision/${facts.statusSeq}`, text, holdsUp }]
      : [];
  }
  const row = snapshot.tasks.find(({ id }) => id === need.task);
  if (!row || !isNews(need.sinceMs, snapshot)) return [];
  const attempts = Math.max(0, ...row.attempts.map(({ number }) => number));
  const { id: task, subject } = row;
  return [{ event, id: `${event}/${task}/${attempts}`, task, subject, text, holdsUp }];
}

/** A limit that was raised and is reached again is another one. */
function limitsReached({ cost }: PlanSnapshot): string[] {
  return cost.limits.filter(({ used, max }) => used >= max).map(({ name, max }) => `${name}/${max}`);
}

function noticeOfThrottle(
  { atMs, status, done, tasks }: PlanSnapshot,
  { throttle }: NoticeFacts,
): PlanNotice[] {
  if (!throttle || status !== "open" || done || throttle.untilMs - atMs < MIN_PAUSE_MS) return [];
  const minutes = Math.ceil((throttle.untilMs - atMs) / 60_000);
  const text = `The provider's rate or usage limit was reached: nothing starts for ${minutes} min.`;
  const holdsUp = tasks.filter(({ group }) => group === "couldStart").map(({ id }) => id);
  return [{ event: "limit", id: `limit/provider/${throttle.sinceMs}`, text, holdsUp }];
}

/** A plan that went on after its end, with another task or another attempt, ends again. */
function noticeOfEnd(snapshot: PlanSnapshot): PlanNotice[] {
  const { done, status, counts: n, tasks, endedAtMs } = snapshot;
  const attempts = tasks.reduce((sum, row) => sum + row.attempts.length, 0);
  if (!done || status === "stopped" || attempts === 0 || !isNews(endedAtMs, snapshot)) return [];
  const rest = [
    ...(n.failed > 0 ? [`${n.failed} failed`] : []),
    ...(n.cancelled > 0 ? [`${n.cancelled} cancelled`] : []),
    ...(n.waiting > 0 ? [`${n.waiting} did not run`] : []),
  ];
  const text = [`The plan is done: ${n.completed} of ${plural(n.total, "task")} completed`, ...rest].join(
    ", ",
  );
  return [{ event: "finished", id: `finished/${tasks.length}/${attempts}`, text: `${text}.`, holdsUp: [] }];
}

function isNews(sinceMs: number | undefined, { atMs }: PlanSnapshot): boolean {
  return sinceMs === undefined || atMs - sinceMs <= MAX_NEWS_AGE_MS;
}
