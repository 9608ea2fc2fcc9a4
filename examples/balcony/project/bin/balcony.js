#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { run } from "../src/cli.js";

process.exitCode = await run(process.argv.slice(2), {
  data: fileURLToPath(new URL("../data", import.meta.url)),
  say: console.log,
  today: new Date().toISOString().slice(0, 10),
});
