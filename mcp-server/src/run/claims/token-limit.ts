import { spentText } from "../../policy/token-limit.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { measureAgents } from "../usage/measure-usage.ts";

/**
 * Brings what a plan's agents have used up to date where its policy limits that, and logs once that the limit is
 * reached. To be called before tasks are claimed, apart from any transaction: it reads transcripts.
 */
export async function watchTokenLimit(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  { policy, spent, stored: { slug } }: LoadedPlan,
): Promise<void> {
  if (policy.maxTokens === 0) return;
  const measured = await measureAgents(ctx, store, slug, "unknown");
  if (measured.length === 0 && !spent) return;
  await changePlan(ctx, store, actor, slug, async (plan) => {
    plan.append(...measured);
    const { spent: reached, graph } = plan;
    if (!reached || graph.readyCount === 0) return;
    const decisions = await plan.reader.events(plan.id, { types: ["decision.taken"] });
    const isLogged = decisions.some(
      ({ change }) => change.type === "decision.taken" && change.maxTokens === reached.max,
    );
    if (isLogged) return;
    const reason = spentText(reached);
    plan.append({ type: "decision.taken", decision: "stop", reason, maxTokens: reached.max });
  });
}
