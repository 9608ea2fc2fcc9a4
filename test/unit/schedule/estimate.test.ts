import { describe, expect, it } from "vitest";
import { SIZES } from "../../../mcp-server/src/graph/task.ts";
import { estimateBasis, estimateMs, estimateTokens } from "../../../mcp-server/src/schedule/estimate.ts";

describe("an estimate", () => {
  it("is what the breakdown states, else goes by size, else is that of a medium task", () => {
    expect(estimateMs({ estimateMs: 1_234, size: "xl" })).toBe(1_234);
    expect(estimateMs({})).toBe(estimateMs({ size: "medium" }));
  });

  it("grows with the size", () => {
    const bySize = SIZES.map((size) => estimateMs({ size }));
    expect(bySize).toEqual([...bySize].sort((a, b) => a - b));
    expect(new Set(bySize).size).toBe(SIZES.length);
  });

  it("of tokens grows with the time", () => {
    expect(estimateTokens(0)).toBe(0);
    expect(estimateTokens(120_000)).toBe(2 * estimateTokens(60_000));
  });

  it("says where it comes from, and that nothing was measured", () => {
    const basis = estimateBasis([{ estimateMs: 1 }, { size: "small" }, { size: "xl" }, {}]);
    expect(basis).toMatch(/1 stated.*2 by size.*1 taken as medium.*nothing of it was measured/);
    expect(estimateBasis([{ size: "small" }])).not.toMatch(/stated|medium/);
  });
});
