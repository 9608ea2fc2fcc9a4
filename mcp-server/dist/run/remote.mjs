// import:errors.mjs in run/remote.mjs
import { CallerError } from "../errors.mjs";

// import:git.mjs in run/remote.mjs
import { GitFailed, REMOTE, commitAt, commitFacts, commitTree, fetchAttempt, fetchPlanBranch, git, hasRemote, headsHereAndThere, isAncestor, mergedTree, moveRefs, noteRemoteHead, ownRef, planBranch, planHead, pushPlanBranch, refuseCheckedOut } from "../git.mjs";

// import:policy.mjs in run/remote.mjs
import { isGated } from "../policy.mjs";

// import:text.mjs in run/remote.mjs
import { shownPath } from "../text.mjs";

// mcp-server/src/run/remote/untested-join.ts
var UntestedJoin = class extends Error {
  constructor(move) {
    super("the plan's gate has yet to test what several clones did, joined");
    this.move = move;
  }
  move;
  name = "UntestedJoin";
};

// mcp-server/src/run/remote/exchange.ts
function branchOf({ stored, policy }) {
  return { plan: stored.slug, isGated: isGated(policy) };
}
async function bringPlanBranch(root, branch) {
  const { plan } = branch;
  const [remote, local] = await Promise.all([fetchPlanBranch(root, plan), planHead(root, plan)]);
  if (remote.at === void 0 || remote.at === local) return remote;
  if (local !== void 0 && await isAncestor(root, remote.at, local)) return remote;
  const isBehind = local === void 0 || await isAncestor(root, local, remote.at);
  const to = isBehind ? remote.at : await joined(root, plan, local, remote.at);
  await refuseCheckedOut(root, plan);
  const from = local ?? "0".repeat(to.length);
  const move = { ref: `refs/heads/${planBranch(plan)}`, from, to };
  if (!isBehind && branch.isGated) throw new UntestedJoin(move);
  await moveRefs(root, [move], `parallel: ${plan}`);
  return remote;
}
async function exchangePlanBranch(root, branch) {
  const { plan } = branch;
  const remote = await bringPlanBranch(root, branch);
  const local = await planHead(root, plan);
  if (local === void 0) return;
  await pushPlanBranch(root, plan, remote, local, { runHooks: true });
  await noteRemoteHead(root, plan, local);
}
async function bringForWorktree(root, branch, conflict) {
  try {
    await bringPlanBranch(root, branch);
    if (conflict && await commitAt(root, conflict.commit) === void 0)
      await fetchAttempt(root, branch.plan, conflict.attempt);
  } catch (error) {
    if (!(error instanceof GitFailed || error instanceof UntestedJoin)) throw error;
  }
}
async function hasUnpushed(root, plan) {
  const { here, there } = await headsHereAndThere(root, plan);
  if (here === void 0 || here === there) return false;
  return there === void 0 || !await isAncestor(root, here, there);
}
async function joined(root, plan, local, remote) {
  const { tree, conflicts } = await mergedTree(root, remote, local);
  if (conflicts === void 0) {
    const sides = [...(await commitFacts(root, [remote, local])).values()];
    const time = Math.max(...sides.map(({ seconds }) => seconds));
    return commitTree(root, tree, [remote, local], `${plan}: join what two clones did
`, time);
  }
  const branch = planBranch(plan);
  throw new CallerError(
    "wrong_state",
    `The branch ${branch} of this clone and that of ${REMOTE} were begun apart and do not go together: ${conflicts.map(shownPath).join(", ")}.`,
    `Ask the user to merge ${remote.slice(0, 12)} into ${branch} in a worktree of their own.`
  );
}

// import:run/project.mjs in run/remote.mjs
import { GRAPH_IN_REPOSITORY, folderKey } from "./project.mjs";

// mcp-server/src/run/remote/shared-plans.ts
var shared = /* @__PURE__ */ new WeakSet();
function goesThroughRemote(graph) {
  return shared.has(graph);
}
function mayBeShared({ checkout, repository }) {
  return checkout.gitCommonDir !== void 0 && repository !== GRAPH_IN_REPOSITORY;
}
async function pushNotice(ctx, slug, graph) {
  if (!mayBeShared(ctx) || !await hasRemote(ctx.checkout.root)) return void 0;
  const isShared = graph !== void 0 && await lookWhetherShared(ctx, graph);
  const when = isShared ? "" : " as soon as another clone or a worker takes part";
  return `work is pushed to ${ownRef(slug)} of ${REMOTE}${when}, which is no branch and starts nothing; where ${REMOTE} takes only branches, to ${planBranch(slug)}. No branch of yours is pushed.`;
}
async function lookWhetherShared(ctx, graph) {
  if (goesThroughRemote(graph)) return true;
  if (!mayBeShared(ctx)) return false;
  if (!ctx.isOfWorker && !await hasOtherClones(ctx, graph)) return false;
  if (!await hasRemote(ctx.checkout.root)) return false;
  shared.add(graph);
  return true;
}
async function hasOtherClones({ checkout, checkoutKey }, graph) {
  const others = [...graph.checkouts].filter((name) => name !== checkoutKey);
  if (others.length === 0) return false;
  const own = await workTreesOf(checkout.root);
  return !others.every((name) => own.has(name));
}
async function workTreesOf(root) {
  const list = await git(root, ["worktree", "list", "--porcelain", "-z"]);
  const paths = list.split("\0").flatMap((line) => /^worktree (.*)$/s.exec(line)?.[1] ?? []);
  return new Set(paths.map((path) => folderKey(path)));
}
export {
  UntestedJoin,
  branchOf,
  bringForWorktree,
  bringPlanBranch,
  exchangePlanBranch,
  goesThroughRemote,
  hasUnpushed,
  lookWhetherShared,
  mayBeShared,
  pushNotice,
  workTreesOf
};
