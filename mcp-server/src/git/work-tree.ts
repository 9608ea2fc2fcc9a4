import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { git } from "./git.ts";

/** Git's folder for the linked work tree at a path, by the file that leads there; undefined where there is none. */
export async function gitFolderOf(path: string): Promise<string | undefined> {
  const text = await readFile(join(path, ".git"), "utf8").catch(() => "");
  const leadsTo = /^gitdir: (.+?)\r?\n?$/.exec(text)?.[1];
  return leadsTo === undefined ? undefined : resolve(path, leadsTo);
}

/** Git's folder for any work tree. @throws GitFailed where there is none */
export async function folderOfWorkTree(root: string): Promise<string> {
  const linked = await gitFolderOf(root);
  if (linked !== undefined) return linked;
  const own = join(root, ".git");
  return existsSync(join(own, "HEAD"))
    ? own
    : resolve(root, (await git(root, ["rev-parse", "--git-dir"])).trim());
}

/** A merge, rebase or the like that somebody is in the midst of; a commit would become a part of it. */
export async function operationUnderWay(root: string): Promise<string | undefined> {
  const folder = await folderOfWorkTree(root);
  return Object.entries(UNDER_WAY).find(([file]) => existsSync(join(folder, file)))?.[1];
}

const UNDER_WAY = {
  MERGE_HEAD: "a merge",
  CHERRY_PICK_HEAD: "a cherry-pick",
  REVERT_HEAD: "a revert",
  "rebase-merge": "a rebase",
  "rebase-apply": "a rebase",
};
