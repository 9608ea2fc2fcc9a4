import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git } from "../git.ts";
import { stampAt } from "./file-states.ts";
import type { FileVersion } from "./tree-changes.ts";

/** What is to stand at a path of the work tree; undefined: nothing. */
export interface Placement {
  readonly path: string;
  readonly to: FileVersion | undefined;
  /** Of what stands there now. */
  readonly stamp: string;
}

/** Somebody has touched a file since it was looked at. */
export class FileTouched extends Error {
  override readonly name = "FileTouched";
  constructor(readonly path: string) {
    super(`${path} was changed just now`);
  }
}

/** Versions of files, written out as they will stand in the work tree, in a folder of their own. */
export interface StagedFiles {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Writes versions of files out of the object database, beside the work tree: what takes long and can fail is done
 * before anything that the user sees has changed.
 * @param attributes the tree whose `.gitattributes` say how; git before 2.41 takes those of the work tree.
 * @param parent of the folder that is made; on the file system of the work tree, if it can be.
 */
export async function stageFiles(
  root: string,
  placements: readonly Pick<Placement, "path" | "to">[],
  attributes: string,
  parent: string,
): Promise<StagedFiles> {
  const folder = await mkdtemp(join(parent, "parallel-deliver-"));
  const staged = { folder, remove: () => rm(folder, { recursive: true, force: true }) };
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index"), GIT_ATTR_SOURCE: attributes };
    const written = placements.flatMap(({ path, to }) => (to ? [{ path, ...to }] : []));
    const entries = written.map(({ path, mode, object }) => `${mode} ${object}\t${path}\0`).join("");
    await git(root, ["update-index", "-z", "--index-info"], { env, input: entries });
    const names = written.map(({ path }) => `${path}\0`).join("");
    const prefix = `--prefix=${join(folder, "files")}/`;
    await git(root, ["checkout-index", "-z", "--stdin", prefix], { env, input: names });
    return staged;
  } catch (error) {
    await staged.remove();
    throw error;
  }
}

/**
 * Puts the versions in their places, each in one step. What goes makes room first.
 * @throws FileTouched when somebody was faster; what was placed before stays.
 */
export function placeFiles(root: string, { folder }: StagedFiles, placements: readonly Placement[]): void {
  const [gone, written] = [placements.filter(({ to }) => !to), placements.filter(({ to }) => to)];
  for (const { path, stamp } of gone) {
    if (stampAt(root, path) !== stamp) throw new FileTouched(path);
    rmSync(join(root, path), { force: true });
    removeEmptyFolders(root, dirname(path));
  }
  for (const { path, stamp } of written) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    if (stampAt(root, path) !== stamp) throw new FileTouched(path);
    move(join(folder, "files", path), place);
  }
}

/** As git does: a folder whose last file has gone goes too. */
function removeEmptyFolders(root: string, folder: string): void {
  for (let at = folder; at !== "."; at = dirname(at)) {
    try {
      rmdirSync(join(root, at));
    } catch {
      return;
    }
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    const beside = `${to}.parallel-${process.pid}`;
    if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), beside);
    else copyFileSync(from, beside);
    renameSync(beside, to);
  }
}
