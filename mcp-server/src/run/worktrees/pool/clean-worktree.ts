import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GitFailed, git, statusEntries } from "../../../git/git.ts";
import { folderOfWorkTree, gitFolderOf } from "../../../git/work-tree.ts";
import { SET_UP_FILE } from "../setup/set-up-record.ts";
import type { PooledWorktree } from "./pooled-worktrees.ts";
import { removeAllBut } from "./remove-all-but.ts";
import { USE_FILES } from "./worktree-use.ts";

/** What makes a folder git's folder of a worktree; all else in it is what somebody did there. */
const GITS_OWN = new Set(["HEAD", "commondir", "gitdir", "locked"]);
/** What a checkout passes on to a worktree that git makes from it: which part of the repository, and settings. */
const PASSED_ON = ["info/sparse-checkout", "config.worktree"];
/** Of what the main work tree's settings say, this is true of it alone. */
const OF_MAIN_WORK_TREE = ["core.bare", "core.worktree"];
/** Each file is looked at anew, whatever was noted about it. */
const TRUST_NOTHING = ["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false"] as const;

/** A worktree as it is wanted for the next task. */
export interface WantedWorktree {
  /** A new branch, which is checked out at `base`. */
  readonly branch: string;
  readonly base: string;
  /** Why nobody may remove it, as `git worktree list` shows it. */
  readonly reason: string;
  /** Paths of files and folders that stay as they are. */
  readonly kept: readonly string[];
}

/**
 * Makes a worktree that nobody uses what `git worktree add` would have made in its place. Nothing of what was done in it
 * before is trusted or left: not git's own notes of that worktree (index, settings, merges under way), nor any file that
 * is not the commit's, with the commit's content.
 * @param root the checkout that it is made from.
 * @throws GitFailed, an Error or the system's where that is not possible; then it is in no state to be used.
 */
export async function cleanWorktree(
  root: string,
  { path, gitFolder }: Pick<PooledWorktree, "path" | "gitFolder">,
  { branch, base, reason, kept }: WantedWorktree,
): Promise<void> {
  if ((await gitFolderOf(path)) !== gitFolder) throw new Error(`${path} is no worktree of this repository`);
  await clearGitFolder(gitFolder);
  await passOn(root, gitFolder);
  // Whoever made the branch before has failed, and nobody else uses it.
  await git(root, ["update-ref", `refs/heads/${branch}`, base]);
  // Named, lest git finds another repository: that of the checkout around it has a HEAD as well.
  const at = ["--git-dir", gitFolder, "--work-tree", path, ...TRUST_NOTHING];
  await git(path, [...at, "symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  await writeFile(join(gitFolder, "locked"), `${reason}\n`);
  await removeAllBut(path, base, kept);
  await git(path, [...at, "read-tree", base]);
  // A file that has the commit's content need not be written again.
  await git(path, [...at, "update-index", "-q", "--refresh"]).catch(ignoreDifferences);
  await git(path, [...at, "reset", "--quiet", "--hard", base]);
  await refuseRest(path, kept);
}

async function clearGitFolder(gitFolder: string): Promise<void> {
  const names = await readdir(gitFolder);
  const others = names.filter(
    (name) => !GITS_OWN.has(name) && name !== SET_UP_FILE && !name.startsWith(USE_FILES),
  );
  await Promise.all(others.map((name) => rm(join(gitFolder, name), { recursive: true, force: true })));
}

async function passOn(root: string, gitFolder: string): Promise<void> {
  const of = await folderOfWorkTree(root);
  for (const name of PASSED_ON) {
    const [from, to] = [join(of, name), join(gitFolder, name)];
    if (!existsSync(from)) continue;
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to);
    if (name !== "config.worktree") continue;
    for (const setting of OF_MAIN_WORK_TREE) {
      await git(root, ["config", "--file", to, "--unset-all", setting]).catch(ignoreMissingSetting);
    }
  }
}

/** @throws an Error for what came in while it was cleaned, which somebody still writes. */
async function refuseRest(path: string, kept: readonly string[]): Promise<void> {
  const entries = await statusEntries(path, "--ignored=matching");
  const isKept = (entry: string) => {
    const name = entry.slice(3).replace(/\/$/, "");
    const isNear = (one: string) => one === name || one.startsWith(`${name}/`) || name.startsWith(`${one}/`);
    return entry.startsWith("!! ") && kept.some(isNear);
  };
  const rest = entries.find((entry) => !isKept(entry));
  if (rest !== undefined) throw new Error(`${path} cannot be cleaned: ${JSON.stringify(rest)}`);
}

/** That files differ is what git says with this code, and what is put right next. */
function ignoreDifferences(error: unknown): void {
  if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
}

function ignoreMissingSetting(error: unknown): void {
  if (!(error instanceof GitFailed) || error.exitCode !== 5) throw error;
}
