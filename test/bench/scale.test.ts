import { describe, expect, it } from "vitest";
import { fleetRows } from "../../bench/scale/fleets.ts";
import { kept } from "../../bench/scale/kept.ts";
import { type Fleet, type StepTimes, simulateFleet } from "../../bench/scale/simulation.ts";
import { seededRandom } from "../../bench/seeded-random.ts";
import { CHECKOUT } from "../plugin/checkout.ts";

const TIMES: StepTimes = {
  claimMs: 10,
  reportMs: 10,
  renewMs: 1,
  landMs: 10,
  landMoreMs: 0,
  mergeMs: 5,
  pushMs: 50,
};
const FLEET: Fleet = {
  workers: 10,
  plans: 1,
  repositories: 1,
  lock: "repository",
  together: Number.POSITIVE_INFINITY,
  pushesAtOnce: 2,
  taskMs: 60_000,
  renewEveryMs: 400_000,
};

/** Until each worker has done a few tasks. */
function simulate(fleet: Partial<Fleet>, times: Partial<StepTimes> = {}, seed = 1) {
  const all = { ...FLEET, ...fleet };
  return simulateFleet({ ...TIMES, ...times }, all, 3_000 + 4 * all.workers, seededRandom(seed));
}

describe("what docs/scale.md shows of fleets", () => {
  it("the fleets that were kept follow from the times that were kept", () => {
    const { measurement, fleets } = kept(CHECKOUT);
    const small = fleets.filter(({ workers }) => workers <= 100);
    expect(fleetRows(measurement, [10, 100])).toEqual(small);
  });
});

describe("a simulated fleet", () => {
  it("a simulated fleet follows from its seed alone", () => {
    expect(simulate({})).toEqual(simulate({}));
    expect(simulate({}, {}, 2)).not.toEqual(simulate({}));
  });

  it("a small fleet does as many tasks as its workers can", () => {
    const { tasksPerHour, atWork, lockBusy } = simulate({});
    // The mean of the times, whose logarithm is normal, is more than their median.
    const meanMs = 60_000 * Math.exp(Math.log(2) ** 2 / 2);
    const expected = (10 * 3_600_000) / meanMs;
    expect(Math.abs(tasksPerHour / expected - 1)).toBeLessThan(0.05);
    expect(atWork).toBeGreaterThan(0.98);
    expect(lockBusy).toBeLessThan(0.01);
  });

  it("a large fleet does as many tasks as the lock lets through", () => {
    // Each push has so many commits that only claims and reports count.
    const { tasksPerHour, atWork, lockBusy, lockWaitMs } = simulate({ workers: 8_000 });
    expect(tasksPerHour).toBeGreaterThan((0.9 * 3_600_000) / 20);
    expect(tasksPerHour).toBeLessThan((1.05 * 3_600_000) / 20);
    expect(lockBusy).toBeGreaterThan(0.98);
    expect(atWork).toBeLessThan(0.5);
    expect(lockWaitMs).toBeGreaterThan(10_000);
  });

  it.each<[string, Partial<Fleet>]>([
    ["each plan has a lock of its own", { lock: "plan", plans: 200 }],
    ["they are spread over repositories", { repositories: 10, plans: 200 }],
  ])("a large fleet does more where %s", (_what, more) => {
    const fleet = { workers: 8_000, taskMs: 6_000, plans: 200, pushesAtOnce: 100 };
    expect(simulate({ ...fleet, ...more }).tasksPerHour).toBeGreaterThan(3 * simulate(fleet).tasksPerHour);
  });

  it("commits that are pushed one by one hold a plan up where pushes take long, and together they do not", () => {
    const slow = { pushMs: 2_000, claimMs: 1, reportMs: 1, landMs: 1 };
    const alone = simulate({ workers: 200, together: 1 }, slow);
    const together = simulate({ workers: 200 }, slow);
    expect(alone.landedAfterMs).toBeGreaterThan(100 * together.landedAfterMs);
    expect(together.landedAfterMs).toBeLessThan(10_000);
  });

  it("leases are renewed as long as a task takes", () => {
    const often = simulate({ renewEveryMs: 1_000 }, { renewMs: 10 });
    expect(often.lockBusy / simulate({}).lockBusy).toBeGreaterThan(10);
  });
});
