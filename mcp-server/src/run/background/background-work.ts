import { deliveriesEnded, retryDeliveries } from "../delivery/deliver-waiting.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { RunContext } from "../project/run-context.ts";
import { keepAlive } from "../session/keep-alive.ts";
import type { SessionMemory } from "../session/session.ts";

const notifiers = new WeakMap<RunContext, Promise<Notifier>>();

/** To be called every second. What fails is tried again. */
export async function everySecond(run: RunContext, session: SessionMemory): Promise<void> {
  await keepAlive(run, session);
  await retryDeliveries(run);
  await tellUsers(run, session);
}

/**
 * Users are told what their plans need. To be called when something may have changed; nobody waits for it.
 * @param session whose conversation is told nothing of that; absent: there is none.
 */
export async function tellUsers(run: RunContext, session?: SessionMemory): Promise<void> {
  const notifier = await notifierOf(run, session);
  await notifier.look().catch(() => undefined);
}

/** When nothing is under way any more; to be waited for before the graph is let go. */
export async function backgroundWorkEnded(run: RunContext): Promise<void> {
  await deliveriesEnded(run);
  await (await notifiers.get(run))?.close();
}

function notifierOf(run: RunContext, session: SessionMemory | undefined): Promise<Notifier> {
  const known = notifiers.get(run);
  if (known) return known;
  // Loaded when it is needed first, and not when the server answers for the first time.
  const notifier = import("../notify/notifier.ts").then(
    // Else the main conversation would be told that something has happened.
    (loaded) => new loaded.Notifier(run, (plan, before, after) => session?.overlook(plan, before, after)),
  );
  notifiers.set(run, notifier);
  return notifier;
}
