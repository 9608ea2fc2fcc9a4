import { closeSync, openSync, readFileSync, rmSync } from "node:fs";

const LOCK = new URL("../.bench.lock", import.meta.url);
const RECORDING = new URL("../data/sensor.log", import.meta.url);

/**
 * The test bench: a pump and a soil sensor on one cable, so only one program can use it at a time.
 * `work` gets `pump.stroke()`, which moves 25 ml, `pump.strokes`, and `frames()`, the sensor's last frames.
 */
export async function withBench(work) {
  let lock;
  try {
    lock = openSync(LOCK, "wx");
  } catch {
    throw new Error("The test bench is in use.");
  }
  const pump = {
    strokes: 0,
    async stroke() {
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.strokes += 1;
    },
  };
  try {
    return await work({ pump, frames: () => readFileSync(RECORDING, "utf8").trim().split("\n") });
  } finally {
    closeSync(lock);
    rmSync(LOCK);
  }
}
