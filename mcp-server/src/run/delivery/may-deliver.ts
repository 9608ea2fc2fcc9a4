import type { GraphStore } from "../../store/graph-store.ts";
import { isDead, isServerDead, sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { runnersNow } from "../runners/runners-now.ts";
import type { Delivery } from "./delivery.ts";

/**
 * What nobody can know whether somebody is about to deliver it is left alone for this time after its report: the machine
 * was started again since, or it is another container that shares the clone; or the commit is in a clone that may come
 * back.
 */
export const UNKNOWN_SERVER_MS = 10 * 60_000;

/**
 * Whether this server is to make the delivery, and with it those that wait behind it: it took the report, or the one
 * that did is dead. What a runner of another machine took is its own until its lease ends.
 */
export async function mayDeliver(
  ctx: RunContext,
  store: GraphStore,
  { attempt }: Delivery,
): Promise<boolean> {
  const { owner } = ctx;
  const { by } = attempt.accepted;
  if (by.host !== owner.host) {
    const runners = await store.read((reader) => runnersNow(reader, ctx.repository, ctx.now()));
    const isRunner = runners.all.some((runner) => sameOwner(runner.owner, by));
    return isRunner ? runners.isGone(by) : attempt.acceptedAtMs + UNKNOWN_SERVER_MS <= ctx.now();
  }
  const isOwn = by.server?.pid === owner.server?.pid && by.server?.startedAt === owner.server?.startedAt;
  return isOwn || (by.server ? isServerDead(by) : isDead(by));
}
