import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idealMs, timedPlan } from "../engines/timed-plan.ts";
import { median } from "../store/figures.ts";
import { type FleetOptions, runFleet } from "./fleet.ts";

const [WORKERS, SLOTS] = [4, 2];
const STARTS = 7;

export interface Makespan {
  readonly tasks: number;
  /** A client that does nothing, alone, from its start to its end. */
  readonly startMs: number;
  /** By the planner that knows all durations, with that start for each task. */
  readonly idealMs: number;
  /** From the first offer to the last end. */
  readonly tookMs: number;
  /** What a place was taken for beyond the agent's own time, on average. */
  readonly overheadMs: number;
}

/** A plan of known durations by four workers with two slots each in one clone. @param shortestMs the longest takes four times that. */
export async function measureMakespan(
  count: number,
  shortestMs: number,
  place: Pick<FleetOptions, "root" | "folder" | "database">,
): Promise<Makespan> {
  const plan = timedPlan(count, shortestMs);
  const startMs = startOfClient(place.root, place.folder);
  const takes = (id: string) => plan.durationMs.get(id) ?? 0;
  const tasks = plan.tasks.map(({ id, dependencies, writes = [] }) => ({
    ...{ id, dependencies, takesMs: takes(id) },
    // The bench's agent writes the first one; the others keep tasks apart.
    writes,
  }));
  const { events } = await runFleet(tasks, { ...place, clones: 1, workers: WORKERS, slots: SLOTS });
  const at = (type: string) =>
    new Map(
      events.flatMap(({ atMs, change }) =>
        change.type === type && "task" in change ? [[String(change.task), atMs] as const] : [],
      ),
    );
  const [offered, ended] = [at("claim.offered"), at("attempt.ended")];
  const over = [...ended].map(([task, atMs]) => atMs - (offered.get(task) ?? atMs) - takes(task));
  return {
    tasks: count,
    startMs,
    idealMs: idealMs(plan, WORKERS * SLOTS, startMs),
    tookMs: Math.max(...ended.values()) - Math.min(...offered.values()),
    overheadMs: over.reduce((sum, ms) => sum + ms, 0) / over.length,
  };
}

function startOfClient(root: string, folder: string): number {
  const times = join(folder, "alone");
  mkdirSync(times);
  const brief = join(times, "brief.md");
  writeFileSync(brief, "Task: alone/1\n\nYou may write `out.txt`.\n");
  const took = Array.from({ length: STARTS }, () => {
    const fromMs = performance.now();
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, "bench", "fleet", "agent.mjs"), brief],
      {
        cwd: times,
        env: { ...process.env, BENCH_FLEET_TIMES: times },
      },
    );
    if (status !== 0) throw new Error(stderr.toString());
    return performance.now() - fromMs;
  });
  return median(took);
}
