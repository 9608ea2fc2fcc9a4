import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a server sees of the machine: nothing of the user's but where programs are. */
export function emptyEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: temporaryFolder() };
}
