import { isDeepStrictEqual } from "node:util";
import { isUntouched } from "../../../git/apply/file-states.ts";
import { FileTouched, placeFiles, stageFiles } from "../../../git/apply/place-files.ts";
import { refreshIndex } from "../../../git/commit-files.ts";
import { commitTree, isAncestor } from "../../../git/merge-tree.ts";
import { commitAt, moveRefs, planBranch, planHead, RefMoved } from "../../../git/plan-branch.ts";
import { operationUnderWay } from "../../../git/work-tree.ts";
import type { Change } from "../../../graph/event.ts";
import type { PlanSlug } from "../../../graph/task.ts";
import type { GraphStore } from "../../../store/graph-store.ts";
import type { HeldClaim } from "../../../store/tables/held-claim.ts";
import { expireClaims } from "../../attempts/expire-claims.ts";
import { changePlan } from "../../plan/plan-transaction.ts";
import { type PlanView, readPlan } from "../../plan/plan-view.ts";
import { isDone } from "../../plan/progress.ts";
import type { RunContext } from "../../project/run-context.ts";
import { repeatIfRefMoves } from "../move-refs.ts";
import { beginJournal, endJournal, gitFolder, undoInterrupted } from "./delivery-journal.ts";
import {
  type DeliveryRefused,
  type FileToWrite,
  holders,
  lookAtCheckout,
  reasonOf,
  wantedTree,
} from "./work-to-deliver.ts";

/** More files than these tell nobody more. */
const MAX_LOGGED = 100;

type Delivered = Extract<Change, { type: "work.delivered" }>;

/** What became of the work on the plan's branch. */
export type CheckoutDelivery =
  | { readonly kind: "delivered"; readonly how: Delivered["how"]; readonly files: readonly string[] }
  /** The checkout has it all, or there is nothing. */
  | { readonly kind: "nothing"; readonly why: string }
  | DeliveryRefused;

/** The branch's work, and the state of the checkout that it is for. */
interface Work {
  readonly kind: "work";
  readonly slug: PlanSlug;
  readonly head: string;
  readonly branch: string;
  /** Where the branch began, if the log tells. */
  readonly start: string | undefined;
  /** The last delivery to this checkout that left uncommitted changes. */
  readonly last: Delivered | undefined;
  readonly held: readonly HeldClaim[];
}

/** Found in the transaction that was to write: nothing was. */
class Hindered extends Error {
  override readonly name = "Hindered";
  constructor(readonly refused: DeliveryRefused) {
    super(refused.reason);
  }
}

/** With `deliver: checkout`, puts the merged work into the checkout as soon as nothing is left to run. */
export async function deliverWhenDone(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  if (ctx.checkout.gitCommonDir === undefined) return;
  if ((await readPlan(ctx, store, slug)).policy.deliver !== "checkout") return;
  const isDue = await changePlan(ctx, store, "server", slug, async (plan, tx) => {
    await expireClaims(tx);
    return isDone(plan);
  });
  if (isDue) await deliverPlan(ctx, store, slug, { how: "changes", again: false });
}

/**
 * Puts the merged work of the plan into the checkout, as uncommitted changes or as a merge: all of it, or nothing.
 * @param again whether also what was delivered before, and may have been taken back.
 * @throws CallerError where there is no such plan; GitFailed
 */
export async function deliverPlan(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  { how, again }: { readonly how: Delivered["how"]; readonly again: boolean },
): Promise<CheckoutDelivery> {
  if (ctx.checkout.gitCommonDir === undefined) return nothing("this is no git repository");
  const { stored } = await readPlan(ctx, store, slug);
  return repeatIfRefMoves(ctx, async () => {
    await undoInterrupted(ctx, store, stored.slug);
    const work = await readWork(ctx, store, stored.slug);
    if (work.kind !== "work") return work;
    if (!again && work.last?.commit === work.branch) return nothing("it was delivered before");
    try {
      return await deliver(ctx, store, work, how);
    } catch (error) {
      // Where the graph cannot be written now, the next one finds the journal.
      await undoInterrupted(ctx, store, stored.slug).catch(() => undefined);
      if (error instanceof Hindered) return logRefusal(ctx, store, work, error.refused);
      if (!(error instanceof FileTouched)) throw error;
      return logRefusal(ctx, store, work, refused("a file was changed at the same moment", [error.path]));
    }
  });
}

function nothing(why: string): CheckoutDelivery {
  return { kind: "nothing", why };
}

function refused(reason: string, files: readonly string[] = []): DeliveryRefused {
  return { kind: "refused", reason, files };
}

async function readWork(
  ctx: RunContext,
  store: GraphStore,
  slug: PlanSlug,
): Promise<Work | CheckoutDelivery> {
  const { root } = ctx.checkout;
  const { hasMerged, ...read } = await changePlan(ctx, store, "server", slug, async (plan, tx) => {
    // What nobody is at any more holds nothing.
    await expireClaims(tx);
    const events = await plan.reader.events(plan.id, { types: ["worktree.cut", "work.merged"] });
    const [first] = events.map(({ change }) => change);
    return {
      hasMerged: events.some(({ change }) => change.type === "work.merged"),
      // The first worktree was cut from a branch that had just begun.
      start: first?.type === "worktree.cut" ? first.base : undefined,
      last: await lastDelivery(plan),
      held: tx.writer.holding,
    };
  });
  if (!hasMerged) return nothing("no work was merged into its branch");
  const [head, branch] = [await commitAt(root, "HEAD"), await planHead(root, slug)];
  if (head === undefined || branch === undefined) return nothing(`there is no branch ${planBranch(slug)}`);
  if (await isAncestor(root, branch, head)) return nothing("the branch that is checked out has it");
  return { kind: "work", slug, head, branch, ...read };
}

async function lastDelivery(plan: PlanView): Promise<Delivered | undefined> {
  const events = await plan.reader.events(plan.id, { types: ["work.delivered"] });
  return events
    .flatMap(({ change }) => (change.type === "work.delivered" ? [change] : []))
    .findLast(({ checkout, how }) => checkout === plan.ctx.checkoutKey && how === "changes");
}

/**
 * Writes the files in the transaction that logs it, right before its commit, so that nobody claims one of them meanwhile.
 * @throws Hindered, FileTouched, RefMoved; then the journal, if there is one, tells what is to be taken back.
 */
async function deliver(
  ctx: RunContext,
  store: GraphStore,
  work: Work,
  how: Delivered["how"],
): Promise<CheckoutDelivery> {
  const { root } = ctx.checkout;
  const { slug, head, branch } = work;
  const underWay = await operationUnderWay(root);
  if (underWay !== undefined) throw new Hindered(refused(`${underWay} is under way in the checkout`));
  const wanted = await wantedTree(root, head, branch, how === "merge" ? undefined : work.start);
  if ("kind" in wanted) throw new Hindered(wanted);
  const look = await lookAtCheckout(ctx, wanted, branch, work.last?.tree, work.held);
  if (look.kind === "refused") throw new Hindered(look);
  const { files, toWrite } = look;
  const { tree } = wanted;
  const merge = how === "merge" ? await mergeCommit(root, work, tree) : undefined;
  const folder = await gitFolder(root);
  const delivery = Buffer.from(ctx.randomBytes(8)).toString("hex");
  const staged = await stageFiles(root, toWrite, tree, folder);
  try {
    await changePlan(ctx, store, "server", slug, async (plan, tx) => {
      refuseHeld(ctx, tx.writer.holding, toWrite);
      const { checkoutKey: checkout } = ctx;
      const of = { checkout, commit: branch, onto: merge ?? head, tree, files };
      plan.append({ type: "work.delivered", delivery, how, ...of });
      plan.writer.beforeCommit(async () => {
        // Somebody was faster, perhaps another server with the same files: as if a ref had moved, all is looked at again.
        const isSame = toWrite.every(({ path, stamp }) => isUntouched(root, path, stamp));
        if (!isSame || (await commitAt(root, "HEAD")) !== head) throw new RefMoved();
        const written = toWrite.map(({ path, from, to }) => ({
          path,
          ...(from && { from }),
          ...(to && { to }),
        }));
        const entry = { delivery, onto: head, staged: staged.folder, files: written };
        beginJournal(folder, slug, { ...entry, ...(merge !== undefined && { merge }) });
        placeFiles(root, staged, toWrite);
        if (merge === undefined) return;
        await moveRefs(root, [{ ref: "HEAD", from: head, to: merge }], `parallel: ${slug}`);
        await refreshIndex(root, files);
      });
    });
    endJournal(folder, slug);
    return { kind: "delivered", how, files };
  } finally {
    await staged.remove();
  }
}

/** The commit that a merge moves the checkout's branch to. */
async function mergeCommit(root: string, { slug, head, branch }: Work, tree: string): Promise<string> {
  if (await isAncestor(root, head, branch)) return branch;
  return commitTree(root, tree, [head, branch], `Merge branch '${planBranch(slug)}'\n`);
}

/** @throws Hindered when somebody has claimed one of the files since they were looked at. */
function refuseHeld(ctx: RunContext, held: readonly HeldClaim[], files: readonly FileToWrite[]): void {
  const holderOf = holders(ctx, held);
  const taken = files.flatMap(({ path }) => (holderOf(path) === undefined ? [] : [path]));
  if (taken.length === 0) return;
  throw new Hindered(refused(reasonOf([{ why: "held" }], taken.map(holderOf)), taken));
}

/** Logs why the work was not delivered, once for each reason. */
async function logRefusal(
  ctx: RunContext,
  store: GraphStore,
  { slug, branch }: Work,
  found: DeliveryRefused,
): Promise<CheckoutDelivery> {
  const { reason, files } = found;
  const { checkoutKey: checkout } = ctx;
  const change = {
    type: "delivery.refused",
    checkout,
    commit: branch,
    reason,
    files: files.slice(0, MAX_LOGGED),
  } as const;
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const types = ["delivery.refused", "work.delivered"] as const;
    const last = (await plan.reader.events(plan.id, { types })).at(-1)?.change;
    if (!isDeepStrictEqual(last, change)) plan.append(change);
  });
  return found;
}
