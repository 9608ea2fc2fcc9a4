import type { Change } from "../../graph/event.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { SERVER_ENDED } from "../gate/gate-claim.ts";
import { changePlan, type PlanTransaction } from "../plan/plan-transaction.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { isDead, isServerDead } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import type { PlanNotice } from "./notice.ts";

type Started = Extract<Change, { type: "notification.started" }>;

/** What was tried for one notice and one receiver. */
interface Tries {
  /** The one that has not ended; its server may be dead. */
  readonly open?: Started;
  /** How many have ended without success. */
  readonly failed: number;
  readonly lastEndMs: number;
  readonly isSent: boolean;
  /** A try was never ended by its own server: whether it reached anybody is not known. */
  readonly mayBeSent: boolean;
}

/** Waits after the first and the second try that failed, in milliseconds; after the third it is given up. */
const WAITS_MS = [30_000, 5 * 60_000] as const;
/** One try may take so long, whatever it is. */
const LEASE_MS = 2 * 60_000;

/** What the log says of the notices of a plan. */
export class NoticeRecord {
  readonly #tries = new Map<string, Tries>();

  static async read(plan: PlanView): Promise<NoticeRecord> {
    const types = ["notification.started", "notification.ended"] as const;
    const record = new NoticeRecord();
    for (const { change, atMs } of await plan.reader.events(plan.id, { types })) {
      if (change.type === "notification.started" || change.type === "notification.ended")
        record.#add(change, atMs);
    }
    return record;
  }

  #add(change: Extract<Change, { type: "notification.started" | "notification.ended" }>, atMs: number): void {
    const key = keyOf(change.notice, change.to);
    const { open: _, ...tries } = this.#tries.get(key) ?? NONE;
    if (change.type === "notification.started") this.#tries.set(key, { ...tries, open: change });
    else {
      this.#tries.set(key, {
        ...tries,
        lastEndMs: atMs,
        isSent: tries.isSent || change.sent,
        failed: tries.failed + (change.sent || change.why === SERVER_ENDED ? 0 : 1),
        mayBeSent: tries.mayBeSent || change.why === SERVER_ENDED,
      });
    }
  }

  of(notice: string, to: string): Tries {
    return this.#tries.get(keyOf(notice, to)) ?? NONE;
  }

  /** From when on it may be tried, as far as nobody is at it; infinite: it is settled. */
  dueAtMs(notice: string, to: string): number {
    const { isSent, failed, lastEndMs } = this.of(notice, to);
    if (isSent || failed > WAITS_MS.length) return Number.POSITIVE_INFINITY;
    return failed === 0 ? 0 : lastEndMs + (WAITS_MS[failed - 1] ?? 0);
  }
}

const NONE: Tries = { failed: 0, lastEndMs: 0, isSent: false, mayBeSent: false };

/** Neither a notice nor a receiver has a line's end in it. */
function keyOf(notice: string, to: string): string {
  return `${notice}\n${to}`;
}

/** The right to tell one notice to one receiver, once. */
export interface NoticeClaim {
  /** A server that was to tell it has died: whether it did is not known. */
  readonly mayBeSent: boolean;
  /** The plan's version before and after the claim. */
  readonly logged: { readonly before: number; readonly after: number };
}

/**
 * Takes the right to tell a notice, unless it was told, is being told by a server that lives, or is not to be tried yet.
 * @param to who is told, by a name that shows nothing of his address.
 */
export async function claimNotice(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  { id: notice, event }: PlanNotice,
  to: string,
): Promise<NoticeClaim | undefined> {
  let taken:
    | { readonly plan: PlanTransaction; readonly before: number; readonly mayBeSent: boolean }
    | undefined;
  await changePlan(ctx, store, "server", slug, async (plan) => {
    taken = undefined;
    const record = await NoticeRecord.read(plan);
    const { open, mayBeSent } = record.of(notice, to);
    if (record.dueAtMs(notice, to) > plan.nowMs) return;
    if (open && !(await isOver(open, plan.nowMs))) return;
    const before = plan.stored.version;
    if (open) plan.append({ type: "notification.ended", notice, to, sent: false, why: SERVER_ENDED });
    const leaseUntilMs = plan.nowMs + LEASE_MS;
    plan.append({ type: "notification.started", notice, to, event, owner: ctx.owner, leaseUntilMs });
    taken = { plan, before, mayBeSent: mayBeSent || open !== undefined };
  });
  return (
    taken && {
      mayBeSent: taken.mayBeSent,
      logged: { before: taken.before, after: taken.plan.stored.version },
    }
  );
}

export async function isOver({ owner, leaseUntilMs }: Started, nowMs: number): Promise<boolean> {
  return leaseUntilMs <= nowMs || (await isDead(owner)) || (await isServerDead(owner));
}

/**
 * Writes down how telling it went.
 * @param why it was not told, in a phrase; undefined: it was.
 */
export async function endNotice(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  { id: notice }: PlanNotice,
  to: string,
  why: string | undefined,
): Promise<NoticeClaim["logged"]> {
  const { plan, before } = await changePlan(ctx, store, "server", slug, (own) => {
    const version = own.stored.version;
    own.append({
      type: "notification.ended",
      notice,
      to,
      sent: why === undefined,
      ...(why !== undefined && { why }),
    });
    return { plan: own, before: version };
  });
  return { before, after: plan.stored.version };
}
