import type { PlanSnapshot, SnapshotCounts } from "../../live/snapshot.ts";
import { cleanText, LINE_LIMIT } from "../../text/sanitize.ts";
import type { NoticeEvent, PlanNotice } from "./notice.ts";

/** More tasks than these are not named. */
const MAX_HELD_UP = 20;

/**
 * What a command reads and a webhook is sent: all of it, and nothing else. There is no brief, no report, no file, no
 * path of this machine and no token in it; the texts are an agent's question, or why its task failed.
 */
export interface NoticeMessage {
  readonly v: 1;
  /** One of a kind: whoever was told twice, because a server died while it told him, knows it by this. */
  readonly id: string;
  readonly event: NoticeEvent;
  /** It may have been told before: the server that was about to tell it has died. */
  readonly again?: true;
  readonly plan: string;
  readonly title: string;
  /** The last part of its path or address. */
  readonly repository: string;
  readonly task?: string;
  readonly subject?: string;
  readonly text: string;
  readonly holdsUp: readonly string[];
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly counts: SnapshotCounts;
}

/** @param mayBeKnown somebody may have told it before. */
export function noticeMessage(
  snapshot: PlanSnapshot,
  notice: PlanNotice,
  mayBeKnown: boolean,
): NoticeMessage {
  const { plan, title, repository, atMs, counts } = snapshot;
  const { event, id, task, subject, text, holdsUp } = notice;
  return {
    v: 1,
    id: `${repository}/${plan}/${id}`,
    event,
    ...(mayBeKnown && { again: true as const }),
    ...{ plan, title, repository },
    ...(task !== undefined && { task }),
    ...(subject !== undefined && { subject }),
    text: cleanText(text, LINE_LIMIT),
    holdsUp: holdsUp.slice(0, MAX_HELD_UP),
    at: new Date(atMs).toISOString(),
    counts,
  };
}

/** The same for people, in a few words. */
export function noticeWords({ event, plan, task, subject, text }: NoticeMessage) {
  const title = {
    decision: `${plan} needs you`,
    finished: `${plan} is done`,
    failed: `${plan}: a task failed`,
    limit: `${plan}: a limit is reached`,
  }[event];
  return { title, text: task === undefined ? text : `${task} ${subject ?? ""}: ${text}` };
}
