// import:graph.mjs in run/attempts.mjs
import { causeText, findToken, hasEnded, hashToken, holdsScope, isAttempt, isDraining, isLive, needsHold, outlineOf, parseScope, purposeOf, recoveryOf, said, statusesOf, taskName } from "../graph.mjs";

// import:policy.mjs in run/attempts.mjs
import { Isolations, OFFER_MS, areAlternatives, isRenewalDue, lastSteps, leaseEnd, loosened, mayRevive, statusAfter, stoodStillSince, tightened, wantsReview, widenedScope } from "../policy.mjs";

// import:run/plan.mjs in run/attempts.mjs
import { changeGraph, changePlan, dependOnWork, readFilesOfTasks, readGraph, taskOf } from "./plan.mjs";

// import:run/review.mjs in run/attempts.mjs
import { afterCompletion, afterVerdict, afterVerification, verifyLater, whyNotAccepted, whyNotVerified } from "./review.mjs";

// mcp-server/src/run/attempts/after-completion.ts
function whyNotAchieved(task, report) {
  return whyNotAccepted(task, report) ?? whyNotVerified(task, report);
}
async function continueAfterCompletion(plan, id, report, runLater = []) {
  const task = taskOf(plan, id);
  if (task.status === "cancelled") return;
  const purpose = purposeOf(task);
  if (purpose?.kind === "verify") {
    plan.append(afterVerification(task, report));
  } else if (purpose?.kind === "review") {
    plan.append(...await afterVerdict(plan, task, purpose, report, await readFilesOfTasks(plan)));
  } else {
    const isReviewed = purpose?.kind === "fix" || wantsReview(task, plan.policy);
    if (isReviewed) plan.append(...await afterCompletion(plan, task, await readFilesOfTasks(plan)));
    if (report) plan.append(...verifyLater(plan, task, report, runLater));
  }
}

// import:run/recovery.mjs in run/attempts.mjs
import { decideAfterEnd, decideAfterFailure } from "./recovery.mjs";

// mcp-server/src/run/attempts/task-after-attempt.ts
function taskAfterAttempt(before, claim, ending) {
  const task = before.graph.tasks.get(claim.task);
  if (task?.status !== "in_progress") return { changes: [] };
  const counted = (outcomes) => outcomes.includes(ending.outcome) ? 1 : 0;
  const blockedOn = ending.report?.blockedOn;
  const limits = limitOf(task, claim);
  const after = statusAfter({
    outcome: ending.outcome,
    failure: before.policy.failure,
    retries: task.retries ?? before.policy.retries,
    failedAttempts: task.failedAttempts + counted(["failed", "unreported"]),
    lostAttempts: task.lostAttempts + (ending.throttled || ending.interrupted ? 0 : counted(["lost"])),
    timesBlocked: task.timesBlocked + counted(["blocked"]),
    asksQuestion: ending.waitsForUser ?? (blockedOn !== void 0 && "question" in blockedOn),
    ...limits,
    notAchieved: whyNotAchieved(task, ending.report)
  });
  const { status } = after;
  const cause = ending.waitsForUser ? ending.cause : after.cause;
  const changes = [
    { type: "task.status", task: task.id, status, ...cause !== void 0 && { cause: said(cause) } }
  ];
  if (after.status === "pending" && blockedOn) {
    const definition = withRequestedNeeds(before, task, blockedOn);
    changes.unshift({ type: "task.defined", task: task.id, definition });
  }
  return { status: after.status, changes, isForPlan: limits.planLimit !== void 0 };
}
function limitOf({ metadata }, claim) {
  const { attempt, reason, ofPlan } = metadata.limited ?? {};
  if (attempt !== claim.id || typeof reason !== "string") return {};
  return ofPlan === true ? { planLimit: reason } : { limit: reason };
}
function withRequestedNeeds({ graph }, of, blockedOn) {
  const task = outlineOf(of);
  if ("tasks" in blockedOn) {
    const dependencies = [.../* @__PURE__ */ new Set([...task.dependencies, ...blockedOn.tasks])];
    return dependOnWork({ ...task, dependencies }, graph.tasks);
  }
  if ("question" in blockedOn) return task;
  return task.writes === void 0 ? { ...task, inferredWrites: [.../* @__PURE__ */ new Set([...task.inferredWrites, ...blockedOn.writes])] } : { ...task, writes: [.../* @__PURE__ */ new Set([...task.writes, ...blockedOn.writes])] };
}

// mcp-server/src/run/attempts/end-attempt.ts
function endAttempt(plan, claim, ending) {
  const { task, id: attempt } = claim;
  const { draining, runLater: _runLater, waitsForUser: _waitsForUser, ...facts } = ending;
  const { failure, leaseMs } = plan.policy;
  const settled = taskAfterAttempt(plan, claim, ending);
  const wasOpen = plan.graph.tasks.get(task)?.status === "in_progress";
  const capBefore = plan.cap;
  const hasFailed = ending.outcome === "failed" || ending.outcome === "unreported";
  const isCutShort = hasFailed && settled.isForPlan === true;
  plan.append(
    {
      type: "attempt.ended",
      task,
      attempt,
      ...facts,
      ...isCutShort && { interrupted: true },
      ...draining && { drainsUntilMs: plan.nowMs + leaseMs }
    },
    ...settled.changes
  );
  if (claim.state === "running") plan.ctx.snapshots.due = true;
  if (settled.status === "failed" && failure === "fail-fast") stopPlan(plan, task);
  if (hasFailed && !isCutShort) decideAfterFailure(plan, task);
  else if (wasOpen && ending.outcome !== "completed") decideAfterEnd(plan, task);
  adaptThrottle(plan, capBefore, claim, ending);
}
function adaptThrottle(plan, cap, claim, ending) {
  const { throttle: now } = plan.stored;
  const startedAtMs = isAttempt(claim) ? claim.startedAtMs : plan.nowMs;
  const task = plan.graph.tasks.get(claim.task);
  const looksForACause = recoveryOf(task) !== void 0;
  const throttle = ending.throttled ? tightened(now, cap, startedAtMs, plan.nowMs) : now && ending.outcome === "completed" && !looksForACause ? loosened(now) : now;
  if (throttle && throttle !== now) plan.append({ type: "plan.throttled", throttle });
}
function stopPlan(plan, failed) {
  plan.append({ type: "plan.status", status: "stopped", cause: `${failed} failed` });
  releaseClaims(plan, `${failed} failed and the plan stops at the first failure`);
}
function releaseClaims(plan, cause) {
  for (const { claim } of plan.holding) {
    if (claim.state === "offered")
      plan.append({ type: "claim.returned", task: claim.task, attempt: claim.id, cause });
    if (claim.state === "running") endAttempt(plan, claim, { outcome: "cancelled", cause, draining: true });
  }
}

// mcp-server/src/run/attempts/agent-ended.ts
var MAX_LAST_MESSAGE = 2e4;
async function agentEnded(tx, held, how) {
  const { claim } = held;
  const plan = await tx.planOf(held);
  if (claim.state === "ended" && claim.drainsUntilMs !== void 0) {
    plan?.append({ type: "attempt.drained", task: claim.task, attempt: claim.id, how: "the agent ended" });
  }
  if (!plan || claim.state !== "running") return;
  endAttempt(plan, claim, {
    outcome: how.finished ? "unreported" : "lost",
    cause: how.cause,
    ...how.throttled && { throttled: true },
    ...how.interrupted && { interrupted: true },
    ...how.lastMessage !== "" && { lastMessage: how.lastMessage.slice(0, MAX_LAST_MESSAGE) }
  });
}
async function endAgents(ctx, store, actor, agentIds, how) {
  const isHolding = async (view) => {
    for (const agentId of agentIds) {
      const held = await view.reader.claimOfAgent(agentId);
      if (held && holdsScope(held.claim) && held.claim.state !== "delivering") return true;
    }
    return false;
  };
  const [first] = agentIds;
  const ahead = first === void 0 ? {} : { claim: { agentId: first } };
  if (!await readGraph(ctx, store, isHolding, ahead)) return;
  const end = async (tx) => {
    for (const agentId of agentIds) {
      const held = await tx.writer.claimOfAgent(agentId);
      if (held) await agentEnded(tx, held, how);
    }
  };
  await changeGraph(ctx, store, actor, end, ahead);
}

// mcp-server/src/run/attempts/cancel-unneeded.ts
function cancelUnneeded(plan, awaited) {
  const { tasks } = plan.graph;
  const first = [...awaited].find((id) => tasks.get(id)?.status === "completed");
  const rest = [...awaited].filter((id) => {
    const status = tasks.get(id)?.status;
    return status !== void 0 && !hasEnded(status) && !isStillNeeded(plan, id);
  });
  if (first === void 0 || rest.length === 0) return;
  plan.append({
    type: "decision.taken",
    decision: "stop",
    reason: `${first} completed and any one was waited for: ${rest.join(", ")} ${rest.length === 1 ? "is" : "are"} not needed any more.`
  });
  const cause = said(`not needed: any one was waited for, and ${first} completed`);
  for (const id of rest) cancelTask(plan, id, cause);
}
function cancelTask(plan, id, why) {
  if (taskOf(plan, id).status !== "cancelled") {
    plan.append({ type: "task.status", task: id, status: "cancelled", cause: why });
  }
  const cause = causeText(why);
  const claim = plan.graph.claimsOf(id).find(isLive);
  if (claim?.state === "offered") {
    plan.append({ type: "claim.returned", task: id, attempt: claim.id, cause });
  } else if (claim?.state === "running") {
    endAttempt(plan, claim, { outcome: "cancelled", cause, draining: true });
  } else if (claim?.state === "delivering") {
    endAttempt(plan, claim, { outcome: "cancelled", cause });
  }
}
function isStillNeeded({ graph }, id) {
  return [...graph.tasks.values()].some(
    (task) => task.status === "pending" && task.dependencies.includes(id) && !needsHold(task.needs, statusesOf(task, graph.tasks))
  );
}

// mcp-server/src/run/attempts/alternatives.ts
function takeAlternative(plan, taken) {
  const { graph } = plan;
  const winner = taskOf(plan, taken);
  if (winner.alternatives === void 0) return;
  const others = [...graph.tasks.values()].filter(
    (task) => task.id !== taken && areAlternatives(task, winner) && task.status !== "completed"
  );
  for (const { id } of others) cancelTask(plan, id, { kind: "alternative", taken });
  if (others.length === 0) return;
  const steps = lastSteps(graph.tasks.values());
  for (const task of [...graph.tasks.values()]) {
    if (hasEnded(task.status) || task.status === "in_progress") continue;
    const definition = dependOnWork(outlineOf(task), graph.tasks, steps);
    if (definition.dependencies.join() !== task.dependencies.join())
      plan.append({ type: "task.defined", task: task.id, definition });
  }
}

// mcp-server/src/run/attempts/claim-by-token.ts
async function claimOfToken(source, token) {
  if (findToken(token) !== token)
    return { why: "it is not a token, which is a number, a hyphen, and 26 letters and digits" };
  const held = await source.reader.claimByTokenHash(hashToken(token));
  const loaded = held && await source.planOf(held);
  if (!held || !loaded) return { why: "nobody was given it" };
  if (held.claim.state === "unrecognised")
    return { why: "its claim is in a state that only a newer version of this plugin knows", held };
  if (held.claim.state === "returned") return { why: `the offer ended: ${held.claim.cause}`, held };
  if (held.claim.state === "delivering") return { why: "its report was accepted", held };
  if (held.claim.state === "ended") {
    return { why: `its attempt has ended: ${held.claim.cause ?? held.claim.outcome}`, held };
  }
  return { held, loaded, task: taskOf(loaded, held.claim.task) };
}
function isRefusal(result) {
  return "why" in result;
}

// import:text.mjs in run/attempts.mjs
import { formatDuration } from "../text.mjs";

// import:run/project.mjs in run/attempts.mjs
import { deadOwners, sameOwner } from "./project.mjs";

// mcp-server/src/run/attempts/expire-claims.ts
async function expireClaims(tx) {
  const hasDied = deadOwners();
  let changed = false;
  for (const found of tx.writer.holding) {
    if (found.repository !== tx.ctx.repository) continue;
    const held = changed ? await tx.writer.claimById(found.claim.id) : found;
    if (held && await expireClaim(tx, held, await hasDied(held.claim.owner))) changed = true;
  }
}
async function expireClaim(tx, held, ownerDead) {
  const { claim } = held;
  const { task, id: attempt } = claim;
  if (claim.state === "unrecognised" || claim.state === "returned") return false;
  if (claim.state === "delivering") return false;
  if (!ownerDead && !isOver(held, tx.nowMs)) return false;
  const plan = await tx.planOf(held);
  if (!plan) return false;
  if (claim.state === "offered") {
    const cause = ownerDead ? "its session ended" : "nobody took it up in time";
    plan.append({ type: "claim.returned", task, attempt, cause });
  } else if (claim.state === "running") {
    const cause = ownerDead ? "its session ended" : expiryReason(claim);
    const how = ownerDead ? { interrupted: true } : { draining: true };
    endAttempt(plan, claim, { outcome: "lost", cause, ...how });
  } else {
    const how = ownerDead ? "its session ended" : "one more lease has passed";
    plan.append({ type: "attempt.drained", task, attempt, how });
  }
  return true;
}
function isOver({ claim }, nowMs) {
  if (claim.state === "offered") return claim.expiresAtMs <= nowMs;
  return claim.state === "running" ? claim.leaseUntilMs <= nowMs : !isDraining(claim, nowMs);
}
function expiryReason(claim) {
  const silence = formatDuration(claim.leaseUntilMs - claim.lastSeenMs);
  return `no sign of life for ${silence}, or its time was over`;
}

// import:run/remote.mjs in run/attempts.mjs
import { goesThroughRemote } from "./remote.mjs";

// mcp-server/src/run/attempts/isolations-of.ts
var known = /* @__PURE__ */ new WeakMap();
function isolationsOf({ graph, policy }) {
  const isShared = goesThroughRemote(graph);
  const key = `${graph.definitions} ${policy.unscoped} ${policy.isolation} ${isShared}`;
  const last = known.get(graph);
  if (last?.key === key) return last.isolations;
  const isolations = new Isolations(graph.tasks, policy, isShared);
  known.set(graph, { key, isolations });
  return isolations;
}

// import:errors.mjs in run/attempts.mjs
import { CallerError } from "../errors.mjs";

// mcp-server/src/run/attempts/start-attempt.ts
function startOrContinue(found, agentId) {
  const refusal = refusalFor(found, agentId);
  if (refusal) throw refusal;
  const { loaded: plan, task } = found;
  const { claim } = found.held;
  if (claim.state === "offered") {
    plan.append(...startOf(plan, task, claim.id, plan.nowMs, agentId));
    return;
  }
  if (claim.state !== "running") return;
  if (agentId !== void 0 && claim.agentId === void 0) {
    plan.append({ type: "attempt.bound", task: task.id, attempt: claim.id, agentId });
  }
  renew(plan, claim);
}
function refusalFor({ held: { claim }, loaded: plan }, agentId) {
  const atAnother = refusalOfSecondTask(plan, agentId, claim.id);
  if (atAnother) return atAnother;
  const bound = claim.state === "running" ? claim.agentId : void 0;
  if (agentId === void 0 || bound === void 0 || bound === agentId) return void 0;
  return new CallerError(
    "refused_token",
    "This token belongs to another agent.",
    "Use the token of your own brief; without one, end your turn.",
    "token"
  );
}
async function continueByToken(tx, plan, task, token, agentId) {
  const found = await claimOfToken(tx, token);
  if (isRefusal(found) || found.held.planId !== plan.id || found.task.id !== task.id) {
    throw new CallerError(
      "refused_token",
      `token: refused, ${isRefusal(found) ? found.why : "it belongs to another task"}. Nothing was changed.`,
      "Use the token of your own brief.",
      "token"
    );
  }
  startOrContinue(found, agentId);
}
function refusalOfSecondTask({ writer }, agentId, attempt) {
  const own = writer.holding.find(
    ({ claim }) => claim.state === "running" && claim.agentId === agentId && claim.id !== attempt
  );
  if (agentId === void 0 || !own) return void 0;
  return new CallerError(
    "refused_token",
    `You work on ${taskName(own.plan, own.claim.task)}; this is another task.`,
    "Report that one first, with the token of its brief.",
    "token"
  );
}
function startOf(loaded, task, attempt, nowMs, agentId) {
  return [
    {
      type: "attempt.started",
      task: task.id,
      attempt,
      number: nextNumber(loaded, task.id),
      leaseUntilMs: leaseEnd(limitsOf(loaded, task), { startedAtMs: nowMs, lastSeenMs: nowMs }, []),
      ...agentId !== void 0 && { agentId }
    },
    { type: "task.status", task: task.id, status: "in_progress" }
  ];
}
function attemptNumber(loaded, claim) {
  return isAttempt(claim) ? claim.number : nextNumber(loaded, claim.task);
}
function nextNumber({ graph }, task) {
  return graph.claimsOf(task).filter(isAttempt).length + 1;
}
function renew(plan, claim) {
  if (!isRenewalDue(plan.policy.leaseMs, claim.lastSeenMs, plan.nowMs)) return;
  const untilMs = leaseOf(plan, taskOf(plan, claim.task), claim.startedAtMs, plan.nowMs);
  plan.writer.prolong(claim.id, untilMs, plan.nowMs);
}
function leaseOf(plan, task, startedAtMs, lastSeenMs) {
  return leaseEnd(limitsOf(plan, task), { startedAtMs, lastSeenMs }, plan.ctx.clock.standstills);
}
function limitsOf({ policy }, { timeoutMs }) {
  return { leaseMs: policy.leaseMs, maxLeaseMs: policy.maxLeaseMs, timeoutMs };
}

// mcp-server/src/run/attempts/move-leases.ts
async function moveLeases(ctx) {
  const store = await ctx.graph();
  if (!store) return;
  await changeGraph(ctx, store, "server", async (tx) => {
    for (const held of tx.writer.holding) {
      if (held.claim.owner.host !== ctx.owner.host) continue;
      const untilMs = await endOf(tx, held);
      if (untilMs !== void 0) tx.writer.prolong(held.claim.id, untilMs);
    }
  });
}
async function endOf(tx, held) {
  const { claim } = held;
  const { standstills } = tx.ctx.clock;
  if (claim.state === "offered") {
    return claim.offeredAtMs + OFFER_MS + stoodStillSince(standstills, claim.offeredAtMs);
  }
  const plan = claim.state === "running" ? await tx.planOf(held) : void 0;
  const task = plan?.graph.tasks.get(claim.task);
  return claim.state === "running" && plan && task ? leaseOf(plan, task, claim.startedAtMs, claim.lastSeenMs) : void 0;
}

// mcp-server/src/run/attempts/sign-of-life.ts
async function noteSignOfLife(tx, token, agentId) {
  const held = await tx.writer.claimByTokenHash(hashToken(token));
  const plan = held && await tx.planOf(held);
  if (!plan || isOfAnother(held, agentId)) return;
  if (held.claim.state === "running") renew(plan, held.claim);
  else await revive(tx, held);
}
var LOOKS_PER_LEASE = 4;
async function aliveWhile(ctx, store, { plan: slug, claim: { id } }, leaseMs, work) {
  const prolong = (plan) => {
    const claim = plan.graph.claim(id);
    if (claim?.state === "running") renew(plan, claim);
  };
  const timer = setInterval(() => {
    void changePlan(ctx, store, "server", slug, prolong).catch(() => void 0);
  }, leaseMs / LOOKS_PER_LEASE);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
async function reviveIfLate(ctx, store, actor, key, agentId) {
  const read = async (view) => {
    const held = await claimBy(view.reader, key);
    return held !== void 0 && !isOfAnother(held, agentId) && await leaseIfRevived(view, held, ctx.now());
  };
  if (!await readGraph(ctx, store, read, { claim: key })) return false;
  const change = async (tx) => {
    const held = await claimBy(tx.reader, key);
    return held !== void 0 && await revive(tx, held);
  };
  return changeGraph(ctx, store, actor, change, { claim: key });
}
function claimBy(reader, key) {
  if ("agentId" in key) return reader.claimOfAgent(key.agentId);
  return "tokenHash" in key ? reader.claimByTokenHash(key.tokenHash) : reader.claimById(key.attempt);
}
function isOfAnother({ claim }, agentId) {
  const bound = isAttempt(claim) ? claim.agentId : void 0;
  return agentId !== void 0 && bound !== void 0 && bound !== agentId;
}
async function revive(tx, held) {
  const leaseUntilMs = await leaseIfRevived(tx, held, tx.nowMs);
  const plan = leaseUntilMs && await tx.planOf(held);
  if (!plan) return false;
  const { task, id: attempt } = held.claim;
  plan.append(
    { type: "attempt.revived", task, attempt, leaseUntilMs },
    { type: "task.status", task, status: "in_progress" }
  );
  return true;
}
async function leaseIfRevived(view, held, nowMs) {
  const { ctx, reader } = view;
  const { claim } = held;
  if (claim.state !== "ended" || claim.outcome !== "lost" || !sameOwner(claim.owner, ctx.owner)) return;
  const plan = await view.planOf(held);
  const task = plan?.graph.tasks.get(claim.task);
  if (!plan || !task || plan.stored.status === "stopped" || !await wasSilent(plan, claim)) return;
  const leaseUntilMs = leaseOf(plan, task, claim.startedAtMs, nowMs);
  const parsed = (other) => parseScope(widenedScope(other), ctx.caseInsensitive);
  const since = await reader.claimsOfferedSince(claim.checkout, claim.endedAtMs);
  const holding = (await reader.held(claim.checkout)).filter(
    (other) => isLive(other.claim) || isDraining(other.claim, nowMs)
  );
  const others = [...since, ...holding].filter(
    (other) => other.claim.id !== claim.id && !(other.planId === held.planId && areAlternatives(task, plan.graph.tasks.get(other.claim.task)))
  );
  const may = mayRevive({
    attempt: claim,
    task,
    claimsOfTask: plan.graph.claimsOf(task.id),
    scope: parsed(claim),
    others: others.map((other) => parsed(other.claim)),
    leaseUntilMs,
    nowMs
  });
  return may ? leaseUntilMs : void 0;
}
async function wasSilent(plan, { id, endedAtMs }) {
  const types = ["attempt.ended"];
  const ends = await plan.reader.events(plan.id, { types, sinceMs: endedAtMs });
  return ends.some(
    ({ change }) => change.type === "attempt.ended" && change.attempt === id && change.drainsUntilMs !== void 0
  );
}

// import:run/checkout-watch.mjs in run/attempts.mjs
import { recordSnapshot, snapshotBeforeStart } from "./checkout-watch.mjs";

// mcp-server/src/run/attempts/take-up-offer.ts
async function takeUpOffer(ctx, store, token, agentId) {
  const look = await snapshotBeforeStart(ctx, store, token);
  const start = async (tx) => {
    if (look) await recordSnapshot(tx, look);
    const found = await claimOfToken(tx, token);
    if (isRefusal(found)) return void 0;
    startOrContinue(found, agentId);
    return tx.writer.claimById(found.held.claim.id);
  };
  return changeGraph(ctx, store, `agent ${agentId}`, start, { claim: { tokenHash: hashToken(token) } });
}
export {
  MAX_LAST_MESSAGE,
  agentEnded,
  aliveWhile,
  attemptNumber,
  cancelTask,
  cancelUnneeded,
  claimOfToken,
  continueAfterCompletion,
  continueByToken,
  endAgents,
  endAttempt,
  expireClaims,
  isRefusal,
  isolationsOf,
  leaseOf,
  moveLeases,
  noteSignOfLife,
  refusalFor,
  refusalOfSecondTask,
  releaseClaims,
  renew,
  reviveIfLate,
  startOf,
  startOrContinue,
  takeAlternative,
  takeUpOffer,
  taskAfterAttempt,
  whyNotAchieved,
  withRequestedNeeds
};
