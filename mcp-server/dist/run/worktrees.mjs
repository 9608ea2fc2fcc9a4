// import:errors.mjs in run/worktrees.mjs
import { CallerError, fileRefusal } from "../errors.mjs";

// import:git.mjs in run/worktrees.mjs
import { GitFailed, RefMoved, attemptRef, branchFacts, changedFiles, commitAt, commitFiles, commitTree, commitsThere, containedIn, dropDeadLinks, ensurePlanBranch, fetchAttempt, fileWithMarkers, filesLeftOut, folderOfWorkTree, forgetCommitsIn, git, gitFolderOf, gitIdentity, ignoredFiles, isAncestor, keepCommit, moveRefs, operationUnderWay, planBranch, planCommitMessage, planHead, prepareMerge, refreshIndex, submoduleFolders, submoduleWork, submodulesAt, treeOf, untouchedFiles, untrackedRepositories, widenSparseCheckout, workBranches, workTreeEntries } from "../git.mjs";

// import:policy.mjs in run/worktrees.mjs
import { changedByOthers, completingAttempt, isGated, ownFilesInOrder } from "../policy.mjs";

// import:run/plan.mjs in run/worktrees.mjs
import { changeGraph, changePlan, freeId, isDone, nextPosition, planSlug, planStart, readGraph, readPlan, taskOf } from "./plan.mjs";

// import:run/remote.mjs in run/worktrees.mjs
import { UntestedJoin, branchOf, bringForWorktree, bringPlanBranch, exchangePlanBranch, hasUnpushed, lookWhetherShared } from "./remote.mjs";

// mcp-server/src/run/worktrees/work-record.ts
async function workRecord(plan) {
  const types = [
    "worktree.cut",
    "worktree.removed",
    "work.committed",
    "work.merged",
    "work.conflicted",
    "checkout.seen"
  ];
  const events = await plan.reader.events(plan.id, { types });
  const of = (type) => events.flatMap(({ change }) => change.type === type ? [change] : []);
  const byAttempt = (lines) => new Map(lines.map((line) => [line.attempt, line]));
  return {
    cut: byAttempt(of("worktree.cut")),
    removed: new Set(of("worktree.removed").map(({ attempt }) => attempt)),
    committed: byAttempt(of("work.committed")),
    merged: byAttempt(of("work.merged")),
    conflicted: of("work.conflicted"),
    seen: new Map(of("checkout.seen").map(({ attempt, changed }) => [attempt, new Set(changed)]))
  };
}
async function filesOfOthers(plan) {
  const events = await plan.reader.events(plan.id, { types: ["files.changed", "checkout.observed"] });
  return changedByOthers(events, plan.graph.claims);
}
async function worktreeOf(plan, { id }) {
  const lines = await plan.reader.events(plan.id, { types: ["worktree.cut"] });
  return lines.flatMap(({ change }) => change.type === "worktree.cut" ? [change] : []).findLast((line) => line.attempt === id);
}
function mergedCommit(record, task) {
  return [...record.merged.values()].findLast((line) => line.task === task)?.commit;
}
function conflictFor(record, task) {
  return record.conflicted.findLast(({ mergeTask }) => mergeTask === task);
}

// mcp-server/src/run/worktrees/base-of-worktree.ts
var PrerequisiteUnmerged = class extends Error {
  constructor(waitFor) {
    super(`the work before it is not merged yet; ${waitFor} does that`);
    this.waitFor = waitFor;
  }
  waitFor;
  name = "PrerequisiteUnmerged";
};
async function baseOfWorktree(ctx, loaded, record, task) {
  const isShared = await lookWhetherShared(ctx, loaded.graph);
  const merged = commitsBefore(loaded, record, task);
  const wanted = isShared ? commitsOfClones(loaded, record, task) : merged;
  if (isShared) await bringForWorktree(ctx.checkout.root, branchOf(loaded), conflictFor(record, task));
  return { base: await headWith(ctx, loaded, wanted), wanted };
}
function commitsBefore(loaded, record, task) {
  const open = (id) => loaded.graph.tasks.get(id)?.status !== "completed";
  return taskOf(loaded, task).dependencies.flatMap((id) => {
    const conflict = record.conflicted.findLast((line) => line.task === id);
    if (conflict && conflict.mergeTask !== task && open(conflict.mergeTask))
      throw new PrerequisiteUnmerged(conflict.mergeTask);
    return mergedCommit(record, id) ?? [];
  });
}
function commitsOfClones({ graph }, record, task) {
  const before = /* @__PURE__ */ new Set([task]);
  for (const id of before) for (const next of graph.tasks.get(id)?.dependencies ?? []) before.add(next);
  before.delete(task);
  const isConflict = new Set(record.conflicted.map(({ attempt }) => attempt));
  return [...before].flatMap((id) => {
    const attempt = graph.tasks.get(id)?.status === "completed" && completingAttempt(graph.claimsOf(id));
    const committed = attempt && !isConflict.has(attempt.id) && record.committed.get(attempt.id);
    return committed && committed.files.length > 0 ? committed.commit : [];
  });
}
async function headWith(ctx, loaded, commits) {
  const { root } = ctx.checkout;
  const { slug } = loaded.stored;
  const begun = await ensurePlanBranch(root, slug, await planStart(ctx));
  const contained = await containedIn(root, begun, commits);
  const lost = commits.filter((one) => !contained.has(one));
  if (lost.length === 0) return begun;
  for (const commit of lost) {
    const merge = await prepareMerge(root, slug, commit, `${slug}: merge ${commit.slice(0, 12)} again`);
    if (merge.kind === "contained") continue;
    if (merge.kind === "conflict" || isGated(loaded.policy)) {
      const why = merge.kind === "conflict" ? `does not merge any more: ${merge.files.join(", ")}` : "its gate has not seen there";
      throw new CallerError(
        "wrong_state",
        `The branch of ${slug} has lost commit ${commit.slice(0, 12)}, which ${why}.`,
        "Ask the user to put that commit back on the branch."
      );
    }
    await moveRefs(root, [merge.move], `parallel: ${slug}`);
  }
  return ensurePlanBranch(root, slug);
}

// import:text.mjs in run/worktrees.mjs
import { NAME_LIMIT, cleanText, isDeclared, normalisePath, shownPath } from "../text.mjs";

// mcp-server/src/run/worktrees/commit-for-clones.ts
async function commitForClones(ctx, store, slug) {
  const { root } = ctx.checkout;
  const seen = await readGraph(ctx, store, async (view) => {
    const plan2 = await view.plan(slug);
    const record2 = await workRecord(plan2);
    const isDone2 = /* @__PURE__ */ new Set([...record2.merged.keys(), ...record2.conflicted.map(({ attempt }) => attempt)]);
    const late2 = [...plan2.graph.tasks.values()].flatMap((task) => {
      const attempt = task.status === "completed" && completingAttempt(plan2.graph.claimsOf(task.id));
      const isHere = attempt && attempt.checkout === ctx.checkoutKey && attempt.isolation === "shared";
      return isHere && !isDone2.has(attempt.id) ? [attempt] : [];
    });
    return late2.length === 0 ? void 0 : { plan: plan2, record: record2, late: late2, ofOthers: await filesOfOthers(plan2) };
  });
  const head = await commitAt(root, "HEAD");
  if (!seen || head === void 0) return;
  const { plan, record, late, ofOthers } = seen;
  const changed = await changedFiles(root);
  const ended = plan.graph.claims.filter((claim) => claim.state === "ended");
  const own = ownFilesInOrder(ended, changed, record.seen, ofOthers, ctx.caseInsensitive);
  const works = late.flatMap((attempt) => {
    const committed = record.committed.get(attempt.id);
    if (committed) {
      const { commit, files: files3 } = committed;
      return files3.length > 0 ? [{ attempt, commit, files: files3 }] : [];
    }
    const files2 = own.find((one) => one.attempt.id === attempt.id)?.files ?? [];
    if (files2.length > 0) return [{ attempt, files: files2, commit: void 0 }];
    const reported = attempt.report?.filesChanged ?? [];
    const isInHead = reported.length > 0 && reported.every((path) => !changed.includes(path));
    return isInHead ? [{ attempt, files: reported, commit: head }] : [];
  });
  if (works.length === 0) return;
  const { slug: name, title } = plan.stored;
  const files = new Set(works.flatMap((work) => work.commit === void 0 ? work.files : []));
  const tasks = works.flatMap(({ attempt }) => plan.graph.tasks.get(attempt.task) ?? []);
  const message = planCommitMessage(name, title, tasks);
  const made = files.size > 0 ? await commitFiles(root, head, [...files], message) : void 0;
  const commitOf = (work) => work.commit ?? made ?? head;
  const log = async (isMerged2) => {
    const at = await planHead(root, name) ?? head;
    await changePlan(ctx, store, "server", slug, (tx) => {
      for (const work of works) {
        const of = { task: work.attempt.task, attempt: work.attempt.id, commit: commitOf(work) };
        if (!record.committed.has(work.attempt.id))
          tx.append({ type: "work.committed", ...of, files: work.files, leftOut: [] });
        if (isMerged2) tx.append({ type: "work.merged", ...of, head: at });
      }
    });
  };
  for (const commit of new Set(works.map(commitOf))) {
    const merge = await prepareMerge(root, name, commit, `Merge ${message}`);
    if (merge.kind === "conflict") throw doesNotFit(root, merge.files);
    if (merge.kind !== "clean") continue;
    if (isGated(plan.policy)) {
      for (const work of works) await keepCommit(root, name, work.attempt.id, commitOf(work));
      await log(false);
      throw new UntestedJoin(merge.move);
    }
    await moveRefs(root, [merge.move], `parallel: ${name}`);
  }
  await log(true);
  if (isGated(plan.policy)) await forgetCommitsIn(root, name, await planHead(root, name) ?? head, false);
}
function doesNotFit(root, files) {
  return new CallerError(
    "wrong_state",
    `What was done in ${shownPath(root)} is not on the plan's branch: it does not go together with it: ${files.map(shownPath).join(", ")}.`,
    "Ask the user to merge it."
  );
}

// mcp-server/src/run/worktrees/commit-plan.ts
async function commitPlan(ctx, store, slug) {
  if (ctx.checkout.gitCommonDir === void 0) return;
  const { root } = ctx.checkout;
  const toDo = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    if (plan.policy.commit !== "end" || !isDone(plan)) return void 0;
    return { loaded: plan, record: await workRecord(plan), ofOthers: await filesOfOthers(plan) };
  });
  if (!toDo) return;
  const { loaded, record, ofOthers } = toDo;
  const head = await commitAt(root, "HEAD");
  const parts = filesOfPlan(loaded, record, ofOthers, await changedFiles(root));
  const files = [...new Set(parts.flatMap((part) => part.files))];
  if (head === void 0 || files.length === 0) return;
  const { title } = loaded.stored;
  const underWay = await operationUnderWay(root);
  if (underWay !== void 0) {
    const reason = `The plan was not committed: ${underWay} is under way in the checkout.`;
    await changePlan(ctx, store, "server", slug, (plan) => plan.append({ type: "commit.skipped", reason }));
    return;
  }
  const tasks = parts.flatMap((part) => loaded.graph.tasks.get(part.attempt.task) ?? []);
  const message = planCommitMessage(loaded.stored.slug, title, [...new Set(tasks)]);
  const commit = await commitFiles(root, head, files, message);
  if (commit === void 0) return;
  const isLeftOut = (path) => !files.includes(path);
  const logged = parts.map(({ attempt, files: own, ...without }) => {
    const at = { task: attempt.task, attempt: attempt.id };
    const [leftOut, byOthers] = [without.leftOut.filter(isLeftOut), without.byOthers.filter(isLeftOut)];
    const others = byOthers.length > 0 && { byOthers };
    return { type: "work.committed", ...at, commit, files: own, leftOut, ...others };
  });
  try {
    await moveRefs(root, [{ ref: "HEAD", from: head, to: commit }], `parallel: ${slug}`);
  } catch (error) {
    if (error instanceof RefMoved) return;
    throw error;
  }
  await refreshIndex(root, files);
  await changePlan(ctx, store, "server", slug, (plan) => plan.append(...logged));
}
function filesOfPlan({ graph, caseInsensitive }, record, ofOthers, changed) {
  const ended = graph.claims.filter((claim) => claim.state === "ended");
  return ownFilesInOrder(ended, changed, record.seen, ofOthers, caseInsensitive).filter(
    ({ attempt, files, leftOut }) => attempt.outcome === "completed" && files.length + leftOut.length > 0
  );
}

// import:node:fs in run/worktrees.mjs
import { existsSync, realpathSync } from "node:fs";

// import:node:path in run/worktrees.mjs
import { isAbsolute, join, relative, resolve, sep } from "node:path";

// mcp-server/src/run/worktrees/inner-repository.ts
async function reportedInside(root, { filesChanged }) {
  if (filesChanged.length === 0) return void 0;
  const reported = filesChanged.map(normalisePath);
  const holds = (folder) => reported.some((file) => isDeclared([folder], file));
  const nested = (await untrackedRepositories(root)).find(holds);
  if (nested !== void 0) return { kind: "repository", folder: nested };
  const submodule = [...await submoduleFolders(root)].find(holds);
  return submodule === void 0 ? void 0 : { kind: "submodule", folder: submodule };
}
function leftInside(task, { kind, folder }) {
  const what = kind === "submodule" ? "a submodule" : "a git repository of its own";
  return `What ${task} wrote in ${shownPath(folder)}/ was not committed: that is ${what}.`;
}
function innerRepository(nested, where) {
  const folder = shownPath(nested);
  return new CallerError(
    "wrong_state",
    `${folder}/ in ${where} is a git repository of its own, so none of its files can come onto the plan's branch.`,
    `If they belong to this task, move ${folder}/.git to a folder outside of ${where}: git then sees the files. If it is not part of the work, name ${folder}/ in a .gitignore. Then report again.`,
    "outcome"
  );
}
async function refuseSubmoduleWork(path, base, links) {
  const found = await submoduleWork(path, base, links);
  if (found === void 0) return;
  const { folder, what } = found;
  const work = what.kind === "files" ? `${shownPath(what.example)} lies in the submodule ${shownPath(folder)}` : `The submodule ${shownPath(folder)} stands at commit ${what.commit.slice(0, 12)}, which only your worktree has`;
  throw new CallerError(
    "wrong_state",
    `${work}: what is done in a submodule cannot come onto the plan's branch.`,
    `Your work stays where it is. If the task can do without it, take it back and report again; else report blocked with blockedOn {question: how the work in the submodule is to be done, for example with isolation "shared" for this task and those before it}.`,
    "outcome"
  );
}

// mcp-server/src/run/worktrees/commit-worktree.ts
async function commitWorktree(plan, worktree, message, finished) {
  const { path, base, merging } = worktree;
  const [branches, entries] = await Promise.all([
    branchFacts(path, [worktree.branch, planBranch(plan)]),
    workTreeEntries(path)
  ]);
  const { commit: head, tree: before } = branchHere(branches) ?? await headOf(path);
  const isMerging = existsSync(join(await folderOfWorkTree(path), "MERGE_HEAD"));
  const merge = isMerging ? await commitAt(path, "MERGE_HEAD") : void 0;
  const linksLeft = await dropDeadLinks(path, base, entries.links);
  const repositories = linksLeft === entries.links ? entries.repositories : await untrackedRepositories(path);
  if (finished) {
    const [nested] = repositories;
    if (nested !== void 0) throw innerRepository(nested, "your worktree");
    await refuseSubmoduleWork(path, base, linksLeft);
    if (merging !== void 0) await refuseAbandonedMerge(path, merging, merge);
    if (merge === void 0) await refuseUnfinishedOperation(path);
    const parents = head === base ? "" : await git(path, ["log", "--first-parent", "--format=%P", `${base}..HEAD`]);
    await refuseUnsolvedConflicts(worktree, merge, entries.unmerged, parents);
  }
  await git(path, ["add", "--all", "--sparse", "--", ".", ...repositories.map(except)]);
  const [commit, changed] = await Promise.all([
    commitOfIndex(path, merge === void 0 ? [head] : [head, merge], before, message),
    git(path, ["diff-index", "--cached", "--name-only", "--no-renames", "-z", base])
  ]);
  return {
    commit,
    files: changed.split("\0").filter(Boolean),
    ...{ place: path, head },
    endsMerge: merge !== void 0,
    planBranch: branches.get(planBranch(plan))
  };
}
async function bindCommit({ commit, place, head, endsMerge }, delivered) {
  const lines = [
    ...commit === head ? [] : [`update HEAD ${commit} ${head}
`],
    ...delivered ? [`update ${attemptRef(delivered.plan, delivered.attempt)} ${commit}
`] : []
  ];
  if (lines.length > 0)
    await git(place, ["update-ref", "-m", "parallel: report", "--stdin"], { input: lines.join("") });
  if (endsMerge) await git(place, ["merge", "--quit"]);
}
function branchHere(branches) {
  return [...branches.values()].find(({ isHere }) => isHere);
}
async function headOf(path) {
  const [commit = "", tree = ""] = (await git(path, ["rev-parse", "HEAD", "HEAD^{tree}"])).split("\n");
  return { commit, tree };
}
async function commitOfIndex(path, parents, before, message) {
  const tree = (await git(path, ["write-tree"])).trim();
  const [head, merged] = parents;
  if (tree === before && merged === void 0) return head;
  return commitTree(path, tree, merged === void 0 ? [head] : [head, merged], message);
}
function except(folder) {
  return `:(exclude,literal)${folder}`;
}
async function refuseAbandonedMerge(path, merging, merge) {
  if (merge !== void 0 || await isAncestor(path, merging, "HEAD")) return;
  throw unfinished(
    `The merge of ${merging.slice(0, 12)} was given up: your worktree holds nothing of it.`,
    `Run git merge --no-commit ${merging.slice(0, 12)} in your worktree, solve the conflicts, and report again.`
  );
}
async function refuseUnfinishedOperation(path) {
  const underWay = await operationUnderWay(path);
  if (underWay === void 0) return;
  const [, name] = underWay.split(" ");
  throw unfinished(
    `In your worktree ${underWay} is under way.`,
    `Solve what is in conflict, finish with git ${name} --continue, and report again.`
  );
}
async function refuseUnsolvedConflicts({ path, base }, merge, unmerged, parents) {
  const merged = parents.split("\n").flatMap((line) => line.split(" ").slice(1));
  if (merge !== void 0) merged.push(merge);
  const isMerge = merged.length > 0;
  if (!isMerge && unmerged.length === 0) return;
  const tree = await treeOf(path);
  const where = isMerge ? [] : unmerged;
  const marked = await fileWithMarkers(path, tree, [base, ...merged], where);
  if (marked !== void 0) {
    throw unfinished(
      `${shownPath(marked)} still holds conflict markers.`,
      "Solve every conflict, keeping what both sides want, and report again."
    );
  }
  if (merge === void 0 || unmerged.length === 0) return;
  const [untouched] = await untouchedFiles(path, "HEAD", merge, tree, unmerged);
  if (untouched === void 0) return;
  throw unfinished(
    `${shownPath(untouched)} is still in conflict, and nobody has decided what becomes of it: it has no conflict markers, because it is no text or one side has removed or renamed it.`,
    "Look at both sides (git show HEAD:FILE, git show MERGE_HEAD:FILE), make the file what it should be, or leave it as it is, say that this is decided with git add in your worktree, and report again."
  );
}
function unfinished(problem, remedy) {
  return new CallerError("wrong_state", problem, remedy, "outcome");
}

// import:graph.mjs in run/worktrees.mjs
import { extraFor, isDraining, isLive, matches, outlineOf, parseScope, pathKey, plainSubject, purposeOf, taskName } from "../graph.mjs";

// mcp-server/src/run/worktrees/sides.ts
var MAX_SUMMARY = 300;
function togetherTask(loaded, task, together) {
  const definition = {
    ...together,
    priority: "high",
    ...task.agent !== void 0 && { agent: task.agent },
    dependencies: [task.id],
    needs: "all",
    reads: [],
    resources: [],
    inferredWrites: [],
    isolation: "worktree",
    origin: "server",
    extra: extraFor({ kind: "merge", of: task.id })
  };
  return [
    { type: "task.created", task: definition.id, definition, position: nextPosition(loaded) },
    ...dependentsWaitFor(loaded, task.id, definition.id)
  ];
}
function dependentsWaitFor(loaded, task, merge) {
  const dependents = [...loaded.graph.tasks.values()].filter(
    (other) => other.status === "pending" && other.dependencies.includes(task)
  );
  return dependents.map((other) => ({
    type: "task.defined",
    task: other.id,
    definition: waitingFor(outlineOf(other), task, merge)
  }));
}
function waitingFor(dependent, task, merge) {
  const kept = dependent.needs === "all" || dependent.needs === "settled" ? dependent.dependencies : dependent.dependencies.filter((id) => id !== task);
  return { ...dependent, dependencies: [...kept, merge] };
}
function summaryOf(loaded, id) {
  const reports = loaded.graph.claimsOf(id).map((claim) => claim.state === "ended" ? claim.report : void 0);
  return reports.findLast((report) => report !== void 0)?.summary ?? "";
}
function sideOf(loaded, id, summary) {
  const task = taskOf(loaded, id);
  const short = cleanText(summary, MAX_SUMMARY);
  const said = short === "" ? "" : `, which reported "${short}"`;
  return `${taskName(loaded.stored.slug, id)} "${cleanText(plainSubject(task, loaded.stored.slug), NAME_LIMIT)}"${said}`;
}

// mcp-server/src/run/worktrees/conflict-task.ts
function conflictTask(loaded, record, attempt, conflict, sides) {
  const task = taskOf(loaded, attempt.task);
  const id = freeId(loaded, `${task.id}-merge`);
  return [
    ...togetherTask(loaded, task, {
      id,
      subject: `Merge ${task.id}: ${plainSubject(task, loaded.stored.slug)}`,
      description: description(loaded, record, attempt, conflict, sides),
      writes: [...conflict.files],
      acceptance: [{ criterion: "Every conflict is solved and what both sides wanted works together" }]
    }),
    { type: "work.conflicted", task: task.id, attempt: attempt.id, mergeTask: id, ...conflict }
  ];
}
function description(loaded, record, attempt, { commit, head, files }, { summary, others }) {
  const { slug } = loaded.stored;
  const branch = planBranch(slug);
  const mergedBy = new Map([...record.merged.values()].map((line) => [line.commit, line.task]));
  const theirs = others.map((other) => {
    const by = mergedBy.get(other);
    return `commit ${other}${by === void 0 ? "" : ` of ${sideOf(loaded, by, summaryOf(loaded, by))}`}`;
  });
  return [
    `Commit ${commit} of ${sideOf(loaded, attempt.task, summary)} (attempt ${attempt.number}) does not go together with the plan's branch ${branch} (at ${head}).`,
    `Files in conflict: ${files.map(shownPath).join(", ")}.`,
    `On the branch they were changed by ${theirs.length > 0 ? theirs.join("; ") : "a commit of nobody in this plan"}.`,
    "The merge is begun in your worktree and the conflicts stand in the files between conflict markers. Solve them so that what both sides wanted is kept; git show tells what each side did. A file without markers (no text, or removed or renamed on one side) is decided when it is staged with git add. Do not commit and do not abort the merge: your report finishes it."
  ].join("\n\n");
}

// import:node:timers/promises in run/worktrees.mjs
import { setTimeout } from "node:timers/promises";

// mcp-server/src/run/worktrees/move-refs.ts
var MAX_TRIES = 12;
var PAUSE_MS = 25;
async function repeatIfRefMoves(ctx, work) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RefMoved) || tries === MAX_TRIES) throw error;
    }
    const [byte = 0] = ctx.randomBytes(1);
    await setTimeout(byte / 255 * PAUSE_MS * tries);
  }
}

// mcp-server/src/run/worktrees/exchange-work.ts
async function reaching(work) {
  try {
    await work();
    return void 0;
  } catch (error) {
    if (error instanceof RefMoved) return "others moved the plan's branch each time";
    if (error instanceof CallerError || error instanceof GitFailed || error instanceof UntestedJoin)
      return error.message;
    throw error;
  }
}
async function sendWork(ctx, store, slug) {
  const { root } = ctx.checkout;
  await repeatIfRefMoves(ctx, async () => {
    await commitForClones(ctx, store, slug);
    if (await hasUnpushed(root, planSlug(slug)))
      await exchangePlanBranch(root, branchOf(await readPlan(ctx, store, slug)));
  });
}
async function bringWork(ctx, plan, record) {
  const { root } = ctx.checkout;
  await repeatIfRefMoves(ctx, async () => void await bringPlanBranch(root, branchOf(plan)));
  for (const { attempt, commit } of record.conflicted) {
    if (!(await commitsThere(root, [commit])).has(commit))
      await fetchAttempt(root, plan.stored.slug, attempt);
  }
}

// mcp-server/src/run/worktrees/lost-worktree.ts
async function isWorktree(path) {
  const folder = await gitFolderOf(path);
  return folder !== void 0 && existsSync(join(folder, "HEAD"));
}
async function commitOfLostWorktree(root, plan, worktree) {
  const { path, branch, base } = worktree;
  const branches = await branchFacts(root, [branch, planBranch(plan)]);
  const commit = branches.get(branch)?.commit;
  if (commit === void 0 || commit === base) {
    throw new CallerError(
      "wrong_state",
      `Your worktree ${path} is gone or is no worktree any more, and its branch ${branch} holds no commit of yours: nothing of your work can come onto the plan's branch.`,
      'Report outcome "failed" and say in notes where your work lies, if it still does; the next attempt gets a new worktree.',
      "outcome"
    );
  }
  const changed = await git(root, ["diff", "--name-only", "--no-renames", "-z", base, commit]);
  return {
    commit,
    files: changed.split("\0").filter(Boolean),
    ...{ place: root, head: commit },
    endsMerge: false,
    planBranch: branches.get(planBranch(plan))
  };
}

// import:node:crypto in run/worktrees.mjs
import { createHash } from "node:crypto";

// import:node:fs/promises in run/worktrees.mjs
import { mkdir, readFile, rm, stat } from "node:fs/promises";

// import:host.mjs in run/worktrees.mjs
import { WORKTREE_FOLDER } from "../host.mjs";

// import:run/worktrees/pool.mjs in run/worktrees.mjs
import { changeUse, emptyFolder, endLeftProcesses, freeWorktree, giveBack, inState, isMerged, knownServers, mostWanted, pooledWorktrees, recoveredPool, removeFree, removeWorktree, takeFreeWorktree, takeWorktree } from "./worktrees/pool.mjs";

// import:run/worktrees/setup.mjs in run/worktrees.mjs
import { SetUpFailed, excludeFromStatus, setUpWorktree } from "./worktrees/setup.mjs";

// mcp-server/src/run/worktrees/own-worktree.ts
function holderOf({ plan, claim }) {
  const { task, id, tokenHash } = claim;
  return { plan, key: tokenHash, name: `${nameOf(task)}-${id}`, label: taskName(plan, task) };
}
async function makeOwnWorktree(ctx, { plan, key, name, label }, base, { claims, setup }) {
  const { root } = ctx.checkout;
  const branch = await freeBranch(root, `${workBranches(plan)}/${name}`, base);
  const holder = { state: "held", plan, claim: key, setup: digestOf(setup) };
  const known = knownServers(ctx, claims);
  const again = await takeFreeWorktree(ctx, {
    branch,
    base,
    reason: `used again by ${label}`,
    holder,
    known
  });
  if (again !== void 0) return { path: again, branch };
  const path = await newPlace(root, `${plan}-${name}`);
  const command = ["worktree", "add", "--quiet", "--no-track", "--lock", "--reason", `in use by ${label}`];
  await git(root, [...command, "-B", branch, path, base]);
  const gitFolder = await gitFolderOf(path);
  if (gitFolder !== void 0) await changeUse(gitFolder, 0, holder);
  return { path, branch };
}
async function ownWorktreeOf(ctx, claim) {
  const held = inState(await pooledWorktrees(ctx), "held");
  return held.find(({ use, path }) => use.claim === claim.tokenHash && existsSync(path))?.path;
}
async function discardOwnWorktree(ctx, own, key) {
  const held = await heldWorktree(ctx, own, key);
  const taken = held && await takeWorktree(ctx, held);
  if (taken && await removeWorktree(ctx.checkout.root, taken)) await dropBranch(ctx, own);
}
async function giveBackUnused(ctx, own, key, base, { claims }) {
  const held = await heldWorktree(ctx, own, key);
  if (!held) return;
  const known = knownServers(ctx, claims);
  const outcome = await freeWorktree(ctx, held, base, known, () => dropBranch(ctx, own));
  if (outcome !== "freed") await discardOwnWorktree(ctx, own, key);
}
async function heldWorktree(ctx, { path }, key) {
  const held = inState(await pooledWorktrees(ctx), "held");
  return held.find((one) => one.path === path && one.use.claim === key);
}
async function dropBranch({ checkout }, { branch }) {
  await git(checkout.root, ["update-ref", "-d", `refs/heads/${branch}`]);
}
function workBranchOf(held) {
  return `${workBranches(held.plan)}/${holderOf(held).name}`;
}
function excludeWorktrees({ gitCommonDir }) {
  return excludeFromStatus(gitCommonDir, [`${WORKTREE_FOLDER}/`]);
}
function digestOf(command) {
  return command === "" ? "" : createHash("sha256").update(command).digest("hex");
}
async function freeBranch(root, name, base) {
  for (let number = 1; ; number++) {
    const branch = number === 1 ? name : `${name}-${number}`;
    const tip = await commitAt(root, `refs/heads/${branch}`);
    if (tip === void 0 || await isAncestor(root, tip, base)) return branch;
  }
}
async function newPlace(root, name) {
  const folder = join(root, WORKTREE_FOLDER);
  await mkdir(folder, { recursive: true });
  let place = join(folder, name);
  for (let number = 2; existsSync(place); number++) place = join(folder, `${name}-${number}`);
  return place;
}
function nameOf(task) {
  return task.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 40);
}

// import:run/project.mjs in run/worktrees.mjs
import { isDead, isInside } from "./project.mjs";

// mcp-server/src/run/worktrees/remove-worktrees.ts
var GRACE_MS = 3e4;
var UNLOCKED_AFTER_MS = 3e3;
var LOCK_LOOK_MS = 100;
var OUR_LOCK = /^(?:in use by|used again by|free:) /;
async function removeMergedWorktrees(ctx, store, slug, graceMs) {
  const { root, gitCommonDir } = ctx.checkout;
  if (gitCommonDir === void 0) return;
  const pool = await recoveredPool(ctx);
  const read = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const { graph, stored } = plan;
    if (!graph.claims.some(({ isolation }) => isolation === "worktree")) return void 0;
    const isOver = overSince(ctx.now(), graceMs);
    const over = new Map(graph.claims.filter(isOver).map((claim) => [claim.id, claim]));
    const record = await workRecord(plan);
    const most2 = mostWanted(plan, record.cut);
    return { name: stored.slug, over, most: most2, record, claims: [...graph.claims] };
  });
  if (read === void 0) return;
  const { name, claims, most } = read;
  const waiting = inState(pool, "free").filter(({ use }) => use.plan === name);
  await removeFree(ctx, waiting.slice(most));
  let room = most - waiting.length;
  const spent = await spentWorktrees(read, name, pool);
  const head = spent.length > 0 ? await planHead(root, name) : void 0;
  if (head === void 0) return;
  const known = knownServers(ctx, claims);
  for (const one of spent) {
    const letGo = async () => {
      if (one.branch !== void 0) await dropBranch2(root, one.branch, head);
      if (one.of) await logRemoved(ctx, store, slug, one.of);
    };
    if (!await isUntouched(ctx, one, head)) continue;
    const isWanted = room > 0 && one.held !== void 0;
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
function overSince(nowMs, graceMs) {
  return (claim) => (claim.state === "returned" || claim.state === "ended" && !isDraining(claim, nowMs)) && claim.endedAtMs + graceMs <= nowMs;
}
async function spentWorktrees({ over, record }, plan, pool) {
  const spent = [];
  const left = new Map(inState(pool, "held").map((one) => [`${one.use.claim} ${one.path}`, one]));
  for (const of of record.cut.values()) {
    const claim = over.get(of.attempt);
    if (!claim || record.removed.has(of.attempt)) continue;
    const key = `${claim.tokenHash} ${of.path}`;
    const held = left.get(key);
    left.delete(key);
    if (!held && pool.some(({ path }) => path === of.path)) continue;
    const { endedAtMs } = claim;
    spent.push({ ...of, of, held, orphaned: await isDead(claim.owner), endedAtMs });
  }
  const byToken = new Map([...over.values()].map((claim) => [claim.tokenHash, claim]));
  for (const held of left.values()) {
    const claim = held.use.plan === plan ? byToken.get(held.use.claim) : void 0;
    if (claim === void 0) continue;
    const { endedAtMs } = claim;
    spent.push({
      ...{ path: held.path, branch: await branchAt(held), of: void 0 },
      ...{ held, orphaned: false, endedAtMs }
    });
  }
  return spent;
}
async function branchAt({ gitFolder }) {
  const head = await readFile(join(gitFolder, "HEAD"), "utf8").catch(() => "");
  return /^ref: refs\/heads\/(parallel-work\/.+)$/m.exec(head)?.[1];
}
async function isUntouched(ctx, { path, orphaned, endedAtMs }, head) {
  try {
    if (!existsSync(path)) return true;
    if (!orphaned) {
      const isNew = () => ctx.now() < endedAtMs + UNLOCKED_AFTER_MS;
      while (!await isUnlocked(path)) {
        if (!isNew()) return false;
        await setTimeout(LOCK_LOOK_MS);
      }
    }
    return await isMerged(path, head);
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  }
}
async function isUnlocked(path) {
  const lock = await readFile(join(await gitFolderOf(path) ?? path, "locked"), "utf8").catch(
    () => void 0
  );
  return lock === void 0 || OUR_LOCK.test(lock);
}
async function free(ctx, held, head, known, letGo) {
  if (!existsSync(held.path)) return "unfit";
  try {
    return await freeWorktree(ctx, held, head, known, letGo);
  } catch (error) {
    if (error instanceof GitFailed) return "used";
    throw error;
  }
}
async function remove(ctx, { path, held }, head, known, letGo) {
  const { root } = ctx.checkout;
  const taken = held && await takeWorktree(ctx, held);
  if (held && !taken) return;
  try {
    if (existsSync(path)) {
      if (held) await endLeftProcesses(path, known);
      if (!await isMerged(path, head)) return;
      await unlock(root, path);
      await git(root, ["worktree", "remove", ...await withSubmodules(path), path]);
    } else if (held) {
      await removeWorktree(root, held);
    }
    await letGo();
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
  } finally {
    if (taken && existsSync(taken.gitFolder)) await giveBack(taken, taken.before);
  }
}
async function withSubmodules(path) {
  const gitFolder = await gitFolderOf(path);
  return gitFolder !== void 0 && existsSync(join(gitFolder, "modules")) ? ["--force"] : [];
}
async function unlock(root, path) {
  const list = await git(root, ["worktree", "list", "--porcelain"]);
  const entry = list.split("\n\n").find((lines) => lines.startsWith(`worktree ${path}
`));
  if (entry?.includes("\nlocked")) await git(root, ["worktree", "unlock", path]);
}
async function logRemoved(ctx, store, slug, { task, attempt }) {
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const { removed } = await workRecord(plan);
    if (!removed.has(attempt)) plan.append({ type: "worktree.removed", task, attempt });
  });
}
async function dropBranch2(root, branch, head) {
  const ref = `refs/heads/${branch}`;
  const tip = await commitAt(root, ref);
  if (tip === void 0 || !await isAncestor(root, tip, head)) return;
  await git(root, ["update-ref", "-d", ref, tip]);
}

// mcp-server/src/run/worktrees/submodules.ts
async function checkOutSubmodules(gitFolder, worktree) {
  for (const submodule of await submodulesAt(worktree)) {
    const copy = join(gitFolder, "modules", submodule.name);
    if (!existsSync(join(copy, "HEAD")) || await commitAt(copy, submodule.commit) === void 0) continue;
    const folder = join(worktree, submodule.folder);
    try {
      await checkOut(worktree, folder, copy, submodule);
    } catch (error) {
      if (!(error instanceof GitFailed)) throw error;
      await takeBack(worktree, folder, submodule);
      continue;
    }
    await checkOutSubmodules(copy, folder);
  }
}
async function checkOut(worktree, folder, copy, { name, folder: inside }) {
  const env = {
    GIT_CONFIG_COUNT: "2",
    ...{ GIT_CONFIG_KEY_0: `submodule.${name}.url`, GIT_CONFIG_VALUE_0: copy },
    ...{ GIT_CONFIG_KEY_1: "protocol.file.allow", GIT_CONFIG_VALUE_1: "always" }
  };
  await git(worktree, ["submodule", "--quiet", "update", "--init", "--checkout", "--", inside], { env });
  const origin = (await git(copy, ["config", "--default", "", "--get", "remote.origin.url"])).trim();
  const branches = "+refs/remotes/origin/*:refs/remotes/origin/*";
  await git(folder, ["fetch", "--quiet", "--prune", "--no-tags", "origin", branches], { env });
  const own = (await git(folder, ["for-each-ref", "--format=delete %(refname)", "refs/heads"])).trim();
  if (own !== "") await git(folder, ["update-ref", "--stdin"], { input: `${own}
` });
  if (origin === "") await git(folder, ["remote", "remove", "origin"]);
  else await git(folder, ["remote", "set-url", "origin", origin]);
}
async function takeBack(worktree, folder, { name }) {
  if (existsSync(folder)) await emptyFolder(folder);
  const gitFolder = await gitFolderOf(worktree);
  if (gitFolder !== void 0) await rm(join(gitFolder, "modules", name), { recursive: true, force: true });
}

// mcp-server/src/run/worktrees/work-elsewhere.ts
async function refuseWorkElsewhere(ctx, at, report, work) {
  const { worktree } = at;
  const reported = reportedFiles(ctx, worktree, report);
  const missing = reported.filter((name) => !work.files.some((file) => isSame(ctx, name, file)));
  const hasNothing = work.commit === worktree.base;
  if (missing.length === 0 && !(hasNothing && reported.length === 0)) return;
  const beside = await writtenBeside(ctx, at, missing);
  if (beside !== void 0) {
    throw elsewhere(
      `${shownPath(beside)} is not changed in your worktree ${worktree.path}, but was written in the main checkout ${ctx.checkout.root} since you began.`,
      "Make your changes in your worktree, take back those that you made in the main checkout, and report again. If they are not yours, leave that file out of filesChanged; if the work is there alone and cannot be moved, report failed and say so."
    );
  }
  if (missing.length === 0) return;
  const [ignored] = await ignoredFiles(worktree.path, missing);
  if (ignored !== void 0) {
    throw elsewhere(
      `${shownPath(ignored)} is ignored by git, so it cannot come onto the plan's branch and goes with your worktree.`,
      "If it belongs to the work, stage it in your worktree with git add -f; if it is only made from other files, leave it out of filesChanged. Then report again."
    );
  }
  if (hasNothing) {
    throw elsewhere(
      `Your report names ${shownPath(missing[0] ?? "")}, but nothing is changed in your worktree ${worktree.path}.`,
      "Make the changes there and report again; if the task needed none, leave filesChanged empty."
    );
  }
}
function reportedFiles({ checkout }, { path }, { filesChanged }) {
  return filesChanged.flatMap((name) => {
    const absolute = isAbsolute(name) ? name : join(checkout.root, name);
    const inWorktree = isInside(path, absolute) ? relative(path, absolute).split(sep).join("/") : name;
    const plain = normalisePath(inWorktree);
    return plain === "" || isAbsolute(plain) || plain.split("/").includes("..") ? [] : [plain];
  });
}
function isSame({ caseInsensitive }, name, file) {
  return isDeclared([pathKey(name, caseInsensitive)], pathKey(file, caseInsensitive));
}
async function writtenBeside(ctx, { attempt, offeredAtMs, claims }, missing) {
  const { root } = ctx.checkout;
  const declaredBy = (claim) => {
    const scope = parseScope(claim.scope, ctx.caseInsensitive);
    return scope.basis === "declared" ? scope.writes : [];
  };
  const declared = declaredBy(attempt);
  const ofOthers = claims.filter(({ isolation }) => isolation === "shared").flatMap(declaredBy);
  const isMeant = (file) => missing.length > 0 ? missing.some((name) => isSame(ctx, name, file)) : declared.some((glob) => matches(glob, file)) && !ofOthers.some((glob) => matches(glob, file));
  for (const file of (await changedFiles(root)).filter(isMeant)) {
    const info = await stat(join(root, file)).catch(() => void 0);
    if (info === void 0 ? missing.length > 0 : info.mtimeMs >= offeredAtMs) return file;
  }
  return void 0;
}
function elsewhere(problem, remedy) {
  return new CallerError("wrong_state", problem, remedy, "filesChanged");
}

// import:run/attempts.mjs in run/worktrees.mjs
import { aliveWhile, endAttempt } from "./attempts.mjs";

// mcp-server/src/run/worktrees/worktree.ts
async function prepareWorktree(ctx, store, attempt, place) {
  const read = async (view) => {
    const held2 = await view.reader.claimById(attempt);
    const loaded2 = held2 && await view.planOf(held2);
    if (!loaded2 || !isLive(held2.claim)) throw new CallerError("wrong_state", "The claim has ended.", "Stop.");
    return { held: held2, loaded: loaded2, record: await workRecord(loaded2) };
  };
  const { held, loaded, record } = await readGraph(ctx, store, read, { claim: { attempt } });
  const existing = record.cut.get(attempt);
  if (existing && existsSync(existing.path)) return existing;
  if (place === void 0) await removeMergedWorktrees(ctx, store, held.plan, GRACE_MS);
  const startMs = performance.now();
  const cutting = () => cutWorktree(ctx, held, loaded, record, place);
  const made = await aliveWhile(ctx, store, held, loaded.policy.leaseMs, cutting);
  const cut = { ...made, tookMs: Math.round(performance.now() - startMs) };
  const given = await changePlan(ctx, store, "server", held.plan, async (plan) => {
    const { state } = plan.graph.claim(attempt) ?? {};
    if (state !== "offered" && state !== "running") return void 0;
    const other = await worktreeOf(plan, held.claim);
    if (other && other.path !== cut.path && existsSync(other.path)) return other;
    plan.append(cut);
    return cut;
  });
  if (given !== cut && place === void 0) {
    await giveBackUnused(ctx, cut, held.claim.tokenHash, cut.base, loaded.graph);
  }
  if (!given) throw new CallerError("wrong_state", "The claim has ended.", "Stop.");
  return given;
}
async function cutWorktree(ctx, held, loaded, record, made) {
  const { root } = ctx.checkout;
  const { task, id: attempt } = held.claim;
  const { base, wanted } = await baseOfWorktree(ctx, loaded, record, task);
  await excludeWorktrees(ctx.checkout);
  const there = made ?? await ownWorktreeOf(ctx, held.claim);
  const { path: place, branch } = there ? { path: there, branch: await adopt(ctx, held, there, base) } : await makeOwnWorktree(ctx, holderOf(held), base, {
    claims: loaded.graph.claims,
    setup: loaded.policy.setup
  });
  try {
    const path = await verify(place, base, wanted);
    await checkOutNeeded(ctx, held, record, place);
    await checkOutSubmodules(await gitFolderOf(root) ?? join(root, ".git"), place);
    const { port } = await setUpWorktree(ctx, path, loaded.policy.setup);
    const conflict = conflictFor(record, task);
    if (conflict) await beginMerge(place, conflict.commit);
    const merging = conflict && { merging: conflict.commit };
    return { type: "worktree.cut", task, attempt, path, branch, base, ...merging, port };
  } catch (error) {
    if (made === void 0) await discardOwnWorktree(ctx, { path: place, branch }, held.claim.tokenHash);
    throw error;
  }
}
async function adopt(ctx, held, place, base) {
  const facts = await git(place, ["rev-parse", "--show-toplevel", "--git-common-dir"]);
  const [top = "", common = ""] = facts.trim().split("\n");
  const isOurs = realpathSync(top) !== ctx.checkout.root && realpathSync(resolve(place, common)) === ctx.checkout.gitCommonDir;
  if (!isOurs) throw new CallerError("wrong_state", `${place} is no worktree of this repository.`, "Stop.");
  const current = (await git(place, ["branch", "--show-current"])).trim();
  if (/^(worktree-|parallel-work\/)/.test(current)) {
    await git(place, ["reset", "--quiet", "--keep", base]);
    return current;
  }
  const branch = workBranchOf(held);
  await git(place, ["checkout", "--quiet", "--no-track", "-b", branch, base]);
  return branch;
}
async function verify(place, base, commits) {
  const [head = "", top = ""] = (await git(place, ["rev-parse", "HEAD", "--show-toplevel"])).split("\n");
  const holds = await Promise.all(commits.map((commit) => isAncestor(place, commit, head)));
  if (head !== base || holds.includes(false)) {
    throw new GitFailed("rev-parse", void 0, `${place} does not stand at ${base}`, "");
  }
  return realpathSync(top);
}
async function checkOutNeeded(ctx, { claim }, record, place) {
  const leftOut = await filesLeftOut(place);
  if (leftOut.length === 0) return;
  const { writes, reads } = parseScope(claim.scope, ctx.caseInsensitive);
  const named = [...writes, ...reads];
  const made = new Set([...record.merged.keys()].flatMap((id) => record.committed.get(id)?.files ?? []));
  const needed = leftOut.filter((file) => made.has(file) || named.some((glob) => matches(glob, file)));
  await widenSparseCheckout(place, needed);
}
async function beginMerge(place, commit) {
  try {
    const env = await gitIdentity(place);
    await git(place, ["merge", "--quiet", "--no-ff", "--no-commit", commit], { env });
  } catch (error) {
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
  }
}

// mcp-server/src/run/worktrees/worktree-of-claim.ts
async function worktreeOfClaim(ctx, store, attempt, made) {
  try {
    return await repeatIfRefMoves(ctx, () => prepareWorktree(ctx, store, attempt, made));
  } catch (thrown) {
    const error = fileRefusal(thrown) ?? thrown;
    const isExpected = [PrerequisiteUnmerged, SetUpFailed, GitFailed, RefMoved, CallerError].some(
      (kind) => error instanceof kind
    );
    if (!isExpected || !(error instanceof Error)) throw error;
    await giveUp(ctx, store, attempt, error);
    throw new CallerError(
      "wrong_state",
      `There is no worktree for this task: ${error.message}. Its claim has ended.`,
      "Do not work on it; end your turn with one line that says so.",
      "task"
    );
  }
}
async function giveUp(ctx, store, attempt, why) {
  const cause = `no worktree: ${why.message}`;
  const work = async (tx) => {
    const held = await tx.writer.claimById(attempt);
    const plan = held && await tx.planOf(held);
    if (!plan) return;
    const { claim } = held;
    if (why instanceof PrerequisiteUnmerged) {
      const task = taskOf(plan, claim.task);
      const dependencies = [.../* @__PURE__ */ new Set([...task.dependencies, why.waitFor])];
      const definition = { ...outlineOf(task), dependencies };
      plan.append({ type: "task.defined", task: task.id, definition });
    }
    if (claim.state === "offered") {
      plan.append({ type: "claim.returned", task: claim.task, attempt, cause });
    } else if (claim.state === "running") {
      const costsAnAttempt = !(why instanceof PrerequisiteUnmerged || why instanceof SetUpFailed);
      endAttempt(plan, claim, { outcome: costsAnAttempt ? "lost" : "cancelled", cause });
    }
    if (why instanceof SetUpFailed && plan.stored.status === "open")
      plan.append({ type: "plan.status", status: "paused", cause: why.message });
  };
  await changeGraph(ctx, store, "server", work, { claim: { attempt } });
}

// mcp-server/src/run/worktrees/worktree-work.ts
async function worktreeWork(ctx, at, report, message) {
  const { plan, task, worktree } = at;
  if (purposeOf(task)?.kind === "review") return void 0;
  const isCompleted = report.outcome === "completed";
  if (!worktree) {
    if (isCompleted) throw neverOpened(taskName(plan, task.id));
    return void 0;
  }
  const isThere = await isWorktree(worktree.path);
  if (!isThere && !isCompleted) return void 0;
  const work = isThere ? await commitWorktree(plan, worktree, message, isCompleted) : await commitOfLostWorktree(ctx.checkout.root, plan, worktree);
  if (isCompleted) await refuseWorkElsewhere(ctx, { ...at, worktree }, report, work);
  return work;
}
function neverOpened(name) {
  return new CallerError(
    "wrong_state",
    `${name} is done in a worktree, and none was made yet because its brief was never read: nothing of your work is where the plan takes it from.`,
    "Call task_get with your token: the brief names the folder. Make your changes there and report again.",
    "outcome"
  );
}
export {
  GRACE_MS,
  PrerequisiteUnmerged,
  baseOfWorktree,
  bindCommit,
  bringWork,
  checkOutSubmodules,
  commitForClones,
  commitOfLostWorktree,
  commitPlan,
  commitWorktree,
  conflictFor,
  conflictTask,
  discardOwnWorktree,
  excludeWorktrees,
  filesOfOthers,
  giveBackUnused,
  holderOf,
  innerRepository,
  isWorktree,
  leftInside,
  makeOwnWorktree,
  mergedCommit,
  ownWorktreeOf,
  prepareWorktree,
  reaching,
  refuseSubmoduleWork,
  refuseWorkElsewhere,
  removeMergedWorktrees,
  repeatIfRefMoves,
  reportedInside,
  sendWork,
  sideOf,
  summaryOf,
  togetherTask,
  workBranchOf,
  workRecord,
  worktreeOf,
  worktreeOfClaim,
  worktreeWork
};
