import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../src/cli.js";
import { openDiary } from "../src/diary.js";

test("the week says who is thirsty when, and lets the rain water the tomato", async () => {
  const data = mkdtempSync(join(tmpdir(), "balcony-"));
  try {
    for (const file of ["plants.json", "forecast.csv"]) {
      cpSync(fileURLToPath(new URL(`../data/${file}`, import.meta.url)), join(data, file));
    }
    for (const plant of ["Basil", "Tomato", "Lavender", "Aloe"]) openDiary(data).add(plant, "2026-06-01");
    const lines = [];
    assert.equal(await run(["week"], { data, say: (line) => lines.push(line), today: "2026-06-02" }), 0);
    assert.deepEqual(lines, [
      "Tue 2026-06-02  Basil",
      "Wed 2026-06-03  -",
      "Thu 2026-06-04  -",
      "Fri 2026-06-05  Tomato",
      "Sat 2026-06-06  Lavender",
      "Sun 2026-06-07  -",
      "Mon 2026-06-08  -",
    ]);
  } finally {
    rmSync(data, { recursive: true });
  }
});
