import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { WORKTREE_FOLDER } from "../../../host/folders.ts";
import { isInside, undefinedIfMissing } from "../../project/inside-checkout.ts";
import type { RunContext } from "../../project/run-context.ts";
import { type NumberedUse, readUse, type WorktreeUse } from "./worktree-use.ts";

/** A worktree that this project has made for the checkout. */
export interface PooledWorktree<Use extends WorktreeUse = WorktreeUse> extends NumberedUse {
  readonly use: Use;
  /** Its top level. */
  readonly path: string;
  /** Git's folder for it. */
  readonly gitFolder: string;
}

/** All worktrees that this project has made for this checkout and that are still there. */
export async function pooledWorktrees({ checkout }: Pick<RunContext, "checkout">): Promise<PooledWorktree[]> {
  const { root, gitCommonDir } = checkout;
  if (gitCommonDir === undefined) return [];
  const folder = join(gitCommonDir, "worktrees");
  const names = (await readdir(folder).catch(undefinedIfMissing)) ?? [];
  const found = await Promise.all(
    names.map(async (name): Promise<PooledWorktree[]> => {
      const gitFolder = join(folder, name);
      const path = await worktreeOfGitFolder(gitFolder);
      if (path === undefined || !isInside(join(root, WORKTREE_FOLDER), path)) return [];
      const use = await readUse(gitFolder);
      return use ? [{ ...use, path, gitFolder }] : [];
    }),
  );
  return found.flat();
}

/** The worktrees in this state. */
export function inState<State extends WorktreeUse["state"]>(
  worktrees: readonly PooledWorktree[],
  state: State,
): PooledWorktree<Extract<WorktreeUse, { state: State }>>[] {
  return worktrees.flatMap((one) =>
    one.use.state === state ? [one as PooledWorktree<Extract<WorktreeUse, { state: State }>>] : [],
  );
}

async function worktreeOfGitFolder(gitFolder: string): Promise<string | undefined> {
  const text = await readFile(join(gitFolder, "gitdir"), "utf8").catch(() => "");
  const file = text.replace(/\r?\n$/, "");
  return file === "" ? undefined : dirname(resolve(gitFolder, file));
}
