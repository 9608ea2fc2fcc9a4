import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** Two fingerprints of a path are equal when nobody changed it in between. */
export type Fingerprint = string;

/** There is no file. */
export const GONE: Fingerprint = "gone";

/** Larger files are known by size and time alone: reading them would take longer than the look may. */
const MAX_READ = 4 * 1024 * 1024;
/** A file that was written this short a time ago may be written again without a trace in its times. */
const YOUNG_MS = 1_000;
const FILES_AT_ONCE = 32;

/** Takes fingerprints, and reads again only what the file system says was touched since. */
export class Fingerprints {
  #known = new Map<string, { readonly times: string; readonly print: Fingerprint }>();

  /**
   * Fingerprints of the files with these paths. What was known of other files is forgotten.
   * @throws the signal's reason when it is aborted.
   */
  async of(
    root: string,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Fingerprint>> {
    const before = this.#known;
    const known: typeof before = new Map();
    const prints = new Map<string, Fingerprint>();
    for (let from = 0; from < paths.length; from += FILES_AT_ONCE) {
      signal.throwIfAborted();
      const taken = paths.slice(from, from + FILES_AT_ONCE).map(async (path) => {
        const file = join(root, path);
        const info = await lstat(file, { bigint: true }).catch(() => undefined);
        if (!info) return prints.set(path, GONE);
        const times = `${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs}`;
        const earlier = before.get(path);
        const print = earlier?.times === times ? earlier.print : await fingerprintOf(file, info);
        if (Date.now() - Number(info.mtimeMs) > YOUNG_MS) known.set(path, { times, print });
        return prints.set(path, print);
      });
      await Promise.all(taken);
    }
    this.#known = known;
    return prints;
  }
}

async function fingerprintOf(file: string, info: BigIntStats): Promise<Fingerprint> {
  // A submodule, or a folder that took the place of a file.
  if (info.isDirectory()) return "folder";
  if (info.isSymbolicLink()) return `link ${await readlink(file).catch(() => "")}`;
  if (!info.isFile()) return "special";
  const mode = info.mode & 0o111n ? "x " : "";
  if (info.size > MAX_READ) return `${mode}${info.size} ${info.mtimeNs}`;
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (content instanceof Error) return content.code === "ENOENT" ? GONE : `${mode}unreadable ${info.mtimeNs}`;
  return `${mode}${createHash("sha1").update(content).digest("base64url")}`;
}
