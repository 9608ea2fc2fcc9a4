import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { statusEntries } from "../../../git/git.ts";
import { gitFolderOf } from "../../../git/work-tree.ts";
import type { KnownServers } from "../../../policy/effects/processes-in-folder.ts";
import { cleanWorktree, type WantedWorktree } from "./clean-worktree.ts";
import { forgetSetup, keptPaths } from "./kept-paths.ts";
import { endLeftProcesses } from "./left-processes.ts";
import { inState, type PooledWorktree } from "./pooled-worktrees.ts";
import { removeWorktree } from "./remove-worktree.ts";
import {
  forsake,
  giveBack,
  type PoolContext,
  recoveredPool,
  type TakenWorktree,
  takeWorktree,
} from "./take.ts";
import type { WorktreeUse } from "./worktree-use.ts";

type FreeUse = Extract<WorktreeUse, { state: "free" }>;
type FreeWorktree = PooledWorktree<FreeUse>;

/** Who wants a worktree, and for what. */
export interface WorktreeRequest extends Omit<WantedWorktree, "kept"> {
  readonly holder: Extract<WorktreeUse, { state: "held" }>;
  readonly known: KnownServers;
}

/**
 * A worktree that nobody uses, as good as new, for this attempt alone.
 * @returns its path; undefined where there is none.
 */
export async function takeFreeWorktree(
  ctx: PoolContext,
  request: WorktreeRequest,
): Promise<string | undefined> {
  for (const free of inState(await recoveredPool(ctx), "free")) {
    const taken = await takeWorktree(ctx, free);
    if (taken && (await prepare(ctx, taken, request))) return taken.path;
  }
  return undefined;
}

/** Removes worktrees that nobody uses. One in which somebody has worked nevertheless is left to them. */
export async function removeFree(ctx: PoolContext, all: readonly FreeWorktree[]): Promise<void> {
  for (const free of all) {
    const taken = await takeWorktree(ctx, free);
    if (taken === undefined) continue;
    if (await isTouched(taken)) await forsake(taken);
    else await removeWorktree(ctx.checkout.root, taken);
  }
}

async function prepare(
  ctx: PoolContext,
  taken: TakenWorktree<FreeUse>,
  { holder, known, ...wanted }: WorktreeRequest,
): Promise<boolean> {
  const { path, gitFolder, before } = taken;
  if ((await endLeftProcesses(path, known)) !== "none") {
    await giveBack(taken, before);
    return false;
  }
  if (await isTouched(taken)) {
    await forsake(taken);
    return false;
  }
  try {
    if (before.setup !== holder.setup) await forgetSetup(gitFolder);
    await cleanWorktree(ctx.checkout.root, taken, { ...wanted, kept: await keptPaths(path) });
    await giveBack(taken, holder);
    return true;
  } catch (error) {
    // Whatever the reason: a new one is made instead.
    if (!(error instanceof Error)) throw error;
    await removeWorktree(ctx.checkout.root, taken);
    return false;
  }
}

/** Whether somebody has worked there since it was freed: nobody was to, and nothing that they did may be lost. */
async function isTouched({ path, gitFolder, before }: TakenWorktree<FreeUse>): Promise<boolean> {
  if (!existsSync(path)) return false;
  try {
    const head = await readFile(join(gitFolder, "HEAD"), "utf8");
    const isAsFreed = head.trim() === before.head && (await gitFolderOf(path)) === gitFolder;
    return !isAsFreed || (await statusEntries(path)).length > 0;
  } catch (error) {
    if (error instanceof Error) return true;
    throw error;
  }
}
