import { type Owner, takesPlace } from "../../../graph/attempt.ts";
import { isForPlan } from "../../../graph/runner.ts";
import { taskName } from "../../../graph/task.ts";
import type { MachineNow } from "../../../live/snapshot.ts";
import { cleanText, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { DeadClaims } from "../../plan/interrupted.ts";
import type { GraphView } from "../../plan/plan-view.ts";
import { sameOwner } from "../../project/owner.ts";
import type { RunnersNow } from "../../runners/runners-now.ts";
import { machineOf } from "./run-by.ts";

/**
 * Who executes plans where: the runners as they tell of themselves, with what they run of whichever plan, and other
 * processes that have live claims, of which no slots are known.
 * @param slug absent: of all plans of the repository.
 */
export async function machinesNow(
  { ctx: { repository }, reader }: Pick<GraphView, "ctx" | "reader">,
  runners: RunnersNow,
  dead: DeadClaims,
  slug?: string,
): Promise<MachineNow[]> {
  const live = (await reader.held()).filter(
    ({ repository: of, claim }) => of === repository && takesPlace(claim) && !dead.has(claim.id),
  );
  const runs = (owner: Owner) =>
    live
      .filter(({ claim }) => sameOwner(claim.owner, owner))
      .map(({ plan, claim }) => cleanText(taskName(plan, claim.task), NAME_LIMIT));
  const own = runners.all.filter((runner) => slug === undefined || isForPlan(runner, slug));
  const machines: MachineNow[] = [];
  for (const runner of own) {
    const gone = await runners.isGone(runner.owner);
    machines.push({
      machine: cleanText(machineOf(runner.owner), NAME_LIMIT),
      pid: runner.owner.pid,
      kind: runner.kind,
      state: gone ? "gone" : runner.draining ? "draining" : "here",
      ...(gone && { lastSeenMs: runner.lastSeenMs }),
      clients: runner.clients.map(({ name, slots }) => ({ name: cleanText(name, NAME_LIMIT), slots })),
      labels: runner.labels.map((label) => cleanText(label, NAME_LIMIT)),
      roles: runner.roles.map((role) => cleanText(role, NAME_LIMIT)),
      runs: runs(runner.owner),
    });
  }
  const others = live.filter(
    ({ plan, claim: { owner } }) =>
      (slug === undefined || plan === slug) && !runners.all.some((runner) => sameOwner(runner.owner, owner)),
  );
  const owners = others
    .map(({ claim }) => claim.owner)
    .filter((owner, i, all) => all.findIndex((other) => sameOwner(owner, other)) === i);
  return [
    ...machines,
    ...owners.map(
      (owner): MachineNow => ({
        ...{ machine: cleanText(machineOf(owner), NAME_LIMIT), pid: owner.pid },
        ...{ kind: "session", state: "here", clients: [], labels: [], roles: [], runs: runs(owner) },
      }),
    ),
  ];
}
