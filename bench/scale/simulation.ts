import type { Random } from "../seeded-random.ts";
import { EventQueue } from "./event-queue.ts";
import { Line } from "./line.ts";

/** How long each step of a task takes while nobody else wants the same. Milliseconds. */
export interface StepTimes {
  /** A write of the graph, for which the lock is held. */
  readonly claimMs: number;
  readonly reportMs: number;
  readonly renewMs: number;
  /** The end of a delivery, and what each further one that came with it adds. */
  readonly landMs: number;
  readonly landMoreMs: number;
  /** One commit merged by the machine that delivers, and a push, which the git server carries out. */
  readonly mergeMs: number;
  readonly pushMs: number;
}

/** What may be different from one installation to another. */
export interface Fleet {
  readonly workers: number;
  /** They are spread evenly over so many plans. */
  readonly plans: number;
  /** The plans are spread evenly over so many repositories, each with a database and a git server of its own. */
  readonly repositories: number;
  /** What a writer of the graph locks. */
  readonly lock: "repository" | "plan";
  /** At most so many commits go with one push of a plan. */
  readonly together: number;
  /** Pushes that a git server carries out at once. */
  readonly pushesAtOnce: number;
  /** A task takes that long at the median, half of it or twice as long once in six times each. */
  readonly taskMs: number;
  /** A worker renews its lease so often. */
  readonly renewEveryMs: number;
}

/** What came of a fleet. Shares are from 0 to 1. */
export interface FleetFigures {
  readonly tasksPerHour: number;
  /** Of the workers' time, what they spend at tasks. */
  readonly atWork: number;
  /** Of its time, how long the busiest lock was held, and the busiest git server pushed with all it has. */
  readonly lockBusy: number;
  readonly gitBusy: number;
  /** How long all but the slowest twentieth of writers wait for the lock, and of reports until the branch has the work. */
  readonly lockWaitMs: number;
  readonly landedAfterMs: number;
}

/** The spread of the logarithm of a task's time: two thirds of the tasks are within half and twice the median. */
const SPREAD = Math.log(2);
/** The first tasks find everything idle: what they show does not count. */
const WARM_UP = 0.2;

/**
 * Workers that claim, work, report and claim again, while what they reported is merged, pushed and landed; discrete
 * events, from the seed alone. There is always something ready: dependencies and scopes are the plan's matter.
 * @param tasks so many are landed.
 */
export function simulateFleet(times: StepTimes, fleet: Fleet, tasks: number, random: Random): FleetFigures {
  const events = new EventQueue();
  const plans = Array.from({ length: fleet.plans }, () => ({ waiting: [] as number[], isDelivering: false }));
  const locks = Array.from(
    { length: fleet.lock === "plan" ? fleet.plans : fleet.repositories },
    () => new Line(events, 1),
  );
  const servers = Array.from({ length: fleet.repositories }, () => new Line(events, fleet.pushesAtOnce));
  const lockOf = (plan: number) => locks[plan % locks.length] as Line;
  const serverOf = (plan: number) => servers[plan % servers.length] as Line;

  const lockWaits: number[] = [];
  const landedAfter: number[] = [];
  let [landed, workedMs, sinceMs, sinceLanded] = [0, 0, 0, 0];
  const write = (plan: number, holdMs: number, then: () => void) => {
    const asked = events.nowMs;
    lockOf(plan).use(holdMs, () => {
      lockWaits.push(events.nowMs - asked - holdMs);
      then();
    });
  };
  const landSome = (count: number) => {
    landed += count;
    if (sinceMs === 0 && landed >= tasks * WARM_UP) {
      [sinceMs, sinceLanded, workedMs] = [events.nowMs, landed, 0];
      for (const line of [...locks, ...servers]) line.forget();
      lockWaits.length = 0;
      landedAfter.length = 0;
    }
  };
  const deliver = (plan: number) => {
    const of = plans[plan] as (typeof plans)[number];
    if (of.isDelivering || of.waiting.length === 0) return;
    of.isDelivering = true;
    const batch = of.waiting.splice(0, fleet.together);
    events.after(times.mergeMs * batch.length, () =>
      serverOf(plan).use(times.pushMs, () =>
        write(plan, times.landMs + times.landMoreMs * (batch.length - 1), () => {
          for (const reportedMs of batch) landedAfter.push(events.nowMs - reportedMs);
          landSome(batch.length);
          of.isDelivering = false;
          deliver(plan);
        }),
      ),
    );
  };
  const renew = (plan: number, leftMs: number) => {
    if (leftMs <= fleet.renewEveryMs) return;
    events.after(fleet.renewEveryMs, () => {
      write(plan, times.renewMs, () => undefined);
      renew(plan, leftMs - fleet.renewEveryMs);
    });
  };
  const begin = (plan: number) =>
    write(plan, times.claimMs, () => {
      const taskMs = fleet.taskMs * Math.exp(SPREAD * normal(random));
      renew(plan, taskMs);
      events.after(taskMs, () => {
        workedMs += taskMs;
        write(plan, times.reportMs, () => {
          plans[plan]?.waiting.push(events.nowMs);
          deliver(plan);
          begin(plan);
        });
      });
    });

  // Agents of one fleet do not begin at the same moment.
  for (let worker = 0; worker < fleet.workers; worker++) {
    events.after(random() * fleet.taskMs, () => begin(worker % fleet.plans));
  }
  while (landed < tasks) events.next();
  const tookMs = events.nowMs - sinceMs;
  return {
    tasksPerHour: ((landed - sinceLanded) / tookMs) * 3_600_000,
    atWork: Math.min(1, workedMs / (tookMs * fleet.workers)),
    lockBusy: Math.max(...locks.map((lock) => lock.busy(tookMs))),
    gitBusy: Math.max(...servers.map((server) => server.busy(tookMs))),
    lockWaitMs: quantile(lockWaits, 0.95),
    landedAfterMs: quantile(landedAfter, 0.95),
  };
}

/** A number of the standard normal distribution (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
