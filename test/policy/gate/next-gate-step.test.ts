import { describe, expect, it } from "vitest";
import { type SimulatedGate, simulate } from "./simulated-gate.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
/** Every set of some of these numbers, as a function that is true for its members. */
const subsets = (count: number) =>
  Array.from({ length: 2 ** count }, (_, bits) => upTo(count).filter((id) => (bits >> (id - 1)) & 1));
const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);
const without = (bad: readonly number[]): SimulatedGate => ({
  isGood: (merged) => !bad.some((id) => merged.has(id)),
});
/** A random sequence that is the same each time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("merges that wait for the gate", () => {
  it("are tested together and land after one run where all is good", () => {
    for (let count = 1; count <= 20; count++) {
      const { landed, runs, blamed } = simulate(upTo(count), without([]));
      expect([landed, blamed, runs.map(({ reason }) => reason)]).toEqual([
        upTo(count),
        [],
        ["base", "merges"],
      ]);
    }
  });

  it.each(upTo(8))(
    "of eight with the bad one at place %i: named after 4 runs, the seven landed after 6",
    (bad) => {
      const { suspectedAfter, landedAfter, blamed, landed, blamedAfter } = simulate(upTo(8), without([bad]));
      expect(suspectedAfter.get(bad)).toBeLessThanOrEqual(4);
      expect(Math.max(...landedAfter.values())).toBeLessThanOrEqual(6);
      expect(sorted(landed)).toEqual(upTo(8).filter((id) => id !== bad));
      expect(blamed).toEqual([bad]);
      expect(blamedAfter.get(bad)).toBeLessThanOrEqual(7);
    },
  );

  it("name the only bad one after 1 + ceil(log2 n) runs, at every place", () => {
    for (let count = 1; count <= 20; count++) {
      for (const bad of upTo(count)) {
        const { suspectedAfter, suspectedAfter: suspects } = simulate(upTo(count), without([bad]));
        expect(suspectedAfter.get(bad)).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(count)));
        expect(suspects.size).toBe(1);
      }
    }
  });

  it("are blamed where they are bad and land where they are not, whichever of up to seven are bad", () => {
    for (let count = 1; count <= 7; count++) {
      for (const bad of subsets(count)) {
        const { blamed, landed, stoodAt } = simulate(upTo(count), without(bad));
        expect([sorted(blamed), sorted(landed)]).toEqual([
          bad,
          upTo(count).filter((id) => !bad.includes(id)),
        ]);
        expect(stoodAt.every(without(bad).isGood)).toBe(true);
      }
    }
  });

  it("land but one where two are red only together, at all pairs of places", () => {
    for (let count = 2; count <= 8; count++) {
      for (const one of upTo(count)) {
        for (const other of upTo(count).filter((id) => id > one)) {
          const gate = { isGood: (merged: ReadonlySet<number>) => !(merged.has(one) && merged.has(other)) };
          const { blamed, landed, stoodAt } = simulate(upTo(count), gate);
          expect([blamed.length, landed.length]).toEqual([1, count - 1]);
          expect([one, other]).toContain(blamed[0]);
          expect(stoodAt.every(gate.isGood)).toBe(true);
        }
      }
    }
  });

  it("leave the branch green, whatever sets of up to four are red: all 2^15 gates", () => {
    const sets = subsets(4).slice(1);
    const keyOf = (merged: ReadonlySet<number>) =>
      upTo(4).reduce((bits, id) => bits + (merged.has(id) ? 2 ** (id - 1) : 0), 0);
    for (let reds = 0; reds < 2 ** sets.length; reds++) {
      const isGood = (merged: ReadonlySet<number>) =>
        merged.size === 0 || ((reds >> (keyOf(merged) - 1)) & 1) === 0;
      const { blamed, landed, stoodAt } = simulate(upTo(4), { isGood });
      if (!stoodAt.every(isGood)) throw new Error(`the branch stood at a red commit with gate ${reds}`);
      // Whoever is blamed is red on top of something green.
      if (blamed.length + landed.length !== 4) throw new Error(`somebody was left over with gate ${reds}`);
    }
  });

  it("are tested with those that come while the gate runs", () => {
    for (const bad of upTo(8)) {
      const late = new Map([
        [2, [5, 6]],
        [4, [7]],
        [5, [8]],
      ]);
      const { blamed, landed } = simulate(upTo(4), without([bad]), late);
      expect([blamed, sorted(landed)]).toEqual([[bad], upTo(8).filter((id) => id !== bad)]);
    }
  });
});

describe("a base that is red", () => {
  it("is tested twice, and nobody is blamed", () => {
    for (const count of upTo(8)) {
      const { blamed, landed, stuck, runs } = simulate(upTo(count), { isGood: () => false });
      expect([blamed, landed, stuck]).toEqual([[], [], true]);
      expect(runs.filter(({ merges }) => merges.length === 0).map(({ reason }) => reason)).toEqual([
        "base",
        "again",
      ]);
      expect(runs.length).toBeLessThanOrEqual(2 + 1 + count);
    }
  });

  it("lands the merge that makes it green, and then judges the others", () => {
    for (const repair of upTo(5)) {
      for (const bad of upTo(5).filter((id) => id !== repair)) {
        const gate = { isGood: (merged: ReadonlySet<number>) => merged.has(repair) && !merged.has(bad) };
        const { blamed, landed, stuck } = simulate(upTo(5), gate);
        expect([blamed, landed.length, stuck]).toEqual([[bad], 4, false]);
      }
    }
  });
});

describe("a flaky gate", () => {
  it("blames nobody and lands all, in every pattern of up to 14 runs in which no two in a row are wrong", () => {
    for (let pattern = 0; pattern < 2 ** 14; pattern++) {
      if ((pattern & (pattern >> 1)) !== 0) continue;
      const liesAt = (run: number) => ((pattern >> run) & 1) === 1;
      for (const count of [1, 2, 5, 8]) {
        const { blamed, landed, stuck } = simulate(upTo(count), { isGood: () => true, liesAt });
        if (blamed.length > 0 || landed.length < count || stuck) {
          throw new Error(`pattern ${pattern.toString(2)} with ${count}: blamed ${blamed}, landed ${landed}`);
        }
      }
    }
  });

  it("that is wrong at every second run blames nobody for ever, and the one that is bad is still found", () => {
    for (const phase of [0, 1]) {
      const liesAt = (run: number) => run % 2 === phase;
      const arrivals = new Map([...Array(20).keys()].map((i) => [i * 3 + 1, [i + 9]] as const));
      const good = simulate(upTo(8), { isGood: () => true, liesAt }, arrivals);
      expect([good.blamed, good.flaky > 0]).toEqual([[], true]);
      for (const bad of upTo(8))
        expect(simulate(upTo(8), { ...without([bad]), liesAt }).blamed).toEqual([bad]);
    }
  });

  it("that is wrong in three of ten runs blames hardly anybody, by 20,000 merges", () => {
    const chance = random(17);
    const twelveMore = new Map(upTo(12).map((i) => [i, [i + 8]] as const));
    let wronglyBlamed = 0;
    let judged = 0;
    for (let plan = 0; plan < 1_000; plan++) {
      const liesAt = () => chance() < 0.3;
      const { blamed, landed } = simulate(upTo(8), { isGood: () => true, liesAt }, twelveMore);
      wronglyBlamed += blamed.length;
      judged += blamed.length + landed.length;
    }
    expect(judged).toBe(20_000);
    expect(wronglyBlamed / 20_000).toBeLessThan(0.02);
  });
});
