import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openDiary } from "../src/diary.js";

function inNewFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "balcony-"));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a plant that was never watered has no last day", () => {
  inNewFolder((folder) => assert.equal(openDiary(folder).last("Basil"), undefined));
});

test("the last day of a plant survives the program", () => {
  inNewFolder((folder) => {
    openDiary(folder).add("Basil", "2026-06-02");
    openDiary(folder).add("Tomato", "2026-06-03");
    openDiary(folder).add("Basil", "2026-06-01");
    assert.equal(openDiary(folder).last("Basil"), "2026-06-02");
  });
});
