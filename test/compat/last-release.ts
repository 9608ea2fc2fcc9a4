import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/**
 * The commit of the last release: its servers share graphs with those that are built here. A release sets it to its own
 * commit. What the release before could not do is not tested any more then, and not promised.
 */
const LAST_RELEASE = "213081b04cc7dc541f2066e5083f0da3d64eac8c";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The bundle of the last release, taken out of git into a folder that is gone after the file's tests.
 * @returns the path of its server, to be started as `bundle`.
 * @throws Error that says what to do when the clone does not have the commit.
 */
export function lastReleaseBundle(): string {
  const folder = mkdtempSync(join(tmpdir(), "parallel-last-release-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const archive = join(folder, "release.tar");
  const parts = ["mcp-server/dist", "agents"];
  const made = spawnSync("git", ["archive", "--output", archive, LAST_RELEASE, ...parts], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (made.status !== 0) {
    throw new Error(
      `The bundle of the last release cannot be taken out of git: ${made.stderr.trim()}
If this clone does not have its commit (a shallow clone), fetch it and run the tests again:
  git fetch origin ${LAST_RELEASE}
or the whole history:
  git fetch --unshallow`,
    );
  }
  const unpacked = spawnSync("tar", ["-xf", "release.tar"], { cwd: folder, encoding: "utf8" });
  if (unpacked.status !== 0) throw new Error(`The last release cannot be unpacked: ${unpacked.stderr}`);
  return join(folder, "mcp-server", "dist", "server.js");
}
