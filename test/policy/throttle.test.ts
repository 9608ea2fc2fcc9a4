import { describe, expect, it } from "vitest";
import { loosened, tightened } from "../../mcp-server/src/policy/throttle.ts";

const NOW = 1_000_000;

describe("a refusal for a rate or usage limit", () => {
  it("a refusal for a rate or usage limit halves how many may run at once, down to one, and nothing starts for a while", () => {
    const first = tightened(undefined, 5, NOW - 1, NOW);
    expect(first).toEqual({ cap: 2, untilMs: NOW + 30_000, pauseMs: 30_000, sinceMs: NOW });
    const second = tightened(first, first.cap, NOW + 40_000, NOW + 50_000);
    expect(second).toMatchObject({ cap: 1, untilMs: NOW + 110_000, pauseMs: 60_000 });
    expect(tightened(second, second.cap, NOW + 120_000, NOW + 130_000).cap).toBe(1);
  });

  it("a refusal for a rate or usage limit counts once for all agents that were started before it", () => {
    const first = tightened(undefined, 8, NOW - 5, NOW);
    expect(tightened(first, first.cap, NOW - 4, NOW + 10)).toBe(first);
    expect(tightened(first, first.cap, NOW, NOW + 10)).toBe(first);
  });

  it("a refusal for a rate or usage limit never lets anybody wait for more than a quarter of an hour", () => {
    let throttle = tightened(undefined, 5, NOW - 1, NOW);
    for (let at = NOW + 1; at < NOW + 50; at += 2) throttle = tightened(throttle, throttle.cap, at, at + 1);
    expect(throttle.pauseMs).toBe(15 * 60_000);
  });
});

describe("a completed attempt", () => {
  it("a completed attempt lets one more run at once, and makes the next pause a short one again", () => {
    const long = { cap: 1, untilMs: NOW, pauseMs: 480_000, sinceMs: NOW };
    const after = loosened(long);
    expect(after.cap).toBe(2);
    expect(tightened(after, after.cap, NOW + 10, NOW + 20).pauseMs).toBe(30_000);
  });
});
