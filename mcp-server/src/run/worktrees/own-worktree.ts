import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../../git/git.ts";
import { isAncestor } from "../../git/merge-tree.ts";
import { commitAt, workBranches } from "../../git/plan-branch.ts";
import { gitFolderOf } from "../../git/work-tree.ts";
import type { AnyClaim } from "../../graph/attempt.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import { type PlanSlug, type TaskId, taskName } from "../../graph/task.ts";
import { WORKTREE_FOLDER } from "../../host/folders.ts";
import type { Policy } from "../../policy/policy.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { RunContext } from "../project/run-context.ts";
import { freeWorktree, type HeldWorktree } from "./pool/free-worktree.ts";
import { knownServers } from "./pool/left-processes.ts";
import { inState, pooledWorktrees } from "./pool/pooled-worktrees.ts";
import { removeWorktree } from "./pool/remove-worktree.ts";
import { type PoolContext, takeWorktree } from "./pool/take.ts";
import { takeFreeWorktree } from "./pool/take-free.ts";
import { changeUse } from "./pool/worktree-use.ts";

import { excludeFromStatus } from "./setup/excluded-from-status.ts";

/** Worktrees that this project makes, for agents for whom the host makes none. */

/** Where it is, and which branch is checked out there. */
export interface OwnWorktree {
  readonly path: string;
  readonly branch: string;
}

/** Who is to have a worktree. */
export interface WorktreeHolder {
  readonly plan: PlanSlug;
  /** By which it is found again: the hash of a claim's token. */
  readonly key: string;
  /** The end of the names of its folder and its branch. */
  readonly name: string;
  /** What `git worktree list` says that it is for. */
  readonly label: string;
}

export function holderOf({ plan, claim }: Pick<HeldClaim, "plan" | "claim">): WorktreeHolder {
  const { task, id, tokenHash } = claim;
  return { plan, key: tokenHash, name: `${nameOf(task)}-${id}`, label: taskName(plan, task) };
}

/**
 * A worktree for somebody who has none: one that nobody uses any more, else a new one.
 * @param claims those whose servers' processes are left alone.
 * @param setup the command that is going to set it up; empty: none.
 * @throws GitFailed
 */
export async function makeOwnWorktree(
  ctx: PoolContext,
  { plan, key, name, label }: WorktreeHolder,
  base: string,
  { claims, setup }: Pick<PlanGraph, "claims"> & Pick<Policy, "setup">,
): Promise<OwnWorktree> {
  const { root } = ctx.checkout;
  const branch = await freeBranch(root, `${workBranches(plan)}/${name}`, base);
  const holder = { state: "held", plan, claim: key, setup: digestOf(setup) } as const;
  const known = knownServers(ctx, claims);
  const again = await takeFreeWorktree(ctx, {
    branch,
    base,
    reason: `used again by ${label}`,
    holder,
    known,
  });
  if (again !== undefined) return { path: again, branch };
  const path = await newPlace(root, `${plan}-${name}`);
  const command = ["worktree", "add", "--quiet", "--no-track", "--lock", "--reason", `in use by ${label}`];
  await git(root, [...command, "-B", branch, path, base]);
  const gitFolder = await gitFolderOf(path);
  if (gitFolder !== undefined) await changeUse(gitFolder, 0, holder);
  return { path, branch };
}

/** The worktree that was made for a claim by a call that did not come to its end. */
export async function ownWorktreeOf(
  ctx: RunContext,
  claim: Pick<AnyClaim, "tokenHash">,
): Promise<string | undefined> {
  const held = inState(await pooledWorktrees(ctx), "held");
  return held.find(({ use, path }) => use.claim === claim.tokenHash && existsSync(path))?.path;
}

/**
 * Removes a worktree in which nobody has worked, with its branch.
 * @param key its holder's.
 */
export async function discardOwnWorktree(ctx: RunContext, own: OwnWorktree, key: string): Promise<void> {
  const held = await heldWorktree(ctx, own, key);
  const taken = held && (await takeWorktree(ctx, held));
  if (taken && (await removeWorktree(ctx.checkout.root, taken))) await dropBranch(ctx, own);
}

/**
 * Has a worktree in which nobody has worked be free for the next task; where that cannot be, it is removed.
 * @param key its holder's.
 * @param base the commit at which it was made.
 * @param claims those whose servers' processes are left alone.
 */
export async function giveBackUnused(
  ctx: RunContext,
  own: OwnWorktree,
  key: string,
  base: string,
  { claims }: Pick<PlanGraph, "claims">,
): Promise<void> {
  const held = await heldWorktree(ctx, own, key);
  if (!held) return;
  const known = knownServers(ctx, claims);
  const outcome = await freeWorktree(ctx, held, base, known, () => dropBranch(ctx, own));
  if (outcome !== "freed") await discardOwnWorktree(ctx, own, key);
}

async function heldWorktree(
  ctx: RunContext,
  { path }: OwnWorktree,
  key: string,
): Promise<HeldWorktree | undefined> {
  const held = inState(await pooledWorktrees(ctx), "held");
  return held.find((one) => one.path === path && one.use.claim === key);
}

async function dropBranch({ checkout }: RunContext, { branch }: OwnWorktree): Promise<void> {
  await git(checkout.root, ["update-ref", "-d", `refs/heads/${branch}`]);
}

/** The branch of a claim's worktree; the attempt's number keeps equal ones apart. */
export function workBranchOf(held: Pick<HeldClaim, "plan" | "claim">): string {
  return `${workBranches(held.plan)}/${holderOf(held).name}`;
}

/** Worktrees are nothing that a user wants to see in `git status`. */
export function excludeWorktrees({ gitCommonDir }: RunContext["checkout"]): Promise<void> {
  return excludeFromStatus(gitCommonDir, [`${WORKTREE_FOLDER}/`]);
}

/** What one set-up has made is of no use for another. */
function digestOf(command: string): string {
  return command === "" ? "" : createHash("sha256").update(command).digest("hex");
}

/** A branch that nobody's work is on: another graph's claims have the same names. */
async function freeBranch(root: string, name: string, base: string): Promise<string> {
  for (let number = 1; ; number++) {
    const branch = number === 1 ? name : `${name}-${number}`;
    const tip = await commitAt(root, `refs/heads/${branch}`);
    // A try that failed may have left it.
    if (tip === undefined || (await isAncestor(root, tip, base))) return branch;
  }
}

async function newPlace(root: string, name: string): Promise<string> {
  const folder = join(root, WORKTREE_FOLDER);
  await mkdir(folder, { recursive: true });
  let place = join(folder, name);
  for (let number = 2; existsSync(place); number++) place = join(folder, `${name}-${number}`);
  return place;
}

/** A task's id as a part of a folder's and a branch's name. */
function nameOf(task: TaskId): string {
  return task.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 40);
}
