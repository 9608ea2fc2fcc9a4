import { git } from "../../git/git.ts";
import { planBranch } from "../../git/plan-branch.ts";
import { hasRemote, ownRef, REMOTE } from "../../git/remote/remote-branch.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { folderKey } from "../project/checkout.ts";
import { GRAPH_IN_REPOSITORY } from "../project/graph-location.ts";
import type { RunContext } from "../project/run-context.ts";

/** Plans in which other clones or workers take part; one that was shared once stays so. */
const shared = new WeakSet<PlanGraph>();

/**
 * Whether the plan's work goes through the remote, by the last look: other clones of the repository or workers take part
 * in it, and there is a remote. Then all of its tasks work in worktrees, and what they do travels as commits.
 */
export function goesThroughRemote(graph: PlanGraph): boolean {
  return shared.has(graph);
}

/** Whether other clones may ever take part in plans of this repository. */
export function mayBeShared({ checkout, repository }: RunContext): boolean {
  return checkout.gitCommonDir !== undefined && repository !== GRAPH_IN_REPOSITORY;
}

/**
 * Which ref of the remote the server pushes a plan's work to, for whoever is about to start it; undefined where nothing
 * is ever pushed.
 * @param graph undefined: there is no such plan yet.
 * @throws GitFailed
 */
export async function pushNotice(
  ctx: RunContext,
  slug: PlanSlug,
  graph: PlanGraph | undefined,
): Promise<string | undefined> {
  if (!mayBeShared(ctx) || !(await hasRemote(ctx.checkout.root))) return undefined;
  const isShared = graph !== undefined && (await lookWhetherShared(ctx, graph));
  const when = isShared ? "" : " as soon as another clone or a worker takes part";
  return `work is pushed to ${ownRef(slug)} of ${REMOTE}${when}, which is no branch and starts nothing; where ${REMOTE} takes only branches, to ${planBranch(slug)}. No branch of yours is pushed.`;
}

/** Looks whether the plan's work goes through the remote. @throws GitFailed */
export async function lookWhetherShared(ctx: RunContext, graph: PlanGraph): Promise<boolean> {
  if (goesThroughRemote(graph)) return true;
  if (!mayBeShared(ctx)) return false;
  // The clone of a worker may be gone with it before any other has taken part.
  if (!ctx.isOfWorker && !(await hasOtherClones(ctx, graph))) return false;
  if (!(await hasRemote(ctx.checkout.root))) return false;
  shared.add(graph);
  return true;
}

async function hasOtherClones({ checkout, checkoutKey }: RunContext, graph: PlanGraph): Promise<boolean> {
  const others = [...graph.checkouts].filter((name) => name !== checkoutKey);
  if (others.length === 0) return false;
  const own = await workTreesOf(checkout.root);
  return !others.every((name) => own.has(name));
}

/** The names of the clone's checkouts, all of which have the same commits and branches. */
export async function workTreesOf(root: string): Promise<ReadonlySet<string>> {
  const list = await git(root, ["worktree", "list", "--porcelain", "-z"]);
  const paths = list.split("\0").flatMap((line) => /^worktree (.*)$/s.exec(line)?.[1] ?? []);
  return new Set(paths.map((path) => folderKey(path)));
}
