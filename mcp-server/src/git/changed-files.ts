import { git } from "./git.ts";

/** Every path in which the checkout or its index differs from the last commit, new files included. */
export async function changedFiles(root: string): Promise<string[]> {
  const list = await git(root, ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"]);
  // A path that ends with a slash is another repository inside this one: its files are its own.
  return list.split("\0").flatMap((entry) => (entry === "" || entry.endsWith("/") ? [] : [entry.slice(3)]));
}
