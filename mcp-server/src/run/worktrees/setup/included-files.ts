import { constants, existsSync } from "node:fs";
import { copyFile, lstat, readFile, readlink, realpath, symlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { CallerError } from "../../../errors/caller-error.ts";
import { git } from "../../../git/git.ts";
import { isInside, pathInside, undefinedIfMissing } from "../../project/inside-checkout.ts";

/** Names what worktrees get of the files that git ignores, in the syntax of a `.gitignore`. */
const INCLUDE_FILE = ".worktreeinclude";

/**
 * Copies into a worktree what `.worktreeinclude` of the checkout names of its ignored files, as Claude Code does for
 * worktrees that it makes itself. What is there already stays. A link is copied as a link, and left out where it leads
 * out of the checkout.
 * @returns what was copied or was there, relative to the top level.
 */
export async function copyIncluded(root: string, worktree: string): Promise<string[]> {
  const copied: string[] = [];
  for (const file of await includedFiles(root)) {
    if (await copy(root, worktree, file)) copied.push(file);
  }
  return copied;
}

/** Files that a pattern names and git ignores. */
async function includedFiles(root: string): Promise<string[]> {
  const text = await readFile(join(root, INCLUDE_FILE), "utf8").catch(undefinedIfMissing);
  const patterns = patternsIn(text ?? "");
  if (patterns.length === 0) return [];
  const [named, ignored] = await Promise.all([
    otherPaths(root, [`--exclude-from=${INCLUDE_FILE}`]),
    ignoredPaths(root),
  ]);
  const whole = new Set(ignored);
  const isIncluded = (path: string) => {
    if (whole.has(path)) return true;
    const folder = foldersAbove(path).find((above) => whole.has(above));
    // A name alone, like `.env`, does not mean those of all packages in an ignored folder.
    return folder !== undefined && patterns.some((pattern) => namesFolder(pattern, folder));
  };
  // What ends with a slash is another repository, or another worktree, inside this one.
  return named.filter((path) => !path.endsWith("/") && isIncluded(path));
}

/** Files that git ignores, relative to the top level. Of a folder that it ignores as a whole there is only the name. */
export async function ignoredPaths(root: string): Promise<string[]> {
  const paths = (await otherPaths(root, ["--directory", "--exclude-standard"])).sort();
  // A folder that is not ignored and holds nothing but ignored files is named beside them.
  return paths.filter((path, at) => !(path.endsWith("/") && paths[at + 1]?.startsWith(path)));
}

async function otherPaths(root: string, options: readonly string[]): Promise<string[]> {
  const command = ["ls-files", "--others", "--ignored", "-z", ...options];
  return (await git(root, command)).split("\0").filter(Boolean);
}

/** The folders that a path lies in, the outermost first, each with a slash at its end. */
function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
}

function patternsIn(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("!"));
}

/** Whether a pattern is about a folder itself: it is the folder's name, or begins with its path. */
function namesFolder(pattern: string, folder: string): boolean {
  const plain = pattern.replace(/^\//, "").replace(/\/$/, "");
  const glob = plain.search(/[*?[]/);
  const leadsThere = `${plain}/`.startsWith(folder) || (glob > 0 && folder.startsWith(plain.slice(0, glob)));
  return leadsThere || plain === posix.basename(folder);
}

/** @returns whether the worktree has the file now. */
async function copy(root: string, worktree: string, file: string): Promise<boolean> {
  const from = join(root, file);
  const info = await lstat(from).catch(undefinedIfMissing);
  if (!info?.isFile() && !info?.isSymbolicLink()) return false;
  const to = join(worktree, file);
  if (existsSync(to)) return true;
  try {
    await pathInside(worktree, file);
  } catch (error) {
    // A folder on the way is a link in the worktree, and no part of it: the file is there, or is not to be.
    if (error instanceof CallerError) return false;
    throw error;
  }
  if (info.isSymbolicLink()) {
    const target = await realpath(from).catch(() => root);
    if (!isInside(root, target)) return false;
    await symlink(await readlink(from), to);
    return true;
  }
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  return true;
}
