import assert from "node:assert/strict";
import { test } from "node:test";
import { findPlant } from "../src/plants.js";

test("a plant is found however it is capitalised", () => {
  assert.equal(findPlant([{ name: "Basil" }], "basil").name, "Basil");
});

test("a plant that is not there is refused", () => {
  assert.throws(() => findPlant([], "Ivy"), /no plant "Ivy"/);
});
