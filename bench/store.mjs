// How fast the graph is: claims beside a raw loop of the same driver, latencies on small and large graphs, start-up
// with a large database, and what waiting for another process costs; on SQLite and, where one can be had, PostgreSQL.
//   node bench/store.mjs [--quick]     --quick: no graph of 100,000 tasks
// Prints JSON lines as it goes and a table at the end; ends with 1 when a target is missed.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, stop } from "esbuild";
import { buildTo } from "../scripts/build.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-bench-")));
// Node runs no TypeScript; inside node_modules the bundle finds its packages.
const cache = join(root, "node_modules", ".cache");
const bundle = join(cache, `bench-store-${process.pid}.mjs`);
let exitCode = 1;
try {
  mkdirSync(cache, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["bench/store/main.ts"],
    outfile: bundle,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  await buildTo(join(folder, "plugin", "mcp-server", "dist"));
  await stop();
  const { main } = await import(pathToFileURL(bundle));
  const isFine = await main({ folder, bundle, root, quick: process.argv.includes("--quick") });
  exitCode = isFine ? 0 : 1;
} finally {
  rmSync(bundle, { force: true });
  rmSync(folder, { recursive: true, force: true });
}
// Said aloud: the PostgreSQL package ends the process with a code of its own.
process.exit(exitCode);
