// What must hold before any test is worth running: formatting, lint, types, and a committed bundle that is
// exactly what the sources build.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildTo } from "./build.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function run(title, ...command) {
  const [script, ...parameters] = command;
  const done = spawnSync(process.execPath, [join(root, "node_modules", script), ...parameters], {
    cwd: root,
    stdio: "inherit",
  });
  if (done.status !== 0) fail(`${title} failed.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

run("Formatting and lint", "@biomejs/biome/bin/biome", "ci", "--error-on-warnings", ".");
run("Type check", "typescript/bin/tsc", "--noEmit");
run("Type check of the page", "typescript/bin/tsc", "--noEmit", "-p", "mcp-server/page");

const built = mkdtempSync(join(tmpdir(), "parallel-bundle-"));
try {
  await buildTo(built);
  const committed = join(root, "mcp-server", "dist");
  const stale = [...new Set([...filesBelow(built), ...filesBelow(committed)])].filter((file) => {
    try {
      return !readFileSync(join(built, file)).equals(readFileSync(join(committed, file)));
    } catch {
      return true;
    }
  });
  if (stale.length > 0)
    fail(`The committed bundle is not what the sources build (npm run build): ${stale.join(", ")}`);
} finally {
  rmSync(built, { recursive: true, force: true });
}
