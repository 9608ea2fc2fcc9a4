import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitFailed, git } from "./git.ts";

/** What the user's settings would else change of a diff, or run for it. */
const PLAIN = ["-c", "core.autocrlf=false", "-c", "core.attributesFile=/dev/null", "diff", "--no-index"];
const UNCOLOURED = ["--no-color", "--no-ext-diff", "--no-textconv", "--text"];

/** The hunks of a unified diff between two texts, without its heading; empty where they are equal. */
export async function diffHunks(before: Uint8Array, after: Uint8Array): Promise<string> {
  // A folder of this user alone, gone in any case: what is compared may never have been committed.
  const folder = await mkdtemp(join(tmpdir(), "parallel-diff-"));
  try {
    await writeFile(join(folder, "before"), before, { mode: 0o600 });
    await writeFile(join(folder, "after"), after, { mode: 0o600 });
    const output = await git(folder, [...PLAIN, ...UNCOLOURED, "before", "after"]).catch(outputOfDifferent);
    const start = output.search(/^@@ /m);
    return start === -1 ? "" : output.slice(start);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where they differ, git ends with 1. */
function outputOfDifferent(error: unknown): string {
  if (error instanceof GitFailed && error.exitCode === 1) return error.output;
  throw error;
}
