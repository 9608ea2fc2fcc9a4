import { isFor, labelsOf, type Runner } from "../../../graph/runner.ts";
import type { Task } from "../../../graph/task.ts";
import { cleanText, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { PlanView } from "../../plan/plan-view.ts";
import type { RunnersNow } from "../../runners/runners-now.ts";
import { isForPlan } from "./machines.ts";

/**
 * What keeps a task from every runner that is known, for people. Where none has told of itself, a conversation executes
 * the plan, which asks for no labels: then nothing does.
 * @returns of a task: undefined where a runner is for it.
 */
export async function lackingIn(
  plan: PlanView,
  { all, isGone }: RunnersNow,
): Promise<(task: Task) => string | undefined> {
  const known = all.filter(({ plans }) => isForPlan(plans, plan.stored.slug));
  const here: Runner[] = [];
  for (const runner of known) if (!(await isGone(runner.owner))) here.push(runner);
  return (task) => {
    const { role } = plan.ctx.roles.resolve(task.agent);
    const asked = labelsOf(task);
    if (known.length === 0 || here.some((runner) => isFor(runner, role, asked))) return undefined;
    const clean = (text: string) => cleanText(text, NAME_LIMIT);
    if (!here.some((runner) => isFor(runner, role, [])))
      return here.length === 0 ? undefined : `no machine that is known does tasks of the role ${clean(role)}`;
    const missing = asked.filter((label) => !here.some(({ labels }) => labels.includes(label)));
    return missing.length === 0
      ? `no machine that is known has all of ${asked.map(clean).join(", ")}`
      : `no machine that is known has ${missing.map(clean).join(", ")}`;
  };
}
