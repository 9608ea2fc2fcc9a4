// An agent without a model: it writes the file that its brief grants, takes as long as its task says, and prints its
// report. When it began and ended goes into a file beside the others' (BENCH_FLEET_TIMES).
//   node agent.mjs <file with the brief>
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const beganMs = performance.timeOrigin;
const brief = readFileSync(process.argv[2], "utf8");
const task = /^Task: \S+\/(\S+)/m.exec(brief)[1];
const path = /You may write `([^`]+)`/.exec(brief)[1];
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${task}\n`);
await sleep(Number(/takes-ms=(\d+)/.exec(brief)?.[1] ?? 0));
const times = process.env.BENCH_FLEET_TIMES;
writeFileSync(join(times, task), JSON.stringify({ beganMs, endedMs: Date.now() }));
const evidence = [{ inspected: "the file" }];
process.stdout.write(
  JSON.stringify({ outcome: "completed", summary: "Done.", filesChanged: [path], evidence }),
);
