import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GitFailed, git } from "../../git/git.ts";
import { isAncestor } from "../../git/merge-tree.ts";
import { commitAt, planHead } from "../../git/plan-branch.ts";
import { gitFolderOf } from "../../git/work-tree.ts";
import {
  type AnyClaim,
  type AttemptId,
  type EndedAttempt,
  isDraining,
  type ReturnedOffer,
} from "../../graph/attempt.ts";
import type { KnownServers } from "../../policy/effects/processes-in-folder.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readGraph } from "../plan/plan-view.ts";
import { isDead } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { freeWorktree, type HeldWorktree } from "./pool/free-worktree.ts";
import { endLeftProcesses, knownServers } from "./pool/left-processes.ts";
import { mostWanted } from "./pool/most-wanted.ts";
import { inState, type PooledWorktree } from "./pool/pooled-worktrees.ts";
import { removeWorktree } from "./pool/remove-worktree.ts";
import { giveBack, recoveredPool, takeWorktree } from "./pool/take.ts";
import { removeFree } from "./pool/take-free.ts";
import { isMerged } from "./pool/unmerged-work.ts";
import { type CutWorktree, type WorkRecord, workRecord } from "./work-record.ts";

/** An agent says one more line after its report, so its folder must not go at once. */
export const GRACE_MS = 30_000;

/** The host takes its lock off a moment after the agent's last hook. */
const UNLOCKED_AFTER_MS = 3_000;
const LOCK_LOOK_MS = 100;

/** The locks that this plugin puts on; the host's own tells that its agent still runs. */
const OUR_LOCK = /^(?:in use by|used again by|free:) /;

type EndedClaim = EndedAttempt | ReturnedOffer;

/** A worktree in which nobody works any more. */
interface SpentWorktree {
  readonly path: string;
  readonly branch: string | undefined;
  /** The attempt that the log gives it to; undefined: none any more. */
  readonly of: CutWorktree | undefined;
  /** The session whose agent worked there is dead, so nobody is left to take its lock off. */
  readonly orphaned: boolean;
  /** Undefined for one that this project did not make. */
  readonly held: HeldWorktree | undefined;
  /** When its attempt ended. */
  readonly endedAtMs: number;
}

/**
 * Frees or removes the worktrees of a plan of which everything is on the plan's branch and in which nobody works any more:
 * of those that this project has made as many are kept for the next tasks as could be wanted at once. Whatever holds an
 * unmerged commit or an uncommitted file stays. A plan that is done keeps none.
 * @param graceMs how long ago an attempt must have ended.
 */
export async function removeMergedWorktrees(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  graceMs: number,
): Promise<void> {
  const { root, gitCommonDir } = ctx.checkout;
  if (gitCommonDir === undefined) return;
  const pool = await recoveredPool(ctx);
  const read = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const { graph, stored } = plan;
    if (!graph.claims.some(({ isolation }) => isolation === "worktree")) return undefined;
    const isOver = overSince(ctx.now(), graceMs);
    const over = new Map(graph.claims.filter(isOver).map((claim) => [claim.id, claim]));
    const record = await workRecord(plan);
    const most = mostWanted(plan, record.cut);
    return { name: stored.slug, over, most, record, claims: [...graph.claims] };
  });
  if (read === undefined) return;
  const { name, claims, most } = read;
  const waiting = inState(pool, "free").filter(({ use }) => use.plan === name);
  await removeFree(ctx, waiting.slice(most));
  let room = most - waiting.length;
  const spent = await spentWorktrees(read, name, pool);
  const head = spent.length > 0 ? await planHead(root, name) : undefined;
  if (head === undefined) return;
  const known = knownServers(ctx, claims);
  for (const one of spent) {
    const letGo = async () => {
      if (one.branch !== undefined) await dropBranch(root, one.branch, head);
      if (one.of) await logRemoved(ctx, store, slug, one.of);
    };
    if (!(await isUntouched(ctx, one, head))) continue;
    const isWanted = room > 0 && one.held !== undefined;
    // Its folder would not go, but be another task's.
    if (isWanted && one.endedAtMs + GRACE_MS > ctx.now()) {
      room--;
      continue;
    }
    const freed = isWanted ? await free(ctx, one.held, head, known, letGo) : "unfit";
    if (freed === "used") continue;
    if (freed === "freed") room--;
    else await remove(ctx, one, head, known, letGo);
  }
}

/** Which attempts have been over for so long. */
function overSince(nowMs: number, graceMs: number): (claim: AnyClaim) => claim is EndedClaim {
  return (claim): claim is EndedClaim =>
    (claim.state === "returned" || (claim.state === "ended" && !isDraining(claim, nowMs))) &&
    claim.endedAtMs + graceMs <= nowMs;
}

async function spentWorktrees(
  { over, record }: { readonly over: ReadonlyMap<AttemptId, EndedClaim>; readonly record: WorkRecord },
  plan: string,
  pool: readonly PooledWorktree[],
): Promise<SpentWorktree[]> {
  const spent: SpentWorktree[] = [];
  const left = new Map(inState(pool, "held").map((one) => [`${one.use.claim} ${one.path}`, one]));
  for (const of of record.cut.values()) {
    const claim = over.get(of.attempt);
    if (!claim || record.removed.has(of.attempt)) continue;
    const key = `${claim.tokenHash} ${of.path}`;
    const held = left.get(key);
    left.delete(key);
    // Somebody else has it already, or has just taken it.
    if (!held && pool.some(({ path }) => path === of.path)) continue;
    const { endedAtMs } = claim;
    spent.push({ ...of, of, held, orphaned: await isDead(claim.owner), endedAtMs });
  }
  // Those that no attempt was ever given, or whose server died when it was about to free them.
  const byToken = new Map([...over.values()].map((claim) => [claim.tokenHash, claim]));
  for (const held of left.values()) {
    const claim = held.use.plan === plan ? byToken.get(held.use.claim) : undefined;
    if (claim === undefined) continue;
    const { endedAtMs } = claim;
    spent.push({
      ...{ path: held.path, branch: await branchAt(held), of: undefined },
      ...{ held, orphaned: false, endedAtMs },
    });
  }
  return spent;
}

async function branchAt({ gitFolder }: HeldWorktree): Promise<string | undefined> {
  const head = await readFile(join(gitFolder, "HEAD"), "utf8").catch(() => "");
  return /^ref: refs\/heads\/(parallel-work\/.+)$/m.exec(head)?.[1];
}

/** Whether a worktree is gone, or nothing in it is anybody's, as far as one can tell without changing anything. */
async function isUntouched(
  ctx: RunContext,
  { path, orphaned, endedAtMs }: SpentWorktree,
  head: string,
): Promise<boolean> {
  try {
    if (!existsSync(path)) return true;
    if (!orphaned) {
      const isNew = () => ctx.now() < endedAtMs + UNLOCKED_AFTER_MS;
      while (!(await isUnlocked(path))) {
        if (!isNew()) return false;
        await sleep(LOCK_LOOK_MS);
      }
    }
    return await isMerged(path, head);
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  }
}

async function isUnlocked(path: string): Promise<boolean> {
  const lock = await readFile(join((await gitFolderOf(path)) ?? path, "locked"), "utf8").catch(
    () => undefined,
  );
  return lock === undefined || OUR_LOCK.test(lock);
}

async function free(
  ctx: RunContext,
  held: HeldWorktree,
  head: string,
  known: KnownServers,
  letGo: () => Promise<void>,
): Promise<"freed" | "used" | "unfit"> {
  if (!existsSync(held.path)) return "unfit";
  try {
    return await freeWorktree(ctx, held, head, known, letGo);
  } catch (error) {
    // Git is at work there: the next time will do.
    if (error instanceof GitFailed) return "used";
    throw error;
  }
}

async function remove(
  ctx: RunContext,
  { path, held }: SpentWorktree,
  head: string,
  known: KnownServers,
  letGo: () => Promise<void>,
): Promise<void> {
  const { root } = ctx.checkout;
  const taken = held && (await takeWorktree(ctx, held));
  if (held && !taken) return;
  try {
    if (existsSync(path)) {
      if (held) await endLeftProcesses(path, known);
      if (!(await isMerged(path, head))) return;
      await unlock(root, path);
      // Without force: git itself refuses when somebody has locked it, or when a file came in just now.
      await git(root, ["worktree", "remove", ...(await withSubmodules(path)), path]);
    } else if (held) {
      await removeWorktree(root, held);
    }
    await letGo();
  } catch (error) {
    // A folder that is still in use, or that another session is removing: the next time will do.
    if (!(error instanceof GitFailed)) throw error;
  } finally {
    if (taken && existsSync(taken.gitFolder)) await giveBack(taken, taken.before);
  }
}

/** Git removes no worktree with submodules that are checked out unless it is forced to. What is in them was looked at. */
async function withSubmodules(path: string): Promise<string[]> {
  const gitFolder = await gitFolderOf(path);
  return gitFolder !== undefined && existsSync(join(gitFolder, "modules")) ? ["--force"] : [];
}

async function unlock(root: string, path: string): Promise<void> {
  const list = await git(root, ["worktree", "list", "--porcelain"]);
  const entry = list.split("\n\n").find((lines) => lines.startsWith(`worktree ${path}\n`));
  if (entry?.includes("\nlocked")) await git(root, ["worktree", "unlock", path]);
}

/** That the attempt's work is not to be looked for there any more; once, whoever sees it first. */
async function logRemoved(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  { task, attempt }: CutWorktree,
): Promise<void> {
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const { removed } = await workRecord(plan);
    if (!removed.has(attempt)) plan.append({ type: "worktree.removed", task, attempt });
  });
}

async function dropBranch(root: string, branch: string, head: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const tip = await commitAt(root, ref);
  if (tip === undefined || !(await isAncestor(root, tip, head))) return;
  await git(root, ["update-ref", "-d", ref, tip]);
}
