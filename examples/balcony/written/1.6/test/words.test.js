import assert from "node:assert/strict";
import { test } from "node:test";
import { inDays, joinNames } from "../src/words.js";

test("names are joined as in a sentence", () => {
  assert.equal(joinNames([]), "");
  assert.equal(joinNames(["Basil"]), "Basil");
  assert.equal(joinNames(["Basil", "Tomato", "Aloe"]), "Basil, Tomato and Aloe");
});

test("a due day is said in words", () => {
  assert.deepEqual([-3, -1, 0, 1, 4].map(inDays), [
    "for 3 days",
    "since yesterday",
    "today",
    "tomorrow",
    "in 4 days",
  ]);
});
