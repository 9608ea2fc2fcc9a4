// import:graph.mjs in run/claims.mjs
import { addUsage, canBeNamed, hasEnded, hashToken, isDraining, isLive, levels, missingLabels, newToken, parseScope, plainSubject, purposeOf, taskName } from "../graph.mjs";

// import:policy.mjs in run/claims.mjs
import { OFFER_MS, agentsFor, areAlternatives, chooseModel, claimedScope, clashOfClaims, expectedCost, isLimited, isReached, isSameShape, limitName, mayShareCause, nearText, settingOf, spentText, waitingForRetry, waitsForOthers, widenedScope } from "../policy.mjs";

// import:run/attempts.mjs in run/claims.mjs
import { expireClaims, isolationsOf, refusalOfSecondTask, startOf, startOrContinue } from "./attempts.mjs";

// import:run/project.mjs in run/claims.mjs
import { LABELS_VARIABLE, isServerDead, realScope, sameOwner } from "./project.mjs";

// mcp-server/src/run/claims/candidates.ts
function* inOrder({ graph }, ahead) {
  const first = /* @__PURE__ */ new Set();
  for (const id of ahead?.startNow ?? []) {
    const task = graph.isReady(id) ? graph.tasks.get(id) : void 0;
    if (!task) continue;
    first.add(id);
    yield task;
  }
  for (const task of graph.ready) {
    if (!first.has(task.id) && !ahead?.heldBack.has(task.id)) yield task;
  }
}
function* candidatesOf(plan, ahead, only, reach) {
  const isolations = isolationsOf(plan);
  const level = levelThatMayStart(plan);
  const waiting = waitsForRetry(plan, level);
  for (const task of inOrder(plan, ahead)) {
    if (level !== void 0 && !level.has(task.id)) continue;
    if (waiting.has(task.id)) continue;
    if (task.failedAttempts > 0 && waitsToSee(plan, task).length > 0) continue;
    const { role, agentType } = roleFor(plan.ctx, task);
    const scope = realScope(plan.ctx.checkout.root, claimedScope(task, plan.policy));
    const isolation = isolationHere(task, isolations, reach);
    const chosenModel = chooseModel(task, role, plan.policy);
    const candidate = {
      ...{ id: task.id, task, role, agentType, scope, isolation },
      ...Object.keys(chosenModel).length > 0 && { chosenModel }
    };
    if (only === void 0 || only(candidate)) yield candidate;
  }
}
function isolationHere(task, isolations, reach) {
  const isolation = isolations.of(task.id);
  if (!reach || isolation === "shared" || isolations.inOneClone(task.id) !== "shared") return isolation;
  const isBroughtByUser = reach.missingFor(task, "worktree") && !reach.missingFor(task, "shared");
  return isBroughtByUser ? "shared" : "worktree";
}
function roleFor({ roles }, task) {
  const role = roles.resolve(task.agent);
  const kind = purposeOf(task)?.kind;
  const needsTool = kind === "review" || kind === "verify";
  return needsTool && !roles.canReport(role.agentType) ? roles.resolve(`parallel:${task.agent}`) : role;
}
function waitsToSee({ graph }, task) {
  const last = graph.claimsOf(task.id).findLast((claim) => claim.state === "ended");
  if (last?.state !== "ended" || last.outcome !== "failed") return [];
  const facts = ({ scope, task: id }) => ({
    writes: scope.writes,
    commands: graph.tasks.get(id)?.acceptance.flatMap(({ command }) => command ?? []) ?? []
  });
  return graph.underCap.filter((claim) => mayShareCause(facts(last), facts(claim))).filter((claim) => waitsForOthers(last.endedAtMs, graph.count("completed"), [claim.offeredAtMs])).map((claim) => claim.task);
}
function waitsForRetry(loaded, level = levelThatMayStart(loaded)) {
  return loaded.policy.failure === "retry" ? waitingForRetry(loaded.graph.tasks, (id) => level?.has(id) ?? true) : /* @__PURE__ */ new Map();
}
function levelThatMayStart(loaded) {
  if (loaded.policy.barrier !== "level") return void 0;
  const open = levels([...loaded.graph.tasks.values()]).find(
    (level) => level.some((task) => !hasEnded(task.status))
  );
  return new Set(open?.map((task) => task.id));
}

// import:schedule.mjs in run/claims.mjs
import { chooseBatch } from "../schedule.mjs";

// import:run/planning.mjs in run/claims.mjs
import { aheadOf, isDoneInTurn, planAhead } from "./planning.mjs";

// mcp-server/src/run/claims/in-turn.ts
function turnsIn(plan) {
  const small = (task) => task !== void 0 && isDoneInTurn(plan, task, "shared");
  const atWork = plan.graph.underCap.filter(
    (claim) => claim.isolation === "shared" && small(plan.graph.tasks.get(claim.task))
  );
  const waiting = /* @__PURE__ */ new Map();
  const readyOf = (role) => {
    const known = waiting.get(role);
    if (known !== void 0) return known;
    let count = 0;
    for (const task of plan.graph.ready) {
      if (small(task) && roleOf(task) === role) count += 1;
      if (agentsFor(count, 1) > plan.cap) break;
    }
    waiting.set(role, count);
    return count;
  };
  const roleOf = (task) => plan.ctx.roles.resolve(task.agent).role;
  return (candidate, chosen) => {
    if (!isDoneInTurn(plan, candidate.task, candidate.isolation)) return void 0;
    const shape = candidate;
    const working = atWork.filter((claim) => isSameShape(claim, shape)).map(({ task }) => task);
    const begun = chosen.filter((one) => isSameShape(one, shape) && isDoneInTurn(plan, one.task, one.isolation)).map(({ task }) => task.id);
    const agents = [...working, ...begun];
    const allowed = agentsFor(readyOf(candidate.role) + working.length, working.length);
    return agents.length >= allowed ? agents[0] : void 0;
  };
}

// import:run/claims/reach.mjs in run/claims.mjs
import { lookForWork, missingWorkText, workInReach } from "./claims/reach.mjs";

// mcp-server/src/run/claims/choose.ts
var MAX_REASONS = 10;
async function choose(plan, nowMs, { only, most, apart = only !== void 0, anywhere = false } = {}) {
  const { ctx, policy, graph, stored } = plan;
  const limits = { cap: plan.pauseMs > 0 || plan.spent ? 0 : plan.cap, capacity: policy.capacity, most };
  const parsed = (scope) => parseScope(scope, ctx.caseInsensitive);
  const held = (await plan.reader.held(ctx.checkoutKey)).filter(({ claim }) => isLive(claim) || isDraining(claim, nowMs)).map(({ plan: slug, planId, claim }) => ({
    slug,
    id: claim.task,
    scope: parsed(widenedScope(claim)),
    task: planId === plan.id ? graph.tasks.get(claim.task) : void 0
  }));
  const reach = workInReach(plan);
  const turnAfter = apart || ctx.owner.session === void 0 ? () => void 0 : turnsIn(plan);
  const choiceBy = (ahead2) => chooseBatch(
    candidatesOf(plan, ahead2, only, reach),
    graph.underCap.map((claim) => ({ id: claim.task, role: claim.role })),
    limits,
    (candidate, chosen) => {
      const lacking = anywhere ? [] : missingLabels(candidate.task, ctx.labels);
      if (lacking.length > 0) return { kind: "machine", missing: lacking };
      const missing = reach?.missingFor(candidate.task, candidate.isolation);
      if (missing) return { kind: "work", missing };
      const scope = parsed(candidate.scope);
      const clashes = (task, other) => !areAlternatives(candidate.task, task) && clashOfClaims(scope, other) !== void 0;
      const holder = held.find((one) => clashes(one.task, one.scope));
      if (holder) return { kind: "scope", with: taskName(holder.slug, holder.id) };
      const earlier = chosen.find((one) => clashes(one.task, parsed(one.scope)));
      if (earlier) return { kind: "scope", with: taskName(stored.slug, earlier.task.id) };
      const after = turnAfter(candidate, chosen);
      return after === void 0 ? void 0 : { kind: "turn", after };
    }
  );
  const ahead = only === void 0 ? aheadOf(plan, nowMs) : void 0;
  const choice = choiceBy(ahead);
  const isElsewhere = choice.refused.some(({ why }) => why.kind === "work" || why.kind === "machine");
  const isStuck = choice.chosen.length === 0 && (graph.live.length === 0 || isElsewhere);
  if (ahead && isStuck) return { ...choiceBy(void 0), heldBack: () => [] };
  return { ...choice, heldBack: () => heldBackOf(graph, ahead) };
}
function heldBackOf(graph, ahead) {
  const heldBack = [];
  for (const id of ahead?.heldBack ?? []) {
    if (heldBack.length === MAX_REASONS) break;
    if (graph.isReady(id)) heldBack.push(id);
  }
  return heldBack;
}

// import:run/briefs.mjs in run/claims.mjs
import { briefWithPlace, launchLine, readForBriefWithClaim } from "./briefs.mjs";

// import:run/plan.mjs in run/claims.mjs
import { changeGraph, changePlan, countsOf, existingGraph, interruptedTasks, isDone, pauseSeconds, readGraph, readPlan, refuseNoRoom, splitTaskName, stuckTasks, taskOf, whyPlanIsHeld } from "./plan.mjs";

// import:run/spending.mjs in run/claims.mjs
import { lookAtModels, modelAtWork, noteMainUsage } from "./spending.mjs";

// mcp-server/src/run/claims/offer.ts
async function offer(plan, candidates, seen) {
  const offers = await newOffers(plan, candidates, seen);
  const changes = [...offers.map(({ offered }) => offered), ...offers.flatMap(({ looked }) => looked)];
  for (const { attempt, token } of offers) plan.ctx.offerTokens.keep(attempt, token);
  plan.append(...changes);
  return offers;
}
async function offerAndStart(plan, candidate, seen, by) {
  const { chosenModel: _, ...taken } = candidate;
  const [made] = await newOffers(plan, [by.isLaunched ? candidate : taken], seen);
  const { offered, looked, attempt } = made;
  const { task } = candidate;
  plan.append(offered, ...looked, ...startOf(plan, task, attempt, plan.nowMs, by.agentId), {
    type: "task.annotated",
    task: task.id,
    owner: by.worker
  });
  return made;
}
async function newOffers(plan, candidates, seen) {
  if (candidates.length === 0) return [];
  const { ctx } = plan;
  const attempts = await plan.writer.nextAttemptIds(candidates.length);
  return candidates.map((candidate, i) => {
    const { task, role, agentType, scope, isolation, chosenModel } = candidate;
    const attempt = attempts[i];
    const token = newToken(attempt, ctx.randomBytes);
    const isSeen = seen !== void 0 && isolation === "shared";
    return {
      candidate,
      attempt,
      token,
      offered: {
        type: "claim.offered",
        task: task.id,
        attempt,
        tokenHash: hashToken(token),
        agentType,
        role,
        checkout: ctx.checkoutKey,
        scope,
        isolation,
        owner: ctx.owner,
        ...chosenModel && { chosenModel },
        expiresAtMs: plan.nowMs + OFFER_MS,
        estimateMs: plan.estimates.durationMs(task),
        estimateTokens: plan.estimates.tokens(task),
        ...costOfNext(plan, task)
      },
      looked: isSeen ? [{ type: "checkout.seen", task: task.id, attempt, changed: seen }] : []
    };
  });
}
function costOfNext({ ctx, policy, estimates }, task) {
  const { table } = ctx.prices.last;
  if (!table) return {};
  const model = modelAtWork(ctx, task, policy, table);
  const cost = expectedCost({ tokens: estimates.usage(task), model }, table);
  return cost === void 0 ? {} : { estimateCost: cost };
}

// mcp-server/src/run/claims/claim-in-turn.ts
async function claimInTurn(plan, agentId, before, attempt) {
  const isOver = plan.graph.claim(attempt.id)?.state === "ended";
  const isCompleted = plan.graph.tasks.get(before.id)?.status === "completed";
  if (!isOver || !isCompleted || plan.stored.status !== "open" || plan.graph.readyCount === 0)
    return void 0;
  if (!isDoneInTurn(plan, before, attempt.isolation)) return void 0;
  const { chosen } = await choose(plan, plan.nowMs, {
    most: 1,
    apart: true,
    only: (candidate) => isSameShape(candidate, attempt) && isDoneInTurn(plan, candidate.task, candidate.isolation)
  });
  const [best] = chosen;
  if (!best) return void 0;
  const by = { worker: attempt.agentType, agentId, isLaunched: true };
  const made = await offerAndStart(plan, best, void 0, by);
  const { attempt: id, token } = made;
  const read = readForBriefWithClaim(plan, best);
  return { loaded: plan, task: best.task, claim: { ...best, id }, token, read };
}
async function toldInTurn(ctx, claimed) {
  const { loaded, task, token } = claimed;
  const store = await existingGraph(ctx, loaded.stored.slug);
  const brief = await briefWithPlace(ctx, store, claimed, token);
  return { task: taskName(loaded.stored.slug, task.id), token, brief };
}

// import:run/checkout-watch.mjs in run/claims.mjs
import { readAheadOfLook, recordSnapshot, snapshotCheckout } from "./checkout-watch.mjs";

// mcp-server/src/run/claims/open-offers.ts
async function openOffers(plan) {
  const open = [];
  for (const held of plan.holding) {
    const { claim } = held;
    if (claim.state !== "offered" || !isOfThisClient(plan.ctx, claim)) continue;
    const token = plan.ctx.offerTokens.of(claim.id) ?? await tokenOfEarlierRelease(plan, claim);
    if (token !== void 0) open.push({ held, token });
    else if (await isServerDead(claim.owner)) {
      const cause = "the server that offered it has ended";
      plan.append({ type: "claim.returned", task: claim.task, attempt: claim.id, cause });
    }
  }
  return open;
}
async function isOfferedAgain(ctx, claim) {
  if (claim.state !== "offered" || !isOfThisClient(ctx, claim)) return false;
  const isKnown = claim.owner.server === void 0 || ctx.offerTokens.of(claim.id) !== void 0;
  return isKnown || isServerDead(claim.owner);
}
function isOfThisClient(ctx, claim) {
  return claim.checkout === ctx.checkoutKey && sameOwner(claim.owner, ctx.owner);
}
async function tokenOfEarlierRelease({ writer }, claim) {
  return claim.owner.server === void 0 ? writer.storedToken(claim.id) : void 0;
}

// import:git.mjs in run/claims.mjs
import { changedFiles } from "../git.mjs";

// import:run/delivery.mjs in run/claims.mjs
import { deliverForCall } from "./delivery.mjs";

// import:run/remote.mjs in run/claims.mjs
import { mayBeShared } from "./remote.mjs";

// import:run/worktrees/setup.mjs in run/claims.mjs
import { refuseSetUp } from "./worktrees/setup.mjs";

// import:report.mjs in run/claims.mjs
import { conversationUsage } from "../report.mjs";

// import:run/usage.mjs in run/claims.mjs
import { measureAgents, measureConversations } from "./usage.mjs";

// mcp-server/src/run/claims/limits.ts
async function watchLimits(ctx, store, actor, loaded) {
  const { policy, stored, graph } = loaded;
  if (!isLimited(policy)) return;
  if (policy.maxCost > 0) await lookAtMoney(ctx, store, stored.slug, graph);
  const measured = await measureAgents(ctx, store, stored.slug, "moving");
  if (measured.length === 0 && loaded.near.length === 0 && !loaded.spent) return;
  await changePlan(ctx, store, actor, stored.slug, async (plan) => {
    plan.append(...measured);
    await logLimits(plan);
  });
}
async function logLimits(plan) {
  const open = plan.near.filter((near) => !isReached(near));
  const reached = plan.graph.readyCount > 0 ? plan.spent : void 0;
  if (open.length === 0 && !reached) return;
  const events = await plan.reader.events(plan.id, { types: ["decision.taken", "limit.near"] });
  for (const near of open) {
    const isLogged2 = events.some(
      ({ change }) => change.type === "limit.near" && isOf(near, { limit: change.limit, max: change.max })
    );
    if (!isLogged2) logNear(plan, near);
  }
  const isLogged = events.some(
    ({ change }) => change.type === "decision.taken" && reached && isOf(reached, limitIn(change))
  );
  if (reached && !isLogged) logReached(plan, reached);
}
function limitIn(change) {
  return change.limit ?? (change.maxTokens === void 0 ? void 0 : { limit: "maxTokens", max: change.maxTokens });
}
function isOf(spent, logged) {
  return logged?.limit === limitName(spent) && logged.max === settingOf(spent);
}
function logNear(plan, near) {
  plan.append({ type: "limit.near", limit: limitName(near), max: settingOf(near), reason: nearText(near) });
}
function logReached(plan, spent) {
  const max = settingOf(spent);
  plan.append({
    type: "decision.taken",
    decision: "stop",
    reason: spentText(spent),
    ...spent.limit === "maxTokens" ? { maxTokens: max } : { limit: { limit: limitName(spent), max } }
  });
}
async function lookAtMoney(ctx, store, slug, graph) {
  await ctx.prices.refresh();
  noteMainUsage(graph, await mainUsageNow(ctx, store, slug));
}
async function mainUsageNow(ctx, store, slug) {
  const known = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return conversationUsage(await plan.reader.events(plan.id, { types: ["conversation.measured"] }));
  });
  for (const found of await measureConversations(ctx, store, slug, ctx.owner.session)) {
    known.set(found.session, found);
  }
  const usages = [...known.values()].map(({ usage }) => usage);
  return usages.length === 0 ? void 0 : usages.reduce(addUsage);
}

// mcp-server/src/run/claims/prepare-claiming.ts
async function prepareClaiming(ctx, store, actor, slug, look) {
  const loaded = await readPlan(ctx, store, slug);
  const delivers = loaded.graph.live.length > loaded.graph.underCap.length;
  if (delivers) await deliverForCall(ctx, store, slug);
  planAhead(ctx, loaded);
  await lookAtModels(ctx);
  await watchLimits(ctx, store, actor, loaded);
  await lookForWork(ctx, store, loaded);
  if (mayNeedWorktree(ctx, loaded)) {
    await refuseNoRoom(ctx.checkout.root, loaded.stored.slug);
    await refuseSetUp(ctx, loaded);
  }
  return changedInCheckout(ctx, loaded, delivers ? void 0 : look);
}
function mayNeedWorktree(ctx, loaded) {
  if (ctx.checkout.gitCommonDir === void 0 || loaded.stored.status !== "open") return false;
  const isolations = isolationsOf(loaded);
  return isolations.usesWorktrees && loaded.graph.ready.some(({ id }) => isolations.of(id) !== "shared");
}
async function changedInCheckout(ctx, loaded, look) {
  if (ctx.checkout.gitCommonDir === void 0) return void 0;
  if (loaded.stored.status !== "open" || loaded.policy.commit === "none" && !isolationsOf(loaded).usesWorktrees && !mayBeShared(ctx))
    return void 0;
  return look && "files" in look ? [...look.files.keys()] : changedFiles(ctx.checkout.root);
}

// import:text.mjs in run/claims.mjs
import { NAME_LIMIT, cleanText, formatDuration } from "../text.mjs";

// mcp-server/src/run/claims/wanted-machine.ts
function machineWith(labels) {
  return `a machine with ${labels.map((label) => cleanText(label, NAME_LIMIT)).join(", ")}`;
}
function whyNotOnThisMachine(missing) {
  const named = missing.every(canBeNamed) ? `; where this one has it, ${LABELS_VARIABLE} says so` : "";
  return `it waits for ${machineWith(missing)}: claim it there, or run parallel worker there${named}`;
}

// mcp-server/src/run/claims/why-nothing-starts.ts
async function whyNothingStarts(plan) {
  if (plan.stored.status !== "open") return [];
  const { spent } = plan;
  if (spent) {
    const ready = plan.graph.ready.slice(0, MAX_REASONS);
    return ready.map(({ id }) => ({ task: id, reasons: [spentText(spent)] }));
  }
  const { refused } = await choose(plan, plan.nowMs);
  const blocked = refused.slice(0, MAX_REASONS).map(({ candidate, why }) => ({
    task: candidate.id,
    reasons: [reasonOf(candidate, why, plan)]
  }));
  return [...blocked, ...stuckTasks(plan, MAX_REASONS)].slice(0, MAX_REASONS);
}
function whyElsewhere(plan, refused) {
  return refused.filter(({ why }) => why.kind === "work" || why.kind === "machine").map(({ candidate, why }) => ({ task: candidate.task.id, reasons: [reasonOf(candidate, why, plan)] }));
}
function reasonOf({ isolation }, why, plan) {
  if (why.kind === "machine") return whyNotOnThisMachine(why.missing);
  if (why.kind === "work") return missingWorkText(why.missing, isolation, plan);
  if (why.kind === "turn") return `the agent of ${why.after} takes it when it has reported`;
  return why.kind === "scope" ? `its files are held by ${why.with}` : `every ${why.role} is busy`;
}

// mcp-server/src/run/claims/workflow-worker.ts
var WORKFLOW_WORKER = "workflow";

// mcp-server/src/run/claims/claim-task.ts
var MAX_TOLD = 3;
async function claimTask(ctx, actor, agentId, input) {
  const store = await existingGraph(ctx, input.plan);
  const look = await snapshotCheckout(ctx);
  const seen = await prepareClaiming(ctx, store, actor, input.plan, look);
  const work = async (tx) => {
    await expireClaims(tx);
    await recordSnapshot(tx, look);
    const plan = await tx.plan(input.plan);
    const wanted = input.task === void 0 ? void 0 : taskOf(plan, splitTaskName(input.task, input.plan).id);
    if (plan.stored.status !== "open") {
      return { loaded: plan, claim: null, why: `The plan is ${plan.stored.status}.` };
    }
    const role = input.agent === void 0 ? void 0 : ctx.roles.resolve(input.agent).role;
    const isWanted = (candidate) => (wanted === void 0 || candidate.task === wanted) && (role === void 0 || candidate.role === role);
    const isAny = wanted === void 0 && role === void 0;
    const offered = wanted && input.worker === WORKFLOW_WORKER && await ownOffer(plan, wanted);
    if (offered) return takeUp(plan, wanted, offered, agentId, input.worker);
    const choice = await choose(plan, plan.nowMs, {
      most: 1,
      apart: true,
      ...!isAny && { only: isWanted }
    });
    const best = choice.chosen[0];
    if (!best) return { loaded: plan, claim: null, why: whyNoTask(plan, wanted?.id, choice) };
    const refusal = refusalOfSecondTask(plan, agentId);
    if (refusal) throw refusal;
    const { attempt, token: token2 } = await offerAndStart(plan, best, seen, {
      worker: input.worker,
      agentId,
      isLaunched: false
    });
    const read = readForBriefWithClaim(plan, best);
    return { loaded: plan, task: best.task, claim: { ...best, id: attempt }, token: token2, read };
  };
  const before = readAheadOfLook(ctx);
  const taken = await changeGraph(ctx, store, actor, work, {
    plan: { repository: ctx.repository, slug: input.plan },
    attemptIds: 1,
    ...before && { endedAfter: before.endedAfter }
  });
  if (!("token" in taken)) return taken;
  const { loaded, task, token } = taken;
  return {
    loaded,
    claim: {
      task: taskName(loaded.stored.slug, task.id),
      token,
      brief: await briefWithPlace(ctx, store, taken, token, input.reader)
    }
  };
}
async function ownOffer(plan, task) {
  return (await openOffers(plan)).find(({ held }) => held.claim.task === task.id);
}
function takeUp(plan, task, { held, token }, agentId, worker) {
  startOrContinue({ held, loaded: plan, task }, agentId);
  plan.append({ type: "task.annotated", task: task.id, owner: worker });
  return { loaded: plan, task, claim: held.claim, token };
}
function whyNoTask(loaded, wanted, choice) {
  const held = whyPlanIsHeld(loaded);
  if (held !== void 0) return held;
  if (choice.full) return "The cap is reached.";
  if (wanted !== void 0) {
    const { status } = taskOf(loaded, wanted);
    if (status !== "pending") return `${wanted} is ${status}.`;
    const [elsewhere2] = whyElsewhere(loaded, choice.refused);
    if (elsewhere2) return `${wanted} cannot start here: ${elsewhere2.reasons[0]}.`;
    const failed = waitsForRetry(loaded).get(wanted);
    return failed === void 0 ? `${wanted} cannot start yet.` : `${wanted} waits: ${failed} failed and is tried again first (failure policy retry).`;
  }
  const elsewhere = whyElsewhere(loaded, choice.refused);
  if (elsewhere.length > 0 && elsewhere.length === choice.refused.length) {
    const reasons = elsewhere.slice(0, MAX_TOLD).map(({ task, reasons: reasons2 }) => `${task}: ${reasons2[0]}`);
    return `What is ready cannot start here. ${reasons.join("; ")}.`;
  }
  return choice.refused.length > 0 ? "What is ready does not fit now: its files or every agent of its role are taken." : "Nothing is ready.";
}

// mcp-server/src/run/claims/launch.ts
var MAX_DESCRIPTION = 28;
function launchOf(loaded, task, { agentType, chosenModel }, token) {
  const subject = cleanText(plainSubject(task, loaded.stored.slug), MAX_DESCRIPTION);
  return {
    task: task.id,
    subagent_type: agentType,
    description: `${task.id} ${subject}`,
    prompt: launchLine(loaded.stored.slug, task.id, token),
    ...chosenModel
  };
}

// import:run/worktrees.mjs in run/claims.mjs
import { GRACE_MS, commitPlan, removeMergedWorktrees } from "./worktrees.mjs";

// import:run/worktrees/deliver.mjs in run/claims.mjs
import { deliverWhenDone } from "./worktrees/deliver.mjs";

// mcp-server/src/run/claims/stop-orders.ts
function stopOrders(loaded, nowMs) {
  return loaded.graph.draining.flatMap(
    (claim) => claim.state === "ended" && isDraining(claim, nowMs) && claim.agentId !== void 0 ? [{ task: claim.task, agentId: claim.agentId }] : []
  );
}

// mcp-server/src/run/claims/waiting-tasks.ts
var MAX_TOLD2 = 5;
function waitingTasks(loaded, choice, nowMs, most = MAX_REASONS) {
  const { graph, stored } = loaded;
  if (stored.status !== "open" || loaded.spent) return [];
  if (loaded.pauseMs > 0)
    return [
      {
        kind: "limit",
        for: "a rate or usage limit was reached",
        until: `${pauseSeconds(loaded)} s have passed`
      }
    ];
  const level = levelThatMayStart(loaded);
  const retries = waitsForRetry(loaded, level);
  const refused = new Map(
    choice.refused.map(({ candidate, why }) => [candidate.task.id, { candidate, why }])
  );
  const chosen = new Set(choice.chosen.map(({ task }) => task.id));
  const heldBack = new Set(choice.heldBack());
  const ends = (ids) => untilEnded(loaded, ids, nowMs);
  const waitOf = (id) => {
    const task = graph.tasks.get(id);
    const retried = retries.get(id);
    const beside = task && task.failedAttempts > 0 ? waitsToSee(loaded, task) : [];
    const kept = refused.get(id);
    if (level && !level.has(id))
      return { kind: "level", for: "the level before it", until: "all of that has ended" };
    if (retried)
      return { kind: "retry", for: `${retried} failed and is tried again before it`, until: ends([retried]) };
    if (beside.length > 0) {
      const whether = "nothing has completed yet, and others may fail of the same cause";
      return { kind: "retry", for: whether, until: `one has completed, or ${ends(beside)}` };
    }
    if (kept) return refusedWait(kept.candidate, kept.why, loaded, ends);
    if (!heldBack.has(id)) return void 0;
    return {
      kind: "schedule",
      for: "everything is expected to end sooner that way",
      until: ends(graph.underCap.map(({ task: at }) => at))
    };
  };
  const waits = [];
  for (const { id } of graph.ready) {
    if (waits.length === most) break;
    const wait = chosen.has(id) ? void 0 : waitOf(id);
    if (wait) waits.push({ task: id, ...wait });
  }
  return waits;
}
function toldWaits(waits, launches, hasRoom) {
  return waits.filter(({ kind }) => {
    if (kind === "schedule") return hasRoom;
    return kind === "retry" || kind === "limit" || launches === 0;
  }).slice(0, MAX_TOLD2).map(({ kind: _kind, ...wait }) => wait);
}
function refusedWait({ isolation }, why, loaded, ends) {
  if (why.kind === "work")
    return {
      kind: "held",
      for: "work that is not here",
      until: missingWorkText(why.missing, isolation, loaded)
    };
  if (why.kind === "machine")
    return { kind: "machine", for: machineWith(why.missing), until: "one that has it takes it" };
  const { underCap } = loaded.graph;
  if (why.kind === "role") {
    const busy = underCap.filter(({ role }) => role === why.role).map(({ task }) => task);
    return { kind: "held", for: `every ${why.role} is busy`, until: ends(busy) };
  }
  if (why.kind === "turn")
    return { kind: "held", for: "one agent does small tasks of one shape", until: `${why.after} has ended` };
  const own = underCap.find(({ task }) => why.with === `${loaded.stored.slug}/${task}`);
  return {
    kind: "held",
    for: `its files are held by ${why.with}`,
    until: own ? ends([own.task]) : `${why.with} ends`
  };
}
function untilEnded({ graph, estimates }, ids, nowMs) {
  const running = ids.flatMap((id) => {
    const claim = graph.underCap.find(({ task: task2 }) => task2 === id);
    const task = graph.tasks.get(id);
    return claim && task ? [{ id, leftMs: claim.offeredAtMs + estimates.durationMs(task) - nowMs }] : [];
  });
  const [first] = running.sort((a, b) => a.leftMs - b.leftMs);
  const open = ids.filter((id) => !hasEnded(graph.tasks.get(id)?.status ?? "cancelled"));
  const names = (first ? running.map(({ id }) => id) : open).slice(0, MAX_REASONS).join(" or ");
  const when = first && first.leftMs > 0 ? `, expected in ${formatDuration(first.leftMs)}` : "";
  return `${names} ends${when}`;
}

// mcp-server/src/run/claims/next-batch.ts
async function nextBatch(ctx, actor, slug, limit, again = () => true, only) {
  const store = await existingGraph(ctx, slug);
  const seen = await prepareClaiming(ctx, store, actor, slug);
  await commitPlan(ctx, store, slug);
  await removeMergedWorktrees(ctx, store, slug, GRACE_MS);
  const batch = await changePlan(ctx, store, actor, slug, async (plan, tx) => {
    await expireClaims(tx);
    const { graph, stored } = plan;
    const interrupted = interruptedTasks(plan);
    const max = typeof limit === "function" ? limit(plan) : limit;
    const apart = typeof limit === "function";
    const launch = [];
    let waits = [];
    let elsewhere = [];
    if (stored.status === "open" && !plan.spent) {
      const open = (await openOffers(plan)).filter(({ held }) => again(held.claim.id));
      for (const { held, token } of open.slice(0, max)) {
        const task = graph.tasks.get(held.claim.task);
        if (task) launch.push(launchOf(plan, task, held.claim, token));
      }
      const most = max === void 0 ? void 0 : max - launch.length;
      const choice = await choose(plan, plan.nowMs, { most, apart, only });
      const ofWork = choice.refused.filter(({ why }) => why.kind === "work");
      elsewhere = whyElsewhere(plan, ofWork).slice(0, MAX_REASONS);
      for (const { candidate, token } of await offer(plan, choice.chosen, seen))
        launch.push(launchOf(plan, candidate.task, candidate, token));
      const hasRoom = graph.underCap.length < plan.cap;
      waits = toldWaits(waitingTasks(plan, choice, plan.nowMs), launch.length, hasRoom);
    }
    const quiet = launch.length === 0 && graph.live.length === 0;
    return {
      loaded: plan,
      launch,
      stop: stopOrders(plan, plan.nowMs),
      counts: countsOf(plan),
      why: quiet ? await whyNothingStarts(plan) : elsewhere,
      done: isDone(plan),
      interrupted,
      waits
    };
  });
  if (batch.done) await deliverWhenDone(ctx, store, slug);
  return batch;
}
export {
  MAX_REASONS,
  WORKFLOW_WORKER,
  candidatesOf,
  choose,
  claimInTurn,
  claimTask,
  isOfferedAgain,
  launchOf,
  levelThatMayStart,
  logLimits,
  lookAtMoney,
  machineWith,
  nextBatch,
  offer,
  offerAndStart,
  openOffers,
  prepareClaiming,
  stopOrders,
  toldInTurn,
  toldWaits,
  turnsIn,
  waitingTasks,
  waitsForRetry,
  waitsToSee,
  watchLimits,
  whyElsewhere,
  whyNotOnThisMachine,
  whyNothingStarts
};
