import { rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { readSetUp, SET_UP_FILE } from "../setup/set-up-record.ts";

/**
 * What a worktree keeps when it is used again: what its set-up has made. What it was given of the checkout (links, and
 * copies of files) it is given anew, as these are now.
 * @returns paths relative to the worktree, with forward slashes.
 */
export async function keptPaths(worktree: string): Promise<string[]> {
  const noted = await readSetUp(worktree);
  return (noted?.outputs ?? []).flatMap((path) => pathBelow(path) ?? []);
}

/** Nothing stays that another set-up has made. */
export async function forgetSetup(gitFolder: string): Promise<void> {
  await rm(join(gitFolder, SET_UP_FILE), { force: true });
}

/** A path that stays below the folder that it is relative to, and that is not git's; undefined for any other. */
function pathBelow(path: string): string | undefined {
  const plain = posix.normalize(path).replace(/\/$/, "");
  const isOutside = posix.isAbsolute(plain) || plain === "." || /^\.\.(\/|$)/.test(plain);
  return isOutside || /^\.git(\/|$)/i.test(plain) ? undefined : plain;
}
