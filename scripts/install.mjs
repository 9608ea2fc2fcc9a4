// Installs the development dependencies once per lockfile, so that `npm test` and `npm run demo` work on a
// fresh clone. Users of the plugin never run this: the committed bundle needs no dependencies.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".installed-lockfile");
const lockfile = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lockfile) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const windows = process.platform === "win32";
  const done = spawnSync(
    windows ? "npx.cmd" : "npx",
    ["--yes", packageManager, "install", "--frozen-lockfile", "--prefer-offline"],
    { cwd: root, stdio: "inherit", shell: windows, env: { ...process.env, CI: "true" } },
  );
  if (done.status !== 0) {
    console.error("The development dependencies could not be installed; the lines above say why.");
    process.exit(1);
  }
  writeFileSync(stamp, lockfile);
}
