import { isDead, isServerDead } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import type { Delivery } from "./delivery.ts";

/**
 * The server that took a report is given this time to deliver where nobody can know whether it lives: the machine was
 * started again since, or it is another container that shares the clone.
 */
const UNKNOWN_SERVER_MS = 10 * 60_000;

/**
 * Whether this server is to make the delivery, and with it those that wait behind it: it took the report, or the one
 * that did is dead.
 */
export async function mayDeliver(ctx: RunContext, { attempt }: Delivery): Promise<boolean> {
  const { owner } = ctx;
  const { by } = attempt.accepted;
  if (by.host !== owner.host) return attempt.acceptedAtMs + UNKNOWN_SERVER_MS <= ctx.now();
  const isOwn = by.server?.pid === owner.server?.pid && by.server?.startedAt === owner.server?.startedAt;
  return isOwn || (by.server ? isServerDead(by) : isDead(by));
}
