import type { FileClash } from "../../live/file-clash.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { cleanText, LINE_LIMIT } from "../../text/sanitize.ts";
import { readGraph } from "../plan/plan-view.ts";
import { unorderedClashes } from "../planning/conflicts.ts";
import { planningOf } from "../planning/planning.ts";
import type { RunContext } from "../project/run-context.ts";

/** More lines across a drawing nobody follows. */
const MAX_CLASHES = 500;

/** Which tasks of a plan only their files and resources keep apart. @throws CallerError when there is no such plan. */
export async function fileClashes(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
): Promise<{ readonly clashes: readonly FileClash[] }> {
  return readGraph(ctx, store, async (view) => {
    const { graph, policy, estimates } = await view.plan(slug);
    const tasks = [...graph.tasks.values()];
    const clashes = unorderedClashes(planningOf(ctx, tasks, policy, estimates), tasks);
    return {
      clashes: clashes
        .slice(0, MAX_CLASHES)
        .map(({ tasks, what }) => ({ tasks, what: cleanText(what, LINE_LIMIT) })),
    };
  });
}
