import { git } from "../git.ts";

/** What a tree or an index has of a file: its mode, as git writes it, and its object. */
export interface FileVersion {
  readonly mode: string;
  readonly object: string;
}

/** A path that two trees have differently; a side is undefined where it has no such file. */
export interface TreeChange {
  /** Relative to the top level, with forward slashes. */
  readonly path: string;
  readonly from: FileVersion | undefined;
  readonly to: FileVersion | undefined;
}

/** A folder of another repository: the object is a commit of it. */
export const SUBMODULE = "160000";
export const LINK = "120000";
export const EXECUTABLE = "100755";
export const PLAIN = "100644";

/** The files in which two commits or trees differ, by path. */
export async function treeChanges(root: string, from: string, to: string): Promise<TreeChange[]> {
  const text = await git(root, ["diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", from, to]);
  return changesIn(text).map(({ path, before, after }) => ({ path, from: before, to: after }));
}

/** Every version that these files had on the way from one commit to another, by path. */
export async function versionsBetween(
  root: string,
  from: string,
  to: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly FileVersion[]>> {
  const found = new Map<string, FileVersion[]>();
  if (paths.length === 0) return found;
  const wanted = new Set(paths);
  const how = ["-m", "--raw", "-z", "--no-renames", "--no-abbrev", "--format="];
  for (const { path, after } of changesIn(await git(root, ["log", ...how, `${from}..${to}`]))) {
    if (after && wanted.has(path)) found.set(path, [...(found.get(path) ?? []), after]);
  }
  return found;
}

/** Lines of git's raw format: a colon, both modes, both objects, a letter, and after a NUL the path. */
function changesIn(text: string) {
  const parts = text.split("\0");
  return parts.flatMap((part, i) => {
    const found = /:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z]$/.exec(part);
    const path = parts[i + 1];
    if (!found || path === undefined) return [];
    const [, oldMode = "", newMode = "", oldObject = "", newObject = ""] = found;
    const version = (mode: string, object: string) => (/^0+$/.test(mode) ? undefined : { mode, object });
    return [{ path, before: version(oldMode, oldObject), after: version(newMode, newObject) }];
  });
}

/** Whether both are the same file. @param modes whether the file system keeps who may execute a file. */
export function sameVersion(a: FileVersion, b: FileVersion, modes: boolean): boolean {
  if (a.object !== b.object) return false;
  const isFile = ({ mode }: FileVersion) => mode === PLAIN || mode === EXECUTABLE;
  return a.mode === b.mode || (!modes && isFile(a) && isFile(b));
}
