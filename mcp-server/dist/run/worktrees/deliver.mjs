// import:node:util in run/worktrees/deliver.mjs
import { isDeepStrictEqual } from "node:util";

// import:git.mjs in run/worktrees/deliver.mjs
import { FileTouched, RefMoved, SUBMODULE, commitAt, commitTree, filesNow, git, isAncestor, isUntouched, mergedTree, moveRefs, operationUnderWay, placeFiles, planBranch, planHead, refreshIndex, sameVersion, stageFiles, stagedNow, treeChanges, versionsBetween } from "../../git.mjs";

// import:run/attempts.mjs in run/worktrees/deliver.mjs
import { expireClaims } from "../attempts.mjs";

// import:run/plan.mjs in run/worktrees/deliver.mjs
import { changePlan, isDone, readPlan } from "../plan.mjs";

// import:run/worktrees.mjs in run/worktrees/deliver.mjs
import { repeatIfRefMoves } from "../worktrees.mjs";

// import:node:fs in run/worktrees/deliver.mjs
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

// import:node:path in run/worktrees/deliver.mjs
import { join, resolve } from "node:path";

// import:lib/zod.mjs in run/worktrees/deliver.mjs
import * as z from "../../lib/zod.mjs";

// mcp-server/src/run/worktrees/deliver/delivery-journal.ts
var version = z.strictObject({ mode: z.string(), object: z.string() });
var journal = z.strictObject({
  delivery: z.string(),
  /** The tree that it began with. */
  onto: z.string(),
  /** The commit that the checkout's branch moves to when all is written; absent: it stays where it is. */
  merge: z.string().optional(),
  /** Where the new versions lie until they are placed. */
  staged: z.string(),
  files: z.array(z.strictObject({ path: z.string(), from: version.optional(), to: version.optional() }))
});
async function gitFolder(root) {
  return resolve(root, (await git(root, ["rev-parse", "--git-dir"])).trim());
}
function placeOf(folder, plan) {
  return join(folder, `parallel-deliver-${plan}.json`);
}
function beginJournal(folder, plan, entry) {
  const place = placeOf(folder, plan);
  writeFileSync(`${place}.new`, JSON.stringify(entry), { flush: true });
  renameSync(`${place}.new`, place);
}
function endJournal(folder, plan) {
  rmSync(placeOf(folder, plan), { force: true });
}
function readJournal(folder, plan) {
  try {
    return journal.parse(JSON.parse(readFileSync(placeOf(folder, plan), "utf8")));
  } catch (error) {
    if (error.code === "ENOENT") return void 0;
    throw error;
  }
}
async function undoInterrupted(ctx, store, slug) {
  const { root } = ctx.checkout;
  const folder = await gitFolder(root);
  if (!readJournal(folder, slug)) return;
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const found = readJournal(folder, slug);
    if (!found) return;
    const events = await plan.reader.events(plan.id, { types: ["work.delivered"] });
    const isLogged = events.some(
      ({ change }) => change.type === "work.delivered" && change.delivery === found.delivery
    );
    const isMerged = found.merge !== void 0 && await isAncestor(root, found.merge, "HEAD");
    if (isMerged)
      await refreshIndex(
        root,
        found.files.map(({ path }) => path)
      );
    else if (!isLogged) await takeBack(root, folder, found);
    rmSync(found.staged, { recursive: true, force: true });
    endJournal(folder, slug);
  });
}
async function takeBack(root, folder, { onto, files }) {
  const now = await filesNow(
    root,
    files.map(({ path }) => path)
  );
  const isWritten = (path, to) => {
    const state = now.get(path)?.state;
    if (typeof state !== "object") return to === void 0 && state === "absent";
    return to !== void 0 && sameVersion(state, to, false);
  };
  const back = files.filter(({ path, to }) => isWritten(path, to)).map(({ path, from }) => ({ path, to: from, stamp: now.get(path)?.stamp ?? "" }));
  const staged = await stageFiles(root, back, onto, folder);
  try {
    placeFiles(root, staged, back);
  } finally {
    await staged.remove();
  }
}

// import:graph.mjs in run/worktrees/deliver.mjs
import { matches, parseScope, taskName } from "../../graph.mjs";

// import:policy.mjs in run/worktrees/deliver.mjs
import { judgeDelivery, widenedScope } from "../../policy.mjs";

// mcp-server/src/run/worktrees/deliver/work-to-deliver.ts
async function wantedTree(root, head, branch, start) {
  const isElsewhere = start !== void 0 && !await isAncestor(root, start, head);
  if (!isElsewhere && await isAncestor(root, head, branch))
    return { head, tree: await treeOf(root, branch) };
  const { tree, conflicts } = isElsewhere ? await mergedSince(root, start, head, branch) : await mergedTree(root, head, branch);
  if (conflicts === void 0) return { head, tree };
  return {
    kind: "refused",
    reason: "the checkout's branch has other changes since, with which the work conflicts",
    files: conflicts
  };
}
async function mergedSince(root, base, ours, theirs) {
  const common = await commitTree(root, await treeOf(root, base), [], "base");
  const [one, other] = [
    await commitTree(root, await treeOf(root, ours), [common], "ours"),
    await commitTree(root, await treeOf(root, theirs), [common], "theirs")
  ];
  return mergedTree(root, one, other);
}
async function treeOf(root, commit) {
  return (await git(root, ["rev-parse", `${commit}^{tree}`])).trim();
}
async function lookAtCheckout(ctx, { head, tree }, branch, delivered, held) {
  const { root } = ctx.checkout;
  const wanted = new Map((await treeChanges(root, head, tree)).map((change) => [change.path, change]));
  const before = delivered === void 0 ? [] : await treeChanges(root, delivered, tree);
  for (const { path, to } of before) if (!wanted.has(path)) wanted.set(path, { path, from: to, to });
  const submodules = [...wanted.values()].filter(
    ({ from, to }) => [from, to].some((one) => one?.mode === SUBMODULE)
  );
  if (submodules.length > 0) {
    const files2 = submodules.map(({ path }) => path);
    return { kind: "refused", reason: "the work moves a submodule to another commit", files: files2 };
  }
  const paths = [...wanted.keys()];
  const [now, staged] = [await filesNow(root, paths), await stagedNow(root, paths)];
  const own = new Map(await versionsBetween(root, head, branch, paths));
  for (const { path, from } of before) if (from) own.set(path, [...own.get(path) ?? [], from]);
  const holderOf = holders(ctx, held);
  const files = [...wanted.values()].map(
    ({ path, from, to }) => ({
      path,
      committed: from ?? "absent",
      wanted: to ?? "absent",
      own: own.get(path) ?? [],
      inWorkTree: now.get(path)?.state ?? "elsewhere",
      inIndex: staged.get(path) ?? "elsewhere",
      heldBy: holderOf(path)
    })
  );
  const modes = (await git(root, ["config", "--bool", "--default", "true", "--get", "core.fileMode"])).trim() === "true";
  const verdict = judgeDelivery(files, (a, b) => sameVersion(a, b, modes));
  if (verdict.kind === "refuse") {
    const hindered = verdict.files.map(({ path }) => path);
    return { kind: "refused", reason: reasonOf(verdict.files, hindered.map(holderOf)), files: hindered };
  }
  return {
    kind: "writable",
    files: paths,
    toWrite: verdict.files.map(({ path, inWorkTree, wanted: to }) => ({
      path,
      from: versionOf(inWorkTree),
      to: versionOf(to),
      stamp: now.get(path)?.stamp ?? ""
    }))
  };
}
function versionOf(state) {
  return typeof state === "string" ? void 0 : state;
}
function holders({ checkoutKey, caseInsensitive }, held) {
  const scopes = held.filter(({ claim }) => claim.checkout === checkoutKey && claim.isolation === "shared").map(({ plan, claim }) => ({
    task: taskName(plan, claim.task),
    scope: parseScope(widenedScope(claim), caseInsensitive)
  }));
  return (path) => scopes.find(({ scope }) => [...scope.writes, ...scope.reads].some((glob) => matches(glob, path)))?.task;
}
var WORDS = {
  changed: "were changed by somebody else",
  staged: "are staged with other content",
  held: "are held by a task that works in the checkout",
  elsewhere: "have something else in their place, or are left out of the checkout"
};
function reasonOf(files, holding) {
  const kinds = [...new Set(files.map(({ why }) => why))];
  const tasks = [...new Set(holding.flatMap((task) => task ?? []))];
  const by = kinds.includes("held") ? ` (${tasks.join(", ")})` : "";
  return `files that the work changes ${kinds.map((kind) => WORDS[kind]).join(", or ")}${by}`;
}

// mcp-server/src/run/worktrees/deliver/deliver-plan.ts
var MAX_LOGGED = 100;
var Hindered = class extends Error {
  constructor(refused2) {
    super(refused2.reason);
    this.refused = refused2;
  }
  refused;
  name = "Hindered";
};
async function deliverWhenDone(ctx, store, slug) {
  if (ctx.checkout.gitCommonDir === void 0) return;
  if ((await readPlan(ctx, store, slug)).policy.deliver !== "checkout") return;
  const isDue = await changePlan(ctx, store, "server", slug, async (plan, tx) => {
    await expireClaims(tx);
    return isDone(plan);
  });
  if (isDue) await deliverPlan(ctx, store, slug, { how: "changes", again: false });
}
async function deliverPlan(ctx, store, slug, { how, again }) {
  if (ctx.checkout.gitCommonDir === void 0) return nothing("this is no git repository");
  const { stored } = await readPlan(ctx, store, slug);
  return repeatIfRefMoves(ctx, async () => {
    await undoInterrupted(ctx, store, stored.slug);
    const work = await readWork(ctx, store, stored.slug);
    if (work.kind !== "work") return work;
    if (!again && work.last?.commit === work.branch) return nothing("it was delivered before");
    try {
      return await deliver(ctx, store, work, how);
    } catch (error) {
      await undoInterrupted(ctx, store, stored.slug).catch(() => void 0);
      if (error instanceof Hindered) return logRefusal(ctx, store, work, error.refused);
      if (!(error instanceof FileTouched)) throw error;
      return logRefusal(ctx, store, work, refused("a file was changed at the same moment", [error.path]));
    }
  });
}
function nothing(why) {
  return { kind: "nothing", why };
}
function refused(reason, files = []) {
  return { kind: "refused", reason, files };
}
async function readWork(ctx, store, slug) {
  const { root } = ctx.checkout;
  const { hasMerged, ...read } = await changePlan(ctx, store, "server", slug, async (plan, tx) => {
    await expireClaims(tx);
    const events = await plan.reader.events(plan.id, { types: ["worktree.cut", "work.merged"] });
    const [first] = events.map(({ change }) => change);
    return {
      hasMerged: events.some(({ change }) => change.type === "work.merged"),
      // The first worktree was cut from a branch that had just begun.
      start: first?.type === "worktree.cut" ? first.base : void 0,
      last: await lastDelivery(plan),
      held: tx.writer.holding
    };
  });
  if (!hasMerged) return nothing("no work was merged into its branch");
  const [head, branch] = [await commitAt(root, "HEAD"), await planHead(root, slug)];
  if (head === void 0 || branch === void 0) return nothing(`there is no branch ${planBranch(slug)}`);
  if (await isAncestor(root, branch, head)) return nothing("the branch that is checked out has it");
  return { kind: "work", slug, head, branch, ...read };
}
async function lastDelivery(plan) {
  const events = await plan.reader.events(plan.id, { types: ["work.delivered"] });
  return events.flatMap(({ change }) => change.type === "work.delivered" ? [change] : []).findLast(({ checkout, how }) => checkout === plan.ctx.checkoutKey && how === "changes");
}
async function deliver(ctx, store, work, how) {
  const { root } = ctx.checkout;
  const { slug, head, branch } = work;
  const underWay = await operationUnderWay(root);
  if (underWay !== void 0) throw new Hindered(refused(`${underWay} is under way in the checkout`));
  const wanted = await wantedTree(root, head, branch, how === "merge" ? void 0 : work.start);
  if ("kind" in wanted) throw new Hindered(wanted);
  const look = await lookAtCheckout(ctx, wanted, branch, work.last?.tree, work.held);
  if (look.kind === "refused") throw new Hindered(look);
  const { files, toWrite } = look;
  const { tree } = wanted;
  const merge = how === "merge" ? await mergeCommit(root, work, tree) : void 0;
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
        const isSame = toWrite.every(({ path, stamp }) => isUntouched(root, path, stamp));
        if (!isSame || await commitAt(root, "HEAD") !== head) throw new RefMoved();
        const written = toWrite.map(({ path, from, to }) => ({
          path,
          ...from && { from },
          ...to && { to }
        }));
        const entry = { delivery, onto: head, staged: staged.folder, files: written };
        beginJournal(folder, slug, { ...entry, ...merge !== void 0 && { merge } });
        placeFiles(root, staged, toWrite);
        if (merge === void 0) return;
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
async function mergeCommit(root, { slug, head, branch }, tree) {
  if (await isAncestor(root, head, branch)) return branch;
  return commitTree(root, tree, [head, branch], `Merge branch '${planBranch(slug)}'
`);
}
function refuseHeld(ctx, held, files) {
  const holderOf = holders(ctx, held);
  const taken = files.flatMap(({ path }) => holderOf(path) === void 0 ? [] : [path]);
  if (taken.length === 0) return;
  throw new Hindered(refused(reasonOf([{ why: "held" }], taken.map(holderOf)), taken));
}
async function logRefusal(ctx, store, { slug, branch }, found) {
  const { reason, files } = found;
  const { checkoutKey: checkout } = ctx;
  const change = {
    type: "delivery.refused",
    checkout,
    commit: branch,
    reason,
    files: files.slice(0, MAX_LOGGED)
  };
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const types = ["delivery.refused", "work.delivered"];
    const last = (await plan.reader.events(plan.id, { types })).at(-1)?.change;
    if (!isDeepStrictEqual(last, change)) plan.append(change);
  });
  return found;
}
export {
  beginJournal,
  deliverPlan,
  deliverWhenDone,
  endJournal,
  gitFolder,
  holders,
  lookAtCheckout,
  reasonOf,
  undoInterrupted,
  wantedTree
};
