import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Runs a benchmark that is written in TypeScript, with the arguments and the output of this process, and exits as
 * it does.
 * @param entry the file, relative to the repository.
 */
export function runTypescript(entry) {
  // In node_modules, where its imports are found. A file, so that a benchmark can start itself in new processes.
  const outfile = join(root, "node_modules", ".cache", `${entry.replaceAll("/", "-")}-${process.pid}.mjs`);
  try {
    buildSync({
      absWorkingDir: root,
      entryPoints: [entry],
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
}
