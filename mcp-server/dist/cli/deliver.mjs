// import:errors.mjs in cli/deliver.mjs
import { CallerError } from "../errors.mjs";

// import:run/attempts.mjs in cli/deliver.mjs
import { expireClaims } from "../run/attempts.mjs";

// import:run/plan.mjs in cli/deliver.mjs
import { changePlan, existingGraph } from "../run/plan.mjs";

// import:run/worktrees/deliver.mjs in cli/deliver.mjs
import { deliverPlan } from "../run/worktrees/deliver.mjs";

// import:text.mjs in cli/deliver.mjs
import { plural, shownPath, visibleJson } from "../text.mjs";

// mcp-server/src/cli/deliver.ts
async function deliverCommand(ctx, slug, { merge = false, json = false }) {
  const store = await existingGraph(ctx, slug);
  const running = await changePlan(ctx, store, "cli", slug, async (plan, tx) => {
    await expireClaims(tx);
    return plan.graph.live.length;
  });
  if (running > 0) {
    throw new CallerError(
      "wrong_state",
      `Nothing was delivered: ${plural(running, "task")} of ${slug} still ${running === 1 ? "runs" : "run"}.`,
      "Wait for the end, or stop the plan first.",
      "plan"
    );
  }
  const delivery = await deliverPlan(ctx, store, slug, { how: merge ? "merge" : "changes", again: true });
  process.stdout.write(json ? `${visibleJson(delivery)}
` : textOf(slug, delivery));
  return delivery.kind === "refused" ? 1 : 0;
}
function textOf(slug, delivery) {
  switch (delivery.kind) {
    case "nothing":
      return `Nothing of ${slug} is to be delivered: ${delivery.why}.
`;
    case "delivered": {
      const files = plural(delivery.files.length, "file");
      return delivery.how === "merge" ? `The work of ${slug} is merged into the branch that is checked out: ${files}.
` : `The work of ${slug} is in the checkout, as uncommitted changes of ${files}.
`;
    }
    case "refused": {
      const { reason, files } = delivery;
      const listed = files.map((file) => `  ${shownPath(file)}
`).join("");
      return `Nothing was touched: ${reason}.
${listed}When that is settled, run this again, or git merge parallel/${slug}.
`;
    }
  }
}
export {
  deliverCommand
};
