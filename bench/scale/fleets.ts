import { seededRandom } from "../seeded-random.ts";
import type { Measurement } from "./measurement.ts";
import { type Fleet, type FleetFigures, type StepTimes, simulateFleet } from "./simulation.ts";

const SEED = 20;
/** The most that one plan runs at once. */
export const CAP = 20;
export const WORKERS = [10, 100, 1_000];
const MAX_WORKERS = 10_240;
const MINUTE_MS = 60_000;

/** A fleet in one repository as things are: tasks of ten minutes, a database one millisecond away. */
const AS_IT_IS: Omit<Fleet, "workers" | "plans"> = {
  repositories: 1,
  lock: "repository",
  together: Number.POSITIVE_INFINITY,
  // Processors of the machine on which pushes were measured.
  pushesAtOnce: 2,
  taskMs: 10 * MINUTE_MS,
  // A third of a lease.
  renewEveryMs: (20 * MINUTE_MS) / 3,
};

/** What may be different, and how far away the database is. */
interface Setting {
  readonly name: string;
  readonly fleet?: Partial<Fleet>;
  readonly networkMs?: number;
}

export const SETTINGS: readonly Setting[] = [
  { name: "as it is" },
  { name: "tasks of one minute", fleet: { taskMs: MINUTE_MS } },
  { name: "the same, a lock per plan", fleet: { taskMs: MINUTE_MS, lock: "plan" } },
  { name: "the same, every commit pushed alone", fleet: { taskMs: MINUTE_MS, together: 1 } },
  { name: "the same, a git server of 8 processors", fleet: { taskMs: MINUTE_MS, pushesAtOnce: 8 } },
  {
    name: "the same, with that and a lock per plan",
    fleet: { taskMs: MINUTE_MS, lock: "plan", pushesAtOnce: 8 },
  },
  { name: "the same, ten repositories", fleet: { taskMs: MINUTE_MS, repositories: 10 } },
  { name: "the same, the database 10 ms away", fleet: { taskMs: MINUTE_MS }, networkMs: 10 },
];

/** The steps of a task on PostgreSQL, in the largest plan that was measured. */
export function stepTimes({ plans, deliveries, postgres }: Measurement, networkMs: number): StepTimes {
  const plan = plans.findLast(({ engine }) => engine === "PostgreSQL") ?? plans.at(-1);
  const delivery = deliveries.findLast(({ engine }) => engine === plan?.engine) ?? deliveries.at(-1);
  if (!plan || !delivery) throw new Error("nothing was measured");
  const tripsMs = (postgres?.tripsUnderLock ?? 0) * networkMs;
  const { few, many } = delivery;
  const each = (of: (times: typeof few) => number) =>
    Math.max(0, (of(many) - of(few)) / (many.commits - few.commits));
  const mergeMs = each(({ ms, lockMs }) => ms - lockMs);
  return {
    claimMs: plan.claimLockMs + tripsMs,
    reportMs: plan.reportLockMs + tripsMs,
    renewMs: plan.renewMs + tripsMs,
    landMs: few.lockMs + tripsMs,
    landMoreMs: each(({ lockMs }) => lockMs),
    mergeMs,
    pushMs: Math.max(0, few.ms - few.lockMs - mergeMs),
  };
}

export interface FleetRow {
  readonly workers: number;
  readonly taskMs: number;
  readonly figures: FleetFigures;
}

/** Fleets of these sizes, with tasks of ten minutes and of one. */
export function fleetRows(measurement: Measurement, sizes: readonly number[] = WORKERS): FleetRow[] {
  return [10 * MINUTE_MS, MINUTE_MS].flatMap((taskMs) =>
    sizes.map((workers) => ({
      workers,
      taskMs,
      figures: simulate(measurement, { name: "", fleet: { taskMs } }, workers),
    })),
  );
}

export interface LimitRow {
  readonly name: string;
  /** The largest fleet that is well served; so many, if there is no limit up to there. */
  readonly workers: number;
  readonly isLimited: boolean;
  /** At that size. */
  readonly figures: FleetFigures;
}

/** For each setting the largest fleet that spends nine tenths of its time at tasks and has its work landed in time. */
export function limitRows(measurement: Measurement): LimitRow[] {
  return SETTINGS.map((setting) => {
    const isServed = (workers: number) => {
      const { atWork, landedAfterMs } = simulate(measurement, setting, workers);
      return atWork >= 0.9 && landedAfterMs <= (setting.fleet?.taskMs ?? AS_IT_IS.taskMs);
    };
    let served = WORKERS[0] ?? 1;
    while (served < MAX_WORKERS && isServed(2 * served)) served *= 2;
    const isLimited = served < MAX_WORKERS;
    for (let step = served / 2; isLimited && step >= served / 8; step /= 2) {
      if (isServed(Math.round(served + step))) served = Math.round(served + step);
    }
    return {
      name: setting.name,
      workers: served,
      isLimited,
      figures: simulate(measurement, setting, served),
    };
  });
}

/** With as many plans as the cap of one makes necessary, and as many tasks as show how it goes on. */
function simulate(
  measurement: Measurement,
  { fleet, networkMs = 1 }: Setting,
  workers: number,
): FleetFigures {
  const plans = Math.max(fleet?.repositories ?? 1, Math.ceil(workers / CAP));
  const all = { ...AS_IT_IS, ...fleet, workers, plans };
  return simulateFleet(stepTimes(measurement, networkMs), all, 2_000 + 3 * workers, seededRandom(SEED));
}
