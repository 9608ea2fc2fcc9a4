import { lstat, mkdir, realpath, stat, symlink } from "node:fs/promises";
import { dirname, join, posix, relative } from "node:path";
import { gitSays } from "../../../git/git.ts";
import { patternOfPath } from "../../../git/sparse-checkout.ts";
import { worktreeSettings } from "../../../host/settings.ts";
import { isInside } from "../../project/inside-checkout.ts";
import type { RunContext } from "../../project/run-context.ts";
import { excludeFromStatus } from "./excluded-from-status.ts";

/**
 * Gives a worktree the folders that all of them share: links to those of the checkout that the setting
 * `worktree.symlinkDirectories` of Claude Code names. What is there already stays, so nothing is done twice where Claude
 * Code has made the worktree.
 * @param worktree a real path.
 * @returns the links that lead to the checkout now, relative to the worktree's top level.
 */
export async function linkFolders(ctx: RunContext, worktree: string): Promise<string[]> {
  const { root, gitCommonDir } = ctx.checkout;
  const { linkedFolders } = worktreeSettings(await ctx.commands.hostSettings());
  const links: string[] = [];
  for (const named of linkedFolders) {
    const folder = placeInside(named);
    const target = folder && (await sharedFolder(root, folder));
    if (folder === undefined || target === undefined) continue;
    const link = join(worktree, folder);
    if (await canBeMade(worktree, link)) {
      await mkdir(dirname(link), { recursive: true });
      await symlink(target, link, "junction");
    }
    if ((await realPathOf(link)) !== target) continue;
    links.push(folder);
    // A pattern that ends with a slash matches folders only: git would take the link for a new file.
    const isIgnored = await gitSays(worktree, ["check-ignore", "--quiet", "--", folder]);
    if (!isIgnored) await excludeFromStatus(gitCommonDir, [patternOfPath(folder)]);
  }
  return links;
}

/** A path that does not leave the folder that it is relative to, in git's form; undefined for any other. */
function placeInside(path: string): string | undefined {
  const place = posix.normalize(path.replaceAll("\\", "/")).replace(/\/$/, "");
  const parts = place.split("/");
  const isOutside = posix.isAbsolute(place) || /^[a-z]:/i.test(place) || parts[0] === "..";
  const isPlain = place !== "." && !parts.includes(".git") && !/\p{Cc}/u.test(place);
  return isPlain && !isOutside ? place : undefined;
}

/**
 * The real path of a folder of the checkout that worktrees may share: one that lies in it, and that git ignores. Of any
 * other a worktree has its own files, or the link would be committed as somebody's work.
 */
async function sharedFolder(root: string, folder: string): Promise<string | undefined> {
  const target = await realPathOf(join(root, folder));
  if (target === undefined || !isInside(root, target) || !(await stat(target)).isDirectory())
    return undefined;
  const isIgnored = await gitSays(root, ["check-ignore", "--quiet", "--", `${relative(root, target)}/`]);
  return isIgnored ? target : undefined;
}

/** Nothing is there, and the folders on the way do not lead out of the worktree. */
async function canBeMade(worktree: string, link: string): Promise<boolean> {
  if (await isThere(link)) return false;
  let above = dirname(link);
  while (!(await isThere(above))) above = dirname(above);
  const real = await realPathOf(above);
  if (real === undefined || !(await stat(real)).isDirectory()) return false;
  return real === worktree || isInside(worktree, real);
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
