import { spentText } from "../../policy/token-limit.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { type LoadedPlan, loadPlan } from "../plan/load-plan.ts";
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
  await store.write(ctx.now, actor, async (tx) => {
    const { id } = (await loadPlan(ctx, tx, slug)).stored;
    await tx.append(id, ...measured);
    const { spent: reached, graph } = await loadPlan(ctx, tx, slug);
    if (!reached || graph.readyCount === 0) return;
    const decisions = await tx.events(id, { type: "decision.taken" });
    const isLogged = decisions.some(
      ({ change }) => change.type === "decision.taken" && change.maxTokens === reached.max,
    );
    if (isLogged) return;
    const reason = spentText(reached);
    await tx.append(id, { type: "decision.taken", decision: "stop", reason, maxTokens: reached.max });
  });
}
