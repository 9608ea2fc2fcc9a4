import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { planProblem } from "../../mcp-server/src/schedule/problem/plan-problem.ts";
import type { SpecTask } from "../../test/e2e/harness/scenario.ts";
import { seededRandom } from "../seeded-random.ts";

/** A plan whose agents take times that are known beforehand. */
export interface TimedPlan {
  readonly tasks: readonly SpecTask[];
  readonly durationMs: ReadonlyMap<string, number>;
}

/** A task needs some of so many before it. */
const RECENT = 10;
/** Every so many tasks one writes an index that others write as well. */
const EVERY_SHARED = 7;
const SHARED_FILES = 3;

/**
 * A plan of the usual shape: most tasks need one or two of those before them, some write a file that others write too.
 * @param shortestMs the longest takes four times that.
 */
export function timedPlan(size: number, shortestMs: number): TimedPlan {
  const random = seededRandom(size);
  const below = (most: number) => Math.floor(random() * most);
  const durationMs = new Map<string, number>();
  const tasks = Array.from({ length: size }, (_, i): SpecTask => {
    const id = String(i + 1);
    const ms = shortestMs + below(3 * shortestMs);
    durationMs.set(id, ms);
    const needed = Array.from({ length: below(3) }, () => i - 1 - below(RECENT)).filter((at) => at >= 0);
    return {
      id,
      description: `Build part ${id}`,
      dependencies: [...new Set(needed)].map((at) => String(at + 1)),
      writes: [`parts/${id}.txt`, ...(i % EVERY_SHARED === 0 ? [`index/${below(SHARED_FILES)}.txt`] : [])],
      estimateMinutes: ms / 60_000,
    };
  });
  return { tasks, durationMs };
}

/** How long the planner needs for it, when it knows how long everything takes and what starting an agent costs. */
export function idealMs({ tasks, durationMs }: TimedPlan, cap: number, launchMs: number): number {
  const planned = tasks.map(({ id, dependencies = [] }) => ({
    id,
    dependencies,
    needs: "all" as const,
    durationMs: (durationMs.get(id) ?? 0) + launchMs,
    role: "feature-implementer",
    alone: false,
  }));
  const clashes = tasks.flatMap((one, a) =>
    tasks.flatMap((other, b) =>
      a < b && one.writes?.some((path) => other.writes?.includes(path)) ? [{ a, b }] : [],
    ),
  );
  return planSchedule(planProblem(planned, { cap, capacity: {} }, clashes)).makespan;
}
