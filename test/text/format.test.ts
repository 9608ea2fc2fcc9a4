import { expect, it } from "vitest";
import {
  formatDay,
  formatDuration,
  formatFactor,
  formatMoment,
  formatPercent,
  plural,
} from "../../mcp-server/src/text/format.ts";

it.each([
  [0, "0 s"],
  [420, "420 ms"],
  [999, "1 s"],
  [3_240, "3.2 s"],
  [9_960, "10 s"],
  [59_700, "1 min"],
  [250_000, "4 min 10 s"],
  [3_599_600, "1 h"],
  [4_320_000, "1 h 12 min"],
  [86_399_000, "1 d"],
  [183_600_000, "2 d 3 h"],
])("a duration of %d ms is written as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it("units are written in the singular and in the plural", () => {
  expect([plural(0, "task"), plural(1, "task"), plural(2, "retry", "retries")]).toEqual([
    "0 tasks",
    "1 task",
    "2 retries",
  ]);
});

it.each([
  [0, "0.0×"],
  [0.0004, "under 0.001×"],
  [0.0172, "0.02×"],
  [0.04999, "0.05×"],
  [0.05, "0.1×"],
])("a factor of %d is written as %s", (factor, text) => {
  expect(formatFactor(factor)).toBe(text);
});

it("a moment is written with its zone", () => {
  expect(formatMoment(Date.UTC(2026, 0, 2, 23, 59, 1, 999))).toBe("2026-01-02 23:59:01 UTC");
});

it("shares, factors and days are written for people", () => {
  expect([formatPercent(0.617), formatFactor(3.14), formatDay(Date.UTC(2026, 0, 2, 23, 59))]).toEqual([
    "62 %",
    "3.1×",
    "2026-01-02",
  ]);
});
