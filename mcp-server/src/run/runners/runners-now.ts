import type { Owner } from "../../graph/attempt.ts";
import { isForPlan, type Runner } from "../../graph/runner.ts";
import type { GraphReader } from "../../store/graph-reader.ts";
import { deadOwners, sameOwner } from "../project/owner.ts";

/** Who executes the repository's plans without a conversation, and who of them is gone. */
export interface RunnersNow {
  readonly all: readonly Runner[];
  /** By its process where that can be seen, else by its lease. What never told of itself counts as there. */
  readonly isGone: (owner: Owner) => Promise<boolean>;
}

export async function runnersNow(
  reader: GraphReader,
  repository: string,
  nowMs: number,
): Promise<RunnersNow> {
  const all = await reader.runners(repository);
  const isDead = deadOwners();
  const isGone = async (owner: Owner) => {
    const known = all.find((runner) => sameOwner(runner.owner, owner));
    return (known !== undefined && known.leaseUntilMs <= nowMs) || isDead(owner);
  };
  return { all, isGone };
}

/** Those of them that may yet take tasks of a plan. */
export async function takersOf({ all, isGone }: RunnersNow, slug: string): Promise<readonly Runner[]> {
  const takers: Runner[] = [];
  for (const runner of all)
    if (isForPlan(runner, slug) && !runner.draining && !(await isGone(runner.owner))) takers.push(runner);
  return takers;
}
