// How good and how fast the planner's schedules are.
//   npm run bench:schedule -- DIR [--schedules N] [--seed N] [--dump FILE] [--json]
// A schedule is one pass that places all activities, in either direction, whoever asks for it: priority rule,
// forward-backward improvement or genetic search. Exit code 1 when a schedule is infeasible.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
// In node_modules, where its imports are found. Measurements start it again, for a process that has run nothing yet.
const outfile = join(root, "node_modules", ".cache", `bench-schedule-${process.pid}.mjs`);
try {
  buildSync({
    absWorkingDir: root,
    entryPoints: ["bench/schedule/main.ts"],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(outfile, { force: true });
}
