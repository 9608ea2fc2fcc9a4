import { raiseLimit, spentText } from "../policy/spending/limits.ts";
import { resumeCommand } from "../run/edits/open-plan.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import { countsOf, isDone } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";

/**
 * What the user of a headless session is told when it ends with a plan that it began and did not finish. Nobody
 * else would say so: the model may have claimed success, and Claude Code prints only the model's words.
 */
export async function sessionEnd(ctx: RunContext, session: string): Promise<string> {
  const store = await ctx.graph();
  if (!store) return "";
  return readGraph(ctx, store, async (view) => {
    const lines: string[] = [];
    for (const loaded of await view.plans()) {
      const { stored } = loaded;
      const isOurs = loaded.graph.claims.some((claim) => claim.owner.session === session);
      if (!isOurs || isDone(loaded) || stored.status !== "open") continue;
      const { completed, failed, total } = countsOf(loaded);
      const { slug } = stored;
      const why = loaded.spent
        ? `${spentText(loaded.spent)} ${raiseLimit(slug, loaded.spent)}`
        : `To go on: ${resumeCommand(stored)}`;
      lines.push(
        `parallel: the plan ${slug} is not finished: ${completed} of ${total} completed, ${failed} failed. ${why}\n`,
      );
    }
    return lines.join("");
  });
}
