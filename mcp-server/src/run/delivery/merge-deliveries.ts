import { operationUnderWay } from "../../git/commit-files.ts";
import { attemptName, attemptsOn, commitMessage } from "../../git/commit-message.ts";
import { git } from "../../git/git.ts";
import { commitTree, isAncestor, mergedTree } from "../../git/merge-tree.ts";
import {
  commitAt,
  ensurePlanBranch,
  planBranch,
  type RefMove,
  refuseCheckedOut,
} from "../../git/plan-branch.ts";
import type { RemoteBranch } from "../../git/remote/remote-branch.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { planStart } from "../plan/plan-start.ts";
import type { RunContext } from "../project/run-context.ts";
import { rootOf } from "./clone.ts";
import type { Delivery, Landing, MergedDelivery } from "./delivery.ts";

/** As much of a message as a report's summary may be goes into a commit. */
const MAX_SUMMARY = 4_000;

/** Where a branch stands, and where it would with what was merged so far. */
interface Branch {
  readonly at: string;
  tip: string;
}

/**
 * Merges deliveries one on top of the other, each onto the targets that it has, in the object database alone: no
 * checkout is touched, no ref moves, and a conflict leaves nothing behind. What a target holds already, by the
 * accepted commit or by a commit that names the attempt, is not brought there again. The same deliveries on the same
 * branches always make the same commits, since these bear the time of what they merge and not of the call.
 * @param waiting of one plan, oldest first. The first decides in which checkout; those of another one are left out.
 * @param remote where the plan's branch of the remote stands, if the plan's work goes through one; this clone's has it.
 * @throws RefMoved; CallerError when the plan's branch is checked out somewhere; GitFailed
 */
export async function mergeDeliveries(
  ctx: RunContext,
  waiting: readonly Delivery[],
  remote: RemoteBranch | undefined,
): Promise<Landing> {
  const [first] = waiting;
  if (!first) throw new Error("there is nothing to deliver");
  const root = rootOf(ctx, first.attempt);
  const work = new Work(ctx, root, first.plan);
  const merged: MergedDelivery[] = [];
  for (const delivery of waiting) {
    if (delivery.attempt.checkout === first.attempt.checkout) merged.push(await work.merge(delivery));
  }
  return { plan: first.plan, root, merged, moves: await work.moves(), remote };
}

class Work {
  #plan: Branch | undefined;
  #checkout: Branch | undefined;

  constructor(
    private readonly ctx: RunContext,
    private readonly root: string,
    private readonly slug: PlanSlug,
  ) {}

  async moves(): Promise<RefMove[]> {
    const isMoved = (branch: Branch | undefined): branch is Branch =>
      branch !== undefined && branch.at !== branch.tip;
    const moves: RefMove[] = [];
    if (isMoved(this.#plan)) {
      await refuseCheckedOut(this.root, this.slug);
      moves.push({
        ref: `refs/heads/${planBranch(this.slug)}`,
        from: this.#plan.at,
        to: this.#plan.tip,
      });
    }
    if (isMoved(this.#checkout)) moves.push({ ref: "HEAD", from: this.#checkout.at, to: this.#checkout.tip });
    return moves;
  }

  async merge(delivery: Delivery): Promise<MergedDelivery> {
    const { accepted } = delivery.attempt;
    const isThere = (await commitAt(this.root, accepted.commit)) !== undefined;
    const plan = accepted.targets.includes("plan") ? await this.#planBranch() : undefined;
    const checkout = accepted.targets.includes("checkout") ? await this.#checkedOut() : undefined;
    const onPlan = plan && (await this.#holds(plan, delivery, isThere));
    const onCheckout = checkout && (await this.#holds(checkout, delivery, isThere));
    if (!isThere && onPlan === undefined && onCheckout === undefined) return { delivery, kind: "gone" };
    const placed =
      onCheckout === undefined
        ? checkout && (await this.#commitOn(checkout, delivery))
        : { commit: onCheckout };
    const commit = placed && "commit" in placed ? placed.commit : accepted.commit;
    const found = (!plan || onPlan !== undefined) && (!checkout || onCheckout !== undefined);
    const result = { delivery, commit: onPlan ?? commit, checkout: placed };
    if (!plan) return { ...result, kind: "merged", head: undefined, found };
    const conflicts = onPlan === undefined ? await this.#mergeInto(plan, delivery, commit) : undefined;
    if (conflicts === undefined) return { ...result, kind: "merged", head: plan.tip, found };
    const others = await this.#touched(accepted.base, plan, conflicts);
    return { ...result, kind: "conflict", head: plan.tip, files: conflicts, others };
  }

  async #planBranch(): Promise<Branch> {
    if (!this.#plan) {
      const at = await ensurePlanBranch(this.root, this.slug, await planStart(this.ctx));
      this.#plan = { at, tip: at };
    }
    return this.#plan;
  }

  /** Undefined where nothing is checked out that could move: an empty repository. */
  async #checkedOut(): Promise<Branch | undefined> {
    if (!this.#checkout) {
      const at = await commitAt(this.root, "HEAD");
      if (at !== undefined) this.#checkout = { at, tip: at };
    }
    return this.#checkout;
  }

  /** What of the delivery the branch holds. */
  async #holds(
    { tip }: Branch,
    { plan, task, attempt }: Delivery,
    isThere: boolean,
  ): Promise<string | undefined> {
    const { commit, base } = attempt.accepted;
    if (isThere && (await isAncestor(this.root, commit, tip))) return commit;
    const since = isThere ? base : await commitAt(this.root, base);
    return (await attemptsOn(this.root, tip, since)).get(attemptName(plan, task, attempt));
  }

  /** Commits the delivery's change on top of the checked-out branch: that one commit, and nothing that is not its own. */
  async #commitOn(
    branch: Branch,
    delivery: Delivery,
  ): Promise<{ readonly commit: string } | { readonly skipped: string }> {
    const { task, attempt } = delivery;
    const { commit } = attempt.accepted;
    const underWay = await operationUnderWay(this.root);
    if (underWay !== undefined) {
      return { skipped: `${task.id} was not committed: ${underWay} is under way in the checkout.` };
    }
    if ((await parentsOf(this.root, commit))[0] === branch.tip) {
      branch.tip = commit;
      return { commit };
    }
    const { tree, conflicts } = await mergedTree(this.root, branch.tip, commit);
    if (conflicts !== undefined) {
      return { skipped: `${task.id} was not committed: your branch has changed in the same places.` };
    }
    const time = await newestTime(this.root, [branch.tip, commit]);
    branch.tip = await commitTree(this.root, tree, [branch.tip], messageOf(delivery), time);
    return { commit: branch.tip };
  }

  /** @returns the files in conflict; undefined where there are none, and the branch's tip holds the commit. */
  async #mergeInto(
    branch: Branch,
    delivery: Delivery,
    commit: string,
  ): Promise<readonly string[] | undefined> {
    const { root } = this;
    const name = attemptName(delivery.plan, delivery.task, delivery.attempt);
    const isOnTop = (await parentsOf(root, commit))[0] === branch.tip;
    if (isOnTop && (await attemptsOn(root, commit, branch.tip)).has(name)) {
      branch.tip = commit;
      return undefined;
    }
    const { tree, conflicts } = await mergedTree(root, branch.tip, commit);
    if (conflicts !== undefined) return conflicts;
    // Also where the branch could simply move on: what is on its own line says which attempt it is, and nobody else's.
    const message = `Merge ${messageOf(delivery)}`;
    const parents = [branch.tip, commit];
    branch.tip = await commitTree(root, tree, parents, message, await newestTime(root, parents));
    return undefined;
  }

  async #touched(base: string, { tip }: Branch, files: readonly string[]): Promise<string[]> {
    const range = ["--format=%H", "--no-merges", `${base}..${tip}`, "--", ...files];
    const commits = await git(this.root, ["log", ...range], { env: { GIT_LITERAL_PATHSPECS: "1" } });
    return commits.split("\n").filter(Boolean);
  }
}

/** The latest time of these commits, in seconds since 1970. */
async function newestTime(root: string, commits: readonly string[]): Promise<number> {
  const times = await git(root, ["show", "--no-patch", "--format=%ct", ...commits]);
  return Math.max(...times.trim().split("\n").map(Number));
}

async function parentsOf(root: string, commit: string): Promise<string[]> {
  return (await git(root, ["rev-parse", `${commit}^@`])).split("\n").filter(Boolean);
}

function messageOf({ plan, task, attempt }: Delivery): string {
  const summary = (attempt.report?.summary ?? attempt.lastMessage ?? "").slice(0, MAX_SUMMARY);
  return commitMessage(plan, task, attempt, { outcome: "completed", summary });
}
