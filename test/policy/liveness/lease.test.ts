import { describe, expect, it } from "vitest";
import { isRenewalDue, leaseEnd } from "../../../mcp-server/src/policy/liveness/lease.ts";
import { standstillBetween, stoodStillSince } from "../../../mcp-server/src/policy/liveness/standstill.ts";

const LIMITS = { leaseMs: 100, maxLeaseMs: 1_000 };

describe("a lease", () => {
  it("a lease ends after so much silence, and never after the limits of its attempt", () => {
    expect(leaseEnd(LIMITS, { startedAtMs: 0, lastSeenMs: 50 }, [])).toBe(150);
    expect(leaseEnd(LIMITS, { startedAtMs: 0, lastSeenMs: 950 }, [])).toBe(1_000);
    expect(leaseEnd({ ...LIMITS, timeoutMs: 120 }, { startedAtMs: 0, lastSeenMs: 50 }, [])).toBe(120);
  });

  it("a lease and the limits of its attempt move forward by the time in which the server stood still", () => {
    const slept = [
      { fromMs: 60, toMs: 560 },
      { fromMs: 600, toMs: 700 },
    ];
    expect(leaseEnd(LIMITS, { startedAtMs: 0, lastSeenMs: 50 }, slept)).toBe(750);
    // Only what came after the last sign of life was taken for silence.
    expect(leaseEnd(LIMITS, { startedAtMs: 0, lastSeenMs: 580 }, slept)).toBe(780);
    expect(leaseEnd({ ...LIMITS, timeoutMs: 120 }, { startedAtMs: 0, lastSeenMs: 720 }, slept)).toBe(720);
  });

  it("a lease is renewed when a third of it is over", () => {
    expect([32, 33, 34].map((nowMs) => isRenewalDue(99, 0, nowMs))).toEqual([false, true, true]);
  });
});

describe("a standstill", () => {
  it("a standstill is what lies between two looks at the clock that are too far apart; a clock set back is none", () => {
    expect([1_000, 2_000, 2_001, -3_600_000].map((nowMs) => standstillBetween(0, nowMs))).toEqual([
      0, 0, 2_001, 0,
    ]);
  });

  it("a standstill counts from the moment that is asked for", () => {
    const standstills = [{ fromMs: 10, toMs: 20 }];
    expect([0, 15, 25].map((sinceMs) => stoodStillSince(standstills, sinceMs))).toEqual([10, 5, 0]);
  });
});
