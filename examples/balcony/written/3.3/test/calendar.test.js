import assert from "node:assert/strict";
import { test } from "node:test";
import { calendarOf } from "../src/calendar.js";

const basil = { name: "Basil", everyDays: 1, millilitres: 150, outdoors: false };

test("a plant's next watering is an event of one whole day", () => {
  const calendar = calendarOf([basil], () => "2026-06-29", new Map(), "2026-06-29").split("\r\n");
  assert.ok(calendar.includes("DTSTART;VALUE=DATE:20260630"));
  assert.ok(calendar.includes("DTEND;VALUE=DATE:20260701"));
  assert.ok(calendar.includes("SUMMARY:Water Basil (150 ml)"));
});

test("a plant that was never watered is due today", () => {
  const calendar = calendarOf([basil], () => undefined, new Map(), "2026-06-01");
  assert.match(calendar, /DTSTART;VALUE=DATE:20260601\r\n/);
});
