import { attemptName, attemptsOn, commitMessage } from "../../git/commit-message.ts";
import { git } from "../../git/git.ts";
import { type CommitFacts, commitFacts, commitTree, isAncestor, mergedTree } from "../../git/merge-tree.ts";
import {
  type BranchFacts,
  branchFacts,
  commitAt,
  ensurePlanBranch,
  planBranch,
  type RefMove,
  refuseHeld,
} from "../../git/plan-branch.ts";
import type { RemoteBranch } from "../../git/remote/remote-branch.ts";
import { operationUnderWay } from "../../git/work-tree.ts";
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
  /** When the tip was made, in seconds since 1970. */
  seconds: number;
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
  const together = waiting.filter(({ attempt }) => attempt.checkout === first.attempt.checkout);
  const accepted = together.map(({ attempt }) => attempt.accepted.commit);
  const branch = planBranch(first.plan);
  const isForPlan = together.some(({ attempt }) => attempt.accepted.targets.includes("plan"));
  const [facts, branches] = await Promise.all([
    commitFacts(root, accepted),
    isForPlan ? branchFacts(root, [branch]) : undefined,
  ]);
  const work = new Work(ctx, root, first.plan, facts, branches?.get(branch));
  const merged: MergedDelivery[] = [];
  for (const delivery of together) merged.push(await work.merge(delivery));
  return { plan: first.plan, root, merged, moves: work.moves(), remote };
}

class Work {
  #plan: Branch | undefined;
  #checkout: Branch | undefined;

  constructor(
    private readonly ctx: RunContext,
    private readonly root: string,
    private readonly slug: PlanSlug,
    /** Of the accepted commits, as far as they are there. */
    private readonly facts: ReadonlyMap<string, CommitFacts>,
    /** The plan's branch, if it is there and wanted. */
    private readonly found: BranchFacts | undefined,
  ) {}

  moves(): RefMove[] {
    const isMoved = (branch: Branch | undefined): branch is Branch =>
      branch !== undefined && branch.at !== branch.tip;
    const moves: RefMove[] = [];
    if (isMoved(this.#plan)) {
      refuseHeld(this.slug, this.found);
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
    const isThere = this.facts.has(accepted.commit);
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
    if (!this.#plan && this.found) {
      const { commit, seconds } = this.found;
      this.#plan = { at: commit, tip: commit, seconds };
    }
    if (!this.#plan) {
      const at = await ensurePlanBranch(this.root, this.slug, await planStart(this.ctx));
      this.#plan = await this.#branchAt(at);
    }
    return this.#plan;
  }

  /** Undefined where nothing is checked out that could move: an empty repository. */
  async #checkedOut(): Promise<Branch | undefined> {
    if (!this.#checkout) {
      const at = await commitAt(this.root, "HEAD");
      if (at !== undefined) this.#checkout = await this.#branchAt(at);
    }
    return this.#checkout;
  }

  async #branchAt(at: string): Promise<Branch> {
    return { at, tip: at, seconds: (await this.#factsOf(at)).seconds };
  }

  async #factsOf(commit: string): Promise<CommitFacts> {
    const known = this.facts.get(commit) ?? (await commitFacts(this.root, [commit])).get(commit);
    // Git itself says what is wrong with a commit that is not there.
    return known ?? { seconds: 0, parents: [] };
  }

  /** What of the delivery the branch holds. */
  async #holds(
    { tip }: Branch,
    { plan, task, attempt }: Delivery,
    isThere: boolean,
  ): Promise<string | undefined> {
    const { commit, base } = attempt.accepted;
    const since = isThere ? base : await commitAt(this.root, base);
    const [isContained, named] = await Promise.all([
      isThere && isAncestor(this.root, commit, tip),
      // Where nothing has come onto the branch since the work began, it names nobody.
      tip === since ? undefined : attemptsOn(this.root, tip, since),
    ]);
    return isContained ? commit : named?.get(attemptName(plan, task, attempt));
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
    const { parents, seconds } = await this.#factsOf(commit);
    if (parents[0] === branch.tip) {
      moveOn(branch, commit, seconds);
      return { commit };
    }
    const { tree, conflicts } = await mergedTree(this.root, branch.tip, commit);
    if (conflicts !== undefined) {
      return { skipped: `${task.id} was not committed: your branch has changed in the same places.` };
    }
    const time = Math.max(branch.seconds, seconds);
    moveOn(branch, await commitTree(this.root, tree, [branch.tip], messageOf(delivery), time), time);
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
    const { parents, seconds } = await this.#factsOf(commit);
    if (parents[0] === branch.tip && (await attemptsOn(root, commit, branch.tip)).has(name)) {
      moveOn(branch, commit, seconds);
      return undefined;
    }
    const { tree, conflicts } = await mergedTree(root, branch.tip, commit);
    if (conflicts !== undefined) return conflicts;
    // Also where the branch could simply move on: what is on its own line says which attempt it is, and nobody else's.
    const message = `Merge ${messageOf(delivery)}`;
    const time = Math.max(branch.seconds, seconds);
    moveOn(branch, await commitTree(root, tree, [branch.tip, commit], message, time), time);
    return undefined;
  }

  async #touched(base: string, { tip }: Branch, files: readonly string[]): Promise<string[]> {
    const range = ["--format=%H", "--no-merges", `${base}..${tip}`, "--", ...files];
    const commits = await git(this.root, ["log", ...range], { env: { GIT_LITERAL_PATHSPECS: "1" } });
    return commits.split("\n").filter(Boolean);
  }
}

function moveOn(branch: Branch, tip: string, seconds: number): void {
  branch.tip = tip;
  branch.seconds = seconds;
}

function messageOf({ plan, task, attempt }: Delivery): string {
  const summary = (attempt.report?.summary ?? attempt.lastMessage ?? "").slice(0, MAX_SUMMARY);
  return commitMessage(plan, task, attempt, { outcome: "completed", summary });
}
