import assert from "node:assert/strict";
import { test } from "node:test";
import { withBench } from "../src/bench.js";
import { readFrame } from "../src/sensor.js";

test("a frame tells the pot and its moisture", () => {
  assert.deepEqual(readFrame("4d0129dd"), { pot: 1, moisture: 41 });
});

test("a frame with a wrong checksum is refused", () => {
  assert.throws(() => readFrame("4d0129de"), /checksum of frame 4d0129de is wrong/);
});

test("every frame that the bench recorded can be read", async () => {
  const frames = await withBench(({ frames }) => frames());
  assert.deepEqual(frames.filter(isDamaged), []);
});

function isDamaged(frame) {
  try {
    readFrame(frame);
    return false;
  } catch {
    return true;
  }
}
