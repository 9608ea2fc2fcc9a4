import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readForecast } from "../src/forecast.js";

test("the forecast in the data folder is read", () => {
  const forecast = readForecast(readFileSync(new URL("../data/forecast.csv", import.meta.url), "utf8"));
  assert.equal(forecast.size, 7);
  assert.equal(forecast.get("2026-06-04"), 12.5);
});

test("a line that cannot be read is named", () => {
  assert.throws(() => readForecast("day,rain\n2026-06-01,0\nsunny\n"), /Line 3 .* sunny/);
});
