import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clashCover } from "../../../mcp-server/src/schedule/problem/clash-cover.ts";

const key = (one: number, other: number) => `${Math.min(one, other)}-${Math.max(one, other)}`;

describe("clashCover", () => {
  it("clashCover makes one group of activities that all exclude each other", () => {
    expect(
      clashCover([
        [0, 1],
        [1, 2],
        [2, 0],
        [3, 4],
      ]),
    ).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it("clashCover covers every pair and adds none", () => {
    const pairs = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 });
    fc.assert(
      fc.property(pairs, (given) => {
        const wanted = new Set(given.filter(([a, b]) => a !== b).map(([a, b]) => key(a, b)));
        const covered = new Set<string>();
        for (const group of clashCover(given)) {
          expect(new Set(group).size).toBe(group.length);
          for (const a of group) for (const b of group) if (a < b) covered.add(key(a, b));
        }
        expect(covered).toEqual(wanted);
      }),
    );
  });
});
