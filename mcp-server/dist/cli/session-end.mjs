// import:policy.mjs in cli/session-end.mjs
import { raiseLimit, spentText } from "../policy.mjs";

// import:run/edits.mjs in cli/session-end.mjs
import { resumeCommand } from "../run/edits.mjs";

// import:run/plan.mjs in cli/session-end.mjs
import { countsOf, isDone, readGraph } from "../run/plan.mjs";

// mcp-server/src/cli/session-end.ts
async function sessionEnd(ctx, session) {
  const store = await ctx.graph();
  if (!store) return "";
  return readGraph(ctx, store, async (view) => {
    const lines = [];
    for (const loaded of await view.plans()) {
      const { stored } = loaded;
      const isOurs = loaded.graph.claims.some((claim) => claim.owner.session === session);
      if (!isOurs || isDone(loaded) || stored.status !== "open") continue;
      const { completed, failed, total } = countsOf(loaded);
      const { slug } = stored;
      const why = loaded.spent ? `${spentText(loaded.spent)} ${raiseLimit(slug, loaded.spent)}` : `To go on: ${resumeCommand(stored)}`;
      lines.push(
        `parallel: the plan ${slug} is not finished: ${completed} of ${total} completed, ${failed} failed. ${why}
`
      );
    }
    return lines.join("");
  });
}
export {
  sessionEnd
};
