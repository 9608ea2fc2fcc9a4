import { lstat, mkdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";

/** Whether a real path lies below the checkout's top level. */
export function isInside(root: string, path: string): boolean {
  const inside = relative(root, path);
  return inside !== "" && !inside.startsWith("..") && !isAbsolute(inside);
}

/**
 * The real path of a file in the checkout, which may not exist yet. Its folder is made if need be.
 * @throws CallerError when it leads out of the checkout.
 */
export async function pathInside(root: string, path: string): Promise<string> {
  const outside = (reason: string) =>
    new CallerError(
      "wrong_state",
      `${path} ${reason}. Nothing was written to it.`,
      "Put the specification's folder back into the repository, as a folder.",
      "action",
    );
  const wanted = resolve(root, path);
  if (!isInside(root, wanted)) throw outside("lies outside the checkout");
  // Folder by folder, so that nothing is made behind a link that leads elsewhere.
  let folder = root;
  for (const name of relative(root, dirname(wanted)).split(sep)) {
    if (name === "") continue;
    await mkdir(join(folder, name)).catch(refuseUnlessThere);
    folder = await realpath(join(folder, name));
    if (!isInside(root, folder) || !(await stat(folder)).isDirectory())
      throw outside("now leads out of the checkout");
  }
  const file = join(folder, basename(wanted));
  const info = await lstat(file).catch(undefinedIfMissing);
  if (info !== undefined && !info.isFile()) throw outside("is a link or no file");
  return file;
}

/** For a file that may not exist. @throws any other error. */
export function undefinedIfMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw error;
}

function refuseUnlessThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
}
