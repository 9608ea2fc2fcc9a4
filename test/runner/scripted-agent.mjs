// An agent without a model: it does what its task's description says, writes the file that its brief grants, and prints
// events of a client, one a line. Run: node scripted-agent.mjs <file with the brief>
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const brief = readFileSync(process.argv[2], "utf8");
const order = (name) => new RegExp(`${name}=(\\S+)`).exec(brief)?.[1];
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const exit = order("exit-before");
if (exit !== undefined) {
  process.stderr.write("it cannot start\n");
  process.exit(Number(exit));
}
tell({ kind: "started" });
const limit = order("limit-ms");
const marker = order("once");
if (limit !== undefined && !(marker !== undefined && existsSync(marker))) {
  if (marker !== undefined) writeFileSync(marker, "");
  tell({ kind: "limit", text: "the limit is reached", untilMs: Date.now() + Number(limit) });
  process.exit(1);
}
const begun = order("begun");
if (begun !== undefined) writeFileSync(begun, String(process.pid));
const until = order("until");
while (until !== undefined && !existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 20));
const path = /You may write `([^`]+)`/.exec(brief)?.[1];
if (path !== undefined) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${process.cwd()}\n`);
}
tell({ kind: "usage", tokens: { input: 10, cacheWrite: 0, cacheRead: 5, output: 3 } });
const words = order("says");
const report = {
  outcome: "completed",
  summary: "Written.",
  filesChanged: path === undefined ? [] : [path],
  evidence: [{ inspected: "the file" }],
};
tell({ kind: "message", text: words === undefined ? JSON.stringify(report) : words.replaceAll("_", " ") });
