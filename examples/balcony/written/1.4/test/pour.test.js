import assert from "node:assert/strict";
import { test } from "node:test";
import { withBench } from "../src/bench.js";
import { pour } from "../src/pour.js";

test("an amount is poured in whole strokes", async () => {
  await withBench(async ({ pump }) => {
    assert.equal(await pour(pump, 110), 125);
    assert.equal(pump.strokes, 5);
  });
});

test("a flood is refused before the first stroke", async () => {
  await withBench(async ({ pump }) => {
    await assert.rejects(pour(pump, 501), /at most 500/);
    assert.equal(pump.strokes, 0);
  });
});
