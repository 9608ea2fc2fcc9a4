import { CallerError } from "../errors/caller-error.ts";
import { listTasks } from "../run/edits/list-tasks.ts";
import type { RunContext } from "../run/project/run-context.ts";

/** The name of the repository's plan, for a command that names none. @throws CallerError unless there is exactly one. */
export async function onlyPlan(ctx: RunContext): Promise<string> {
  const { plans } = await listTasks(ctx, { limit: 0 });
  const [first, ...others] = plans.map(({ plan }) => plan);
  if (first === undefined) {
    throw new CallerError(
      "unknown_plan",
      "There is no plan in this repository yet.",
      "Make one in Claude Code: /parallel:run, or /spec:execute for a specification.",
      "plan",
    );
  }
  if (others.length > 0) {
    throw new CallerError(
      "bad_input",
      `There are ${plans.length} plans, newest first: ${[first, ...others].join(", ")}.`,
      "Name the one that you mean.",
      "plan",
    );
  }
  return first;
}
