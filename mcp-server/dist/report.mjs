// import:graph.mjs in report.mjs
import { ABSENT, InvalidGlob, NO_USAGE, SEVERITIES, addUsage, allTokens, brokenDependencies, callerName, causeText, clashOf, isAttempt, isLive, levels, matches, modelChoiceText, needsHold, newTokens, normaliseGlob, overlap, parseGlob, parseScope, plainSubject, purposeOf, reachableIn, scopeOf, specificationPath, statusesOf, taskName, topologicalOrder, usageByModel, withCriterionText, workedUntilMs } from "./graph.mjs";

// import:policy.mjs in report.mjs
import { NO_TEST, addCosts, checkoutLooks, costText, effectsInOrder, gitMovedLines, heldLooks, judgesAgain, mayJudge, modelName, moneyText, newerParts, seenChanges, standingText, suspectsOf, usageCost } from "./policy.mjs";

// import:text.mjs in report.mjs
import { FINDING_LIMIT, LINE_LIMIT, NAME_LIMIT, cellWidth, cleanLines, cleanText, codeSpan, escapeMarkdown, escapeProse, fitCells, formatCount, formatDay, formatDuration, formatFactor, formatMoment, formatPercent, inlineCode, isDeclared, markdownLines, normalisePath, normaliseText, plural } from "./text.mjs";

// import:schedule.mjs in report.mjs
import { criticalPath, median } from "./schedule.mjs";

// mcp-server/src/report/tasks/attempt-span.ts
function attemptStanding(attempt) {
  if (attempt.state === "ended") return attempt.outcome;
  return attempt.state === "delivering" ? "delivering" : "running";
}
function attemptSpans(state, nowMs) {
  return state.claims.filter(isAttempt).map((attempt) => ({
    attempt,
    startMs: attempt.startedAtMs,
    // Clocks of several hosts: an end before the start is a length of nothing, not a negative one.
    endMs: Math.max(attempt.startedAtMs, workedUntilMs(attempt) ?? nowMs)
  })).sort((a, b) => a.startMs - b.startMs || a.attempt.id - b.attempt.id);
}
function lengthOf(span) {
  return span.endMs - span.startMs;
}

// mcp-server/src/report/tasks/usage-figures.ts
function conversationUsage(events) {
  return new Map(
    events.flatMap(
      ({ change }) => change.type === "conversation.measured" ? [[change.session, change]] : []
    )
  );
}
function usageFigures(state, events, nowMs) {
  const attempts = attemptSpans(state, nowMs).map(({ attempt }) => attempt);
  if (attempts.length === 0) return void 0;
  const measured = attempts.flatMap(({ usage }) => usage ?? []);
  const known = conversationUsage(events);
  const sessions = [...new Set(attempts.flatMap(({ owner }) => owner.session ?? []))];
  const conversations = sessions.flatMap((session) => known.get(session) ?? []);
  const agents = totalUsage(measured);
  const main = totalUsage(conversations.map(({ usage }) => usage));
  const mainBefore = totalUsage(conversations.flatMap(({ before }) => before ?? []));
  const unmeasuredSessions = sessions.length - conversations.length;
  return {
    agents,
    unmeasuredAttempts: attempts.length - measured.length,
    main,
    mainBefore,
    sessions: sessions.length,
    unmeasuredSessions,
    outsideMain: unmeasuredSessions === 0 && agents && main ? share(agents, addUsage(main, mainBefore ?? NO_USAGE)) : void 0
  };
}
function totalUsage(usages) {
  return usages.length === 0 ? void 0 : usages.reduce(addUsage);
}
function share(one, other) {
  const all = newTokens(one) + newTokens(other);
  return all === 0 ? void 0 : newTokens(one) / all;
}

// mcp-server/src/report/timeline/elapsed.ts
var MAX_SILENCE_MS = 15 * 6e4;
function coveredMs(spans) {
  return spans.length === 0 ? 0 : hullOf(spans) - totalMs(gapsOf(spans));
}
function gapsOf(spans) {
  const gaps = [];
  let reachedMs;
  for (const { startMs, endMs } of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    if (reachedMs !== void 0 && startMs > reachedMs) gaps.push({ startMs: reachedMs, endMs: startMs });
    reachedMs = Math.max(endMs, reachedMs ?? endMs);
  }
  return gaps;
}
function waitsOf(spans) {
  return gapsOf(spans).filter((gap) => !isBreak(gap));
}
function isBreak({ startMs, endMs }) {
  return endMs - startMs > MAX_SILENCE_MS;
}
function totalMs(spans) {
  return spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
}
function hullOf(spans) {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startMs, endMs } of spans) {
    first = Math.min(first, startMs);
    last = Math.max(last, endMs);
  }
  return last - first;
}

// mcp-server/src/report/timeline/slots.ts
function assignSlots(spansByStart) {
  const slots = [];
  for (const span of spansByStart) {
    const free = slots.find((slot) => (slot.at(-1)?.endMs ?? 0) <= span.startMs);
    if (free) free.push(span);
    else slots.push([span]);
  }
  return slots;
}

// mcp-server/src/report/figures/longest-chain.ts
function longestChain(tasks, durationMs) {
  const links = /* @__PURE__ */ new Map();
  let last;
  for (const task of topologicalOrder(tasks)) {
    const own = durationMs.get(task.id);
    if (own === void 0) continue;
    const dependencies = task.dependencies.flatMap((id) => links.get(id) ?? []);
    const before = waitedFor(task.needs, dependencies);
    const link = { task: task.id, lengthMs: (before?.lengthMs ?? 0) + own, before };
    links.set(task.id, link);
    if (!last || link.lengthMs > last.lengthMs) last = link;
  }
  if (!last) return void 0;
  const chain2 = [];
  for (let link = last; link; link = link.before) chain2.push(link.task);
  return { lengthMs: last.lengthMs, tasks: chain2.reverse() };
}
function waitedFor(needs, dependencies) {
  const byLength = [...dependencies].sort((a, b) => a.lengthMs - b.lengthMs);
  if (needs === "all" || needs === "settled") return byLength.at(-1);
  return byLength[needs === "any" ? 0 : Math.min(needs.atLeast, byLength.length) - 1];
}

// mcp-server/src/report/figures/spending.ts
function spendingFigures(state, events, { agents, main, mainBefore }, table, nowMs) {
  if (!agents && !main) return void 0;
  const spending = (usage) => ({ usage, ...table && { cost: usageCost(usage, table) } });
  const spent = [agents, main].flatMap((usage) => usage && table ? [usageCost(usage, table)] : []);
  const estimate = table && costEstimates(state, events, table, nowMs);
  return {
    ...table && { prices: { date: table.date, source: table.source, currency: table.currency } },
    ...table && { total: addCosts(spent) },
    ...agents && { agents: spending(agents) },
    ...main && { main: spending(main) },
    ...mainBefore && { mainBefore: spending(mainBefore) },
    byModel: [...modelsOf("agents", agents, table), ...modelsOf("main", main, table)],
    byRole: rolesOf(state, spending, nowMs),
    ...estimate && { estimate }
  };
}
function modelsOf(who, usage, table) {
  if (!usage) return [];
  return Object.entries(usageByModel(usage)).map(([model, used]) => ({
    who,
    model,
    ...used,
    ...table && { cost: usageCost({ ...used, byModel: { [model]: used } }, table) }
  })).sort((a, b) => b.output - a.output);
}
function rolesOf(state, spending, nowMs) {
  const byRole = /* @__PURE__ */ new Map();
  for (const { attempt } of attemptSpans(state, nowMs)) {
    if (attempt.usage) byRole.set(attempt.role, [...byRole.get(attempt.role) ?? [], attempt.usage]);
  }
  return [...byRole].flatMap(([role, usages]) => {
    const usage = totalUsage(usages);
    return usage ? [{ role, attempts: usages.length, ...spending(usage) }] : [];
  }).sort((a, b) => b.usage.output - a.usage.output);
}
function costEstimates(state, events, table, nowMs) {
  const expected = new Map(
    events.flatMap(
      ({ change }) => change.type === "claim.offered" && change.estimateCost !== void 0 ? [[change.attempt, change.estimateCost]] : []
    )
  );
  const last = new Map(attemptSpans(state, nowMs).map(({ attempt }) => [attempt.task, attempt]));
  const pairs = state.tasks.flatMap(({ id, status }) => {
    const attempt = status === "completed" ? last.get(id) : void 0;
    const estimate = attempt && expected.get(attempt.id);
    return attempt?.usage && estimate !== void 0 ? [{ estimate, cost: usageCost(attempt.usage, table) }] : [];
  });
  if (pairs.length === 0) return void 0;
  return {
    tasks: pairs.length,
    estimated: pairs.reduce((sum, { estimate }) => sum + estimate, 0),
    actual: addCosts(pairs.map(({ cost }) => cost))
  };
}

// mcp-server/src/report/figures/run-figures.ts
function measureRun(state, events, nowMs, prices) {
  const estimateMs = estimatesOf(events);
  const spans = attemptSpans(state, nowMs);
  const slots = assignSlots(spans);
  const taskMs = timeOfTasks(spans);
  const completedMs = new Map(
    state.tasks.flatMap((task) => {
      const ms = taskMs.get(task.id);
      return task.status === "completed" && ms !== void 0 ? [[task.id, ms]] : [];
    })
  );
  const wallMs = spans.length === 0 ? void 0 : lengthOf(hull(spans));
  const sequentialMs = sumOrUndefined(taskMs);
  const largestRunning = slots.length === 0 ? void 0 : slots.length;
  const gaps = gapsOf(spans);
  const breaksMs = totalMs(gaps.filter(isBreak));
  const speedup = ratio(sequentialMs, wallMs && wallMs - breaksMs);
  const usage = usageFigures(state, events, nowMs);
  const actualPath = longestChain(state.tasks, taskMs);
  return {
    wallMs,
    nobodyRanMs: wallMs === void 0 ? void 0 : totalMs(gaps),
    breaksMs: wallMs === void 0 ? void 0 : breaksMs,
    attemptsMs: spans.length === 0 ? void 0 : spans.reduce((sum, span) => sum + lengthOf(span), 0),
    sequentialMs,
    completedTasksMs: sumOrUndefined(completedMs),
    speedup,
    efficiency: ratio(speedup, largestRunning),
    largestRunning,
    criticalPath: actualPath,
    plannedCriticalPath: plannedCriticalPath(state, estimateMs),
    estimates: estimateFigures(estimateMs, completedMs),
    tokenEstimates: tokenEstimateFigures(state, spans, events),
    lowerBoundMs: lowerBound(actualPath, sequentialMs, largestRunning),
    idleMs: wallMs === void 0 ? void 0 : slots.map((slot) => wallMs - slot.reduce((busy, span) => busy + lengthOf(span), 0)),
    attempts: spans.length,
    retries: countRetries(spans),
    lostAttempts: spans.filter((span) => attemptStanding(span.attempt) === "lost").length,
    returnedOffers: state.claims.filter((claim) => claim.state === "returned").length,
    preventedConflicts: hooksReported(state, events) ? events.filter(({ change }) => change.type === "write.denied" && !change.warned).length : void 0,
    bursts: burstsOf(events),
    runnersOn: runnersOf(events),
    usage,
    spending: usage && spendingFigures(state, events, usage, prices, nowMs)
  };
}
function estimatesOf(events) {
  return new Map(
    events.flatMap(
      ({ change }) => change.type === "claim.offered" && change.estimateMs !== void 0 ? [[change.task, change.estimateMs]] : []
    )
  );
}
function plannedCriticalPath({ tasks, expectedMs }, claimedMs) {
  const own = new Set(tasks.flatMap(({ id, origin }) => origin === "server" ? [id] : []));
  const planned = tasks.flatMap((task) => {
    if (task.status === "cancelled") return [];
    const durationMs = own.has(task.id) ? 0 : claimedMs.get(task.id) ?? expectedMs?.(task);
    return durationMs === void 0 ? [] : [{ ...task, durationMs }];
  });
  const known = new Set(planned.map(({ id }) => id));
  const nodes = planned.map(({ id, dependencies, durationMs }) => ({
    id,
    dependencies: dependencies.filter((before) => known.has(before)),
    durationMs
  }));
  const { ids, lengthMs } = criticalPath(nodes);
  const path = ids.filter((id) => !own.has(id));
  return path.length === 0 ? void 0 : { lengthMs, tasks: path };
}
function estimateFigures(estimateMs, actualMs) {
  const pairs = [...actualMs].flatMap(([task, actual]) => {
    const estimated3 = estimateMs.get(task);
    return estimated3 === void 0 || estimated3 <= 0 ? [] : [{ estimated: estimated3, actual }];
  });
  if (pairs.length === 0) return void 0;
  const ratios = pairs.map(({ estimated: estimated3, actual }) => actual / estimated3);
  return {
    tasks: pairs.length,
    estimatedMs: pairs.reduce((sum, { estimated: estimated3 }) => sum + estimated3, 0),
    actualMs: pairs.reduce((sum, { actual }) => sum + actual, 0),
    ...ratios.length > 1 && { medianRatio: median(ratios) }
  };
}
function tokenEstimateFigures(state, spans, events) {
  const estimated3 = new Map(
    events.flatMap(
      ({ change }) => change.type === "claim.offered" && change.estimateTokens !== void 0 ? [[change.attempt, change.estimateTokens]] : []
    )
  );
  const last = new Map(spans.map(({ attempt }) => [attempt.task, attempt]));
  const pairs = state.tasks.flatMap(({ id, status }) => {
    const attempt = status === "completed" ? last.get(id) : void 0;
    const tokens2 = attempt && estimated3.get(attempt.id);
    return attempt?.usage && tokens2 !== void 0 ? [{ tokens: tokens2, used: newTokens(attempt.usage) }] : [];
  });
  if (pairs.length === 0) return void 0;
  return {
    tasks: pairs.length,
    estimated: pairs.reduce((sum, { tokens: tokens2 }) => sum + tokens2, 0),
    actual: pairs.reduce((sum, { used }) => sum + used, 0)
  };
}
function timeOfTasks(spans) {
  const last = new Map(spans.map((span) => [span.attempt.task, span]));
  return new Map(
    [...last].flatMap(([task, span]) => {
      const outcome = attemptStanding(span.attempt);
      return outcome === "lost" || outcome === "cancelled" ? [] : [[task, lengthOf(span)]];
    })
  );
}
function hull(spans) {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    startMs = Math.min(startMs, span.startMs);
    endMs = Math.max(endMs, span.endMs);
  }
  return { startMs, endMs };
}
function lowerBound(criticalPath2, sequentialMs, slots) {
  if (criticalPath2 === void 0 || sequentialMs === void 0 || slots === void 0) return void 0;
  return Math.max(criticalPath2.lengthMs, Math.ceil(sequentialMs / slots));
}
function countRetries(spans) {
  const previous = /* @__PURE__ */ new Map();
  let retries = 0;
  for (const span of spans) {
    const before = previous.get(span.attempt.task);
    const outcome = before && attemptStanding(before.attempt);
    if (outcome === "failed" || outcome === "unreported") retries++;
    previous.set(span.attempt.task, span);
  }
  return retries;
}
function hooksReported(state, events) {
  return state.claims.some((claim) => "agentId" in claim && claim.agentId !== void 0) || events.some(({ change }) => change.type === "batch.launched" || change.type === "write.denied");
}
function burstsOf(events) {
  const sizes = [];
  const launched = /* @__PURE__ */ new Set();
  const leftOut = /* @__PURE__ */ new Set();
  for (const { change } of events) {
    if (change.type !== "batch.launched") continue;
    sizes.push(change.inOneMessage);
    for (const attempt of change.attempts) launched.add(attempt);
    for (const attempt of change.leftOut) leftOut.add(attempt);
  }
  const offered = (/* @__PURE__ */ new Set([...launched, ...leftOut])).size;
  if (offered === 0) return void 0;
  const atOnce = [...launched].filter((attempt) => !leftOut.has(attempt)).length;
  return { sizes, shareInOneMessage: atOnce / offered };
}
function runnersOf(events) {
  const machines = events.flatMap(
    ({ change }) => change.type === "engine.started" && change.engine === "run" ? [change.owner.host.split(" ")[0] ?? ""] : []
  );
  return machines.length === 0 ? void 0 : [...new Set(machines)];
}
function sumOrUndefined(times) {
  return times.size === 0 ? void 0 : [...times.values()].reduce((sum, ms) => sum + ms, 0);
}
function ratio(value, by) {
  return value === void 0 || by === void 0 || by === 0 ? void 0 : value / by;
}
function notMeasured(figures) {
  return [
    ...figures.wallMs === void 0 ? ["times (no attempt was made)"] : [],
    ...figures.plannedCriticalPath === void 0 ? ["planned critical path (no estimates)"] : [],
    ...figures.bursts === void 0 && figures.runnersOn === void 0 ? ["agents launched per message (no hook reported)"] : [],
    ...figures.preventedConflicts === void 0 ? ["conflicts prevented (no hook reported)"] : [],
    ...tokensNotMeasured(figures),
    "contradictions between reports"
  ];
}
var ON_THE_SIDE = "what Claude Code asks models on the side (titles, summaries), which no transcript tells";
function tokensNotMeasured({ attempts, usage, runnersOn: runnersOn2 }) {
  if (usage === void 0) return ["tokens (no attempt was made)"];
  const { agents, unmeasuredAttempts, main, sessions, unmeasuredSessions } = usage;
  return [
    ...agents === void 0 ? ["tokens of the agents (no transcript was found)"] : unmeasuredAttempts > 0 ? [`tokens of ${unmeasuredAttempts} of ${plural(attempts, "attempt")} (no transcript was found)`] : [],
    ...main === void 0 ? sessions === 0 && runnersOn2 !== void 0 ? [] : ["tokens of the main conversation (no transcript was found)"] : unmeasuredSessions > 0 ? [`tokens of the main conversation in ${unmeasuredSessions} of ${sessions} sessions`] : [],
    ...main === void 0 ? [] : ["what the main conversation says after the report"],
    ...agents === void 0 && main === void 0 ? [] : [ON_THE_SIDE]
  ];
}

// mcp-server/src/report/tasks/tasks-to-come.ts
function tasksToCome({ plan, tasks }) {
  if (plan.status === "stopped") return /* @__PURE__ */ new Set();
  return reachableIn(tasks);
}

// mcp-server/src/report/figures/verdict.ts
function verdictOf(state, nowMs) {
  const works = state.claims.some(
    (claim) => isLive(claim) && (claim.state !== "offered" || claim.expiresAtMs > nowMs)
  );
  if (works) return "running";
  const wanted = state.tasks.filter((task) => task.status !== "cancelled");
  const completed = wanted.filter((task) => task.status === "completed").length;
  if (completed > 0 && completed === wanted.length) return "completed";
  if (state.plan.status === "stopped") return "stopped";
  const canStillRun = wanted.some((task) => task.status === "in_progress") || tasksToCome(state).size > 0;
  const failed = wanted.some((task) => task.status === "failed");
  return completed > 0 && failed && !canStillRun ? "completed with failures" : "incomplete";
}

// mcp-server/src/report/tasks/attempt-files.ts
function declaredFiles(claim) {
  const report = claim?.state === "ended" || claim?.state === "delivering" ? claim.report : void 0;
  return (report?.filesChanged ?? []).map(normalisePath);
}
function attemptFiles(claim, seen = []) {
  const isSeen = (name2) => seen.some((path) => isDeclared([name2], path));
  return { seen, notSeen: declaredFiles(claim).filter((name2) => name2 !== "" && !isSeen(name2)) };
}
function filesOfAttempts(attempts, written) {
  const all = attempts.flatMap(({ id }) => written.get(id) ?? []);
  const notSeen = sortedPaths(attempts.flatMap((attempt) => attemptFiles(attempt, all).notSeen));
  return { filesChanged: sortedPaths([...all, ...notSeen]), notSeen };
}
function sortedPaths(paths) {
  return [...new Set(paths.map(normalisePath))].filter((path) => path !== "").sort();
}

// mcp-server/src/report/files/actual-writes.ts
function actualWrites(state, events) {
  const claims = new Map(state.claims.map((claim) => [claim.id, claim]));
  const undeclared = /* @__PURE__ */ new Map();
  const strays = /* @__PURE__ */ new Map();
  const byOthers = /* @__PURE__ */ new Map();
  const written = committedInWorktrees(events, (id) => claims.get(id));
  const declaredByTask = declarationsOf(state.claims);
  for (const change of seenChanges(events)) {
    const { path, how, holder } = change;
    const { writers, isReported } = writersOf(change, (attempt) => claims.get(attempt));
    for (const { id } of writers) written.set(id, (written.get(id) ?? /* @__PURE__ */ new Set()).add(path));
    const owner = holder === void 0 ? void 0 : claims.get(holder);
    if (owner && isByOthers(change)) {
      const key = JSON.stringify([owner.task, path]);
      const by = union(byOthers.get(key)?.by ?? [], namesOf(change, state));
      byOthers.set(key, { path, how, task: owner.task, by });
      continue;
    }
    if (isReported || mayBeReported(change, claims)) continue;
    if (owner && !isDeclared(declaredByTask.get(owner.task) ?? [], path)) {
      const key = JSON.stringify([owner.task, path]);
      const orBy = union(undeclared.get(key)?.orBy ?? [], namesOf(change, state, owner.task));
      undeclared.set(key, { path, how, task: owner.task, orBy });
    } else if (holder === void 0) {
      const by = union(strays.get(path)?.by ?? [], namesOf(change, state));
      strays.set(path, { path, how, by, scopeOf: tasksCovering(path, state) });
    }
  }
  return {
    undeclared: [...undeclared.values()].sort(byPath),
    strays: [...strays.values()].sort(byPath),
    byOthers: [...byOthers.values()].sort(byPath),
    unchanged: events.flatMap(
      ({ change }) => change.type === "attempt.compared" ? change.unchanged.map((path) => ({ task: change.task, path })) : []
    ),
    unobserved: [...unobservedTasks(state.claims, events, endsIn(events))].map(([task, why]) => ({
      task,
      why
    })),
    written: new Map([...written].map(([attempt, paths]) => [attempt, [...paths].sort()]))
  };
}
function writersOf({ path, holder, by, suspects }, claimOf) {
  const attempts = new Set(suspects.flatMap(({ attempt }) => attempt ?? []));
  const suspected = [...attempts].flatMap((attempt) => claimOf(attempt) ?? []);
  const reporters = suspected.filter((claim) => isDeclared(declaredFiles(claim), path));
  const isReported = reporters.length > 0;
  if (by === "own" || by === "certain") return { writers: suspected, isReported };
  return { writers: isReported ? reporters : suspected.filter(({ id }) => id === holder), isReported };
}
function isByOthers({ holder, suspects }) {
  return holder !== void 0 && suspects.every(({ attempt }) => attempt !== holder);
}
function writtenByTask({ claims }, written) {
  const byTask = /* @__PURE__ */ new Map();
  for (const { id, task } of claims) {
    const all = /* @__PURE__ */ new Set([...byTask.get(task) ?? [], ...written.get(id) ?? []]);
    byTask.set(task, [...all].sort());
  }
  return byTask;
}
function committedInWorktrees(events, claimOf) {
  return new Map(
    events.flatMap(
      ({ change }) => change.type === "work.committed" && claimOf(change.attempt)?.isolation === "worktree" ? [[change.attempt, new Set(change.files)]] : []
    )
  );
}
function mayBeReported({ suspects }, claims) {
  return suspects.some(({ attempt }) => attempt !== void 0 && claims.get(attempt)?.state === "running");
}
function declarationsOf(claims) {
  const declared = /* @__PURE__ */ new Map();
  for (const claim of claims) {
    declared.set(claim.task, [...declared.get(claim.task) ?? [], ...declaredFiles(claim)]);
  }
  return declared;
}
var ENDS_WORK = ["delivery.accepted", "attempt.ended"];
function endsIn(events) {
  const ends = /* @__PURE__ */ new Map();
  for (const { seq, change } of events) {
    if (!ENDS_WORK.includes(change.type) || !("attempt" in change) || change.attempt === void 0) continue;
    if (!ends.has(change.attempt)) ends.set(change.attempt, seq);
  }
  return (attempt, { seq }) => (ends.get(attempt) ?? Number.POSITIVE_INFINITY) < seq;
}
function unobservedTasks(claims, events, hadEnded) {
  const observed = /* @__PURE__ */ new Set();
  const without = /* @__PURE__ */ new Map();
  let failure;
  for (const event of events) {
    const { change } = event;
    for (const { atWork } of checkoutLooks([event])) {
      for (const { attempt } of atWork) if (hadEnded(attempt, event)) observed.add(attempt);
    }
    if (change.type === "checkout.unmeasured") {
      if (change.atWork.length === 0) failure = change.why;
      for (const { attempt } of change.atWork) without.set(attempt, change.why);
    }
  }
  const reasons = /* @__PURE__ */ new Map();
  for (const claim of claims) {
    if (claim.state !== "ended") continue;
    const why = claim.isolation === "worktree" ? "it worked in a worktree of its own" : without.get(claim.id);
    if (why !== void 0) reasons.set(claim.task, why);
    else if (!observed.has(claim.id)) {
      reasons.set(claim.task, failure ?? "nobody looked at the checkout after it ended");
    }
  }
  return reasons;
}
function namesOf({ suspects }, { plan }, except) {
  const own = taskName(plan.slug, "");
  const names2 = suspects.map(({ name: name2 }) => name2.startsWith(own) ? name2.slice(own.length) : name2);
  return [...new Set(names2)].filter((name2) => name2 !== except);
}
function tasksCovering(path, { tasks, caseInsensitive }) {
  return tasks.filter((task) => parseScope(scopeOf(task), caseInsensitive).writes.some((glob) => matches(glob, path))).map((task) => task.id);
}
function union(a, b) {
  return [.../* @__PURE__ */ new Set([...a, ...b])];
}
function byPath(a, b) {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

// mcp-server/src/report/figures/gate-figures.ts
function gateFigures(events) {
  const changes = events.flatMap(({ change }) => change.type === "unrecognised" ? [] : [change]);
  const of = (type) => changes.flatMap((change) => change.type === type ? [change] : []);
  const started = new Map(of("gate.started").map((line) => [line.run, line]));
  if (started.size === 0) return void 0;
  const ended = of("gate.ended");
  const verdicts = ended.flatMap(({ run, verdict }) => {
    const start = started.get(run);
    return start && verdict !== "none" ? [{ ...start, verdict }] : [];
  });
  const having = (verdict) => verdicts.filter((line) => line.verdict === verdict);
  const green = new Set(having("green").map(({ commit }) => commit));
  const red = [...new Set(having("red").map(({ commit }) => commit))];
  const first = changes.findIndex(({ type }) => type === "gate.started");
  return {
    commands: [...new Set([...started.values()].map(({ command }) => command))],
    runs: verdicts.length,
    green: having("green").length,
    red: having("red").length,
    withoutVerdict: ended.length - verdicts.length,
    ranMs: ended.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
    merged: changes.slice(first).filter(({ type }) => type === "work.merged").length,
    mostTogether: Math.max(0, ...[...started.values()].map(({ merges }) => merges.length)),
    flaky: red.filter((commit) => green.has(commit)),
    redBases: [
      ...new Set(
        having("red").flatMap(
          ({ merges, reason, commit }) => merges.length === 0 && reason !== "join" && !green.has(commit) ? [commit] : []
        )
      )
    ],
    blamed: of("work.conflicted").flatMap(
      ({ task, attempt, mergeTask, gateRun, sides = [] }) => gateRun === void 0 ? [] : [{ task, sides, repair: mergeTask, runsUntilNamed: runsUntilNamed(changes, attempt) }]
    )
  };
}
function runsUntilNamed(changes, attempt) {
  const named = changes.findIndex((line) => line.type === "gate.suspected" && line.attempt === attempt);
  if (named < 0) return void 0;
  const runs = changes.slice(0, named).flatMap((line) => line.type === "gate.started" ? [line] : []);
  const first = runs.findIndex(({ merges }) => merges.some((id) => id === attempt));
  return first < 0 ? void 0 : runs.slice(first).filter(({ merges }) => merges.length > 0).length;
}

// mcp-server/src/report/files/committed-work.ts
function committedWork(plan, events) {
  const of = (type) => events.flatMap(({ change }) => change.type === type ? [change] : []);
  const merged = of("work.merged");
  const mergedAttempts = new Set(merged.map(({ attempt }) => attempt));
  const cut = of("worktree.cut");
  const inWorktree = new Set(cut.map(({ attempt }) => attempt));
  const removed = new Set(of("worktree.removed").map(({ attempt }) => attempt));
  const running = runningAttempts(events);
  const conflicted = of("work.conflicted");
  const isMerged = (task) => merged.some((line) => line.task === task) || conflicted.some((line) => line.task === task && isMerged(line.mergeTask));
  const isSolved = (attempt) => mergedAttempts.has(attempt) || conflicted.some((line) => line.attempt === attempt && isMerged(line.mergeTask));
  const committed = of("work.committed");
  const gate = gateFigures(events);
  const name2 = `parallel/${plan}`;
  return {
    ...cut.length + merged.length > 0 && {
      branch: {
        name: name2,
        merged: [...new Set(merged.map(({ task }) => task))],
        takeOver: `git merge ${name2}`,
        ...deliveryOf(plan, events)
      }
    },
    conflicts: conflicted.map(({ task, files, mergeTask, sides }) => ({
      task,
      files,
      mergeTask,
      solved: isMerged(mergeTask),
      ...sides && { redWith: sides }
    })),
    kept: cut.filter(({ attempt }) => !removed.has(attempt) && !isSolved(attempt) && !running.has(attempt)).map(({ task, path, branch }) => ({ task, path, branch })),
    commits: committed.filter(
      ({ attempt, files }) => !inWorktree.has(attempt) && !mergedAttempts.has(attempt) && files.length > 0
    ).map(({ task, commit, files }) => ({ task, commit, files: files.length })),
    leftOut: committed.flatMap(
      ({ task, leftOut, byOthers = [] }) => leftOut.map((path) => ({ task, path, why: byOthers.includes(path) ? "by others" : "before" }))
    ),
    skipped: of("commit.skipped").map(({ reason }) => reason),
    ...gate && { gate }
  };
}
function deliveryOf(plan, events) {
  const types = ["work.merged", "work.delivered", "delivery.refused"];
  const last = events.findLast(({ change }) => types.includes(change.type))?.change;
  if (last?.type === "work.delivered") {
    return { delivery: { kind: "delivered", how: last.how, files: last.files } };
  }
  if (last?.type !== "delivery.refused") return {};
  const { reason, files } = last;
  return { delivery: { kind: "refused", reason, files, command: `parallel-tasks deliver ${plan}` } };
}
function runningAttempts(events) {
  const running = /* @__PURE__ */ new Set();
  for (const { change } of events) {
    if (change.type === "claim.offered" || change.type === "attempt.revived") running.add(change.attempt);
    if (change.type === "claim.returned" || change.type === "attempt.ended") running.delete(change.attempt);
  }
  return running;
}
function gitMovesOf(plan, events) {
  return events.flatMap(({ change }) => change.type === "git.moved" ? gitMovedLines(change, plan) : []);
}

// mcp-server/src/report/files/suggested-scopes.ts
var MANY_FILES = 4;
var MAX_GLOBS = 8;
function suggestedScopes({ tasks, caseInsensitive }, written) {
  const parsed = (glob) => parseGlob(glob, caseInsensitive);
  return tasks.flatMap((task) => {
    const own = written.get(task.id) ?? [];
    if (own.length === 0) return [];
    const foreign = tasks.filter(({ id }) => id !== task.id).flatMap(({ id, writes: globs = [] }) => [...globs, ...written.get(id) ?? []].map(parsed));
    const used = (task.writes ?? []).filter((glob) => own.some((path) => matches(parsed(glob), path)));
    const rest = own.filter((path) => !used.some((glob) => matches(parsed(glob), path)));
    const writes = [...used, ...fewGlobs(rest, foreign, parsed, MAX_GLOBS - used.length)];
    const declared = task.writes ?? [];
    const same = writes.length === declared.length && writes.every((glob) => declared.includes(glob));
    return same || writes.length === 0 ? [] : [{ task: task.id, writes }];
  });
}
function fewGlobs(paths, foreign, parsed, most) {
  let entries = paths;
  for (; ; ) {
    const folder = folderFor(entries, foreign, parsed, entries.length > most ? 2 : MANY_FILES);
    if (folder === void 0) break;
    entries = [...entries.filter((entry) => !isBelow(folder, entry)), `${folder}/`];
  }
  return entries.flatMap(globFor).sort();
}
function folderFor(entries, foreign, parsed, atLeast) {
  const folders = [...new Set(entries.flatMap(foldersAbove))].filter((folder) => entries.filter((entry) => isBelow(folder, entry)).length >= atLeast).filter((folder) => !foreign.some((glob) => overlap(parsed(`${folder}/**`), glob)));
  return folders.sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1))[0];
}
function foldersAbove(entry) {
  const parts = entry.replace(/\/$/, "").split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
function isBelow(folder, entry) {
  return entry.startsWith(`${folder}/`) && entry !== `${folder}/`;
}
function depth(folder) {
  return folder.split("/").length;
}
function globFor(entry) {
  try {
    const glob = normaliseGlob(entry);
    const file = entry.endsWith("/") ? `${entry}file` : entry;
    return matches(parseGlob(glob, false), file) ? [glob] : [];
  } catch (error) {
    if (!(error instanceof InvalidGlob)) throw error;
    return [];
  }
}

// mcp-server/src/report/files/touched-files.ts
function sharedFiles(state, written, nowMs) {
  const touchedBy = /* @__PURE__ */ new Map();
  for (const span of attemptSpans(state, nowMs)) {
    for (const path of new Set(filesOf(span, written))) {
      touchedBy.set(path, [...touchedBy.get(path) ?? [], span]);
    }
  }
  const position = new Map(state.tasks.map((task) => [task.id, task.position]));
  return [...touchedBy].map(([path, spans]) => ({
    path,
    tasks: [...new Set(spans.map((span) => span.attempt.task))].sort(
      (a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0)
    ),
    atTheSameTime: spans.some(
      (a, i) => spans.slice(i + 1).some((b) => a.attempt.task !== b.attempt.task && overlap2(a, b))
    )
  })).filter((file) => file.tasks.length > 1).sort((a, b) => compareText(a.path, b.path));
}
function outsideScope(state, written, nowMs) {
  const seen = /* @__PURE__ */ new Set();
  return attemptSpans(state, nowMs).flatMap((span) => {
    const { scope, task, widened } = span.attempt;
    if (scope.basis !== "declared") return [];
    const { writes } = parseScope(scope, state.caseInsensitive);
    const granted = new Set(widened.map(normalisePath));
    return filesOf(span, written).filter((path) => !writes.some((glob) => matches(glob, path))).filter((path) => {
      const key = JSON.stringify([task, path]);
      return seen.has(key) ? false : seen.add(key);
    }).map((path) => ({ task, path, granted: granted.has(path) }));
  });
}
function filesOf({ attempt }, written) {
  const { seen, notSeen } = attemptFiles(attempt, written.get(attempt.id));
  return [...seen, ...notSeen];
}
function overlap2(a, b) {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}
function compareText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
function undoneChanges(events, claims) {
  const tasks = new Map(claims.map(({ id, task }) => [id, task]));
  return heldLooks(events).flatMap(
    ({ calls, files }) => files.flatMap(({ path, holder, call, undone }) => {
      const task = tasks.get(holder);
      const made = calls.find(({ id }) => id === call);
      return undone && task !== void 0 && made ? [{ path, task, by: callerName(made) }] : [];
    })
  );
}

// mcp-server/src/report/tasks/task-reports.ts
function taskReports({ tasks, claims }) {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const reports = claims.flatMap((attempt) => {
    const task = byId.get(attempt.task);
    return task && attempt.state === "ended" && attempt.report ? [{ task, attempt, report: attempt.report }] : [];
  });
  return reports.sort(
    (a, b) => a.task.position - b.task.position || a.attempt.startedAtMs - b.attempt.startedAtMs
  );
}
function firstAcceptances(reports, tasks) {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const acceptances = reports.filter(({ task, report }) => report.verdict === "accepted" && mayJudge(task)).sort((a, b) => a.attempt.endedAtMs - b.attempt.endedAtMs);
  return ({ task, attempt, report }) => report.verdict !== "rejected" ? void 0 : acceptances.find(
    (other) => other.attempt.startedAtMs >= attempt.endedAtMs && judgesAgain(other.task, task, byId)
  );
}

// mcp-server/src/report/tasks/reported-findings.ts
function reportedFindings(state) {
  const reports = taskReports(state);
  const acceptanceOf = firstAcceptances(reports, state.tasks);
  return reports.flatMap((reported) => {
    const first = acceptanceOf(reported);
    return reported.report.findings.map((finding) => ({
      task: reported.task.id,
      finding,
      atMs: reported.attempt.endedAtMs,
      ...first && { accepted: { by: first.task.id, atMs: first.attempt.endedAtMs } }
    }));
  });
}

// mcp-server/src/report/tasks/merged-findings.ts
var SAME_WORDS = 0.8;
var NEAR_LINES = 3;
var COMPARED_FINDINGS = 100;
function mergedFindings(state) {
  const all = [];
  const byText = /* @__PURE__ */ new Map();
  const byPath2 = /* @__PURE__ */ new Map();
  for (const report of reportedFindings(state)) {
    const { task, finding } = report;
    const one = comparedOf(finding);
    const key = JSON.stringify([normalisePath(finding.file ?? ""), normaliseText(finding.text)]);
    const inFile = byPath2.get(one.path) ?? [];
    const known = byText.get(key) ?? inFile.find((other) => isSame(other, one, task));
    if (known) {
      known.reported.push(report);
      known.merged = {
        ...known.merged,
        severity: worse(known.merged.severity, finding.severity),
        foundBy: [.../* @__PURE__ */ new Set([...known.merged.foundBy, task])]
      };
      byText.set(key, known);
    } else {
      const fresh = { first: one, reported: [report], merged: { ...finding, foundBy: [task] } };
      all.push(fresh);
      byText.set(key, fresh);
      if (one.path !== "" && inFile.length < COMPARED_FINDINGS) byPath2.set(one.path, [...inFile, fresh]);
    }
  }
  return all.map(({ merged, reported }) => ({
    ...merged,
    ...merged.severity !== "info" && acceptedBy(reported)
  })).sort((a, b) => rank(a.severity) - rank(b.severity));
}
function acceptedBy(reported) {
  const last = reported.flatMap(({ accepted }) => accepted ?? []).reduce((a, b) => a && a.atMs >= b.atMs ? a : b, void 0);
  const isOpen = reported.some(({ atMs, accepted }) => !accepted && last && atMs >= last.atMs);
  return last && !isOpen ? { acceptedBy: last.by } : {};
}
function comparedOf({ file, text }) {
  const [, path = "", line] = /^(.*?)(?::(\d+)(?:[-:,]\d+)*)?$/s.exec(normalisePath(file ?? "")) ?? [];
  const words = new Set(normaliseText(text).match(/[\p{L}\p{N}]+/gu));
  return { path, ...line !== void 0 && { line: Number(line) }, words };
}
function isSame({ first, merged }, { line, words }, task) {
  if (merged.foundBy.includes(task)) return false;
  const isNear = line === void 0 || first.line === void 0 || Math.abs(line - first.line) <= NEAR_LINES;
  return isNear && shareOfWords(words, first.words) >= SAME_WORDS;
}
function shareOfWords(a, b) {
  const both = [...a].filter((word) => b.has(word)).length;
  return both / Math.max(1, a.size + b.size - both);
}
function worse(a, b) {
  return rank(a) < rank(b) ? a : b;
}
function rank(severity) {
  return SEVERITIES.indexOf(severity);
}

// mcp-server/src/report/tasks/reviews.ts
function reviewedWorks(state) {
  const rounds = /* @__PURE__ */ new Map();
  for (const task of state.tasks) {
    const purpose = purposeOf(task);
    if (purpose?.kind !== "review") continue;
    const fix = state.tasks.find((other) => {
      const step = purposeOf(other);
      return step?.kind === "fix" && other.dependencies.includes(task.id);
    });
    rounds.set(purpose.of, [...rounds.get(purpose.of) ?? [], roundOf(state, task, purpose.round, fix)]);
  }
  return [...rounds].map(([task, own]) => ({
    ...task !== void 0 && { task },
    state: stateOf(own),
    rounds: own
  }));
}
function reviewerVerdicts(state) {
  const reports = taskReports(state);
  const acceptanceOf = firstAcceptances(reports, state.tasks);
  return reports.flatMap((reported) => {
    const { task, attempt, report } = reported;
    if (report.verdict === void 0 || purposeOf(task)?.kind === "review") return [];
    const first = acceptanceOf(reported);
    return [
      {
        task: task.id,
        subject: plainSubject(task, state.plan.slug),
        agentType: attempt.agentType,
        verdict: report.verdict,
        summary: report.summary,
        findings: report.findings.length,
        ...first && { acceptedBy: first.task.id }
      }
    ];
  });
}
function commandsRunAgain(state) {
  return state.tasks.flatMap((task) => {
    const purpose = purposeOf(task);
    if (purpose?.kind !== "verify") return [];
    const evidence = lastEnded(state, task)?.report?.evidence ?? [];
    return task.acceptance.flatMap(({ command }) => {
      if (command === void 0) return [];
      const ran = evidence.find((item) => "command" in item && item.command.trim() === command.trim());
      return [
        {
          command,
          of: purpose.of,
          verification: task.id,
          ...ran && "exitCode" in ran && { exitCode: ran.exitCode }
        }
      ];
    });
  });
}
function roundOf(state, task, round, fix) {
  const report = lastEnded(state, task)?.report;
  const fixed = fix && lastEnded(state, fix)?.report?.summary;
  return {
    round,
    review: task.id,
    status: task.status,
    ...report?.verdict && { verdict: report.verdict },
    ...report && { summary: report.summary },
    findings: report?.findings.length ?? 0,
    by: attemptsAt(state, task).map(({ agentType }) => agentType),
    ...fix && { fix: { task: fix.id, status: fix.status, ...fixed && { summary: fixed } } }
  };
}
function stateOf(rounds) {
  const last = rounds.at(-1);
  if (last?.status === "completed" && last.verdict === "accepted") return "accepted";
  const steps = [last?.status, last?.fix?.status];
  return steps.includes("failed") || steps.includes("cancelled") ? "waits for a person" : "under review";
}
function attemptsAt({ claims }, { id }) {
  return claims.filter((claim) => claim.task === id && isAttempt(claim));
}
function lastEnded(state, task) {
  return attemptsAt(state, task).findLast((attempt) => attempt.state === "ended");
}

// mcp-server/src/report/tasks/session-result.ts
function sessionResults(results, mainUsage) {
  const attempts = results.flatMap((result) => result.attempts);
  const firstStart = /* @__PURE__ */ new Map();
  for (const { session, startedAtMs } of attempts) {
    firstStart.set(session, Math.min(startedAtMs, firstStart.get(session) ?? startedAtMs));
  }
  return [...firstStart].sort(([, a], [, b]) => a - b).map(([session, startedAtMs], i) => {
    const touched = results.filter(
      (result) => result.attempts.some((attempt) => attempt.session === session)
    );
    const completed = touched.filter(
      (result) => result.attempts.some((attempt) => attempt.session === session && attempt.outcome === "completed")
    );
    const own = attempts.filter((attempt) => attempt.session === session);
    const agentsUsage = totalUsage(own.flatMap(({ usage }) => usage ?? []));
    const main = session === void 0 ? void 0 : mainUsage.get(session);
    return {
      number: i + 1,
      ...session && { session },
      startedAtMs,
      attempts: own.length,
      completed: completed.map((result) => result.task),
      notCompleted: touched.filter((result) => !completed.includes(result)).map((result) => result.task),
      ...agentsUsage && { agentsUsage },
      ...main && { mainUsage: main.usage },
      ...main?.before && { mainUsageBefore: main.before }
    };
  });
}

// mcp-server/src/report/tasks/not-run.ts
var NAMED_TASKS = 5;
var HOW_IT_ENDED = {
  completed: "completed",
  failed: "failed",
  blocked: "was blocked",
  lost: "was lost",
  cancelled: "was cancelled",
  unreported: "ended without a report"
};
function notRunReasons(state, nowMs) {
  const tasks = new Map(state.tasks.map((task) => [task.id, task]));
  const reachable = reachableIn(state.tasks);
  const lastClaim = new Map(state.claims.map((claim) => [claim.task, claim]));
  const pending = state.tasks.filter((task) => task.status === "pending");
  return new Map(
    pending.map((task) => {
      const claim = lastClaim.get(task.id);
      if (claim?.state === "offered" && claim.expiresAtMs > nowMs) {
        return [task.id, "is offered to an agent that has not started yet"];
      }
      if (!reachable.has(task.id)) return [task.id, whyUnreachable(task, tasks, reachable)];
      return [task.id, heldReason(state) ?? whyWaiting(task, tasks, claim)];
    })
  );
}
function heldReason({ plan }) {
  if (plan.status === "open") return void 0;
  const held = plan.status === "paused" ? "the plan is paused" : "the plan was stopped";
  return plan.cause ? `${held}: ${plan.cause}` : held;
}
function whyUnreachable(task, tasks, reachable) {
  const direct = brokenDependencies(task, tasks);
  const [first] = direct;
  if (first) {
    const same = direct.filter((broken) => broken.status === first.status).map((broken) => broken.task);
    return `needs ${listed(same)}, which ${verb(first.status)}`;
  }
  const stuck = task.dependencies.filter((id) => tasks.get(id)?.status === "pending" && !reachable.has(id));
  const root = firstBroken(stuck, tasks);
  if (root) return `needs ${listed(stuck)}, which cannot run because ${root.task} ${verb(root.status)}`;
  return `needs ${listed(task.dependencies.filter((id) => !tasks.has(id)))}, which is not in the plan`;
}
function firstBroken(from, tasks) {
  const queue = [...from];
  const seen = new Set(queue);
  for (const id of queue) {
    const task = tasks.get(id);
    if (!task) continue;
    const [broken] = brokenDependencies(task, tasks);
    if (broken) return broken;
    for (const next of task.dependencies) {
      if (tasks.get(next)?.status !== "pending" || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return void 0;
}
function whyWaiting(task, tasks, claim) {
  if (!needsHold(task.needs, statusesOf(task, tasks))) {
    const open = task.dependencies.filter((id) => tasks.get(id)?.status !== "completed");
    return `waits for ${listed(open)}`;
  }
  if (claim?.state !== "ended") return "ready";
  return `to be tried again after attempt ${claim.number} ${HOW_IT_ENDED[claim.outcome]}`;
}
function verb(status) {
  return status === "failed" ? "failed" : "was cancelled";
}
function listed(ids) {
  const more = ids.length - NAMED_TASKS;
  const names2 = ids.slice(0, NAMED_TASKS).join(", ");
  return more > 0 ? `${names2} and ${more} more` : names2;
}

// mcp-server/src/report/tasks/task-result.ts
function taskResults(state, written, nowMs, prices) {
  return resultsOf(state, state.tasks, { written, reasons: notRunReasons(state, nowMs) }, nowMs, prices);
}
function resultsOf(state, tasks, { written, reasons }, nowMs, prices) {
  const spans = /* @__PURE__ */ new Map();
  for (const span of attemptSpans(state, nowMs)) {
    const own = spans.get(span.attempt.task);
    if (own) own.push(span);
    else spans.set(span.attempt.task, [span]);
  }
  return tasks.map((task) => {
    const own = spans.get(task.id) ?? [];
    const last = own.at(-1);
    const ended = last?.attempt.state === "ended" ? last.attempt : void 0;
    const reports = own.flatMap(
      ({ attempt }) => attempt.state === "ended" && attempt.report ? [attempt.report] : []
    );
    const reported = last?.attempt.state === "running" ? void 0 : last?.attempt;
    const summary = reported?.report?.summary ?? reported?.lastMessage;
    const reason = reasons.get(task.id) ?? notBelieved(task, ended) ?? (task.cause && causeText(task.cause)) ?? (task.status === "failed" ? ended?.cause : void 0);
    const blockedOn = ended?.report?.blockedOn;
    const usage = totalUsage(own.flatMap(({ attempt }) => attempt.usage ?? []));
    return {
      task: task.id,
      subject: plainSubject(task, state.plan.slug),
      status: task.status,
      ...last && { outcome: attemptStanding(last.attempt) },
      ...summary && { summary },
      ...ended?.report?.verdict && { verdict: ended.report.verdict },
      unstructured: reported?.report === void 0 && summary !== void 0,
      ...reason && { reason },
      ...blockedOn && "question" in blockedOn && { question: blockedOn.question },
      evidence: (reported?.report?.evidence ?? []).map((item) => withCriterionText(item, task.acceptance)),
      attempts: own.map((span) => attemptResult(span, prices)),
      ...last && { durationMs: lengthOf(last) },
      ...spendingOf(usage, prices),
      ...filesOfAttempts(
        own.map(({ attempt }) => attempt),
        written
      ),
      findings: reports.flatMap((report) => report.findings),
      notes: [...new Set(reports.flatMap((report) => report.notes))],
      widened: sortedPaths(own.flatMap(({ attempt }) => attempt.widened))
    };
  });
}
function spendingOf(usage, prices) {
  return { ...usage && { usage }, ...usage && prices && { cost: usageCost(usage, prices) } };
}
function attemptResult(span, prices) {
  const { attempt } = span;
  const cause = attempt.state === "ended" ? attempt.cause ?? reportedCause(attempt) : void 0;
  return {
    number: attempt.number,
    outcome: attemptStanding(attempt),
    agentType: attempt.agentType,
    ...attempt.chosenModel && { chosenModel: attempt.chosenModel },
    ...attempt.owner.session && { session: attempt.owner.session },
    startedAtMs: span.startMs,
    durationMs: lengthOf(span),
    ...cause && { cause },
    ...spendingOf(attempt.usage, prices)
  };
}
function notBelieved({ status }, ended) {
  return status === "failed" && ended?.outcome === "failed" && ended.report ? ended.cause : void 0;
}
function reportedCause({ outcome, report }) {
  return outcome === "completed" ? void 0 : report?.summary;
}

// mcp-server/src/report/tasks/unverified.ts
function unverifiedOf(task, result, runAgain) {
  if (result.status !== "completed" || result.attempts.length === 0) return [];
  if (result.verdict === "rejected") return [];
  if (result.unstructured) {
    return [{ task: task.id, why: "no report: the agent's last message was taken as it was" }];
  }
  if (result.evidence.length === 0 && task.acceptance.length === 0) {
    return [{ task: task.id, why: "reported as completed without evidence" }];
  }
  const doubtful = result.evidence.flatMap(
    (evidence) => doubtsAbout(evidence, task, runAgain).map((why) => ({
      task: task.id,
      ...evidence.criterion && { criterion: evidence.criterion },
      why
    }))
  );
  const covered = new Set(
    result.evidence.flatMap((evidence) => [
      normaliseText(evidence.criterion ?? ""),
      ..."command" in evidence ? [normaliseText(evidence.command)] : []
    ])
  );
  const uncovered = task.acceptance.filter(({ criterion, command }) => ![criterion, command].some((text) => covers(covered, text))).map(({ criterion }) => ({ task: task.id, criterion, why: "no evidence was given" }));
  return [...doubtful, ...uncovered];
}
function isProven({ criterion, command }, result, runAgain) {
  if (result.status !== "completed" || result.verdict === "rejected") return false;
  const about = result.evidence.filter((item) => {
    const named = /* @__PURE__ */ new Set([normaliseText(item.criterion ?? "")]);
    if ("command" in item) named.add(normaliseText(item.command));
    return covers(named, criterion) || covers(named, command);
  });
  const proving = { id: result.task };
  return about.length > 0 && about.every((item) => doubtsAbout(item, proving, runAgain).length === 0);
}
function doubtsAbout(evidence, task, runAgain) {
  if ("notVerified" in evidence) return [evidence.notVerified];
  if (!("command" in evidence)) return [];
  const { command, exitCode } = evidence;
  const said = (code) => `${codeSpan(command)} ended with exit code ${code}`;
  const again = runAgain.findLast((run) => run.of.includes(task.id) && run.command.trim() === command.trim());
  if (again?.exitCode === 0) return [];
  if (again?.exitCode !== void 0) {
    const also = exitCode === 0 ? "" : "also ";
    return [`${said(again.exitCode)} ${also}when nobody wrote (${again.verification})`];
  }
  if (exitCode === 0) return doubtsAboutSuccess(evidence);
  return [
    again ? `${said(exitCode)} while others were writing, and was not run again yet (${again.verification})` : said(exitCode)
  ];
}
function doubtsAboutSuccess({ command, standing, seen }) {
  const proves = seen === void 0 || standing === "seen" && seen !== NO_TEST;
  return proves ? [] : [`${codeSpan(command)} is ${standing}: ${seen}`];
}
function covers(covered, text) {
  return text !== void 0 && covered.has(normaliseText(text));
}

// mcp-server/src/report/tasks/waiting-for-user.ts
function waitingForUser(tasks, results) {
  if (results.length === 0) return [];
  const heldUpBy = findHeldUp(tasks);
  return results.flatMap((result) => {
    const heldUp = heldUpBy.get(result.task) ?? [];
    if (result.status !== "failed" && heldUp.length === 0) return [];
    const kind = result.status === "cancelled" ? "cancelled" : result.question ? "question" : "failed";
    const text = result.question ?? result.summary ?? result.reason ?? "no reason was given";
    return [{ task: result.task, kind, text, attempts: result.attempts.length, heldUp }];
  }).sort((a, b) => b.heldUp.length - a.heldUp.length);
}
function findHeldUp(tasks) {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const reachable = reachableIn(tasks);
  const stuck = tasks.filter((task) => task.status === "pending" && !reachable.has(task.id));
  const dependents = /* @__PURE__ */ new Map();
  for (const task of stuck) {
    for (const id of task.dependencies) {
      const list2 = dependents.get(id);
      if (list2) list2.push(task);
      else dependents.set(id, [task]);
    }
  }
  const broken = new Set(stuck.flatMap((task) => brokenDependencies(task, byId).map(({ task: id }) => id)));
  return new Map(
    [...broken].map((id) => {
      const heldUp = /* @__PURE__ */ new Set();
      const queue = [id];
      for (const next of queue) {
        for (const task of dependents.get(next) ?? []) {
          if (heldUp.has(task)) continue;
          heldUp.add(task);
          queue.push(task.id);
        }
      }
      return [id, [...heldUp].sort((a, b) => a.position - b.position).map((task) => task.id)];
    })
  );
}

// mcp-server/src/report/timeline/timeline-rows.ts
function timelineOf(state, nowMs) {
  const bars = /* @__PURE__ */ new Map();
  for (const { attempt, startMs, endMs } of attemptSpans(state, nowMs)) {
    const bar = { startMs, endMs, kind: attemptStanding(attempt) };
    bars.set(attempt.task, [...bars.get(attempt.task) ?? [], bar]);
  }
  return byFirstStart(
    state.tasks.map((task) => ({
      task: task.id,
      subject: plainSubject(task, state.plan.slug),
      status: task.status,
      bars: bars.get(task.id) ?? []
    }))
  );
}
function timelineOfSchedule(schedule) {
  return byFirstStart(
    schedule.map(({ task, subject, startMs, endMs }) => ({
      task,
      subject,
      bars: [{ startMs, endMs, kind: "planned" }]
    }))
  );
}
function byFirstStart(rows) {
  const startOf = (row3) => row3.bars[0]?.startMs ?? Number.MAX_SAFE_INTEGER;
  return [...rows].sort((a, b) => startOf(a) - startOf(b));
}

// mcp-server/src/report/aggregate.ts
function aggregate(state, events, nowMs, prices) {
  const { plan } = state;
  const { written, ...truth } = actualWrites(state, events);
  const tasks = taskResults(state, written, nowMs, prices);
  const figures = measureRun(state, events, nowMs, prices);
  const spec = specOf(state, events);
  const runAgain = commandsRunAgain(state);
  const having = (status) => tasks.filter((task) => task.status === status).map((task) => task.task);
  const coming = tasksToCome(state);
  const inProgress = having("in_progress");
  const isDelivering = new Set(
    tasks.flatMap(({ task, outcome }) => outcome === "delivering" ? [task] : [])
  );
  const pending = having("pending");
  const goesOn = inProgress.length > 0 || coming.size > 0;
  const endedAtMs = goesOn ? void 0 : lastEndMs(tasks);
  const gitMoves = gitMovesOf(plan.slug, events);
  const undone = undoneChanges(events, state.claims);
  const newer = newerParts(state, events);
  return {
    plan: {
      slug: plan.slug,
      title: plan.title,
      status: plan.status,
      ...plan.cause && { cause: plan.cause },
      ...spec && { spec },
      createdAtMs: plan.createdAtMs,
      lastChangedAtMs: events.at(-1)?.atMs ?? plan.createdAtMs
    },
    atMs: nowMs,
    ...endedAtMs !== void 0 && { endedAtMs },
    verdict: verdictOf(state, nowMs),
    goesOn,
    tasks,
    groups: {
      completed: having("completed"),
      failed: having("failed"),
      cancelled: having("cancelled"),
      running: inProgress.filter((id) => !isDelivering.has(id)),
      delivering: inProgress.filter((id) => isDelivering.has(id)),
      toCome: pending.filter((id) => coming.has(id)),
      notRun: pending.filter((id) => !coming.has(id))
    },
    waitingForUser: waitingForUser(state.tasks, tasks),
    unverified: state.tasks.flatMap((task, i) => unverifiedOf(task, tasks[i], runAgain)),
    findings: mergedFindings(state),
    sharedFiles: sharedFiles(state, written, nowMs),
    outsideScope: outsideScope(state, written, nowMs),
    scopeTruth: truth,
    suggestedScopes: suggestedScopes(state, writtenByTask(state, written)),
    ...gitMoves.length > 0 && { gitMoves },
    ...undone.length > 0 && { undone },
    work: committedWork(plan.slug, events),
    discoveries: discoveriesOf(tasks, events),
    verdicts: reviewerVerdicts(state),
    reviews: reviewedWorks(state),
    runAgain,
    decisions: events.flatMap(
      ({ atMs, change }) => change.type === "decision.taken" ? [
        {
          atMs,
          decision: change.decision,
          reason: change.reason,
          ...(change.maxTokens !== void 0 || change.limit) && { isLimit: true }
        }
      ] : change.type === "limit.near" || change.type === "task.limited" ? [{ atMs, decision: "limit", reason: change.reason, isLimit: true }] : []
    ),
    refused: events.flatMap(
      ({ change }) => change.type === "token.refused" ? [
        {
          task: change.task,
          ...change.attempt !== void 0 && { attempt: change.attempt },
          why: change.why
        }
      ] : []
    ),
    figures,
    ...newer.length > 0 && { newerParts: newer },
    notMeasured: notMeasured(figures),
    sessions: sessionResults(tasks, conversationUsage(events)),
    timeline: timelineOf(state, nowMs)
  };
}
function lastEndMs(tasks) {
  const ends = tasks.flatMap(
    ({ attempts }) => attempts.map(({ startedAtMs, durationMs }) => startedAtMs + durationMs)
  );
  return ends.length === 0 ? void 0 : ends.reduce((last, ms) => Math.max(last, ms));
}
function specOf({ plan }, events) {
  const named = events.flatMap(
    ({ change }) => change.type === "plan.created" || change.type === "plan.updated" ? [change.document?.spec] : []
  ).findLast((spec) => typeof spec === "string" && spec !== "");
  return specificationPath(plan.source, named);
}
function discoveriesOf(tasks, events) {
  const reported = tasks.flatMap(({ task, notes }) => notes.map((text) => ({ task, text })));
  const annotated = events.flatMap(
    ({ change }) => change.type === "task.annotated" && change.note ? [{ task: change.task, text: change.note }] : []
  );
  const seen = /* @__PURE__ */ new Set();
  return [...reported, ...annotated].filter(({ text }) => {
    const key = normaliseText(text);
    return seen.has(key) ? false : seen.add(key);
  });
}

// mcp-server/src/report/files/file-kind.ts
var TEST_FOLDER = /(?:^|\/)(?:tests?|__tests__|__mocks__|__snapshots__|e2e|cypress)\//i;
var TEST_NAME = /(?:[._-](?:test|spec|tests|specs)\.[^/]+|(?:^|\/)(?:test_[^/]+|conftest)\.py|Tests?\.(?:java|kt|cs|swift|php|scala))$/;
var DOCUMENT = /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|pdf|docx?|odt)$|(?:^|\/)(?:LICEN[CS]E|NOTICE|AUTHORS|COPYING|README|CHANGELOG|CODEOWNERS)$/i;
var CONFIGURATION = /\.(?:json[5c]?|ya?ml|toml|ini|cfg|conf|properties|env|lock|lockb|sum|mod|gradle|csproj|sln|plist|editorconfig|tfvars)$|(?:^|\/)\.[^/]|[.-](?:config|rc)\.[cm]?[jt]s$|(?:^|\/)(?:Makefile|Dockerfile[^/]*|Procfile|Gemfile|Pipfile|Jenkinsfile|Vagrantfile|pom\.xml|requirements[^/]*\.txt)$/i;
var MEDIA = /\.(?:png|jpe?g|gif|webp|avif|ico|svg|bmp|mp[34]|wav|ogg|webm|woff2?|ttf|otf|zip|gz|csv|tsv|sqlite|db|map|log|snap)$/i;
function fileKind(path) {
  if (isTestFile(path)) return "test";
  return [DOCUMENT, CONFIGURATION, MEDIA].some((names2) => names2.test(path)) ? "other" : "source";
}
function isTestFile(path) {
  return TEST_FOLDER.test(path) || TEST_NAME.test(path);
}

// mcp-server/src/report/files/files-of-tasks.ts
var FILE_EVENTS = [
  "files.changed",
  "checkout.observed",
  "checkout.unmeasured",
  "work.committed"
];
function filesOfTasks(asked, events) {
  const written = writtenFiles(asked, events);
  const unobserved = unobservedTasks(asked.claims, events, endsOf(asked));
  return (task) => {
    const attempts = asked.claims.filter((claim) => claim.task === task && isHandedOver(claim));
    const isObserved = !unobserved.has(task);
    if (!isObserved && attempts.every(({ id }) => written.get(id) === void 0)) return void 0;
    const { filesChanged, notSeen } = filesOfAttempts(attempts, written);
    return { filesChanged, notSeen: isObserved ? notSeen : [] };
  };
}
function endsOf({ claimOf }) {
  return (attempt, { atMs }) => {
    const claim = claimOf(attempt);
    const endMs = claim && isAttempt(claim) ? workedUntilMs(claim) : void 0;
    return endMs !== void 0 && endMs <= atMs;
  };
}
function writtenFiles({ claims, claimOf }, events) {
  const asked = new Set(claims.map(({ id }) => id));
  const written = committedInWorktrees(events, claimOf);
  for (const change of seenChanges(events)) {
    if (!change.suspects.some(({ attempt }) => attempt !== void 0 && asked.has(attempt))) continue;
    for (const { id } of writersOf(change, claimOf).writers)
      written.set(id, (written.get(id) ?? /* @__PURE__ */ new Set()).add(change.path));
  }
  return new Map([...written].map(([attempt, paths]) => [attempt, [...paths].sort()]));
}
function isHandedOver(claim) {
  return claim.isolation === "shared" || claim.state === "ended" && claim.outcome === "completed";
}

// mcp-server/src/report/files/overwritten.ts
function overwrittenVersions(seen, taskOf) {
  let lost = [];
  const newest = /* @__PURE__ */ new Map();
  const foreign = /* @__PURE__ */ new Set();
  for (const { file, look } of effectsInOrder(seen)) {
    const { path, holder, before, after, by, undone } = file;
    if (undone) continue;
    newest.set(path, after);
    lost = lost.filter((one) => one.path !== path || one.before !== after);
    const task = taskOf(holder);
    if (by === "own") foreign.delete(path);
    if (by === "own" || foreign.has(path) || task === void 0) continue;
    foreign.add(path);
    if (before === ABSENT) continue;
    const when = { sinceMs: look.sinceMs, atMs: look.untilMs };
    lost.push({ path, task, holder, before, after, ...when, by, calls: suspectsOf(file, look.calls) });
  }
  return lost.map((one) => ({ ...one, after: newest.get(one.path) ?? one.after }));
}

// import:lib/picocolors.mjs in report.mjs
import { default as default2 } from "./lib/picocolors.mjs";

// mcp-server/src/report/tasks/status-mark.ts
var MARKS = {
  pending: "○",
  in_progress: "▶",
  completed: "✓",
  failed: "✗",
  cancelled: "⊘"
};
var DELIVERING_MARK = "→";

// mcp-server/src/report/timeline/gantt.ts
var HOUR = 36e5;
var TAGS = {
  completed: "done, ",
  running: "active, ",
  delivering: "active, ",
  planned: "",
  failed: "crit, ",
  unreported: "crit, ",
  blocked: "crit, done, ",
  cancelled: "crit, done, ",
  lost: "crit, done, "
};
function renderGantt(rows) {
  const spans = rows.flatMap((row3) => row3.bars);
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.endMs));
  const bars = rows.flatMap(
    (row3) => row3.bars.map((bar, i) => {
      const again = i === 0 ? "" : ` (attempt ${i + 1})`;
      const end = Math.max(bar.endMs, bar.startMs + 1);
      return `  ${nameOf(row3)}${again} :${TAGS[bar.kind]}${bar.startMs}, ${end}`;
    })
  );
  return [
    "```mermaid",
    "gantt",
    "  dateFormat x",
    `  axisFormat ${endMs - startMs < HOUR ? "%M:%S" : "%H:%M"}`,
    ...bars,
    "```"
  ].join("\n");
}
function nameOf({ task, subject, status }) {
  const name2 = cleanText(`${task} ${subject}`, NAME_LIMIT).replace(/[:;#%`"'<>{}\\&]+/g, " ").replace(/ {2,}/g, " ").trim();
  return `${status === void 0 ? "•" : MARKS[status]} ${name2}`;
}

// mcp-server/src/report/timeline/timeline.ts
var MAX_WIDTH = 200;
var MIN_WIDTH = 40;
var LABEL_SHARE = 0.4;
var MAX_LABEL = 48;
var SYMBOLS = {
  completed: "█",
  running: MARKS.in_progress,
  delivering: DELIVERING_MARK,
  planned: "█",
  failed: "×",
  unreported: "×",
  blocked: "?",
  cancelled: "-",
  lost: "~"
};
var LEVELS = [..." ▁▂▃▄▅▆▇█"];
var SECOND = 1e3;
var MINUTE = 60 * SECOND;
var HOUR2 = 60 * MINUTE;
var STEPS = [
  ...[10, 50, 100, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((n) => n * HOUR2)
];
var MIN_LABEL = 3;
var MIN_LABEL_GAP = 2;
function renderTimeline(rows, { width, colour }) {
  const colours = default2.createColors(colour);
  const spans = rows.flatMap((row3) => row3.bars).sort((a, b) => a.startMs - b.startMs);
  const labels = labelsOf(rows);
  if (width < MIN_WIDTH || spans.length === 0) {
    return rows.map((row3, i) => narrowRow(row3, labels[i] ?? "", width, colours)).join("\n");
  }
  const total = Math.min(width, MAX_WIDTH);
  const labelCells = Math.min(
    Math.max(...labels.map(cellWidth), "at once".length),
    MAX_LABEL,
    Math.floor(total * LABEL_SHARE)
  );
  const indent = " ".repeat(labelCells + 3);
  const axis = axisOf(spans, total - labelCells - 3);
  const scale = scaleOf(axis);
  const lines = rows.map((row3, i) => {
    const mark = markOf(row3, colours);
    return `${mark} ${fitCells(labels[i] ?? "", labelCells)} ${barOf(row3.bars, axis, colours)}`.trimEnd();
  });
  const most = assignSlots(spans).length;
  const load = loadOf(spans, axis, most);
  return [
    `${indent}${scale.labels}`.trimEnd(),
    `${indent}${colours.dim(scale.marks)}`,
    ...lines,
    `  ${fitCells("at once", labelCells)} ${colours.cyan(load)}`.trimEnd(),
    ...legend(spans, most, total)
  ].join("\n");
}
function labelsOf(rows) {
  const ids = rows.map((row3) => cleanText(row3.task, NAME_LIMIT));
  const widest = Math.max(0, ...ids.map(cellWidth));
  return rows.map((row3, i) => `${fitCells(ids[i] ?? "", widest)} ${cleanText(row3.subject, NAME_LIMIT)}`);
}
function narrowRow(row3, label, width, colours) {
  const last = row3.bars.at(-1);
  const time = last ? ` ${formatDuration(last.endMs - last.startMs)}` : "";
  const room = Math.max(1, width - 2 - time.length);
  return `${markOf(row3, colours)} ${fitCells(label, room).trimEnd()}${time}`;
}
function markOf(row3, colours) {
  if (row3.status === void 0) return " ";
  const paint = { completed: colours.green, failed: colours.red, in_progress: colours.cyan };
  const mark = row3.bars.at(-1)?.kind === "delivering" ? DELIVERING_MARK : MARKS[row3.status];
  return row3.status in paint ? paint[row3.status](mark) : colours.dim(mark);
}
function axisOf(spans, cells) {
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.endMs));
  return { startMs, msPerCell: Math.max(1, endMs - startMs) / cells, cells };
}
function columnsOf(span, { startMs, msPerCell, cells }) {
  const from = Math.min(Math.round((span.startMs - startMs) / msPerCell), cells - 1);
  const to = Math.min(Math.round((span.endMs - startMs) / msPerCell), cells);
  return { from, to: Math.max(to, from + 1) };
}
function barOf(bars, axis, colours) {
  const kinds = new Array(axis.cells).fill(void 0);
  for (const bar of bars) {
    const { from, to } = columnsOf(bar, axis);
    kinds.fill(bar.kind, from, to);
  }
  let line = "";
  for (let from = 0; from < kinds.length; ) {
    const kind = kinds[from];
    let to = from;
    while (to < kinds.length && kinds[to] === kind) to++;
    line += kind ? paintOf(kind, colours)(SYMBOLS[kind].repeat(to - from)) : " ".repeat(to - from);
    from = to;
  }
  return line;
}
function paintOf(kind, colours) {
  if (kind === "completed") return colours.green;
  if (kind === "running" || kind === "delivering" || kind === "planned") return colours.cyan;
  return kind === "failed" || kind === "unreported" ? colours.red : colours.yellow;
}
function scaleOf(axis) {
  const lengthMs = axis.msPerCell * axis.cells;
  const cellsPer = (step2) => step2 / axis.msPerCell;
  const fits = (step2) => {
    const room = Math.floor(cellsPer(step2)) - MIN_LABEL_GAP;
    if (room < MIN_LABEL) return false;
    const labels2 = Array.from(
      { length: Math.floor(lengthMs / step2) + 1 },
      (_, n) => formatDuration(n * step2)
    );
    return labels2.every(({ length }) => length <= room) && new Set(labels2).size === labels2.length;
  };
  const step = STEPS.find(fits) ?? lengthMs;
  let labels = "";
  const marks = new Array(axis.cells).fill("─");
  for (let n = 0; cellsPer(n * step) < axis.cells - 0.5; n++) {
    const column = Math.round(cellsPer(n * step));
    const label = formatDuration(n * step);
    marks[column] = n === 0 ? "├" : "┼";
    if (column + label.length <= axis.cells) labels = labels.padEnd(column) + label;
  }
  return { labels, marks: marks.join("") };
}
function loadOf(spans, axis, most) {
  let line = "";
  for (let column = 0; column < axis.cells; column++) {
    const within = {
      startMs: axis.startMs + column * axis.msPerCell,
      endMs: axis.startMs + (column + 1) * axis.msPerCell
    };
    const touching = spans.filter((span) => span.startMs < within.endMs && span.endMs > within.startMs);
    line += LEVELS[Math.ceil(assignSlots(touching).length / most * (LEVELS.length - 1))];
  }
  return line;
}
function legend(spans, most, width) {
  const kinds = new Set(spans.map((span) => span.kind));
  const symbols = Object.keys(SYMBOLS).filter((kind) => kinds.has(kind));
  const lines = [`  most at once: ${most}`];
  for (const part of symbols.map((kind) => `  ${SYMBOLS[kind]} ${kind}`)) {
    const line = `${lines.at(-1)}${part}`;
    if (cellWidth(line) <= width) lines[lines.length - 1] = line;
    else lines.push(part);
  }
  return lines;
}

// mcp-server/src/report/render/analysis-text.ts
var NAMED = 12;
function renderAnalysis(page, { width, colour }) {
  const colours = default2.createColors(colour);
  const clean = (text) => cleanText(text, LINE_LIMIT);
  const rows = rowsOf(page);
  const indent = Math.max(...rows.map(([name2]) => name2.length)) + 2;
  const body = rows.map(([name2, text]) => {
    const lines = wrap(clean(text), Math.max(20, width - indent));
    return lines.map(
      (line, i) => i === 0 ? `${colours.bold(name2.padEnd(indent))}${line}` : `${" ".repeat(indent)}${line}`
    ).join("\n");
  });
  return [
    colours.bold(clean(headline(page))),
    "",
    ...body,
    "",
    ...page.tasks.length === 0 ? [] : [renderTimeline(timelineRows(page), { width, colour })]
  ].join("\n");
}
function renderAnalysisMarkdown(page) {
  return [
    `# ${escapeMarkdown(headline(page), NAME_LIMIT)}`,
    rowsOf(page).map(([name2, text]) => `- **${name2}**: ${escapeMarkdown(text, LINE_LIMIT)}`).join("\n"),
    ...page.tasks.length === 0 ? [] : [renderGantt(timelineRows(page))]
  ].join("\n\n");
}
function headline({ title, tasks, analysis }) {
  return `${title}: ${plural(tasks.length, "task")} in ${plural(analysis.levels.length, "level")}, ${analysis.strategy}`;
}
function rowsOf(page) {
  const { tasks, analysis, warnings } = page;
  const { reasons, running, cannotStart } = analysis;
  return [
    ["Why", reasons.join(" ")],
    ...row("Running", running.length === 0 ? "" : `${some(running)}: only what is left of them counts`),
    ...row("Cannot start", some(cannotStart, "; ")),
    ...tasks.length === 0 ? [] : plannedRows(analysis),
    ...inferredRows(page),
    ...warnings.map((warning) => ["Warning", warning])
  ];
}
function plannedRows(analysis) {
  const { estimate, criticalPath: criticalPath2, slackMinutes, conflicts, contradictions } = analysis;
  const { unscoped, unknownRoles, help, models } = analysis;
  const slack = Object.entries(slackMinutes).filter(([, minutes2]) => minutes2 > 0);
  return [
    ["One by one", minutes(estimate.sequentialMinutes)],
    [
      `${estimate.cap} at once`,
      `${minutes(estimate.makespanMinutes)}${estimate.speedup > 1 ? `, ${estimate.speedup} times faster` : ""}; no plan is shorter than ${minutes(estimate.lowerBoundMinutes)} (${estimate.lowerBoundBy})`
    ],
    ...row("By cap", analysis.minutesByCap.map((value, i) => `${i + 1}: ${minutes(value)}`).join(", ")),
    ["Estimates", estimate.basis],
    [
      "Tokens",
      `about ${formatCount(estimate.tokens)} of the agents without cache reads: ${estimate.tokensBasis}`
    ],
    ...row("Cost", estimate.cost),
    ["Ways", estimate.ways.join("; ")],
    ...row("Models", models.join("; ")),
    ["Critical path", `${minutes(estimate.criticalPathMinutes)}: ${criticalPath2.join(" → ")}`],
    ...row("Slack", some(slack.map(([id, value]) => `${id} ${minutes(value)}`))),
    ...row("Conflicts", conflicts.join("; ")),
    ...row("parallelWith", contradictions.join("; ")),
    ...row("Unscoped", unscoped.length === 0 ? "" : `nobody declared what is written by ${some(unscoped)}`),
    ...row(
      "Roles",
      [
        ...unknownRoles.map((role) => `no agent has the role ${role}; general-purpose stands in`),
        ...analysis.overlappingRoles
      ].join("; ")
    ),
    ["Bottleneck", analysis.bottleneck],
    ...row("Would help", help.join("; "))
  ];
}
function inferredRows({ tasks, inferredDependencies = /* @__PURE__ */ new Map() }) {
  const files = tasks.flatMap((task) => {
    const { basis: basis2, writes } = scopeOf(task);
    return basis2 === "inferred" ? [`${task.id} ${some(writes)}`] : [];
  });
  const order = [...inferredDependencies].map(([id, others]) => `${id} after ${some(others)}`);
  return [
    ...row("Inferred files", some(files, "; ")),
    ...row("Inferred order", order.length === 0 ? "" : `${some(order, "; ")} (by place, files or names)`)
  ];
}
function row(name2, text) {
  return text === "" ? [] : [[name2, text]];
}
function some(texts, between = ", ") {
  const more = texts.length - NAMED;
  return more > 0 ? `${texts.slice(0, NAMED).join(between)} and ${more} more` : texts.join(between);
}
function minutes(value) {
  return formatDuration((value < 1 ? value : Math.round(value)) * 6e4);
}
function timelineRows({ slug, tasks, analysis }) {
  const subjects = new Map(tasks.map((task) => [task.id, plainSubject(task, slug)]));
  return timelineOfSchedule(
    analysis.schedule.map((planned) => ({ ...planned, subject: subjects.get(planned.task) ?? "" }))
  );
}
function wrap(text, width) {
  const lines = [];
  for (const word of text.split(/ (?!(?:min|h|s)\b)/)) {
    const last = lines.at(-1);
    if (last !== void 0 && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

// mcp-server/src/report/share-line.ts
var NOTICEABLE_SPEEDUP = 1.05;
var NOTHING_RAN = "no agent ran, so nothing was measured";
function shareLine(report) {
  if (report.goesOn) return lineSoFar(report);
  const outsideMain = report.figures.usage?.outsideMain;
  const kept = outsideMain === void 0 ? "" : `; ${formatPercent(outsideMain)} of all tokens (agents and main conversation) stayed out of the main context`;
  return `${speedLine(report)}${kept}`;
}
function lineSoFar({ groups, figures: { largestRunning }, tasks }) {
  const done = `${groups.completed.length} of ${plural(tasks.length, "task")} so far`;
  if (largestRunning === void 0) return `${done}; ${NOTHING_RAN}`;
  const running = groups.running.length === 0 ? "none" : groups.running.length;
  const delivering = groups.delivering.length === 0 ? "" : `, ${groups.delivering.length} delivering`;
  const most = largestRunning === 1 ? "one agent at a time" : `at most ${largestRunning} agents at once`;
  return `${done}, ${running} running${delivering}, ${most}`;
}
function speedLine({ groups, figures, tasks }) {
  const done = groups.completed.length === tasks.length ? plural(tasks.length, "task") : `${groups.completed.length} of ${plural(tasks.length, "task")}`;
  const { wallMs, sequentialMs, speedup, largestRunning, nobodyRanMs = 0, breaksMs = 0 } = figures;
  if (wallMs === void 0 || largestRunning === void 0) return `${done}; ${NOTHING_RAN}`;
  const agents = largestRunning === 1 ? "one agent at a time" : `${largestRunning} agents at once`;
  if (sequentialMs === void 0 || speedup === void 0) {
    return `${done}, ${agents}, ${formatDuration(wallMs)}; the speedup could not be measured`;
  }
  const inTurn = formatDuration(sequentialMs);
  const elapsedMs = wallMs - breaksMs;
  const elapsed = formatDuration(elapsedMs);
  const without = breaksMs > 0 ? `, without ${formatDuration(breaksMs)} in which no agent ran` : "";
  if (speedup >= NOTICEABLE_SPEEDUP) {
    return `${done}, ${agents}, ${formatFactor(speedup)} faster than one after another (${elapsed} instead of ${inTurn}${without})`;
  }
  const waitedMs = nobodyRanMs - breaksMs;
  const waited = waitedMs > elapsedMs / 2 ? `; for ${formatDuration(waitedMs)} of it no agent ran` : "";
  const verdict = speedup > 1 / NOTICEABLE_SPEEDUP ? "as fast as" : "not faster than";
  return `${done}, ${agents}, ${verdict} one after another (${elapsed} against ${inTurn}${waited}${without})`;
}

// mcp-server/src/report/render/markdown/status-line.ts
var VERDICT_MARKS = {
  completed: "✓",
  "completed with failures": "✗",
  incomplete: "○",
  stopped: "✗",
  running: "▶"
};
function statusLine({ plan, verdict, groups, tasks }) {
  const counts = [
    `${groups.completed.length} of ${plural(tasks.length, "task")} completed`,
    ...groups.failed.length > 0 ? [`${groups.failed.length} failed`] : [],
    ...groups.running.length > 0 ? [`${groups.running.length} running`] : [],
    ...groups.delivering.length > 0 ? [`${groups.delivering.length} delivering`] : [],
    ...groups.toCome.length > 0 ? [`${groups.toCome.length} to come`] : [],
    ...groups.notRun.length > 0 ? [`${groups.notRun.length} not run`] : [],
    ...groups.cancelled.length > 0 ? [`${groups.cancelled.length} cancelled`] : []
  ].join(", ");
  const state = plan.status === "open" ? "" : ` The plan is ${plan.status}${plan.cause ? `: ${escapeProse(plan.cause)}` : ""}.`;
  return `**Overall status: ${VERDICT_MARKS[verdict]} ${verdict}**: ${counts}.${state}`;
}

// mcp-server/src/report/render/markdown/names.ts
var SHOWN_NAMES = 10;
function agentName(agentType) {
  return name(agentType.replace(/^parallel:/, ""));
}
function grouped(items, key) {
  const groups = /* @__PURE__ */ new Map();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}
function some2(texts, last = ", ") {
  const more = texts.length - SHOWN_NAMES;
  if (more > 0) return `${texts.slice(0, SHOWN_NAMES).join(", ")} and ${more} more`;
  return [texts.slice(0, -1).join(", "), ...texts.slice(-1)].filter((text) => text !== "").join(last);
}
function name(text) {
  return escapeMarkdown(text, NAME_LIMIT);
}
function bold(id) {
  return `**${escapeMarkdown(id, NAME_LIMIT)}**`;
}

// mcp-server/src/report/render/markdown/verdict-text.ts
function withVerdict(verdict, summary) {
  return beginning(verdict, summary) ? summary : `${verdict}: ${summary}`;
}
function verdictText(verdict, summary) {
  const found = beginning(verdict, summary);
  if (!found) return `**${verdict}**: ${escapeProse(summary)}`;
  const [begin, word, mark] = found;
  const rest = summary.slice(begin.length);
  return `**${word}**${mark}${/^\s/.test(rest) ? " " : ""}${escapeProse(rest)}`;
}
function beginning(verdict, summary) {
  return new RegExp(`^\\s*[*_]*(${verdict})(?![\\p{L}\\p{N}])[*_]*([.:,;!]?)[*_]*`, "iu").exec(summary);
}

// mcp-server/src/report/render/markdown/tasks.ts
var SHOWN_EVIDENCE = 3;
var INSPECTED_LIMIT = 300;
function taskLines(task, reason, currency) {
  const facts = [
    ...roleOf(task),
    ...task.durationMs === void 0 ? [] : [formatDuration(task.durationMs)],
    ...task.usage ? [`${formatCount(newTokens(task.usage))} tokens`] : [],
    ...task.cost && !task.cost.unpriced && currency ? [escapeMarkdown(moneyText(task.cost.amount, currency))] : [],
    ...task.attempts.length > 1 ? [plural(task.attempts.length, "attempt")] : []
  ];
  const mark = task.outcome === "delivering" ? DELIVERING_MARK : MARKS[task.status];
  const head = `- ${mark} ${bold(task.task)} ${escapeMarkdown(task.subject, NAME_LIMIT)}`;
  return [
    facts.length > 0 ? `${head} (${facts.join(", ")})` : head,
    ...task.reason ? [`  - ${reason}: ${escapeProse(task.reason)}`] : [],
    ...task.summary ? [`  - ${task.unstructured ? "Last message" : "Result"}: ${resultOf(task)}`] : [],
    ...task.evidence.length > 0 ? [`  - Evidence: ${evidenceOf(task.evidence)}`] : [],
    ...task.attempts.slice(0, -1).map((attempt) => {
      const { number, outcome, durationMs, cause } = attempt;
      const why = cause ? `: ${escapeProse(cause)}` : "";
      return `  - Attempt ${number}${onModel(attempt)} ${outcome} after ${formatDuration(durationMs)}${why}`;
    })
  ];
}
function roleOf({ attempts }) {
  const last = attempts.at(-1);
  return last === void 0 ? [] : [`${agentName(last.agentType)}${onModel(last)}`];
}
function onModel({ chosenModel }) {
  return chosenModel === void 0 ? "" : ` on ${modelChoiceText(chosenModel)}`;
}
function resultOf({ verdict, summary = "" }) {
  return verdict === void 0 ? escapeProse(summary) : verdictText(verdict, summary);
}
function evidenceOf(evidence) {
  const shown = evidence.slice(0, SHOWN_EVIDENCE).map(proofOf);
  const more = evidence.length - shown.length;
  return [...shown, ...more > 0 ? [`${more} more`] : []].join("; ");
}
function proofOf(item) {
  const short = (text) => escapeProse(text, NAME_LIMIT);
  if ("notVerified" in item) return `not verified${item.criterion ? `: ${short(item.criterion)}` : ""}`;
  if ("inspected" in item) return `inspected: ${escapeProse(item.inspected, INSPECTED_LIMIT)}`;
  const result = item.result.trim() === "" ? "" : `, ${short(item.result)}`;
  const standing = standingText(item);
  const worth = standing === "" ? "" : ` (${escapeProse(standing)})`;
  return `${codeSpan(item.command)} → exit code ${item.exitCode}${worth}${result}`;
}
function waitingLine({
  task,
  kind,
  text,
  attempts,
  heldUp
}) {
  const what = {
    question: "asks",
    failed: `failed after ${plural(attempts, "attempt")}`,
    cancelled: "was cancelled"
  }[kind];
  const held = heldUp.length === 0 ? "" : ` (holds up ${heldUp.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(", ")})`;
  return `- ${bold(task)} ${what}${held}: ${escapeProse(text)}`;
}

// mcp-server/src/report/render/brief-report.ts
var MAX_BRIEF_REPORT = 2300;
var SHOWN = 5;
var TEXT_LIMIT = 120;
function renderBriefReport(report) {
  for (let shown = SHOWN; ; shown -= 1) {
    const text = linesOf(report, shown).join("\n");
    if (text.length <= MAX_BRIEF_REPORT) return text;
    if (shown === 0) return `${text.slice(0, MAX_BRIEF_REPORT - 1)}…`;
  }
}
function linesOf(report, shown) {
  const { groups, tasks, findings, unverified } = report;
  const byId = new Map(tasks.map((task) => [task.task, task]));
  const line = (id, why = "") => `- ${escapeMarkdown(id)}: ${escapeProse(why, TEXT_LIMIT)}`;
  const some3 = (heading, lines) => section(heading, lines, shown);
  const reasons = (ids) => ids.map((id) => line(id, byId.get(id)?.summary ?? byId.get(id)?.reason));
  const waiting = report.waitingForUser.filter(({ kind }) => kind === "question").map(waitingLine);
  const open = findings.filter(({ acceptedBy: acceptedBy2, severity }) => acceptedBy2 === void 0 && severity !== "info");
  const remarks = findings.filter(({ severity }) => severity === "info").length;
  const severe = open.filter(({ severity }) => severity === "critical" || severity === "high");
  return [
    statusLine(report),
    ...some3("Needs your decision", waiting),
    ...some3("Failed", reasons(groups.failed)),
    ...some3(
      "Limits",
      report.decisions.filter(({ isLimit }) => isLimit).map(({ reason }) => `- ${escapeProse(reason, TEXT_LIMIT)}`)
    ),
    ...some3(
      "To come",
      groups.toCome.map((id) => line(id, byId.get(id)?.reason))
    ),
    ...some3("Not run", reasons(groups.notRun)),
    ...some3(
      "Severe findings",
      severe.map(({ severity, file, text }) => {
        const where = file === void 0 ? "" : ` ${escapeMarkdown(file, TEXT_LIMIT)}`;
        return `- ${severity}${where}: ${escapeProse(text, TEXT_LIMIT)}`;
      })
    ),
    ...open.length > 0 ? [`${plural(open.length, "finding")}, ${severe.length} of them severe.`] : [],
    ...remarks > 0 ? [`${plural(remarks, "remark")}.`] : [],
    ...unverified.length > 0 ? [`${plural(unverified.length, "criterion", "criteria")} not verified.`] : [],
    shareLine(report),
    ...tokensLine(report)
  ];
}
function section(heading, lines, shown) {
  if (lines.length === 0) return [];
  const more = lines.length - shown;
  return [
    `${heading}:`,
    ...lines.slice(0, shown),
    ...more > 0 ? [`- ${shown === 0 ? more : `and ${more} more`}`] : []
  ];
}
function tokensLine({ figures: { usage, spending } }) {
  const { total, prices } = spending ?? {};
  const cost = total && prices ? escapeMarkdown(costText(total, prices.currency)) : void 0;
  const of = (who, used) => used === void 0 ? [] : [`${who} ${formatCount(newTokens(used))}`];
  const parts = [...of("agents", usage?.agents), ...of("main conversation", usage?.main)];
  return parts.length === 0 ? [] : [`Tokens without cache reads: ${parts.join(", ")}.${cost === void 0 ? "" : ` Cost: ${cost}.`}`];
}

// mcp-server/src/report/render/ledger.ts
var STATUS = {
  completed: "Complete",
  "completed with failures": "Complete with failures",
  incomplete: "Incomplete",
  stopped: "Stopped",
  running: "In progress"
};
var NONE = "_(None)_";
function renderLedger(report) {
  const { plan } = report;
  const byId = new Map(report.tasks.map((task) => [task.task, task]));
  const tasksOf = (ids) => ids.flatMap((id) => byId.get(id) ?? []);
  const newestFirst = [...report.sessions].reverse();
  const blocks = [
    `# Implementation Summary: ${escapeMarkdown(plan.title, NAME_LIMIT)}`,
    [
      `**Created:** ${formatDay(plan.createdAtMs)}`,
      `**Last Updated:** ${formatDay(lastWorkAtMs(report))}`,
      `**Spec:** ${plan.spec ? escapeMarkdown(plan.spec, NAME_LIMIT) : NONE}`
    ].join("\n"),
    "## Progress",
    [
      `**Status:** ${STATUS[report.verdict]}`,
      `**Tasks Completed:** ${report.groups.completed.length} / ${report.tasks.length}`
    ].join("\n"),
    "## Tasks Completed",
    ...newestFirst.length === 0 ? [NONE] : [],
    ...newestFirst.flatMap((session) => [
      sessionHeading(session),
      list(tasksOf(session.completed).map(completedLine))
    ]),
    "## Files Modified/Created",
    ...filesBlocks(report),
    "## Known Issues",
    list(knownIssues(report)),
    ...remarksBlocks(report),
    "## Implementation Notes",
    ...newestFirst.length === 0 ? [NONE] : [],
    ...newestFirst.flatMap((session) => [sessionHeading(session), list(sessionNotes(session, tasksOf))])
  ];
  return `${blocks.join("\n\n")}
`;
}
function lastWorkAtMs({ plan, tasks }) {
  const times = tasks.flatMap(
    ({ attempts }) => attempts.map(
      ({ outcome, startedAtMs, durationMs }) => outcome === "running" ? startedAtMs : startedAtMs + durationMs
    )
  );
  return times.reduce((latest, ms) => Math.max(latest, ms), plan.createdAtMs);
}
function sessionHeading({ number, startedAtMs }) {
  return `### Session ${number} - ${formatDay(startedAtMs)}`;
}
function completedLine({ task, subject, summary, verdict }) {
  const what = `Task ${escapeMarkdown(task, NAME_LIMIT)}: ${escapeMarkdown(subject, NAME_LIMIT)}`;
  if (!summary) return what;
  return `${what}. ${verdict === void 0 ? escapeProse(summary) : verdictText(verdict, summary)}`;
}
function filesBlocks({ tasks, ignoredFiles = [] }) {
  const ignored = new Set(ignoredFiles);
  const all = new Set(tasks.flatMap((task) => task.filesChanged));
  const seen = new Set(
    tasks.flatMap((task) => task.filesChanged.filter((path) => !task.notSeen.includes(path)))
  );
  const files = [...all].filter((path) => !ignored.has(path)).sort();
  const of = (kind) => files.filter((path) => fileKind(path) === kind);
  const named = (path) => `${escapeMarkdown(path, NAME_LIMIT)}${seen.has(path) || ignored.has(path) ? "" : " (reported, not seen)"}`;
  const listed2 = (some3) => list(some3.map(named));
  return [
    "**Source files:**",
    listed2(of("source")),
    "**Test files:**",
    listed2(of("test")),
    ...of("other").length === 0 ? [] : ["**Other files:**", listed2(of("other"))],
    ...ignoredFiles.length === 0 ? [] : ["**Ignored by git:**", listed2(ignoredFiles)]
  ];
}
function knownIssues({ tasks, groups, findings, unverified, gitMoves = [] }) {
  const hasBegun = tasks.some(({ attempts }) => attempts.length > 0);
  const notDone = tasks.filter(({ status }) => status === "failed" || status === "pending" && hasBegun);
  return [
    ...notDone.map(({ task, subject, status, reason, summary }) => {
      const what = status === "failed" ? "failed" : groups.toCome.includes(task) ? "to come" : "not run";
      const why = (status === "failed" ? summary ?? reason : reason ?? summary) ?? "no reason was given";
      return `Task ${escapeMarkdown(task, NAME_LIMIT)} (${escapeMarkdown(subject, NAME_LIMIT)}) ${what}: ${escapeProse(why)}`;
    }),
    ...findings.filter(({ severity, acceptedBy: acceptedBy2 }) => severity !== "info" && acceptedBy2 === void 0).map((finding) => {
      const { severity, file, text } = finding;
      const where = file ? ` in ${escapeMarkdown(file, NAME_LIMIT)}` : "";
      return `${severity}${where}: ${escapeProse(text, FINDING_LIMIT)} (found by ${findersOf(finding)})`;
    }),
    ...unverified.map(({ task, criterion, why }) => {
      const what = criterion ? `${escapeProse(criterion)}: ` : "";
      return `Task ${escapeMarkdown(task, NAME_LIMIT)} not verified: ${what}${escapeProse(why)}`;
    }),
    ...gitMoves.map((text) => `In git, ${escapeProse(text)}`)
  ];
}
function remarksBlocks({ findings }) {
  const remarks = findings.filter(({ severity }) => severity === "info");
  if (remarks.length === 0) return [];
  const lines = remarks.map((finding) => {
    const where = finding.file ? `${escapeMarkdown(finding.file, NAME_LIMIT)}: ` : "";
    return `${where}${escapeProse(finding.text)} (found by ${findersOf(finding)})`;
  });
  return ["**Remarks:**", list(lines)];
}
function findersOf({ foundBy }) {
  return foundBy.map((task) => escapeMarkdown(task, NAME_LIMIT)).join(", ");
}
function sessionNotes(session, tasksOf) {
  const completed = tasksOf(session.completed);
  const notCompleted = tasksOf(session.notCompleted);
  const numbers = [
    `${plural(session.attempts, "attempt")}, ${plural(completed.length, "task")} completed`,
    ...notCompleted.length > 0 ? [`not completed: ${notCompleted.map(({ task }) => escapeMarkdown(task, NAME_LIMIT)).join(", ")}`] : []
  ];
  const troubles = [...completed, ...notCompleted].flatMap(
    ({ task, attempts }) => attempts.filter((attempt) => attempt.session === session.session).filter(({ outcome }) => !["completed", "running", "delivering"].includes(outcome)).map(({ number, outcome, durationMs, cause }) => {
      const why = cause ? `: ${escapeProse(cause)}` : "";
      return `Task ${escapeMarkdown(task, NAME_LIMIT)}, attempt ${number} ${outcome} after ${formatDuration(durationMs)}${why}`;
    })
  );
  const notes = completed.flatMap(
    ({ task, notes: texts }) => texts.map((text) => `Task ${escapeMarkdown(task, NAME_LIMIT)}: ${escapeProse(text)}`)
  );
  return [numbers.join("; "), ...tokensOf(session), ...troubles, ...notes];
}
function tokensOf({ agentsUsage, mainUsage, mainUsageBefore }) {
  const parts = [
    ...agentsUsage ? [`${formatCount(newTokens(agentsUsage))} by its agents`] : [],
    ...mainUsage ? [`${formatCount(newTokens(mainUsage))} by its main conversation from its first claim to the report`] : [],
    ...mainUsageBefore ? [`${formatCount(newTokens(mainUsageBefore))} by that before`] : []
  ];
  return parts.length === 0 ? [] : [`Tokens without cache reads: ${parts.join(", ")}`];
}
function list(lines) {
  return lines.length === 0 ? NONE : lines.map((line) => `- ${line}`).join("\n");
}

// mcp-server/src/report/render/markdown/figures.ts
var TIMELINE_WIDTH = 96;
function measuredSection({ figures, notMeasured: notMeasured2, timeline, goesOn }) {
  const rows = figureRows(figures, goesOn).map(([name2, value]) => `| ${name2} | ${value} |`);
  const blocks = [
    goesOn && rows.length > 0 ? "## The measured run so far" : "## The measured run",
    ...rows.length > 0 ? [["| Figure | Value |", "| --- | --- |", ...rows].join("\n")] : [],
    `Not measured: ${notMeasured2.join("; ")}.`,
    ...figures.wallMs === void 0 ? [] : [`\`\`\`text
${renderTimeline(timeline, { width: TIMELINE_WIDTH, colour: false })}
\`\`\``]
  ];
  return blocks.join("\n\n");
}
function figureRows(figures, goesOn) {
  const { sequentialMs, completedTasksMs, attemptsMs, largestRunning, bursts, usage } = figures;
  const { speedup, efficiency } = goesOn ? {} : figures;
  const rows = [
    ["Wall time", duration(figures.wallMs)],
    ["No agent ran for", nobodyRan(figures)],
    ["Tasks one after another", duration(sequentialMs)],
    ["Completed ones only", completedTasksMs === sequentialMs ? void 0 : duration(completedTasksMs)],
    ["All attempts", attemptsMs === sequentialMs ? void 0 : duration(attemptsMs)],
    ["Speedup", speedup === void 0 ? void 0 : formatFactor(speedup)],
    ["Most at once", largestRunning === void 0 ? void 0 : plural(largestRunning, "agent")],
    ["Efficiency", efficiency === void 0 ? void 0 : formatPercent(efficiency)],
    ["Critical path", chain(figures.criticalPath)],
    ["Critical path, planned", chain(figures.plannedCriticalPath)],
    ["Estimated", estimated(figures.estimates)],
    ["Lower bound", goesOn ? void 0 : lowerBound2(figures)],
    ["Idle time per slot", figures.idleMs?.map(formatDuration).join(", ")],
    ["Attempts", figures.attempts === 0 ? void 0 : attemptsOf(figures)],
    ["Agents per message", bursts?.sizes.join(", ")],
    ["Launched in one message", bursts && formatPercent(bursts.shareInOneMessage)],
    ["Without a conversation, on", runnersOn(figures)],
    ["Conflicts prevented", figures.preventedConflicts?.toString()],
    ["Tokens of the agents", tokens(usage?.agents)],
    ["Tokens of the main conversation, first claim to report", tokens(usage?.main)],
    ["Main conversation before the first claim", tokens(usage?.mainBefore)],
    ["Kept out of the main context", usage && outside(usage)],
    ["Tokens estimated", estimatedTokens(figures.tokenEstimates)]
  ];
  return rows.flatMap(([name2, value]) => value === void 0 ? [] : [[name2, value]]);
}
function runnersOn({ runnersOn: machines }) {
  return machines?.map((machine) => escapeMarkdown(machine, NAME_LIMIT)).join(", ");
}
function duration(ms) {
  return ms === void 0 ? void 0 : formatDuration(ms);
}
function nobodyRan({ nobodyRanMs = 0, breaksMs = 0 }) {
  if (nobodyRanMs === 0) return void 0;
  const whole = formatDuration(nobodyRanMs);
  if (breaksMs === 0) return whole;
  return `${whole}, ${formatDuration(breaksMs)} of it in breaks, which count for no speedup`;
}
function chain(path) {
  if (path === void 0) return void 0;
  const ids = path.tasks.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(" → ");
  return `${formatDuration(path.lengthMs)}: ${ids}`;
}
function lowerBound2({ lowerBoundMs, criticalPath: criticalPath2, largestRunning }) {
  if (lowerBoundMs === void 0 || criticalPath2 === void 0) return void 0;
  const isChain = lowerBoundMs <= criticalPath2.lengthMs;
  const by = isChain ? "the critical path" : `all tasks with ${largestRunning} at once`;
  return `${formatDuration(lowerBoundMs)} (${by})`;
}
function estimated(figures) {
  if (figures === void 0) return void 0;
  const { tasks, estimatedMs, actualMs, medianRatio } = figures;
  const median2 = medianRatio === void 0 ? "" : `; a task took ${formatFactor(medianRatio)} its estimate at the median`;
  return `${formatDuration(estimatedMs)} for ${plural(tasks, "task")} that took ${formatDuration(actualMs)}${median2}`;
}
function tokens(usage) {
  if (usage === void 0) return void 0;
  const { input, cacheWrite, cacheRead, output } = usage;
  const [all, ...parts] = [newTokens(usage), input, cacheWrite, output, cacheRead].map(formatCount);
  return `${all} (input ${parts[0]}, cache writes ${parts[1]}, output ${parts[2]}), beside ${parts[3]} cache reads`;
}
function outside({ outsideMain, unmeasuredAttempts, mainBefore }) {
  if (outsideMain === void 0) return void 0;
  const share2 = `${unmeasuredAttempts > 0 ? "at least " : ""}${formatPercent(outsideMain)}`;
  const from = mainBefore === void 0 ? "the first claim" : "the beginning";
  return `${share2} of all tokens (agents and main conversation) from ${from} to the report`;
}
function estimatedTokens(figures) {
  if (figures === void 0) return void 0;
  const { tasks, estimated: estimated22, actual } = figures;
  return `${formatCount(estimated22)} for ${plural(tasks, "task")} that used ${formatCount(actual)}`;
}
function attemptsOf({ attempts, retries, lostAttempts, returnedOffers }) {
  const parts = [
    ...retries > 0 ? [plural(retries, "retry", "retries")] : [],
    ...lostAttempts > 0 ? [`${lostAttempts} lost`] : [],
    ...returnedOffers > 0 ? [`${plural(returnedOffers, "offer")} returned`] : []
  ];
  return parts.length === 0 ? String(attempts) : `${attempts} (${parts.join(", ")})`;
}

// mcp-server/src/report/render/markdown/files.ts
function fileLines(report) {
  const { sharedFiles: sharedFiles2, outsideScope: outsideScope2, scopeTruth, ignoredFiles = [], gitMoves = [], undone = [] } = report;
  return [
    ...sharedFiles2.map(({ path, tasks, atTheSameTime }) => {
      const who = tasks.map((task) => escapeMarkdown(task, NAME_LIMIT)).join(", ");
      const when = atTheSameTime ? "**at the same time**" : "one after another";
      return `- ${escapeMarkdown(path, NAME_LIMIT)} was changed by ${who}, ${when}`;
    }),
    ...outsideScope2.filter((one) => !isSaidOfHolder(one, scopeTruth)).map(({ task, path, granted }) => {
      const how = granted ? "granted while it ran" : "**not granted**";
      return `- ${escapeMarkdown(path, NAME_LIMIT)} was changed by ${escapeMarkdown(task, NAME_LIMIT)} outside its scope, ${how}`;
    }),
    ...scopeTruthLines(scopeTruth),
    ...grouped(undone, ({ task, by }) => JSON.stringify([task, by])).map((files) => {
      const { task, by } = files[0];
      const paths = [...new Set(files.map(({ path }) => path))].map(name);
      return `- ${name(by)} changed ${some2(paths)}, which ${bold(task)} held: **undone at once**, and both versions are kept`;
    }),
    ...notSeenLines(report),
    ...gitMoves.map((text) => `- In git, ${escapeProse(text)}`),
    ...ignoredFiles.length === 0 ? [] : [`- Git ignores ${some2(ignoredFiles.map(name))}: no commit holds what was changed there`]
  ];
}
function isSaidOfHolder({ task, path }, { byOthers }) {
  return byOthers.some((one) => one.path === path && one.by.length === 1 && one.by[0] === task);
}
function scopeTruthLines({
  strays,
  undeclared,
  byOthers,
  unchanged,
  unobserved
}) {
  const named = (files) => files.map(({ path, how }) => `${name(path)}${how === "removed" ? " (removed)" : ""}`);
  return [
    ...grouped(strays, ({ by, scopeOf: scopeOf2 }) => JSON.stringify([by, scopeOf2])).map((files) => {
      const { by, scopeOf: scopeOf2 } = files[0];
      const others = scopeOf2.filter((task) => !by.includes(task));
      const where = others.length === 0 ? "" : ` (in the scope of ${some2(others.map(name))})`;
      const who = some2([...by.map(name), "the main conversation", "another program"], " or ");
      return `- ${some2(named(files))}${where} changed **outside the scope of all who ran** (${some2(by.map(name))}), and nobody reported it: by ${who}`;
    }),
    ...grouped(undeclared, ({ task, orBy }) => JSON.stringify([task, orBy])).map((files) => {
      const { task, orBy } = files[0];
      const or = orBy.length === 0 ? "" : ` (unless ${some2(orBy.map(name), " or ")} wrote there)`;
      return `- ${bold(task)} did not report ${some2(named(files))}, changed in its scope${or}`;
    }),
    ...grouped(byOthers, ({ task, by }) => JSON.stringify([task, by])).map((files) => {
      const { task, by } = files[0];
      const who = by.length === 0 ? "a person or another program" : some2(by.map(name), " or ");
      return `- ${some2(named(files))} of ${bold(task)} changed while it ran, and **not by it**: by ${who}`;
    }),
    ...grouped(unchanged, ({ task }) => task).map((files) => {
      const paths = files.map(({ path }) => name(path));
      return `- ${bold(files[0].task)} reported ${some2(paths)}, which **did not change**`;
    }),
    ...grouped(unobserved, ({ why }) => why).map((tasks) => {
      const who = some2(tasks.map(({ task }) => name(task)));
      return `- What ${who} really changed was not measured: ${escapeMarkdown(tasks[0].why)}`;
    })
  ];
}
function notSeenLines({ tasks, scopeTruth, ignoredFiles = [] }) {
  const { unchanged, unobserved } = scopeTruth;
  return tasks.filter(({ task }) => !unobserved.some((one) => one.task === task)).flatMap(({ task, notSeen }) => {
    const isSaid = (path) => ignoredFiles.includes(path) || unchanged.some((one) => one.task === task && one.path === path);
    const paths = notSeen.filter((path) => !isSaid(path)).map(name);
    return paths.length === 0 ? [] : [`- ${bold(task)} reported ${some2(paths)}, which nobody saw change`];
  });
}
function branchLine({ name: branch, merged, takeOver, delivery }) {
  const work = `- The work of ${plural(merged.length, "task")} is on the branch ${name(branch)}`;
  if (delivery?.kind === "delivered") {
    const { how, files } = delivery;
    return how === "merge" ? `${work}, and merged into the branch that was checked out.` : `${work}, and in your checkout, as uncommitted changes of ${plural(files.length, "file")}.`;
  }
  if (delivery?.kind === "refused") {
    const { reason, files, command } = delivery;
    const which = files.length === 0 ? "" : `: ${some2(files.map(name))}`;
    return `${work}. **It is not in your checkout, where nothing was touched**: ${escapeMarkdown(reason)}${which}. When that is settled: ${codeSpan(command)}, or ${codeSpan(takeOver)}`;
  }
  return `${work}. Your own branch was not moved; take it over with: ${codeSpan(takeOver)}`;
}
function commitLines({ work }) {
  const { branch, conflicts, kept, commits, leftOut, skipped } = work;
  return [
    ...branch ? [branchLine(branch)] : [],
    ...conflicts.map(({ task, files, mergeTask, solved, redWith }) => {
      const state = solved ? `solved by ${bold(mergeTask)}` : `**not merged yet**, see ${bold(mergeTask)}`;
      if (redWith === void 0)
        return `- ${bold(task)} conflicted in ${files.map(name).join(", ")}: ${state}`;
      const others = redWith.length === 0 ? "" : ` with the work of ${some2(redWith.map(bold))}`;
      return `- ${bold(task)} was red at the gate${others}: ${state}`;
    }),
    ...kept.map(
      ({ task, path, branch: on }) => `- ${bold(task)} left work that is not merged in the worktree ${name(path)} (branch ${name(on)})`
    ),
    ...commits.map(
      ({ task, commit, files }) => `- ${bold(task)}: commit ${commit.slice(0, 12)}, ${plural(files, "file")}`
    ),
    ...leftOut.map(
      ({ task, path, why }) => `- ${name(path)} of ${bold(task)} was **not committed**: ${why === "by others" ? "the task does not report it, and only others were seen to change it" : "it was changed before the task began"}`
    ),
    ...skipped.map((reason) => `- **Not committed**: ${escapeMarkdown(reason)}`)
  ];
}

// mcp-server/src/report/render/markdown/gate.ts
function gateLines({ work: { gate } }) {
  if (!gate) return [];
  const { commands, runs, green, red, withoutVerdict, ranMs, merged, mostTogether, flaky, redBases, blamed } = gate;
  const none = withoutVerdict === 0 ? "" : `, ${plural(withoutVerdict, "more run")} without a verdict`;
  const named = blamed.flatMap(
    ({ task, runsUntilNamed: runsUntilNamed2 }) => runsUntilNamed2 === void 0 ? [] : [`${bold(task)} named after ${plural(runsUntilNamed2, "run")}`]
  );
  return [
    `- ${commands.map((command) => codeSpan(command)).join(", then ")}: ${plural(runs, "run")} (${green} green, ${red} red) in ${formatDuration(ranMs)}${none}`,
    `- ${plural(merged, "merge")} landed, at most ${mostTogether} tested together`,
    ...named.length === 0 ? [] : [`- ${named.join(", ")}`],
    ...flaky.map(
      (commit) => `- **Flaky**: red and green on the same commit ${commit.slice(0, 12)}; nobody is blamed`
    ),
    ...redBases.map(
      (commit) => `- **Red on the branch itself** (${commit.slice(0, 12)}), before anything was merged; nobody is blamed`
    )
  ];
}

// mcp-server/src/report/render/markdown/reviews.ts
function reviewLines({ verdicts, reviews }) {
  const works = reviews.flatMap(({ task, state, rounds }) => {
    const mark = { accepted: "✓", "under review": "▶", "waits for a person": "✗" }[state];
    const how = state === "accepted" ? `accepted in review ${rounds.at(-1)?.round}` : state;
    const head = `- ${mark} ${task === void 0 ? "**The plan as a whole**" : bold(task)}: ${how}`;
    return [head, ...rounds.map(roundLine)];
  });
  return [...verdicts.map(verdictLine), ...works];
}
function verdictLine(review) {
  const { task, subject, agentType, verdict, summary, findings, acceptedBy: acceptedBy2 } = review;
  const facts = [agentName(agentType), ...findings === 0 ? [] : [plural(findings, "finding")]].join(", ");
  const later = acceptedBy2 === void 0 ? "" : `; accepted later in ${bold(acceptedBy2)}`;
  const mark = verdict === "accepted" ? "✓" : "✗";
  return `- ${mark} ${bold(task)} ${name(subject)} (${facts}${later}): ${verdictText(verdict, summary)}`;
}
function roundLine({ round, review, status, verdict, summary, findings, by, fix }) {
  const who = by.length === 0 ? "" : ` by ${some2([...new Set(by)].map(agentName))}`;
  const found = findings === 0 ? "" : `, ${plural(findings, "finding")}`;
  const without = status === "failed" ? "**no verdict**" : status.replace("_", " ");
  const said = verdict !== void 0 && summary !== void 0 ? verdictText(verdict, summary) : `${without}${summary === void 0 ? "" : `: ${escapeProse(summary)}`}`;
  const fixed = fix === void 0 ? "" : ` Fix: ${bold(fix.task)} (${fix.status.replace("_", " ")})${fix.summary === void 0 ? "." : `: ${escapeProse(fix.summary)}`}`;
  return `  - Review ${round} (${bold(review)}${who}${found}): ${said}${fixed}`;
}
function runAgainLines({ runAgain }) {
  return runAgain.map(({ command, of, verification, exitCode }) => {
    const how = exitCode === void 0 ? "not run yet" : exitCode === 0 ? "exit code 0" : `**exit code ${exitCode}**`;
    return `- ${codeSpan(command)} (for ${some2(of.map(name))}): ${how} in ${bold(verification)}`;
  });
}
function findingLines({ findings }) {
  return findings.filter(({ acceptedBy: acceptedBy2 }) => acceptedBy2 === void 0).map(findingLine);
}
function fixedLines({ findings }) {
  return findings.filter(({ acceptedBy: acceptedBy2 }) => acceptedBy2 !== void 0).map(findingLine);
}
function findingLine({ severity, file, text, foundBy, acceptedBy: acceptedBy2 }) {
  const where = file ? `${name(file)}: ` : "";
  const accepted = acceptedBy2 === void 0 ? "" : `; accepted as fixed in ${name(acceptedBy2)}`;
  return `- **${severity}** ${where}${escapeProse(text, FINDING_LIMIT)} (found by ${foundBy.map(name).join(", ")}${accepted})`;
}

// mcp-server/src/report/render/markdown/spending.ts
function spendingSection({ figures: { spending } }) {
  if (!spending || spending.byModel.every((row22) => allTokens(row22) === 0)) return void 0;
  const { byModel, byRole, prices } = spending;
  const rows = [
    ...byModel.map(
      ({ who, model, cost, ...used }) => row2(who === "agents" ? "agents" : "main conversation", modelName(model), used, cost, prices)
    ),
    ...byRole.map(
      ({ role, attempts, usage, cost }) => row2(`${role} (${plural(attempts, "attempt")})`, "", usage, cost, prices)
    )
  ];
  const head = "| who | model | input | cache writes | cache reads | output | cost |";
  return [
    "## Tokens and money",
    [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: |", ...rows].join("\n"),
    basis(spending)
  ].join("\n\n");
}
function row2(who, model, { input, cacheWrite, cacheRead, output }, cost, prices) {
  const names2 = [who, model].map((text) => escapeMarkdown(text, NAME_LIMIT));
  const counts = [input, cacheWrite, cacheRead, output].map(formatCount);
  return `| ${[...names2, ...counts, moneyOf(cost, prices)].join(" | ")} |`;
}
function moneyOf(cost, prices) {
  if (!cost || !prices || cost.amount === 0 && cost.unpriced) return "";
  return `${escapeMarkdown(moneyText(cost.amount, prices.currency))}${cost.unpriced ? " and more" : ""}`;
}
function basis({ total, prices, estimate }) {
  if (!total || !prices) return "No price table could be read, so nothing says what it cost.";
  const { currency, date, source } = prices;
  const all = escapeMarkdown(costText(total, currency));
  return `All of it: ${all}, agents and main conversation up to the report, by the prices of ${escapeMarkdown(date)} (${codeSpan(source)}).${estimated2(estimate, currency)}`;
}
function estimated2(estimate, currency) {
  if (!estimate) return "";
  const { tasks, estimated: estimated22, actual } = estimate;
  return ` Estimated: ${escapeMarkdown(moneyText(estimated22, currency))} for ${plural(tasks, "task")} that cost ${escapeMarkdown(costText(actual, currency))}.`;
}

// mcp-server/src/report/render/markdown/report.ts
function renderMarkdown(report) {
  const { groups } = report;
  const byId = new Map(report.tasks.map((task) => [task.task, task]));
  const linesOf2 = (ids, reason = "Reason") => ids.flatMap((id) => byId.get(id) ?? []).flatMap((task) => taskLines(task, reason, report.figures.spending?.prices?.currency));
  const sections = [
    section2("Needs your decision", report.waitingForUser.map(waitingLine)),
    section2(`Failed ${MARKS.failed}`, linesOf2(groups.failed)),
    section2(`Not run ${MARKS.pending}`, linesOf2(groups.notRun)),
    section2(`Running ${MARKS.in_progress}`, linesOf2(groups.running)),
    section2(`Delivering ${DELIVERING_MARK}`, linesOf2(groups.delivering)),
    section2(`To come ${MARKS.pending}`, linesOf2(groups.toCome, "State")),
    section2(`Completed ${MARKS.completed}`, linesOf2(groups.completed)),
    section2(`Cancelled ${MARKS.cancelled}`, linesOf2(groups.cancelled)),
    section2("Reviews", reviewLines(report)),
    section2("Findings", findingLines(report)),
    section2("Findings that were fixed", fixedLines(report)),
    section2(
      "Not verified",
      report.unverified.map(({ task, criterion, why }) => {
        const what = criterion ? `${escapeProse(criterion)}: ` : "";
        return `- ${bold(task)} ${what}${escapeProse(why)}`;
      })
    ),
    section2("Re-verified in isolation", runAgainLines(report)),
    section2("Files and scopes", fileLines(report)),
    section2("Commits", commitLines(report)),
    section2("The gate", gateLines(report)),
    section2(
      "Discoveries",
      report.discoveries.map(({ task, text }) => `- ${bold(task)} ${escapeProse(text)}`)
    ),
    section2("Decisions taken", decisionLines(report)),
    section2(
      "Not understood here",
      (report.newerParts ?? []).map((text) => `- ${escapeMarkdown(text)}`)
    ),
    measuredSection(report),
    spendingSection(report)
  ];
  const title = `# Parallel Execution Results: ${escapeMarkdown(report.plan.title, NAME_LIMIT)}`;
  const blocks = [title, statusLine(report), momentLine(report), ...sections.flatMap((block) => block ?? [])];
  return `${blocks.join("\n\n")}

**${shareLine(report)}**
`;
}
function section2(heading, lines) {
  return lines.length === 0 ? void 0 : `## ${heading}

${lines.join("\n")}`;
}
function momentLine({ atMs, endedAtMs }) {
  return endedAtMs === void 0 ? `As of ${formatMoment(atMs)}.` : `Ended ${formatMoment(endedAtMs)}.`;
}
function decisionLines({ decisions, refused }) {
  return [
    ...decisions.map(({ decision, reason }) => `- ${escapeMarkdown(decision)}: ${escapeProse(reason)}`),
    ...refused.map(
      ({ task, why }) => `- A report or update for ${bold(task)} was refused: ${escapeMarkdown(why)}`
    )
  ];
}

// mcp-server/src/report/render/quote-markdown.ts
function quoteMarkdown(text) {
  const quoted = [];
  let fence = "";
  let unclear = false;
  for (const { text: line, kind, content, lead } of markdownLines(cleanLines(text.trim()), false)) {
    if (fence !== "" && kind !== "code") {
      quoted.push(fence);
      fence = "";
      if (kind === "closing") continue;
    }
    if (kind === "opening") {
      fence = /^(?:`+|~+)/.exec(content)?.[0] ?? "";
      if (/\d/.test(lead)) quoted.push(lead);
    }
    if (kind === "opening" || kind === "code") {
      quoted.push(content);
      continue;
    }
    if (line.trim() === "") unclear = false;
    const { spans, open } = inlineCode(line);
    unclear ||= open;
    quoted.push(unclear ? withoutMarkup(line) : outsideCode(line, spans));
  }
  if (fence !== "") quoted.push(fence);
  return quoted.map((line) => `> ${line}`.trimEnd()).join("\n");
}
function outsideCode(line, spans) {
  let from = 0;
  let result = "";
  for (const { start, end } of spans) {
    result += withoutMarkup(line.slice(from, start)) + line.slice(start, end);
    from = end;
  }
  return result + withoutMarkup(line.slice(from));
}
function withoutMarkup(prose) {
  return prose.replace(
    /(\\*)(<|!\[|`{3,}|~{3,})/g,
    (whole, slashes, mark) => slashes.length % 2 === 1 ? whole : `${slashes}${mark === "![" ? "!\\[" : `\\${mark}`}`
  );
}

// mcp-server/src/report/tasks/concurrent-tasks.ts
function concurrentTasks(results) {
  const spans = results.flatMap(
    ({ task, attempts }) => attempts.map(({ startedAtMs, durationMs }) => ({ task, startedAtMs, endMs: startedAtMs + durationMs }))
  ).sort((a, b) => a.startedAtMs - b.startedAtMs);
  const found = new Map(results.map(({ task }) => [task, /* @__PURE__ */ new Set()]));
  for (const [at, one] of spans.entries()) {
    for (let next = at + 1; next < spans.length; next += 1) {
      const other = spans[next];
      if (other === void 0 || other.startedAtMs >= one.endMs) break;
      if (other.task === one.task) continue;
      found.get(one.task)?.add(other.task);
      found.get(other.task)?.add(one.task);
    }
  }
  const order = new Map(results.map(({ task }, i) => [task, i]));
  const place = (task) => order.get(task) ?? 0;
  return new Map([...found].map(([task, others]) => [task, [...others].sort((a, b) => place(a) - place(b))]));
}

// mcp-server/src/report/render/tasks-markdown.ts
var NAMED_TASKS2 = 10;
var COMPARED_TASKS = 50;
var CRITERION_LIMIT = 4e3;
function renderTasks({ report, document, tasks, added, caseInsensitive }) {
  const { plan, runAgain } = report;
  const results = new Map(report.tasks.map((result) => [result.task, result]));
  const statusOf = ({ id }) => results.get(id)?.status ?? "pending";
  const completed = tasks.filter((task) => statusOf(task) === "completed").length;
  const ids = new Set(tasks.map(({ id }) => id));
  const ranWith = concurrentTasks(report.tasks.filter(({ task }) => ids.has(task)));
  const mayRunWith = parallelTasks(
    tasks.filter((task) => !hasEnded(statusOf(task))),
    caseInsensitive
  );
  const phases = phasesOf(tasks);
  const blocks = [
    `# Task Breakdown: ${escapeMarkdown(plan.title, NAME_LIMIT)}`,
    [
      `**Generated:** ${day(document.generatedAt) ?? formatDay(plan.createdAtMs)}`,
      ...plan.spec ? [`**Source:** ${escapeMarkdown(plan.spec, NAME_LIMIT)}`] : [],
      ...day(document.lastDecomposeDate) ? [`**Last Decompose:** ${day(document.lastDecomposeDate)}`] : []
    ].join("\n"),
    "## Overview",
    overview(tasks, phases, completed, added),
    ...phases.flatMap(({ heading, tasks: inPhase }) => [
      `## ${heading}`,
      ...inPhase.flatMap((task) => {
        const result = results.get(task.id);
        return taskBlocks(task, plan.slug, {
          status: statusOf(task),
          verdict: result?.status === "completed" ? result.verdict : void 0,
          ranWith: hasEnded(statusOf(task)) ? ranWith.get(task.id) ?? [] : [],
          mayRunWith: mayRunWith.get(task.id) ?? [],
          isProven: (criterion) => result !== void 0 && isProven(criterion, result, runAgain)
        });
      })
    ])
  ];
  return `${blocks.join("\n\n")}
`;
}
function phasesOf(tasks) {
  const phases = /* @__PURE__ */ new Map();
  const without = tasks.some(isInPhase) ? "Tasks without a phase" : "Tasks";
  for (const task of tasks) {
    const heading = isInPhase(task) ? phaseHeading(task) : without;
    const number = task.phase ?? (task.phaseName === void 0 ? Number.POSITIVE_INFINITY : Number.MAX_VALUE);
    const phase = phases.get(heading) ?? { heading, number, tasks: [] };
    phase.tasks.push(task);
    phases.set(heading, phase);
  }
  return [...phases.values()].sort((a, b) => a.number === b.number ? 0 : a.number - b.number);
}
function phaseHeading({ phase, phaseName }) {
  const name2 = phaseName === void 0 ? "" : escapeMarkdown(phaseName, NAME_LIMIT);
  if (phase === void 0) return name2 === "" ? "Tasks" : name2;
  return name2 === "" ? `Phase ${phase}` : `Phase ${phase}: ${name2}`;
}
function overview(tasks, phases, completed, added) {
  const estimates = tasks.flatMap(({ estimateMs }) => estimateMs === void 0 ? [] : [estimateMs]);
  const time = estimates.length === tasks.length && tasks.length > 0 ? `, ${formatDuration(estimates.reduce((sum, ms) => sum + ms, 0))} if done one after another` : "";
  const inPhases = tasks.filter(isInPhase).length;
  const real = phases.filter((phase) => phase.tasks.some(isInPhase)).length;
  const where = inPhases === 0 ? "" : `${inPhases === tasks.length ? "" : `, ${inPhases} of them`} in ${plural(real, "phase")}`;
  const more = added.length === 0 ? "" : ` The run has ${plural(added.length, "task")} more, which the server added: ${names(added)}.`;
  return `${plural(tasks.length, "task")}${where}${time}; ${completed} completed when this page was written.${more} The page is written from the task graph, status and all; change the breakdown, not this page.`;
}
function isInPhase({ phase, phaseName }) {
  return phase !== void 0 || phaseName !== void 0;
}
function hasEnded(status) {
  return status !== "pending" && status !== "in_progress";
}
function taskBlocks(task, slug, standing) {
  return [
    `### Task ${escapeMarkdown(task.id, NAME_LIMIT)}: ${escapeMarkdown(plainSubject(task, slug), LINE_LIMIT)}`,
    factLines(task, standing).map(([name2, value]) => `- **${name2}:** ${value}`).join("\n"),
    ...task.description.trim() === "" ? [] : [quoteMarkdown(task.description)],
    ...task.acceptance.length === 0 ? [] : [
      "**Acceptance Criteria:**",
      task.acceptance.map((one) => criterionLine(one, standing.isProven(one))).join("\n")
    ]
  ];
}
function factLines(task, { status, verdict, ranWith, mayRunWith }) {
  const came = verdict === void 0 ? "" : `, verdict: ${verdict}`;
  const facts = [
    ["Status", `${MARKS[status]} ${status.replace("_", " ")}${came}`],
    ["Size", task.size && capitalised(task.size)],
    ["Priority", capitalised(task.priority)],
    ["Dependencies", dependenciesOf(task)],
    ["Ran parallel with", ranWith.length === 0 ? void 0 : names(ranWith)],
    ["Can run parallel with", mayRunWith.length === 0 ? void 0 : names(mayRunWith)],
    ["Writes", task.writes && (task.writes.length === 0 ? "nothing" : task.writes.map(asCode).join(", "))],
    ["Reads", task.reads.length === 0 ? void 0 : task.reads.map(asCode).join(", ")],
    ["Alone with", task.resources.length === 0 ? void 0 : task.resources.map(asCode).join(", ")],
    ["Agent", task.agent && escapeMarkdown(task.agent, NAME_LIMIT)],
    ["Estimate", task.estimateMs === void 0 ? void 0 : formatDuration(task.estimateMs)]
  ];
  return facts.flatMap(([name2, value]) => value === void 0 ? [] : [[name2, value]]);
}
function dependenciesOf({ dependencies, needs }) {
  if (dependencies.length === 0) return "None";
  const listed2 = dependencies.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(", ");
  if (needs === "all") return listed2;
  if (needs === "any") return `any of ${listed2}`;
  return needs === "settled" ? `the end of ${listed2}` : `at least ${needs.atLeast} of ${listed2}`;
}
function criterionLine({ criterion, command }, proven) {
  const text = escapeProse(criterion, CRITERION_LIMIT);
  return `- [${proven ? "x" : " "}] ${command === void 0 ? text : `${text} (${asCode(command)})`}`;
}
function parallelTasks(tasks, caseInsensitive) {
  const result = /* @__PURE__ */ new Map();
  for (const level of levels(tasks)) {
    const scoped = level.map((task) => ({ id: task.id, scope: parseScope(scopeOf(task), caseInsensitive) })).filter(({ scope }) => scope.basis !== "unscoped");
    for (const [at, one] of scoped.entries()) {
      const from = Math.max(0, Math.min(at - COMPARED_TASKS / 2, scoped.length - COMPARED_TASKS));
      const near = scoped.slice(from, from + COMPARED_TASKS);
      const free = near.filter((other) => other !== one && clashOf(one.scope, other.scope) === void 0);
      result.set(
        one.id,
        free.map(({ id }) => id)
      );
    }
  }
  return result;
}
function names(ids) {
  const shown = ids.slice(0, NAMED_TASKS2).map((id) => escapeMarkdown(id, NAME_LIMIT));
  return ids.length > shown.length ? `${shown.join(", ")} and others` : shown.join(", ");
}
function asCode(text) {
  return codeSpan(cleanText(text, CRITERION_LIMIT), CRITERION_LIMIT);
}
function capitalised(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
function day(value) {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? void 0 : formatDay(ms);
}
export {
  DELIVERING_MARK,
  FILE_EVENTS,
  MARKS,
  MAX_BRIEF_REPORT,
  MAX_SILENCE_MS,
  actualWrites,
  agentName,
  aggregate,
  assignSlots,
  attemptFiles,
  attemptSpans,
  attemptStanding,
  bold,
  byFirstStart,
  commandsRunAgain,
  commitLines,
  committedInWorktrees,
  committedWork,
  concurrentTasks,
  conversationUsage,
  coveredMs,
  declaredFiles,
  fileKind,
  fileLines,
  filesOfAttempts,
  filesOfTasks,
  findingLines,
  firstAcceptances,
  fixedLines,
  gapsOf,
  gateFigures,
  gateLines,
  gitMovesOf,
  grouped,
  isBreak,
  isByOthers,
  isProven,
  lengthOf,
  longestChain,
  measureRun,
  measuredSection,
  mergedFindings,
  name,
  notMeasured,
  notRunReasons,
  outsideScope,
  overwrittenVersions,
  quoteMarkdown,
  renderAnalysis,
  renderAnalysisMarkdown,
  renderBriefReport,
  renderGantt,
  renderLedger,
  renderMarkdown,
  renderTasks,
  renderTimeline,
  reportedFindings,
  resultsOf,
  reviewLines,
  reviewedWorks,
  reviewerVerdicts,
  runAgainLines,
  sessionResults,
  shareLine,
  sharedFiles,
  some2 as some,
  sortedPaths,
  spendingFigures,
  spendingSection,
  statusLine,
  suggestedScopes,
  taskLines,
  taskReports,
  taskResults,
  tasksToCome,
  timelineOf,
  timelineOfSchedule,
  totalMs,
  totalUsage,
  undoneChanges,
  unobservedTasks,
  unverifiedOf,
  usageFigures,
  verdictOf,
  verdictText,
  waitingForUser,
  waitingLine,
  waitsOf,
  withVerdict,
  writersOf,
  writtenByTask
};
