// import:errors.mjs in cli.mjs
import { CallerError } from "./errors.mjs";

// import:run/edits.mjs in cli.mjs
import { listTasks } from "./run/edits.mjs";

// mcp-server/src/cli/only-plan.ts
async function onlyPlan(ctx) {
  const { plans } = await listTasks(ctx, { limit: 0 });
  const [first, ...others] = plans.map(({ plan }) => plan);
  if (first === void 0) {
    throw new CallerError(
      "unknown_plan",
      "There is no plan in this repository yet.",
      "Make one in Claude Code: /parallel:run, or /spec:execute for a specification.",
      "plan"
    );
  }
  if (others.length > 0) {
    throw new CallerError(
      "bad_input",
      `There are ${plans.length} plans, newest first: ${[first, ...others].join(", ")}.`,
      "Name the one that you mean.",
      "plan"
    );
  }
  return first;
}
export {
  onlyPlan
};
