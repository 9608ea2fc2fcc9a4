import { CallerError } from "../errors/caller-error.ts";
import { engineRecord, RUNNER_ENGINE } from "../run/engine/engine-runs.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import { isDead } from "../run/project/owner.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { runnersNow } from "../run/runners/runners-now.ts";
import { markOfRunner, RUNNER_VARIABLE } from "../run/session/runner-child.ts";
import type { GraphStore } from "../store/graph-store.ts";
import { endProcessesWith } from "./marked-processes.ts";

/**
 * Ends what the agents of runners of the plan are that have died without ending them: their tasks are about to be done
 * again. To be called before anything of the plan is claimed.
 * @param isOneOfSeveral whether others may execute the plan as well.
 * @returns how many processes there were.
 * @throws CallerError where a runner of the plan lives that it is not to share.
 */
export async function endLeftAgents(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  isOneOfSeveral = false,
): Promise<number> {
  const { open, isGone } = await readGraph(ctx, store, async (view) => ({
    ...(await engineRecord(await view.plan(slug))),
    ...(await runnersNow(view.reader, ctx.repository, ctx.now())),
  }));
  const runners = open.filter(({ engine }) => engine === RUNNER_ENGINE);
  let ended = 0;
  for (const { owner, isOneOfSeveral: takesPart = false } of runners) {
    const isHere = owner.host === ctx.owner.host;
    if (await isDead(owner)) {
      if (isHere) ended += await endProcessesWith(RUNNER_VARIABLE, markOfRunner(owner));
    } else if (!isOneOfSeveral && !takesPart && !(await isGone(owner))) {
      const where = isHere ? `process ${owner.pid}` : `process ${owner.pid} of another machine`;
      throw new CallerError(
        "wrong_state",
        `parallel run executes ${slug} already (${where}).`,
        `Look at it with parallel status ${slug}, or interrupt it first. Several take part with parallel worker.`,
        "plan",
      );
    }
  }
  return ended;
}
