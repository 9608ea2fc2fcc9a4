import assert from "node:assert/strict";
import { test } from "node:test";
import { nextWatering } from "../src/schedule.js";

const forecast = new Map([
  ["2026-06-02", 0.4],
  ["2026-06-03", 7],
  ["2026-06-04", 12.5],
]);
const tomato = { name: "Tomato", everyDays: 2, outdoors: true };

test("a plant is due after its interval", () => {
  assert.equal(nextWatering(tomato, "2026-05-31", forecast), "2026-06-02");
});

test("rain waters a plant outdoors, on every day that it rains", () => {
  assert.equal(nextWatering(tomato, "2026-06-01", forecast), "2026-06-05");
});

test("a plant indoors gets no rain", () => {
  assert.equal(nextWatering({ ...tomato, outdoors: false }, "2026-06-01", forecast), "2026-06-03");
});
