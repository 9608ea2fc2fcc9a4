import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../src/cli.js";
import { openDiary } from "../src/diary.js";

async function says(...words) {
  const data = mkdtempSync(join(tmpdir(), "balcony-"));
  try {
    for (const file of ["plants.json", "forecast.csv"]) {
      cpSync(fileURLToPath(new URL(`../data/${file}`, import.meta.url)), join(data, file));
    }
    const lines = [];
    const code = await run(words, { data, say: (line) => lines.push(line), today: "2026-06-01" });
    return { code, lines, last: openDiary(data).last("Tomato") };
  } finally {
    rmSync(data, { recursive: true });
  }
}

test("a watering is noted, and the next one said", async () => {
  const { code, lines, last } = await says("done", "tomato");
  assert.equal(code, 0);
  assert.deepEqual(lines, ["Tomato is due again in 4 days."]);
  assert.equal(last, "2026-06-01");
});

test("without a plant nothing is noted", async () => {
  const { code, last } = await says("done");
  assert.equal(code, 2);
  assert.equal(last, undefined);
});
