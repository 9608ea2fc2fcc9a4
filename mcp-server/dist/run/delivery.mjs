// import:node:fs in run/delivery.mjs
import { existsSync } from "node:fs";

// import:node:path in run/delivery.mjs
import { join } from "node:path";

// import:run/project.mjs in run/delivery.mjs
import { GRAPH_IN_REPOSITORY, folderKey, isDead, isServerDead, placeOfCheckout, sameOwner } from "./project.mjs";

// mcp-server/src/run/delivery/clone.ts
function cloneOf({ checkout }) {
  return folderKey(checkout.gitCommonDir ?? checkout.root);
}
function folderHere({ repository }, key) {
  const { path } = placeOfCheckout(key);
  return repository === GRAPH_IN_REPOSITORY || folderKey(path) === key ? path : void 0;
}
function isFromHere(ctx, { clone }) {
  if (clone === cloneOf(ctx) || ctx.repository === GRAPH_IN_REPOSITORY) return true;
  const folder = folderHere(ctx, clone);
  return folder !== void 0 && !existsSync(folder);
}
function rootOf(ctx, { checkout: key }) {
  const folder = folderHere(ctx, key);
  return folder !== void 0 && existsSync(join(folder, ".git")) ? folder : ctx.checkout.root;
}

// import:run/attempts.mjs in run/delivery.mjs
import { continueAfterCompletion, endAttempt, takeAlternative } from "./attempts.mjs";

// import:run/gate.mjs in run/delivery.mjs
import { gateJoin, gateRecord, gateStep, isLastRepair, mergedWithout, repairTask } from "./gate.mjs";

// import:run/plan.mjs in run/delivery.mjs
import { changePlan, planStart, readGraph } from "./plan.mjs";

// import:run/review.mjs in run/delivery.mjs
import { openReviewOf } from "./review.mjs";

// import:run/worktrees.mjs in run/delivery.mjs
import { conflictTask, repeatIfRefMoves, sendWork, workRecord } from "./worktrees.mjs";

// mcp-server/src/run/delivery/complete-landing.ts
async function completeLanding(ctx, store, landing) {
  await changePlan(ctx, store, "server", landing.plan, async (plan) => {
    for (const merged of landing.merged) await complete(plan, merged);
  });
}
async function returnDelivery(ctx, store, { delivery, outcome, cause }) {
  await changePlan(ctx, store, "server", delivery.plan, (plan) => {
    const attempt = plan.graph.claim(delivery.attempt.id);
    if (attempt?.state !== "delivering") return;
    const how = outcome === "lost" ? { interrupted: true } : {};
    endAttempt(plan, attempt, {
      outcome,
      cause,
      ...how,
      ...outcome === "blocked" && { waitsForUser: true }
    });
  });
}
async function complete(plan, merged) {
  const attempt = plan.graph.claim(merged.delivery.attempt.id);
  if (!attempt) return;
  if (merged.kind === "gone") {
    const cause = isFromHere(plan.ctx, merged.delivery.attempt.accepted) ? "its commit is not in the repository any more, and no branch has it" : "its machine is gone, and its commit did not come through the remote";
    if (attempt.state === "delivering")
      endAttempt(plan, attempt, { outcome: "lost", cause, interrupted: true });
    return;
  }
  if (merged.kind === "red") {
    if (attempt.state !== "delivering") return;
    if (!await repairLater(plan, attempt, merged)) return;
  } else {
    await logWork(plan, attempt, merged);
  }
  if (attempt.state !== "delivering") return;
  const { report, accepted } = attempt;
  endAttempt(plan, attempt, { outcome: "completed", ...report && { report } });
  await continueAfterCompletion(plan, attempt.task, report, accepted.runLater);
  takeAlternative(plan, attempt.task);
  await notifyReviewer(plan, attempt);
}
async function repairLater(plan, attempt, { commit, head, run, others }) {
  const record = await workRecord(plan);
  const { task, id, number, report, accepted } = attempt;
  if (accepted.targets.includes("checkout")) {
    plan.append({ type: "commit.skipped", reason: `${task} was not committed: the gate is red with it.` });
  }
  if (isLastRepair(record, task)) {
    endAttempt(plan, attempt, {
      outcome: "failed",
      cause: `the gate is still red with this repair (run ${run.started.run}); it is not repaired again`,
      ...report && { report }
    });
    return false;
  }
  const summary = whatWasSaid(attempt);
  plan.append(...repairTask(plan, record, { task, attempt: id, number, commit, head, summary, others, run }));
  return true;
}
async function logWork(plan, attempt, merged) {
  const { delivery, commit, checkout } = merged;
  const { task, id } = delivery.attempt;
  const at = { task, attempt: id };
  const record = await workRecord(plan);
  const committed = record.committed.get(id);
  if (record.merged.has(id)) return;
  if (checkout && "commit" in checkout && committed && committed.commit !== checkout.commit) {
    plan.append({ ...committed, commit: checkout.commit });
  }
  if (checkout && "skipped" in checkout) plan.append({ type: "commit.skipped", reason: checkout.skipped });
  if (merged.kind === "conflict") {
    if (attempt.state !== "delivering") return;
    const { head, files, others } = merged;
    const summary = whatWasSaid(attempt);
    plan.append(...conflictTask(plan, record, attempt, { commit, head, files }, { summary, others }));
    return;
  }
  if (merged.found) plan.append({ type: "delivery.found", ...at, commit });
  if (merged.head !== void 0) plan.append({ type: "work.merged", ...at, commit, head: merged.head });
}
function whatWasSaid({ report, lastMessage }) {
  return report?.summary ?? lastMessage ?? "";
}
async function notifyReviewer(plan, { task, id }) {
  const compared = await plan.reader.events(plan.id, { types: ["attempt.compared"] });
  for (const { change } of compared) {
    if (change.type === "attempt.compared" && change.attempt === id) noteForReviewer(plan, task, change.note);
  }
}
function noteForReviewer(plan, id, said) {
  const review = openReviewOf(plan, id);
  if (!review) return;
  const note = `The server compared the report of ${id} with the checkout. ${said}`;
  plan.append({ type: "task.annotated", task: review.id, note });
}

// import:errors.mjs in run/delivery.mjs
import { CallerError, StoreUnusable, fileRefusal } from "../errors.mjs";

// import:git.mjs in run/delivery.mjs
import { GitFailed, RefMoved, attemptName, attemptRef, attemptsOn, branchFacts, commitAt, commitFacts, commitMessage, commitTree, commitsThere, ensurePlanBranch, forgetCommitsIn, git, isAncestor, mergedTree, moveRefs, noteRemoteHead, operationUnderWay, planBranch, planHead, pushAttempt, pushPlanBranch, refreshIndex, refuseHeld } from "../git.mjs";

// mcp-server/src/run/delivery/delay-delivery.ts
var MAX_DELAY_MS = 10 * 6e4;
async function delayDelivery(ctx, store, delivery, error) {
  if (error instanceof StoreUnusable) return false;
  const { attempt, plan: slug } = delivery;
  const at = { task: attempt.task, attempt: attempt.id };
  const cause = causeOf(error);
  const events = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return plan.reader.events(plan.id, { types: ["delivery.delayed"] });
  });
  const noted = events.filter(
    ({ change }) => change.type === "delivery.delayed" && change.attempt === attempt.id
  );
  const [first] = noted;
  if (first && first.atMs + MAX_DELAY_MS <= ctx.now()) {
    const kept = `its commit is kept as ${attemptRef(slug, attempt.id)}`;
    await returnDelivery(ctx, store, {
      delivery,
      outcome: "blocked",
      cause: `not delivered: ${cause}; ${kept}`
    });
    return true;
  }
  const last = noted.at(-1)?.change;
  if (last?.type === "delivery.delayed" && last.cause === cause) return false;
  await changePlan(ctx, store, "server", slug, (tx) => {
    if (tx.graph.claim(attempt.id)?.state === "delivering")
      tx.append({ type: "delivery.delayed", ...at, cause });
  });
  return false;
}
function causeOf(error) {
  if (error instanceof RefMoved) return "others moved the branch each time";
  const known2 = fileRefusal(error) ?? error;
  if (known2 instanceof CallerError || known2 instanceof GitFailed) return known2.message;
  return "an error in this program";
}

// import:node:timers/promises in run/delivery.mjs
import { setTimeout } from "node:timers/promises";

// import:policy.mjs in run/delivery.mjs
import { areAlternatives, isGated } from "../policy.mjs";

// import:run/remote.mjs in run/delivery.mjs
import { UntestedJoin, branchOf, bringPlanBranch, lookWhetherShared } from "./remote.mjs";

// mcp-server/src/run/delivery/exchange-tested.ts
var MAX_JOINS = 12;
async function exchangeTested(ctx, store, { stored }, commands, stop) {
  for (let joins = 1; joins <= MAX_JOINS; joins++) {
    try {
      await sendWork(ctx, store, stored.slug);
      return void 0;
    } catch (error) {
      if (!(error instanceof UntestedJoin)) throw error;
      const { move } = error;
      const wait2 = await gateJoin(ctx, store, commands, stored.slug, move.to, stop);
      if (wait2) return wait2;
      await moveRefs(ctx.checkout.root, [move], `parallel: ${stored.slug}`);
    }
  }
  throw new RefMoved();
}

// import:graph.mjs in run/delivery.mjs
import { purposeOf, taskName } from "../graph.mjs";

// mcp-server/src/run/delivery/forget-landed.ts
async function forgetLanded({ plan, root, merged, remote }) {
  const landed = merged.flatMap((one) => one.kind === "merged" ? [one] : []);
  const head = landed.findLast((one) => one.head !== void 0)?.head;
  const bringsOthers = landed.some(
    ({ found, delivery }) => found || purposeOf(delivery.task)?.kind === "merge"
  );
  if (head !== void 0 && bringsOthers) await forgetCommitsIn(root, plan, head, remote !== void 0);
}

// mcp-server/src/run/delivery/merge-deliveries.ts
var MAX_SUMMARY = 4e3;
async function mergeDeliveries(ctx, waiting, remote) {
  const [first] = waiting;
  if (!first) throw new Error("there is nothing to deliver");
  const root = rootOf(ctx, first.attempt);
  const together = waiting.filter(({ attempt }) => attempt.checkout === first.attempt.checkout);
  const accepted = together.map(({ attempt }) => attempt.accepted.commit);
  const branch = planBranch(first.plan);
  const isForPlan = together.some(({ attempt }) => attempt.accepted.targets.includes("plan"));
  const [facts, branches] = await Promise.all([
    commitFacts(root, accepted),
    isForPlan ? branchFacts(root, [branch]) : void 0
  ]);
  const work = new Work(ctx, root, first.plan, facts, branches?.get(branch));
  const merged = [];
  for (const delivery of together) merged.push(await work.merge(delivery));
  return { plan: first.plan, root, merged, moves: work.moves(), remote };
}
var Work = class {
  constructor(ctx, root, slug, facts, found) {
    this.ctx = ctx;
    this.root = root;
    this.slug = slug;
    this.facts = facts;
    this.found = found;
  }
  ctx;
  root;
  slug;
  facts;
  found;
  #plan;
  #checkout;
  moves() {
    const isMoved = (branch) => branch !== void 0 && branch.at !== branch.tip;
    const moves = [];
    if (isMoved(this.#plan)) {
      refuseHeld(this.slug, this.found);
      moves.push({
        ref: `refs/heads/${planBranch(this.slug)}`,
        from: this.#plan.at,
        to: this.#plan.tip
      });
    }
    if (isMoved(this.#checkout)) moves.push({ ref: "HEAD", from: this.#checkout.at, to: this.#checkout.tip });
    return moves;
  }
  async merge(delivery) {
    const { accepted } = delivery.attempt;
    const isThere = this.facts.has(accepted.commit);
    const plan = accepted.targets.includes("plan") ? await this.#planBranch() : void 0;
    const checkout = accepted.targets.includes("checkout") ? await this.#checkedOut() : void 0;
    const onPlan = plan && await this.#holds(plan, delivery, isThere);
    const onCheckout = checkout && await this.#holds(checkout, delivery, isThere);
    if (!isThere && onPlan === void 0 && onCheckout === void 0) return { delivery, kind: "gone" };
    const placed = onCheckout === void 0 ? checkout && await this.#commitOn(checkout, delivery) : { commit: onCheckout };
    const commit = placed && "commit" in placed ? placed.commit : accepted.commit;
    const found = (!plan || onPlan !== void 0) && (!checkout || onCheckout !== void 0);
    const result = { delivery, commit: onPlan ?? commit, checkout: placed };
    if (!plan) return { ...result, kind: "merged", head: void 0, found };
    const conflicts = onPlan === void 0 ? await this.#mergeInto(plan, delivery, commit) : void 0;
    if (conflicts === void 0) return { ...result, kind: "merged", head: plan.tip, found };
    const others = await this.#touched(accepted.base, plan, conflicts);
    return { ...result, kind: "conflict", head: plan.tip, files: conflicts, others };
  }
  async #planBranch() {
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
  async #checkedOut() {
    if (!this.#checkout) {
      const at = await commitAt(this.root, "HEAD");
      if (at !== void 0) this.#checkout = await this.#branchAt(at);
    }
    return this.#checkout;
  }
  async #branchAt(at) {
    return { at, tip: at, seconds: (await this.#factsOf(at)).seconds };
  }
  async #factsOf(commit) {
    const known2 = this.facts.get(commit) ?? (await commitFacts(this.root, [commit])).get(commit);
    return known2 ?? { seconds: 0, parents: [] };
  }
  /** What of the delivery the branch holds. */
  async #holds({ tip }, { plan, task, attempt }, isThere) {
    const { commit, base } = attempt.accepted;
    const since = isThere ? base : await commitAt(this.root, base);
    const [isContained, named] = await Promise.all([
      isThere && isAncestor(this.root, commit, tip),
      // Where nothing has come onto the branch since the work began, it names nobody.
      tip === since ? void 0 : attemptsOn(this.root, tip, since)
    ]);
    return isContained ? commit : named?.get(attemptName(plan, task, attempt));
  }
  /** Commits the delivery's change on top of the checked-out branch: that one commit, and nothing that is not its own. */
  async #commitOn(branch, delivery) {
    const { task, attempt } = delivery;
    const { commit } = attempt.accepted;
    const underWay = await operationUnderWay(this.root);
    if (underWay !== void 0) {
      return { skipped: `${task.id} was not committed: ${underWay} is under way in the checkout.` };
    }
    const { parents, seconds } = await this.#factsOf(commit);
    if (parents[0] === branch.tip) {
      moveOn(branch, commit, seconds);
      return { commit };
    }
    const { tree, conflicts } = await mergedTree(this.root, branch.tip, commit);
    if (conflicts !== void 0) {
      return { skipped: `${task.id} was not committed: your branch has changed in the same places.` };
    }
    const time = Math.max(branch.seconds, seconds);
    moveOn(branch, await commitTree(this.root, tree, [branch.tip], messageOf(delivery), time), time);
    return { commit: branch.tip };
  }
  /** @returns the files in conflict; undefined where there are none, and the branch's tip holds the commit. */
  async #mergeInto(branch, delivery, commit) {
    const { root } = this;
    const name = attemptName(delivery.plan, delivery.task, delivery.attempt);
    const { parents, seconds } = await this.#factsOf(commit);
    if (parents[0] === branch.tip && (await attemptsOn(root, commit, branch.tip)).has(name)) {
      moveOn(branch, commit, seconds);
      return void 0;
    }
    const { tree, conflicts } = await mergedTree(root, branch.tip, commit);
    if (conflicts !== void 0) return conflicts;
    const message = `Merge ${messageOf(delivery)}`;
    const time = Math.max(branch.seconds, seconds);
    moveOn(branch, await commitTree(root, tree, [branch.tip, commit], message, time), time);
    return void 0;
  }
  async #touched(base, { tip }, files) {
    const range = ["--format=%H", "--no-merges", `${base}..${tip}`, "--", ...files];
    const commits = await git(this.root, ["log", ...range], { env: { GIT_LITERAL_PATHSPECS: "1" } });
    return commits.split("\n").filter(Boolean);
  }
};
function moveOn(branch, tip, seconds) {
  branch.tip = tip;
  branch.seconds = seconds;
}
function messageOf({ plan, task, attempt }) {
  const summary = (attempt.report?.summary ?? attempt.lastMessage ?? "").slice(0, MAX_SUMMARY);
  return commitMessage(plan, task, attempt, { outcome: "completed", summary });
}

// mcp-server/src/run/delivery/gated-landing.ts
async function gatedLanding(ctx, store, waiting, commands, remote, stop) {
  const all = await mergeDeliveries(ctx, waiting, remote);
  const [first] = all.merged;
  if (!first) throw new Error("there is nothing to deliver");
  const deliveries = all.merged.map(({ delivery }) => delivery);
  const others = deliveries.filter(({ attempt }) => !attempt.accepted.targets.includes("plan"));
  if (others.length > 0) return { kind: "landing", landing: await mergeDeliveries(ctx, others, remote) };
  const head = headBefore(all);
  const ended = all.merged.filter(
    (one) => one.kind === "gone" || one.kind === "merged" && one.found && one.head === head
  );
  if (ended.length > 0) return { kind: "landing", landing: { ...all, merged: ended, moves: [] } };
  const some = (ids) => mergeDeliveries(
    ctx,
    deliveries.filter(({ attempt }) => ids.includes(attempt.id)).sort(inOrderOf(ids)),
    remote
  );
  const merges = {
    plan: all.plan,
    head,
    waiting: deliveries.map(({ attempt }) => attempt.id),
    merge: async (ids) => mergesOf(await some(ids))
  };
  const outcome = await gateStep(ctx, store, commands, merges, stop);
  switch (outcome.kind) {
    case "tested":
    case "waits":
      return outcome;
    case "conflict":
      return { kind: "landing", landing: await some([outcome.merge]) };
    case "land": {
      const landing = await some(outcome.merges);
      if (planMove(landing)?.to !== outcome.commit) throw new RefMoved();
      return { kind: "landing", landing };
    }
    case "red": {
      const delivery = deliveries.find(({ attempt }) => attempt.id === outcome.merge);
      if (!delivery) throw new Error("the gate blames a delivery that does not wait");
      return { kind: "landing", landing: await redLanding(ctx, store, all, delivery, head, outcome.run) };
    }
  }
}
async function redLanding(ctx, store, { plan, root, remote }, delivery, head, number) {
  const { commit } = delivery.attempt.accepted;
  const read = async (view) => {
    const loaded = await view.plan(plan);
    return { record: await workRecord(loaded), gate: await gateRecord(loaded) };
  };
  const { record, gate } = await readGraph(ctx, store, read, {
    plan: { repository: ctx.repository, slug: plan }
  });
  const run = gate.ended.findLast(({ started }) => started.run === number);
  if (!run) throw new Error("the gate's run is not in the log");
  const others = await mergedWithout(root, record, commit, head);
  return { plan, root, merged: [{ delivery, kind: "red", commit, head, run, others }], moves: [], remote };
}
function inOrderOf(ids) {
  return (a, b) => ids.indexOf(a.attempt.id) - ids.indexOf(b.attempt.id);
}
function mergesOf({ merged }) {
  const isIn = (one) => one.kind === "merged" || one.kind === "conflict";
  const lines = merged.filter(isIn).map(({ kind, delivery, head = "" }) => ({ kind, id: delivery.attempt.id, head }));
  return {
    merged: lines.flatMap(({ kind, id, head }) => kind === "merged" ? [{ id, commit: head }] : []),
    conflicts: lines.flatMap(({ kind, id, head }) => kind === "conflict" ? [{ id, on: head }] : [])
  };
}
function planMove({ plan, moves }) {
  return moves.find(({ ref }) => ref === `refs/heads/${planBranch(plan)}`);
}
function headBefore(landing) {
  const move = planMove(landing);
  if (move) return move.from;
  const heads = landing.merged.flatMap((one) => one.kind === "gone" ? [] : one.head ?? []);
  return heads[0] ?? "";
}
async function pauseForGate(ctx, store, slug, why) {
  await changePlan(ctx, store, "server", slug, (plan) => {
    if (plan.stored.status === "open") plan.append({ type: "plan.status", status: "paused", cause: why });
  });
}

// import:run/runners.mjs in run/delivery.mjs
import { runnersNow } from "./runners.mjs";

// mcp-server/src/run/delivery/may-deliver.ts
var UNKNOWN_SERVER_MS = 10 * 6e4;
async function mayDeliver(ctx, store, { attempt }) {
  const { owner } = ctx;
  const { by } = attempt.accepted;
  if (by.host !== owner.host) {
    const runners = await store.read((reader) => runnersNow(reader, ctx.repository, ctx.now()));
    const isRunner = runners.all.some((runner) => sameOwner(runner.owner, by));
    return isRunner ? runners.isGone(by) : attempt.acceptedAtMs + UNKNOWN_SERVER_MS <= ctx.now();
  }
  const isOwn = by.server?.pid === owner.server?.pid && by.server?.startedAt === owner.server?.startedAt;
  return isOwn || (by.server ? isServerDead(by) : isDead(by));
}

// mcp-server/src/run/delivery/left-behind.ts
async function leftBehind(ctx, store, plan) {
  const left = await deliveriesOfGone(ctx, store, plan);
  if (left.length === 0) return [];
  const { root } = ctx.checkout;
  const isShared = await lookWhetherShared(ctx, plan.graph);
  if (isShared) await bringPlanBranch(root, branchOf(plan));
  const { slug } = plan.stored;
  const [there, head] = await Promise.all([
    commitsThere(
      root,
      left.map(({ attempt }) => attempt.accepted.commit)
    ),
    planHead(root, slug)
  ]);
  const named = head === void 0 ? /* @__PURE__ */ new Map() : await attemptsOn(root, head, void 0);
  return left.filter(
    ({ task, attempt: { id, accepted, acceptedAtMs } }) => there.has(accepted.commit) || named.has(attemptName(slug, task, { id })) || isShared && acceptedAtMs + UNKNOWN_SERVER_MS <= ctx.now()
  );
}
async function deliveriesOfGone(ctx, store, { graph, stored }) {
  const elsewhere = graph.live.flatMap((claim) => {
    const task = graph.tasks.get(claim.task);
    return task && isElsewhere(ctx, claim) ? [{ plan: stored.slug, task, attempt: claim }] : [];
  });
  if (elsewhere.length === 0) return [];
  const { isGone } = await store.read((reader) => runnersNow(reader, ctx.repository, ctx.now()));
  const areGone = await Promise.all(elsewhere.map(({ attempt }) => isGone(attempt.accepted.by)));
  return elsewhere.filter((_, i) => areGone[i]).sort((a, b) => a.attempt.acceptedAtMs - b.attempt.acceptedAtMs || a.attempt.id - b.attempt.id);
}
function isElsewhere(ctx, claim) {
  return claim.state === "delivering" && !isFromHere(ctx, claim.accepted) && claim.accepted.targets.every((target) => target === "plan");
}

// mcp-server/src/run/delivery/move-landing.ts
async function moveLanding(landing, runHooks) {
  const { plan, root, merged, moves, remote } = landing;
  const pushed = remote && await pushLanding(landing, remote, runHooks);
  const names = merged.map(({ delivery }) => taskName(plan, delivery.task.id)).join(", ");
  const kept = merged.flatMap(
    ({ kind, delivery }) => kind === "merged" ? [attemptRef(plan, delivery.attempt.id)] : []
  );
  await Promise.all([
    moveRefs(root, moves, `parallel: ${names}`, kept),
    pushed?.at !== void 0 && pushed.at !== remote?.at && noteRemoteHead(root, plan, pushed.at)
  ]);
  for (const one of merged) {
    if (one.kind === "gone" || one.kind === "red" || !one.checkout || "skipped" in one.checkout) continue;
    await refreshIndex(root, await filesOf(root, one.checkout.commit));
  }
  return pushed;
}
async function pushLanding({ plan, root, merged, moves }, remote, runHooks) {
  for (const one of merged) {
    if (one.kind === "conflict") await pushAttempt(root, plan, one.delivery.attempt.id, one.commit);
  }
  const to = moves.find(({ ref }) => ref === `refs/heads/${planBranch(plan)}`)?.to ?? await planHead(root, plan);
  return to === void 0 ? remote : pushPlanBranch(root, plan, remote, to, { runHooks });
}
async function filesOf(root, commit) {
  const command = [
    "diff-tree",
    "-r",
    "--no-commit-id",
    "--name-only",
    "--no-renames",
    "-z",
    "--root",
    commit
  ];
  return (await git(root, command)).split("\0").filter(Boolean);
}

// mcp-server/src/run/delivery/waiting-deliveries.ts
function waitingDeliveries({ ctx, graph, stored }) {
  const waiting = graph.live.flatMap((attempt) => {
    const task = graph.tasks.get(attempt.task);
    const isWaiting = attempt.state === "delivering" && task && isFromHere(ctx, attempt.accepted);
    return isWaiting ? [{ plan: stored.slug, task, attempt }] : [];
  });
  waiting.sort((a, b) => a.attempt.acceptedAtMs - b.attempt.acceptedAtMs || a.attempt.id - b.attempt.id);
  return waiting.filter(
    ({ task }, i) => !waiting.slice(0, i).some((earlier) => areAlternatives(earlier.task, task))
  );
}

// mcp-server/src/run/delivery/deliver-waiting.ts
var RETRY_MS = 5e3;
var MAX_WAIT_MS = 2e3;
var Deliveries = class {
  runs = /* @__PURE__ */ new Map();
  retries = /* @__PURE__ */ new Map();
  /** When it is looked again for what other clones have left behind. */
  looks = /* @__PURE__ */ new Map();
  /** Where the plans' branches of the remote stood after the last landing: another clone may have moved them since. */
  remotes = /* @__PURE__ */ new Map();
  /** The graph is about to be let go: a gate that runs is ended, and another server runs it again. */
  closing = new AbortController();
};
var known = /* @__PURE__ */ new WeakMap();
function deliveriesOf(ctx) {
  const deliveries = known.get(ctx) ?? new Deliveries();
  known.set(ctx, deliveries);
  return deliveries;
}
function deliverWaiting(ctx, store, slug) {
  const deliveries = deliveriesOf(ctx);
  const running = deliveries.runs.get(slug);
  if (running) {
    running.again = true;
    return running.ended;
  }
  const work = async () => {
    do {
      run.again = false;
      await deliverAll(ctx, store, slug);
    } while (run.again);
  };
  const ended = Promise.resolve().then(work).catch(() => void deliveries.retries.set(slug, ctx.now() + RETRY_MS)).finally(() => deliveries.runs.delete(slug));
  const run = { ended, again: false };
  deliveries.runs.set(slug, run);
  return ended;
}
async function deliverForCall(ctx, store, slug) {
  const over = new AbortController();
  const limit = setTimeout(MAX_WAIT_MS, void 0, { signal: over.signal }).catch(() => void 0);
  await Promise.race([deliverWaiting(ctx, store, slug), limit]);
  over.abort();
}
async function deliverLeftBehind(ctx, store) {
  const held = await store.read((reader) => reader.held());
  const waiting = held.filter(
    ({ claim, repository }) => claim.state === "delivering" && repository === ctx.repository
  );
  const plans = [...new Set(waiting.map(({ plan }) => plan))];
  await Promise.all(plans.map((slug) => deliverWaiting(ctx, store, slug)));
}
async function retryDeliveries(ctx) {
  const { retries } = deliveriesOf(ctx);
  for (const [slug, atMs] of retries) {
    if (atMs > ctx.now()) continue;
    retries.delete(slug);
    const store = await ctx.graph();
    if (store) void deliverWaiting(ctx, store, slug);
  }
}
async function deliveriesEnded(ctx) {
  deliveriesOf(ctx).closing.abort();
  await Promise.all([...deliveriesOf(ctx).runs.values()].map(({ ended }) => ended));
}
async function deliverAll(ctx, store, slug) {
  for (let isFirst = true; ; isFirst = false) {
    const seen = await waitingOf(ctx, store, slug);
    const { first } = seen;
    if (!first) {
      if (await mayJoin(ctx, seen.plan)) await wait(ctx, store, slug, await join2(ctx, store, seen.plan));
      return;
    }
    if (isFirst && !await mayDeliver(ctx, store, first)) {
      deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
      return;
    }
    try {
      const tries = { mayGuess: true, hooksRan: false };
      const waits = await repeatIfRefMoves(ctx, async () => {
        const waiting = tries.mayGuess ? seen : await waitingOf(ctx, store, slug);
        try {
          return await landNext(ctx, store, waiting, tries);
        } catch (error) {
          if (!(error instanceof UntestedJoin)) throw error;
          return join2(ctx, store, waiting.plan);
        }
      });
      if (!waits) continue;
      await wait(ctx, store, slug, waits);
      return;
    } catch (error) {
      deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
      if (!await delayDelivery(ctx, store, first, error)) return;
    }
  }
}
async function wait(ctx, store, slug, waits) {
  if (waits?.for === "user") await pauseForGate(ctx, store, slug, waits.why);
  else if (waits) deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
}
async function mayJoin(ctx, { graph, policy, stored }) {
  return isGated(policy) && stored.status === "open" && await lookWhetherShared(ctx, graph);
}
function join2(ctx, store, plan) {
  return exchangeTested(ctx, store, plan, commandsOf(plan), deliveriesOf(ctx).closing.signal);
}
function commandsOf({ policy }) {
  return { gate: policy.gate.trim(), setup: policy.setup };
}
async function waitingOf(ctx, store, slug) {
  const { plan, own } = await readGraph(ctx, store, async (view) => {
    const plan2 = await view.plan(slug);
    return { plan: plan2, own: waitingDeliveries(plan2) };
  });
  const waiting = own.length > 0 ? own : await leftBehindNow(ctx, store, plan);
  return { plan, first: waiting[0], waiting };
}
async function leftBehindNow(ctx, store, plan) {
  const { looks } = deliveriesOf(ctx);
  const { slug } = plan.stored;
  if ((looks.get(slug) ?? 0) > ctx.now()) return [];
  looks.set(slug, ctx.now() + RETRY_MS);
  const left = await leftBehind(ctx, store, plan);
  if (left.length > 0) looks.delete(slug);
  return left;
}
async function landNext(ctx, store, { plan, first, waiting }, tries) {
  if (!first) return void 0;
  const isShared = await lookWhetherShared(ctx, plan.graph);
  const guess = takeGuess(ctx, plan, tries);
  const bring = () => bringPlanBranch(rootOf(ctx, first.attempt), branchOf(plan));
  const remote = isShared ? guess ?? await bring() : void 0;
  const runHooks = !tries.hooksRan;
  tries.hooksRan = guess === void 0;
  if (!isGated(plan.policy)) {
    await land(ctx, store, await mergeDeliveries(ctx, waiting, remote), runHooks);
    return void 0;
  }
  const stop = deliveriesOf(ctx).closing.signal;
  const next = await gatedLanding(ctx, store, waiting, commandsOf(plan), remote, stop);
  if (next.kind === "landing") await land(ctx, store, next.landing, runHooks);
  return next.kind === "waits" ? next : void 0;
}
function takeGuess(ctx, { stored, policy }, tries) {
  const { remotes } = deliveriesOf(ctx);
  const guess = tries.mayGuess && !isGated(policy) ? remotes.get(stored.slug) : void 0;
  tries.mayGuess = false;
  remotes.delete(stored.slug);
  return guess;
}
async function land(ctx, store, landing, runHooks) {
  const remote = await moveLanding(landing, runHooks);
  await completeLanding(ctx, store, landing);
  if (remote) deliveriesOf(ctx).remotes.set(landing.plan, remote);
  await forgetLanded(landing);
}
export {
  UNKNOWN_SERVER_MS,
  cloneOf,
  completeLanding,
  delayDelivery,
  deliverForCall,
  deliverLeftBehind,
  deliverWaiting,
  deliveriesEnded,
  exchangeTested,
  forgetLanded,
  gatedLanding,
  isFromHere,
  leftBehind,
  mayDeliver,
  mergeDeliveries,
  moveLanding,
  noteForReviewer,
  pauseForGate,
  retryDeliveries,
  returnDelivery,
  rootOf,
  waitingDeliveries
};
