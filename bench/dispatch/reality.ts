import type { Activity, ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";
import type { Random } from "../seeded-random.ts";

/** An attempt takes up to this many times its estimate, or as small a part of it. */
const MAX_OFF = 3;
/** Share of the first attempts that fail; the second one succeeds. */
const FAILURES = 0.1;

/** What happens when a plan is carried out: per task how long each of its attempts takes, all but the last fail. */
export type Reality = readonly (readonly number[])[];

/** Attempts whose durations are the estimates times a factor that is log-uniform between 1/3 and 3. */
export function drawReality({ activities }: ProblemInput, random: Random): Reality {
  const attempt = (estimate: number) =>
    estimate === 0 ? 0 : Math.max(1, Math.round(estimate * MAX_OFF ** (2 * random() - 1)));
  return activities.map(({ duration }) => {
    const first = attempt(duration);
    return random() < FAILURES ? [first, attempt(duration)] : [first];
  });
}

/** The problem of one who knows the reality: every attempt is work, and only a task's last one helps others. */
export function clairvoyantProblem({ activities, capacities }: ProblemInput, reality: Reality): ProblemInput {
  const lastOf: number[] = [];
  let count = 0;
  for (const attempts of reality) {
    count += attempts.length;
    lastOf.push(count - 1);
  }
  return {
    capacities,
    activities: activities.flatMap((activity, task) =>
      (reality[task] ?? []).map((duration, nth, { length }): Activity => {
        if (nth > 0) {
          return { duration, demands: activity.demands, predecessors: [(lastOf[task] ?? 0) - length + nth] };
        }
        return {
          ...activity,
          duration,
          predecessors: activity.predecessors.map((other) => lastOf[other] ?? 0),
        };
      }),
    ),
  };
}
