import { lstatSync, type Stats } from "node:fs";
import { chmod, lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { git } from "../../../git/git.ts";

/**
 * What a commit has at a path. Names of files are bytes and need not be UTF-8: here each character of a path stands for
 * one byte.
 */
type Kind = "file" | "program" | "link" | "folder" | "submodule";

const KINDS: Readonly<Record<string, Kind>> = {
  "100644": "file",
  "100755": "program",
  "120000": "link",
  "040000": "folder",
  "160000": "submodule",
};

/**
 * Removes everything from a worktree that is not as a new one of the commit would have it, ignored files and repositories
 * inside it too. Links are removed and never followed. What a file holds is not looked at; one that could not be as git
 * makes it, because it has another mode or another name elsewhere, is removed as well.
 * @param kept paths relative to the worktree, with forward slashes, that stay with all that is below them.
 * @throws GitFailed, or the system's error where something cannot be removed.
 */
export async function removeAllBut(worktree: string, commit: string, kept: readonly string[]): Promise<void> {
  const listed = await git(worktree, ["ls-tree", "-r", "-t", "-z", "--full-tree", commit], {
    encoding: "latin1",
  });
  const kinds = new Map(
    listed.split("\0").flatMap((entry): [string, Kind][] => {
      const [, mode = "", path = ""] = /^(\d+) [^\t]*\t(.*)$/s.exec(entry) ?? [];
      const kind = KINDS[mode];
      return kind ? [[path, kind]] : [];
    }),
  );
  const stays = new Set(kept.map((path) => Buffer.from(path).toString("latin1")));
  const above = new Set([...stays].flatMap(foldersAbove));
  const top = Buffer.from(worktree).toString("latin1");
  await clearFolder(top, "", { kinds, stays, above });
}

/** Removes a folder with all that is in it, whatever rights it gives; links are removed and never followed. */
export async function removeFolder(folder: string): Promise<void> {
  const at = Buffer.from(folder).toString("latin1");
  await remove(at, await lstat(bytes(at)));
}

/** Removes all that is in a folder, and leaves the folder. */
export async function emptyFolder(folder: string): Promise<void> {
  await removeAllIn(Buffer.from(folder).toString("latin1"));
  await chmod(folder, 0o777 & ~process.umask());
}

interface Rules {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly stays: ReadonlySet<string>;
  /** Folders that what stays lies in. */
  readonly above: ReadonlySet<string>;
}

/** @param inside the folder's path relative to the worktree; empty for its top level, else with a slash at its end. */
async function clearFolder(folder: string, inside: string, rules: Rules): Promise<void> {
  await correctMode(folder, await lstat(bytes(folder)));
  const names = await namesIn(folder);
  await Promise.all(
    names.map(async (name) => {
      const path = `${inside}${name}`;
      if (path === ".git" || rules.stays.has(path)) return;
      await clear(`${folder}/${name}`, path, rules);
    }),
  );
}

async function clear(at: string, path: string, rules: Rules): Promise<void> {
  // Nearly every file is only looked at. A promise for each takes ten times as long as the look; folders are read apart,
  // so that others have their turn.
  const info = lstatSync(bytes(at));
  const kind = rules.kinds.get(path) ?? (rules.above.has(path) ? "folder" : undefined);
  if (kind === "folder" && info.isDirectory()) {
    await clearFolder(at, `${path}/`, rules);
    // Git makes those that it needs.
    await rmdir(bytes(at)).catch(ignoreIfFull);
  } else if (kind === undefined || kind === "folder" || !isAsGitMakesIt(info, kind)) {
    await remove(at, info);
  } else if (kind === "submodule") {
    await removeAllIn(at);
    await correctMode(at, await lstat(bytes(at)));
  }
}

function isAsGitMakesIt(info: Stats, kind: Exclude<Kind, "folder">): boolean {
  if (kind === "submodule") return info.isDirectory();
  // With a second name it could be changed from elsewhere, or change what lies there.
  if (info.nlink !== 1) return false;
  if (kind === "link") return info.isSymbolicLink();
  return info.isFile() && hasMode(info, kind === "program" ? 0o777 : 0o666);
}

/** Windows has no modes that git would set. */
function hasMode({ mode }: Stats, full: number): boolean {
  return process.platform === "win32" || (mode & 0o7777) === (full & ~process.umask());
}

async function correctMode(folder: string, info: Stats): Promise<void> {
  // Whether what is made in a folder belongs to its group is inherited.
  const isInherited = (info.mode & 0o2000) !== 0;
  const wanted = (0o777 & ~process.umask()) | (isInherited ? 0o2000 : 0);
  if (process.platform !== "win32" && (info.mode & 0o7777) !== wanted) await chmod(bytes(folder), wanted);
}

async function remove(at: string, info: Stats): Promise<void> {
  if (!info.isDirectory()) return unlink(bytes(at));
  await removeAllIn(at);
  await rmdir(bytes(at));
}

async function removeAllIn(folder: string): Promise<void> {
  // Without these rights its owner could not empty it.
  await chmod(bytes(folder), 0o700);
  const names = await namesIn(folder);
  await Promise.all(
    names.map(async (name) => {
      const at = `${folder}/${name}`;
      await remove(at, await lstat(bytes(at)));
    }),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(bytes(folder), { encoding: "latin1" });
}

function bytes(path: string): Buffer {
  return Buffer.from(path, "latin1");
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

function ignoreIfFull(error: unknown): void {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(code)) throw error;
}
