import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, daysBetween, weekday } from "../src/days.js";

test("days are added across the end of a month and of a year", () => {
  assert.equal(addDays("2026-06-29", 3), "2026-07-02");
  assert.equal(addDays("2026-01-01", -1), "2025-12-31");
});

test("the days between two days are counted, backwards too", () => {
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 2);
  assert.equal(daysBetween("2026-06-02", "2026-06-01"), -1);
});

test("a day has a weekday", () => {
  assert.equal(weekday("2026-06-01"), "Monday");
});

test("what is no day is refused", () => {
  assert.throws(() => addDays("tomorrow", 1), /"tomorrow" is not a day/);
});
