import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isDead, isServerDead } from "../../project/owner.ts";
import type { RunContext } from "../../project/run-context.ts";
import { inState, type PooledWorktree, pooledWorktrees } from "./pooled-worktrees.ts";
import { removeWorktree } from "./remove-worktree.ts";
import { changeUse, removeUse, type WorktreeUse } from "./worktree-use.ts";

/** Whose worktrees, and who asks for them. */
export type PoolContext = Pick<RunContext, "checkout" | "owner">;

type Taken = Extract<WorktreeUse, { state: "taken" }>;
type Untaken = Taken["before"];

/** A worktree that this server has taken: until it is given back, no other one changes anything of it. */
export interface TakenWorktree<Before extends Untaken = Untaken> extends PooledWorktree<Taken> {
  readonly before: Before;
}

/**
 * Takes a worktree, so that nobody else cleans, frees or removes it.
 * @returns undefined when somebody else was faster.
 */
export async function takeWorktree<Before extends Untaken>(
  { owner }: PoolContext,
  { path, gitFolder, number, use: before }: PooledWorktree<Before>,
): Promise<TakenWorktree<Before> | undefined> {
  const { host, pid, startedAt, server } = owner;
  const by = { host, pid, startedAt, ...(server && { server }) };
  const use: Taken = { state: "taken", by, before };
  const taken = await changeUse(gitFolder, number, use);
  return taken && { path, gitFolder, number: taken.number, use, before };
}

/** Says what a taken worktree is from now on. */
export async function giveBack({ gitFolder, number }: TakenWorktree, use: Untaken): Promise<void> {
  await changeUse(gitFolder, number, use);
}

/** Leaves a taken worktree to whoever has worked in it: it is one of git's like any other. */
export async function forsake({ gitFolder }: TakenWorktree): Promise<void> {
  await rm(join(gitFolder, "locked"), { force: true });
  await removeUse(gitFolder);
}

/**
 * All worktrees that this project has made for the checkout, after what servers have left was put right that died while
 * they had one: what was held is that again, for nothing of it is removed before it is known to be merged, and what was
 * free is removed, since it may be half cleaned.
 */
export async function recoveredPool(ctx: PoolContext): Promise<PooledWorktree[]> {
  const all = await pooledWorktrees(ctx);
  let isOther = false;
  for (const one of inState(all, "taken")) {
    const { by, before } = one.use;
    if (!(await isGone(by))) continue;
    isOther = true;
    if (before.state === "held") {
      await changeUse(one.gitFolder, one.number, before);
      continue;
    }
    const taken = await takeWorktree(ctx, { ...one, use: before });
    if (taken) await removeWorktree(ctx.checkout.root, taken);
  }
  return isOther ? pooledWorktrees(ctx) : all;
}

async function isGone({ server, ...rest }: Taken["by"]): Promise<boolean> {
  const owner = { ...rest, ...(server && { server }) };
  return (await isDead(owner)) || (await isServerDead(owner));
}
