// import:git.mjs in run/claims/reach.mjs
import { REMOTE, commitAt, commitsThere, containedIn, planBranch, planHead } from "../../git.mjs";

// import:policy.mjs in run/claims/reach.mjs
import { WorkInReach, completingAttempt, effectsInOrder, isGated, workOf } from "../../policy.mjs";

// import:run/remote.mjs in run/claims/reach.mjs
import { UntestedJoin, goesThroughRemote, lookWhetherShared } from "../remote.mjs";

// mcp-server/src/run/claims/reach/commits-in-reach.ts
async function commitsInReach(ctx, plan, record, commits) {
  const { root, gitCommonDir } = ctx.checkout;
  if (gitCommonDir === void 0) return /* @__PURE__ */ new Set();
  const there = await commitsThere(root, commits);
  if (!isGated(plan.policy) || !await lookWhetherShared(ctx, plan.graph)) return there;
  const head = await planHead(root, plan.stored.slug);
  const merged = head === void 0 ? /* @__PURE__ */ new Set() : await containedIn(root, head, [...there]);
  const toMerge = record.conflicted.map(({ commit }) => commit).filter((commit) => there.has(commit));
  return /* @__PURE__ */ new Set([...merged, ...toMerge]);
}

// import:text.mjs in run/claims/reach.mjs
import { cleanText, shownPath } from "../../text.mjs";

// import:run/project.mjs in run/claims/reach.mjs
import { GRAPH_IN_REPOSITORY, placeOfCheckout } from "../project.mjs";

// import:node:fs in run/claims/reach.mjs
import { existsSync, lstatSync } from "node:fs";

// import:node:path in run/claims/reach.mjs
import { join } from "node:path";

// import:report.mjs in run/claims/reach.mjs
import { FILE_EVENTS, filesOfTasks } from "../../report.mjs";

// import:run/effects.mjs in run/claims/reach.mjs
import { readContent } from "../effects.mjs";

// import:run/plan.mjs in run/claims/reach.mjs
import { readGraph } from "../plan.mjs";

// import:run/worktrees.mjs in run/claims/reach.mjs
import { bringWork, reaching, sendWork, workRecord } from "../worktrees.mjs";

// import:run/delivery.mjs in run/claims/reach.mjs
import { deliverWaiting } from "../delivery.mjs";

// mcp-server/src/run/claims/reach/reach-remote.ts
function reachRemote(ctx, store, slug, work) {
  return reaching(async () => {
    try {
      await work();
    } catch (error) {
      if (error instanceof UntestedJoin) void deliverWaiting(ctx, store, slug);
      throw error;
    }
  });
}

// mcp-server/src/run/claims/reach/work-here.ts
var REMOTE_PAUSE_MS = 15e3;
var NOTHING_SEEN = {
  asking: { headHas: /* @__PURE__ */ new Set(), repositoryHas: /* @__PURE__ */ new Set(), sameFiles: /* @__PURE__ */ new Set() },
  known: /* @__PURE__ */ new Map(),
  trouble: void 0
};
var looks = /* @__PURE__ */ new WeakMap();
function workInReach(plan) {
  const { ctx, graph } = plan;
  const names = ownNames(ctx, graph.checkouts);
  if (isAllHere(graph, names)) return void 0;
  const { asking, known } = looks.get(graph) ?? NOTHING_SEEN;
  const work = (id) => {
    const attempt = completingAttempt(graph.claimsOf(id));
    return attempt && workOf(attempt, known.get(attempt.id));
  };
  return new WorkInReach(graph.tasks, work, { ...asking, names });
}
async function lookForWork(ctx, store, { graph, stored: { slug } }) {
  if (isAllHere(graph, ownNames(ctx, graph.checkouts))) return;
  const isShared = await lookWhetherShared(ctx, graph);
  const last = looks.get(graph)?.trouble;
  const recent = isShared && last && ctx.now() < last.atMs + REMOTE_PAUSE_MS ? last : void 0;
  const isAsked = isShared && !recent;
  const sent = isAsked ? await reachRemote(ctx, store, slug, () => sendWork(ctx, store, slug)) : void 0;
  const { plan, record, events } = await readGraph(ctx, store, async (view) => {
    const plan2 = await view.plan(slug);
    const events2 = await plan2.reader.events(plan2.id, { types: FILE_EVENTS });
    return { plan: plan2, record: await workRecord(plan2), events: events2 };
  });
  const known = knownWork(plan, record, events);
  const commits = [...new Set([...known.values()].flatMap(({ commit }) => commit ?? []))];
  const { root } = ctx.checkout;
  const look = () => commitsInReach(ctx, plan, record, commits);
  const before = await look();
  const isMissing = isAsked && before.size < commits.length;
  const brought = isMissing ? await reachRemote(ctx, store, slug, () => bringWork(ctx, plan, record)) : void 0;
  const repositoryHas = isMissing ? await look() : before;
  const head = repositoryHas.size > 0 ? await commitAt(root, "HEAD") : void 0;
  const headHas = head === void 0 ? /* @__PURE__ */ new Set() : await containedIn(root, head, [...repositoryHas]);
  const sameFiles = tasksWithSameFiles(root, known, events);
  const why = sent ?? brought;
  const trouble = why === void 0 ? recent : { why, atMs: ctx.now() };
  looks.set(plan.graph, { asking: { headHas, repositoryHas, sameFiles }, known, trouble });
}
function troubleWithRemote({ graph }) {
  return looks.get(graph)?.trouble?.why;
}
function isAllHere(graph, names) {
  return names.size === graph.checkouts.size;
}
function ownNames(ctx, checkouts) {
  const isGraphInside = ctx.repository === GRAPH_IN_REPOSITORY;
  const own = [...checkouts].filter((name) => {
    if (name === ctx.checkoutKey) return true;
    const { path } = placeOfCheckout(name);
    return isGraphInside && (path === ctx.checkout.root || !existsSync(path));
  });
  return new Set(own);
}
function knownWork(plan, record, events) {
  const { graph } = plan;
  const filesOf = filesOfTasks({ claims: graph.claims, claimOf: (id) => graph.claim(id) }, events);
  const known = /* @__PURE__ */ new Map();
  for (const task of graph.tasks.values()) {
    const attempt = task.status === "completed" ? completingAttempt(graph.claimsOf(task.id)) : void 0;
    if (!attempt) continue;
    const committed = record.committed.get(attempt.id);
    const files = attempt.isolation === "shared" ? filesOf(task.id)?.filesChanged ?? attempt.report?.filesChanged ?? [] : committed?.files ?? [];
    const commit = committed && committed.files.length > 0 ? committed.commit : void 0;
    known.set(attempt.id, {
      task: task.id,
      files,
      wrote: commit !== void 0 || files.length > 0,
      commit
    });
  }
  return known;
}
function tasksWithSameFiles(root, known, events) {
  const seen = events.flatMap(
    ({ change }) => change.type === "files.changed" && change.atWork === void 0 ? [change] : []
  );
  const last = /* @__PURE__ */ new Map();
  for (const { file } of effectsInOrder(seen)) {
    last.set(file.path, file.undone && file.before || file.after);
  }
  const isHere = /* @__PURE__ */ new Map();
  const isSame = (path) => {
    const content = last.get(path);
    if (content === void 0) return false;
    const known2 = isHere.get(path) ?? readContent(join(root, path), statOf(join(root, path))).id === content;
    isHere.set(path, known2);
    return known2;
  };
  const same = [...known.values()].filter(({ files }) => files.length > 0 && files.every(isSame));
  return new Set(same.map(({ task }) => task));
}
function statOf(file) {
  return lstatSync(file, { throwIfNoEntry: false });
}

// mcp-server/src/run/claims/reach/missing-work-text.ts
var SHOWN_DIGITS = 12;
var MAX_TROUBLE = 300;
function missingWorkText({ task, work: { checkout, inFiles, commit } }, isolation, plan) {
  const { machine, path } = placeOfCheckout(checkout);
  const place = `${shownPath(path)} on the machine ${shownPath(machine)}`;
  const it = commit === void 0 ? "" : `is commit ${commit.slice(0, SHOWN_DIGITS)} of ${place}, which`;
  if (goesThroughRemote(plan.graph)) {
    const where = commit === void 0 ? `lies in ${place} and` : it;
    const trouble = troubleWithRemote(plan);
    const why = trouble === void 0 ? "" : ` (${cleanText(trouble, MAX_TROUBLE)})`;
    return `the work of ${task} ${where} did not come through ${REMOTE} yet${why}. The server there sends it with its next call for this plan; or run the task there`;
  }
  const remote = `with a remote named ${REMOTE} in both clones git carries work by itself`;
  if (commit === void 0) {
    const lies = inFiles ? `lies uncommitted in ${place}` : `lies in a worktree of ${place}`;
    return `the work of ${task} ${lies}. Run it there, or commit it there, push, and pull here; ${remote}`;
  }
  if (isolation === "shared") {
    return `the work of ${task} ${it} is not in what is checked out here. Run it there, or git push there and git pull here`;
  }
  return `the work of ${task} ${it} is on ${planBranch(plan.stored.slug)} there and not in this repository. Run it there; ${remote}`;
}
export {
  commitsInReach,
  lookForWork,
  missingWorkText,
  reachRemote,
  troubleWithRemote,
  workInReach
};
