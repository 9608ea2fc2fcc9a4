import { existsSync } from "node:fs";
import { join } from "node:path";
import { GitFailed, git, gitSays } from "../../git/git.ts";
import { submoduleFolders } from "../../git/inner-repositories.ts";
import { runProgram } from "../../host/run-program.ts";
import { shownPath } from "../../text/display-path.ts";

/** What of the checkout's files worktrees of it will lack, because git cannot put it there from what lies on this machine. */
export async function missingFromWorktrees(root: string): Promise<string[]> {
  return [...(await emptySubmodules(root)), ...(await filesOfLargeStorage(root))];
}

async function emptySubmodules(root: string): Promise<string[]> {
  const folders = [...(await submoduleFolders(root))];
  const empty = folders.filter((folder) => !existsSync(join(root, folder, ".git")));
  const [first] = empty;
  if (first === undefined) return [];
  const what =
    empty.length === 1 ? `${shownPath(first)} is a submodule that is` : `${empty.length} submodules are`;
  return [
    `${what} not checked out here, so worktrees have nothing of it either: run git submodule update --init --recursive first if the tasks need it.`,
  ];
}

/** Files that Git LFS keeps elsewhere: without it a worktree has the small files that stand for them. */
async function filesOfLargeStorage(root: string): Promise<string[]> {
  const files = await git(root, ["ls-files", "-z", "--", ":(attr:filter=lfs)"]);
  const count = files.split("\0").filter(Boolean).length;
  if (count === 0 || (await isSmudged(root))) return [];
  return [
    `${count} ${count === 1 ? "file is" : "files are"} kept by Git LFS, which is not set up here: worktrees have pointers in ${count === 1 ? "its" : "their"} place. Install git-lfs and run git lfs install first if the tasks need what is in them.`,
  ];
}

async function isSmudged(root: string): Promise<boolean> {
  try {
    const filters = "^filter\\.lfs\\.(smudge|process)$";
    if (!(await gitSays(root, ["config", "--get-regexp", filters]))) return false;
    await runProgram("git", ["lfs", "version"], { folder: root });
    return true;
  } catch (error) {
    if (error instanceof GitFailed) throw error;
    return false;
  }
}
