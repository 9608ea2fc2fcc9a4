import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { ABSENT, type ContentId } from "../../graph/effect.ts";
import { type FileContent, idOfBytes, readContent } from "./file-content.ts";

const NEW_FILE_MODE = 0o644;
const ALL_MODE_BITS = 0o7777;
const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** What is to stand in a file, in the place of what. */
export interface Replacement {
  /** Relative to the checkout's top level, with forward slashes. */
  readonly path: string;
  readonly expected: ContentId;
  readonly bytes: Uint8Array;
  /** Of a file that is not there. */
  readonly mode?: number;
}

/** What became of it. */
export type Replaced =
  | {
      readonly kind: "replaced";
      /** What somebody wrote into the old file at the very last moment, and is in no file now. */
      readonly lost?: FileContent;
    }
  /** What stands there now is something else than was expected; nothing was written. */
  | { readonly kind: "changed" }
  /** The path leads through a link, into git's folder or out of the checkout. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "failed"; readonly why: string };

/**
 * Puts bytes in the place of what a file is expected to hold, in one step that no reader sees half of, and only if it
 * still holds that right before: from the comparison on nothing is waited for. The file keeps its mode. A link is never
 * followed, and git's own files are never touched. Folders that are gone are made again.
 * @param root the checkout's top level, a real path.
 */
export function replaceFile(root: string, { path, expected, bytes, mode }: Replacement): Replaced {
  if (!isPlainPath(path)) return { kind: "elsewhere" };
  const file = join(root, ...path.split("/"));
  const fresh = join(dirname(file), `.parallel-${process.pid}-${randomBytes(6).toString("hex")}`);
  let old: number | undefined;
  try {
    if (!hasRealFolders(root, path, expected === ABSENT)) return { kind: "elsewhere" };
    const before = lstatSync(file, { throwIfNoEntry: false });
    if (before && !before.isFile()) return { kind: "elsewhere" };
    // Who has the old file open may still write into it. (Windows replaces no file that is open.)
    if (before && process.platform !== "win32") old = openSync(file, READ_NO_LINK);
    writeNew(fresh, bytes, (before?.mode ?? mode ?? NEW_FILE_MODE) & ALL_MODE_BITS);
    const now = lstatSync(file, { throwIfNoEntry: false });
    const isExpected = readContent(file, now).id === expected && before?.ino === now?.ino;
    if (!isExpected || !hasRealFolders(root, path, false)) return { kind: "changed" };
    // A name that somebody else has taken meanwhile is not taken from him.
    if (before === undefined) linkSync(fresh, file);
    else renameSync(fresh, file);
    const last = old === undefined ? undefined : readFileSync(old);
    if (!last || idOfBytes(last) === expected) return { kind: "replaced" };
    return { kind: "replaced", lost: { id: idOfBytes(last), bytes: last } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "EEXIST" ? { kind: "changed" } : { kind: "failed", why: code ?? String(error) };
  } finally {
    if (old !== undefined) closeSync(old);
    rmSync(fresh, { force: true });
  }
}

function writeNew(file: string, bytes: Uint8Array, mode: number): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, bytes);
    fchmodSync(descriptor, mode);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isPlainPath(path: string): boolean {
  return path.split("/").every((name) => !["", ".", ".."].includes(name) && name.toLowerCase() !== ".git");
}

/** Whether all folders on the way are folders and no links. @param make those that are not there. */
function hasRealFolders(root: string, path: string, make: boolean): boolean {
  let folder = root;
  for (const name of path.split("/").slice(0, -1)) {
    folder = join(folder, name);
    const info = lstatSync(folder, { throwIfNoEntry: false });
    if (!info && make) mkdirSync(folder);
    else if (!info?.isDirectory()) return false;
  }
  return true;
}
