import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../src/cli.js";

const data = fileURLToPath(new URL("../data", import.meta.url));

test("list is the command when none is given", async () => {
  const lines = [];
  const code = await run([], { data, say: (line) => lines.push(line), today: "2026-06-01" });
  assert.equal(code, 0);
  assert.equal(lines[0], "Basil: 150 ml every 1 days");
});

test("an unknown command is refused with the ones that exist", async () => {
  const lines = [];
  const code = await run(["dance"], { data, say: (line) => lines.push(line), today: "2026-06-01" });
  assert.equal(code, 2);
  assert.match(lines[0], /no command "dance".* list/);
});
