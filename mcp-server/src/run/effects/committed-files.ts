import { git, statusEntries } from "../../git/git.ts";

/**
 * Which files stand in the checkout as they were committed, so that git has their bytes.
 * @returns by path relative to the top level; where git cannot tell, no file does.
 */
export async function committedFiles(root: string): Promise<(path: string) => boolean> {
  try {
    const [files, changed] = await Promise.all([
      git(root, ["ls-files", "-z"]),
      statusEntries(root, "--untracked-files=no"),
    ]);
    const tracked = new Set(files.split("\0"));
    for (const entry of changed) tracked.delete(entry.slice(3));
    return (path) => tracked.has(path);
  } catch {
    return () => false;
  }
}
