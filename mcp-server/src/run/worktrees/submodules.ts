import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { GitFailed, git } from "../../git/git.ts";
import { type Submodule, submodulesAt } from "../../git/inner-repositories.ts";
import { commitAt } from "../../git/plan-branch.ts";
import { gitFolderOf } from "../../git/work-tree.ts";
import { emptyFolder } from "./pool/remove-all-but.ts";

/**
 * Checks out the submodules of a new worktree, and theirs, as far as the checkout has them: from its own copies, so no
 * network is needed and nobody is asked for a password. Each gets a repository of its own, in which nobody meets the
 * user's branches. Those that the checkout does not have at the wanted commit stay empty, as git leaves them.
 * @param gitFolder of the checkout that has the copies.
 */
export async function checkOutSubmodules(gitFolder: string, worktree: string): Promise<void> {
  for (const submodule of await submodulesAt(worktree)) {
    const copy = join(gitFolder, "modules", submodule.name);
    if (!existsSync(join(copy, "HEAD")) || (await commitAt(copy, submodule.commit)) === undefined) continue;
    const folder = join(worktree, submodule.folder);
    try {
      await checkOut(worktree, folder, copy, submodule);
    } catch (error) {
      if (!(error instanceof GitFailed)) throw error;
      await takeBack(worktree, folder, submodule);
      continue;
    }
    await checkOutSubmodules(copy, folder);
  }
}

async function checkOut(
  worktree: string,
  folder: string,
  copy: string,
  { name, folder: inside }: Submodule,
): Promise<void> {
  // Not on the command line, where a name could hold what ends it; and in no file, where the user would find it.
  const env = {
    GIT_CONFIG_COUNT: "2",
    ...{ GIT_CONFIG_KEY_0: `submodule.${name}.url`, GIT_CONFIG_VALUE_0: copy },
    ...{ GIT_CONFIG_KEY_1: "protocol.file.allow", GIT_CONFIG_VALUE_1: "always" },
  };
  await git(worktree, ["submodule", "--quiet", "update", "--init", "--checkout", "--", inside], { env });
  const origin = (await git(copy, ["config", "--default", "", "--get", "remote.origin.url"])).trim();
  // What only the user's copy has is not what others have: that decides whether a commit of it can be shared.
  const branches = "+refs/remotes/origin/*:refs/remotes/origin/*";
  await git(folder, ["fetch", "--quiet", "--prune", "--no-tags", "origin", branches], { env });
  const own = (await git(folder, ["for-each-ref", "--format=delete %(refname)", "refs/heads"])).trim();
  if (own !== "") await git(folder, ["update-ref", "--stdin"], { input: `${own}\n` });
  if (origin === "") await git(folder, ["remote", "remove", "origin"]);
  else await git(folder, ["remote", "set-url", "origin", origin]);
}

/** Half a submodule would be taken for somebody's work. */
async function takeBack(worktree: string, folder: string, { name }: Submodule): Promise<void> {
  if (existsSync(folder)) await emptyFolder(folder);
  const gitFolder = await gitFolderOf(worktree);
  if (gitFolder !== undefined) await rm(join(gitFolder, "modules", name), { recursive: true, force: true });
}
