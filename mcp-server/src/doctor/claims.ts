import { taskName } from "../graph/task.ts";
import { deadOwners } from "../run/project/owner.ts";
import type { HeldClaim } from "../store/graph-store.ts";
import { type Check, notice, skipped } from "./finding.ts";

/** More are only counted. */
const MOST = 5;

/** Whether claims are held by sessions that are no more, or by agents that fell silent. */
export const claims: Check = {
  name: "Claims",
  async look({ graph, place }) {
    if (graph.state !== "open" || graph.inspection.version === undefined)
      return skipped("no graph to look at");
    const { repository } = graph.location;
    const held = await graph.inspection.read(async (reader) => {
      // A database may be shared by several repositories.
      const ours = new Set((await reader.plans(repository)).map(({ id }) => id));
      return (await reader.held()).filter(({ planId }) => ours.has(planId));
    });
    const hasDied = deadOwners();
    const dead: HeldClaim[] = [];
    const silent: HeldClaim[] = [];
    for (const one of held) {
      // Only the newer version that knows its state can tell.
      if (one.claim.state === "unrecognised") continue;
      if (await hasDied(one.claim.owner)) dead.push(one);
      else if (endOf(one) <= place.nowMs) silent.push(one);
    }
    return {
      seen: held.length === 0 ? "none held" : `${held.length} held`,
      findings: [
        ...(dead.length === 0
          ? []
          : [notice(`Held for a session that is no more: ${listed(dead)}.`, howToGoOn(dead))]),
        ...(silent.length === 0
          ? []
          : [notice(`Held past its time, without a sign of life: ${listed(silent)}.`, howToGoOn(silent))]),
      ],
    };
  },
};

/** When the claim's time is over. */
function endOf({ claim }: HeldClaim): number {
  if (claim.state === "offered") return claim.expiresAtMs;
  if (claim.state === "running") return claim.leaseUntilMs;
  return claim.state === "ended"
    ? (claim.drainsUntilMs ?? Number.POSITIVE_INFINITY)
    : Number.POSITIVE_INFINITY;
}

function listed(held: readonly HeldClaim[]): string {
  const names = held.slice(0, MOST).map(({ plan, claim }) => taskName(plan, claim.task));
  return names.join(", ") + (held.length > MOST ? ` and ${held.length - MOST} more` : "");
}

function howToGoOn(held: readonly HeldClaim[]): string {
  const plans = [...new Set(held.map(({ plan }) => plan))];
  return `Nothing to repair: they are free as soon as a session starts here. To go on: ${plans.map((plan) => `/parallel:run ${plan}`).join(", ")}.`;
}
