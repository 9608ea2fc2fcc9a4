import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { git } from "../git.ts";
import { EXECUTABLE, type FileVersion, LINK, PLAIN } from "./tree-changes.ts";

/**
 * What stands at a path. `elsewhere`: something that no version of a file can be put in the place of, such as a folder
 * with other files, or a path through a link.
 */
export type FileState = FileVersion | "absent" | "elsewhere";

/** What stands at a path of the work tree, with what tells whether it was touched since. */
export interface FileNow {
  readonly state: FileState;
  readonly stamp: string;
}

/**
 * What stands at these paths of the work tree, as git would add it.
 * @param paths also those that are to go: a folder that holds nothing else is no hindrance.
 */
export async function filesNow(root: string, paths: readonly string[]): Promise<Map<string, FileNow>> {
  const wanted = new Set(paths);
  const found = new Map<string, FileNow>();
  const regular: { path: string; mode: string; stamp: string }[] = [];
  for (const path of paths) {
    const info = statAt(root, path);
    const stamp = stampOf(info);
    if (!isPlainPath(path) || isBehindOther(root, path, wanted))
      found.set(path, { state: "elsewhere", stamp });
    else if (!info) found.set(path, { state: "absent", stamp });
    else if (info.isFile()) regular.push({ path, mode: info.mode & 0o100n ? EXECUTABLE : PLAIN, stamp });
    else if (info.isSymbolicLink()) {
      const input = readlinkSync(join(root, path));
      const object = (await git(root, ["hash-object", "--stdin"], { input })).trim();
      found.set(path, { state: { mode: LINK, object }, stamp });
    } else {
      const isLeft = info.isDirectory() && holdsOnly(root, path, wanted);
      found.set(path, { state: isLeft ? "absent" : "elsewhere", stamp: isLeft ? stampOf(undefined) : stamp });
    }
  }
  if (regular.length === 0) return found;
  const input = regular.map(({ path }) => `${path}\n`).join("");
  const objects = (await git(root, ["hash-object", "--stdin-paths"], { input })).split("\n");
  for (const [i, { path, mode, stamp }] of regular.entries())
    found.set(path, { state: { mode, object: objects[i] ?? "" }, stamp });
  return found;
}

/** What tells whether the file at a path was touched. */
export function stampAt(root: string, path: string): string {
  return stampOf(statAt(root, path));
}

/** Whether the file at a path is as it was when it had this stamp. A folder that is to be emptied first counts as absent. */
export function isUntouched(root: string, path: string, stamp: string): boolean {
  const info = statAt(root, path);
  return stampOf(info) === stamp || (stamp === stampOf(undefined) && info?.isDirectory() === true);
}

function stampOf(info: BigIntStats | undefined): string {
  return info ? [info.ino, info.size, info.mode, info.mtimeNs, info.ctimeNs].join(" ") : "absent";
}

function statAt(root: string, path: string): BigIntStats | undefined {
  try {
    return lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // A folder on the way is a file.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Names that git and its lists of one name a line can take, inside the work tree. */
function isPlainPath(path: string): boolean {
  return (
    !/[\p{Cc}\uFFFD]/u.test(path) &&
    !path.startsWith('"') &&
    path.split("/").every((name) => !["", ".", ".."].includes(name) && name.toLowerCase() !== ".git")
  );
}

/** Whether the way to the path leads through something else than folders, unless that is to go. */
function isBehindOther(root: string, path: string, leaving: ReadonlySet<string>): boolean {
  const names = path.split("/").slice(0, -1);
  return names.some((_, i) => {
    const folder = names.slice(0, i + 1).join("/");
    const info = statAt(root, folder);
    return info !== undefined && !info.isDirectory() && !leaving.has(folder);
  });
}

function holdsOnly(root: string, folder: string, paths: ReadonlySet<string>): boolean {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const isLeaving = (name: string, isFolder: boolean) =>
    isFolder ? holdsOnly(root, `${folder}/${name}`, paths) : paths.has(`${folder}/${name}`);
  return entries.length > 0 && entries.every((entry) => isLeaving(entry.name, entry.isDirectory()));
}

/** What the index has at these paths. `elsewhere`: a conflict, or a file that is left out of the work tree. */
export async function stagedNow(root: string, paths: readonly string[]): Promise<Map<string, FileState>> {
  const wanted = new Set(paths);
  const found = new Map<string, FileState>(paths.map((path) => [path, "absent"]));
  for (const entry of (await git(root, ["ls-files", "-v", "--stage", "-z"])).split("\0")) {
    const [, tag, mode = "", object = "", stage, path = ""] =
      /^(\S) (\d{6}) ([0-9a-f]+) (\d)\t(.*)$/s.exec(entry) ?? [];
    if (!wanted.has(path)) continue;
    // Lower case: assumed to be unchanged, so git does not look; S: left out of a sparse checkout.
    found.set(path, tag === "H" && stage === "0" ? { mode, object } : "elsewhere");
  }
  return found;
}
