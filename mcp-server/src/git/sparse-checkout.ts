import { posix } from "node:path";
import { git } from "./git.ts";

/** Files of the commit that a sparse checkout does not hold on the disk; none where everything is checked out. */
export async function filesLeftOut(worktree: string): Promise<string[]> {
  if (!(await isSet(worktree, "core.sparseCheckout", false))) return [];
  const entries = (await git(worktree, ["ls-files", "-t", "-z"])).split("\0");
  return entries.flatMap((entry) => (entry.startsWith("S ") ? [entry.slice(2)] : []));
}

/**
 * Makes a sparse checkout larger, so that it holds these files too: with the rest of their folders where it consists of
 * folders, else by themselves. Merely putting them there would not do: git takes a file outside of its part away when a
 * merge conflicts in it, and does not see that one was removed.
 */
export async function widenSparseCheckout(worktree: string, files: readonly string[]): Promise<void> {
  // Git reads one name a line.
  const named = files.filter((file) => !/\p{Cc}/u.test(file));
  if (named.length === 0) return;
  const isOfFolders = await isSet(worktree, "core.sparseCheckoutCone", true);
  const parts = new Set(named.map(isOfFolders ? quotedFolder : patternOfPath));
  await git(worktree, ["sparse-checkout", "add", "--stdin"], { input: `${[...parts].join("\n")}\n` });
}

async function isSet(worktree: string, name: string, ifAbsent: boolean): Promise<boolean> {
  const setting = ["config", "--bool", "--default", String(ifAbsent), "--get", name];
  return (await git(worktree, setting)).trim() === "true";
}

function quotedFolder(file: string): string {
  return JSON.stringify(posix.dirname(file));
}

/** The pattern of one path, relative to the top level, and of nothing else, as git reads it in its lists. */
export function patternOfPath(file: string): string {
  return `/${file.replace(/[\\*?[\]]| $/g, "\\$&")}`;
}
