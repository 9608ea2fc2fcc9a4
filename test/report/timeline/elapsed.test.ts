import fc from "fast-check";
import { expect, it } from "vitest";
import {
  coveredMs,
  gapsOf,
  isBreak,
  MAX_SILENCE_MS,
  totalMs,
  waitsOf,
} from "../../../mcp-server/src/report/timeline/elapsed.ts";

const span = (startMs: number, endMs: number) => ({ startMs, endMs });

it("spans are added up, and covered once where they overlap", () => {
  const spans = [span(10, 30), span(0, 20)];
  expect(totalMs(spans)).toBe(40);
  expect(coveredMs(spans)).toBe(30);
  expect([totalMs([]), coveredMs([]), gapsOf([])]).toEqual([0, 0, []]);
});

it("what lies between spans was waited for, unless it is a break", () => {
  const end = 40 + MAX_SILENCE_MS;
  const spans = [
    span(end + MAX_SILENCE_MS + 1, end + MAX_SILENCE_MS + 2),
    span(0, 40),
    span(10, 20),
    span(end, end),
  ];
  expect(waitsOf(spans)).toEqual([span(40, end)]);
  expect(gapsOf(spans).filter(isBreak)).toEqual([span(end, end + MAX_SILENCE_MS + 1)]);
});

it("what is covered and what lies between make up the time from the first start to the last end", () => {
  const spans = fc.array(
    fc.tuple(fc.nat(100), fc.nat(20)).map(([startMs, length]) => span(startMs, startMs + length)),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(spans, (some) => {
      const moments = Array.from({ length: 121 }, (_, at) => at);
      const isCovered = (at: number) => some.some(({ startMs, endMs }) => startMs <= at && at < endMs);
      expect(coveredMs(some)).toBe(moments.filter(isCovered).length);
      const wholeMs =
        Math.max(...some.map(({ endMs }) => endMs)) - Math.min(...some.map(({ startMs }) => startMs));
      expect(coveredMs(some) + totalMs(gapsOf(some))).toBe(wholeMs);
    }),
  );
});
