import { CLOCK_LOOK_MS } from "../policy/liveness/standstill.ts";
import { moveLeases } from "../run/attempts/move-leases.ts";
import { tellUsers } from "../run/background/background-work.ts";
import { retryDeliveries } from "../run/delivery/deliver-waiting.ts";
import { readAgentCall } from "../run/guard/agent-call.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { Presence } from "../run/runners/presence.ts";
import type { GraphStore } from "../store/graph-store.ts";
import type { RunningAgent } from "./running-agent.ts";

/**
 * What a runner does every second: a time in which it did not run is no silence of its agents, and whoever is heard of
 * lives. Hooks tell of those that have them.
 * @returns what ends it.
 */
export function keepTime(
  ctx: RunContext,
  store: GraphStore,
  agents: () => readonly RunningAgent[],
  presence: Presence,
): () => void {
  const renewed = new Map<string, number>();
  let isBehind = false;
  let isBusy = false;
  const tick = async () => {
    ctx.clock.beginLooking();
    if (ctx.clock.look()) isBehind = true;
    if (isBehind) await moveLeases(ctx);
    isBehind = false;
    for (const agent of agents()) {
      const { agentId, lastHeardMs, isInCall, client } = agent;
      if (client.hasHooks || !(isInCall || lastHeardMs > (renewed.get(agentId) ?? 0))) continue;
      renewed.set(agentId, ctx.now());
      await (await readAgentCall(ctx, store, agentId))?.renewLease();
    }
    await presence.renew();
    await retryDeliveries(ctx);
    await tellUsers(ctx);
  };
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    // What fails is tried again.
    void tick()
      .catch(() => undefined)
      .finally(() => {
        isBusy = false;
      });
  }, CLOCK_LOOK_MS);
  return () => clearInterval(timer);
}
