import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaPath, meanLoad } from "../../mcp-server/page/time/load.ts";
import { axisMarks, timeScale } from "../../mcp-server/page/time/time-scale.ts";
import { clockLength, roughLength, tokenCount } from "../../mcp-server/page/time/words.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const spans = fc.array(
  fc
    .tuple(fc.nat(10 * HOUR), fc.nat(HOUR))
    .map(([startMs, lengthMs]) => ({ startMs, endMs: startMs + lengthMs })),
  { maxLength: 12 },
);

describe("timeScale", () => {
  it("timeScale keeps the order of moments and finds each one again", () => {
    fc.assert(
      fc.property(spans, fc.nat(10 * HOUR), fc.nat(10 * HOUR), (happened, a, b) => {
        const scale = timeScale({ startMs: 0, endMs: 10 * HOUR }, happened);
        expect(Math.sign(scale.at(a) - scale.at(b))).toBe(Math.sign(a - b));
        expect(scale.msAt(scale.at(a))).toBeCloseTo(a, 2);
        expect([scale.at(-1), scale.at(0)]).toEqual([0, 0]);
        for (const end of [10, 11]) expect(scale.at(end * HOUR)).toBeCloseTo(1);
      }),
    );
  });

  it("timeScale draws the night between two days short", () => {
    const scale = timeScale({ startMs: 0, endMs: 26 * HOUR }, [
      { startMs: 0, endMs: HOUR },
      { startMs: 25 * HOUR, endMs: 26 * HOUR },
    ]);
    expect(scale.breaks).toEqual([{ startMs: HOUR, endMs: 25 * HOUR }]);
    expect(scale.at(HOUR)).toBeGreaterThan(0.48);
    expect(scale.at(25 * HOUR)).toBeLessThan(0.52);
  });

  it("timeScale draws a short pause as it was", () => {
    const scale = timeScale({ startMs: 0, endMs: HOUR }, [
      { startMs: 0, endMs: 20 * MINUTE },
      { startMs: 30 * MINUTE, endMs: HOUR },
    ]);
    expect(scale.breaks).toEqual([]);
    expect(scale.at(30 * MINUTE)).toBeCloseTo(0.5);
  });
});

describe("axisMarks", () => {
  it("axisMarks stand at full steps of the reader's clock, at most so many", () => {
    const scale = timeScale({ startMs: 7 * MINUTE, endMs: 67 * MINUTE }, []);
    expect(axisMarks(scale, 6, 0).map((ms) => ms / MINUTE)).toEqual([10, 20, 30, 40, 50, 60]);
    expect(axisMarks(scale, 2, 30 * MINUTE).map((ms) => ms / MINUTE)).toEqual([30, 60]);
  });

  it("axisMarks do not crowd behind a break", () => {
    fc.assert(
      fc.property(spans, (happened) => {
        const scale = timeScale({ startMs: 0, endMs: 10 * HOUR }, happened);
        const shares = axisMarks(scale, 8, 0).map(scale.at);
        expect(shares.length).toBeLessThanOrEqual(14);
        for (const [n, share] of shares.entries())
          if (n > 0) expect(share - (shares[n - 1] ?? 0)).toBeGreaterThan(0.07);
      }),
    );
  });
});

describe("meanLoad", () => {
  it("meanLoad says how many lasted in each piece, in parts where they did not fill it", () => {
    const load = meanLoad(
      [
        { startMs: 0, endMs: 20 },
        { startMs: 5, endMs: 10 },
        { startMs: 30, endMs: 40 },
      ],
      [0, 10, 20, 30, 40],
    );
    expect([...load]).toEqual([1.5, 1, 0, 1]);
  });

  it("meanLoad loses no time", () => {
    fc.assert(
      fc.property(spans, (all) => {
        const edges = Array.from({ length: 12 }, (_, n) => n * HOUR);
        const shown = meanLoad(all, edges).reduce((sum, value) => sum + value * HOUR, 0);
        expect(shown).toBeCloseTo(
          all.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0),
          0,
        );
      }),
    );
  });
});

describe("areaPath", () => {
  it("areaPath is a closed area above what lies below it, and nothing where there is nothing", () => {
    expect(areaPath(Float64Array.of(1, 2), Float64Array.of(0, 1), 4)).toBe(
      "M0 0.750H1L1 0.250H2V0.750H1V1.000H0Z",
    );
    expect(areaPath(Float64Array.of(0, 0), Float64Array.of(1, 1), 4)).toBe("");
  });
});

describe("lengths and counts", () => {
  it("lengths and counts are as long as they have to be", () => {
    expect([0, 7_000, 760_000, 4_360_000].map(clockLength)).toEqual(["0:00", "0:07", "12:40", "1:12:40"]);
    expect([20_000, 23 * MINUTE, 110 * MINUTE, 2 * HOUR].map(roughLength)).toEqual([
      "under 1 min",
      "23 min",
      "1 h 50 min",
      "2 h",
    ]);
    expect([940, 37_400, 999_700, 1_310_000, 41_000_000].map(tokenCount)).toEqual([
      "940",
      "37 k",
      "1.00 M",
      "1.31 M",
      "41.0 M",
    ]);
  });
});
