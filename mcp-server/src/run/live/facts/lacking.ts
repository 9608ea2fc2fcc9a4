import { isForRole, labelsOf, missingLabels } from "../../../graph/runner.ts";
import type { Task } from "../../../graph/task.ts";
import { cleanText, NAME_LIMIT } from "../../../text/sanitize.ts";
import { machineWith } from "../../claims/wanted-machine.ts";
import type { PlanView } from "../../plan/plan-view.ts";
import { type RunnersNow, takersOf } from "../../runners/runners-now.ts";

/**
 * What keeps a task from every machine that is known, for people: this one, where whoever looks may be at work, and
 * those of the runners.
 * @returns of a task: undefined where one is for it.
 */
export async function lackingIn(
  { ctx, stored }: PlanView,
  runners: RunnersNow,
): Promise<(task: Task) => string | undefined> {
  const takers = await takersOf(runners, stored.slug);
  return (task) => {
    const { role } = ctx.roles.resolve(task.agent);
    const ofRole = takers.filter((runner) => isForRole(runner, role));
    const missingHere = missingLabels(task, ctx.labels);
    if (ofRole.some(({ labels }) => missingLabels(task, labels).length === 0)) return undefined;
    if (takers.length === 0) return missingHere.length === 0 ? undefined : `for ${machineWith(missingHere)}`;
    const clean = (text: string) => cleanText(text, NAME_LIMIT);
    if (ofRole.length === 0) return `no machine that is known does tasks of the role ${clean(role)}`;
    if (missingHere.length === 0) return undefined;
    const missing = missingHere.filter((label) => !takers.some(({ labels }) => labels.includes(label)));
    return missing.length === 0
      ? `no machine that is known has all of ${labelsOf(task).map(clean).join(", ")}`
      : `no machine that is known has ${missing.map(clean).join(", ")}`;
  };
}
