import type { Activity, ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";
import { seededRandom } from "../seeded-random.ts";

const CAP = 8;
const ROLES = [8, 4, 2, 2];
/** So many tasks share a file on average. */
const TASKS_PER_FILE = 3;
const MINUTE = 60_000;

/**
 * A large plan of the kind that this planner is for: a cap, roles with capacities, one or two files per task that
 * nobody else may write meanwhile, a few tasks that run alone, dependencies on recent tasks.
 */
export function syntheticPlan(tasks: number, seed: number): ProblemInput {
  const random = seededRandom(seed);
  const int = (below: number) => Math.floor(random() * below);
  const files = Math.ceil(tasks / TASKS_PER_FILE);
  const firstFile = 1 + ROLES.length;
  const activities = Array.from({ length: tasks }, (_, index): Activity => {
    const recent = Math.min(index, 60);
    const predecessors = new Set(
      Array.from({ length: recent === 0 ? 0 : int(4) }, () => index - 1 - int(recent)),
    );
    const alone = random() < 0.005;
    const written = new Set(Array.from({ length: 1 + int(2) }, () => firstFile + int(files)));
    return {
      duration: MINUTE + int(44 * MINUTE),
      predecessors: [...predecessors],
      demands: [
        { resource: 0, amount: alone ? CAP : 1 },
        { resource: 1 + int(ROLES.length), amount: 1 },
        ...[...written].map((resource) => ({ resource, amount: 1 })),
      ],
    };
  });
  return { activities, capacities: [CAP, ...ROLES, ...Array.from({ length: files }, () => 1)] };
}
