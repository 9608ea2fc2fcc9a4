import { lstatSync } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { git, statusEntries } from "../../../git/git.ts";
import {
  hasCommitsOfSubmodules,
  hasFilesOfSubmodules,
  indexEntries,
} from "../../../git/inner-repositories.ts";
import { isAncestor } from "../../../git/merge-tree.ts";
import { folderOfWorkTree, operationUnderWay } from "../../../git/work-tree.ts";

/** An index of our own beside git's, to ask what its marks hide. */
const INDEX_COPY = "parallel-index";

/**
 * Whether a worktree holds nothing that its plan's branch does not hold: no commit, no changed or new file, nothing that
 * git was told to overlook, and no merge or rebase that was begun. Ignored files do not count.
 * @param head the commit of the plan's branch.
 */
export async function isMerged(path: string, head: string): Promise<boolean> {
  if (!(await isAncestor(path, "HEAD", head)) || (await statusEntries(path)).length > 0) return false;
  const { links, overlooked } = await indexEntries(path);
  if ((await hasFilesOfSubmodules(path, links)) || (await hasCommitsOfSubmodules(path, links))) return false;
  return (await operationUnderWay(path)) === undefined && !(await hasHiddenChange(path, overlooked));
}

/** Whether a file differs that the index is told to take for unchanged, or for left out of a sparse checkout. */
async function hasHiddenChange(path: string, marked: readonly string[]): Promise<boolean> {
  const there = marked.filter((name) => lstatSync(join(path, name), { throwIfNoEntry: false }) !== undefined);
  if (there.length === 0) return false;
  const folder = await folderOfWorkTree(path);
  const copy = join(folder, INDEX_COPY);
  const options = { env: { GIT_INDEX_FILE: copy } };
  const input = there.map((name) => `${name}\0`).join("");
  try {
    await copyFile(join(folder, "index"), copy);
    for (const mark of ["--no-assume-unchanged", "--no-skip-worktree"]) {
      await git(path, ["update-index", mark, "-z", "--stdin"], { ...options, input });
    }
    return (await git(path, ["diff-files", "--name-only"], options)) !== "";
  } finally {
    await rm(copy, { force: true });
  }
}
