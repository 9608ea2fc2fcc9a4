// import:live.mjs in run/live.mjs
import { MAX_TROUBLE, rowGroups, taskActions } from "../live.mjs";

// import:run/plan.mjs in run/live.mjs
import { deadClaims, isDone, readGraph, stateNow, taskOf } from "./plan.mjs";

// import:graph.mjs in run/live.mjs
import { addUsage, causeText, hasEnded, isAttempt, isLive, newTokens, plainSubject, reachableTasks, takesPlace, withCriterionText, workedUntilMs } from "../graph.mjs";

// import:policy.mjs in run/live.mjs
import { heldLooks, limitName, raiseLimit, settingOf, spentBy, spentText, usageCost } from "../policy.mjs";

// import:report.mjs in run/live.mjs
import { attemptStanding, conversationUsage, overwrittenVersions, taskResults, waitingForUser } from "../report.mjs";

// import:text.mjs in run/live.mjs
import { FINDING_LIMIT, LINE_LIMIT, NAME_LIMIT, cleanLines, cleanText, formatDuration, plural, shownPath } from "../text.mjs";

// import:run/claims.mjs in run/live.mjs
import { choose, waitingTasks } from "./claims.mjs";

// import:run/planning.mjs in run/live.mjs
import { expectedTimes, planningOf, unorderedClashes } from "./planning.mjs";

// mcp-server/src/run/live/cost-now.ts
var RATE_MS = 10 * 6e4;
var MINUTE_MS = 6e4;
var LIMITS = [
  "maxCost",
  "maxTokens",
  "maxTurns",
  "maxMs"
];
function costNow(plan, events, nowMs) {
  const { graph, policy, ctx } = plan;
  const { table } = ctx.prices.last;
  const main = [...conversationUsage(events).values()].map(({ usage }) => usage);
  const spent = spentBy(graph.claims, sumOf(main), table, nowMs);
  const limits = LIMITS.flatMap((limit) => {
    const max = policy[limit];
    if (max === 0) return [];
    const scale = settingOf({ limit, max, used: 0 }) / max;
    return [
      {
        name: limitName({ limit }),
        used: spent[limit] * scale,
        max: max * scale,
        ...limit === "maxCost" && table && { currency: table.currency }
      }
    ];
  });
  const tokensPerMinute = rateOf(plan, nowMs);
  return {
    tokens: spent.maxTokens,
    ...tokensPerMinute !== void 0 && { tokensPerMinute },
    ...table && spent.maxCost > 0 && { money: { amount: spent.maxCost, currency: table.currency } },
    limits
  };
}
function sumOf(usages) {
  return usages.length === 0 ? void 0 : usages.reduce(addUsage);
}
function rateOf({ graph }, nowMs) {
  let tokens;
  for (const claim of graph.claims) {
    if (!isAttempt(claim) || !claim.usage) continue;
    const untilMs = workedUntilMs(claim) ?? nowMs;
    const overlapMs = untilMs - Math.max(claim.startedAtMs, nowMs - RATE_MS);
    if (overlapMs <= 0) continue;
    tokens = (tokens ?? 0) + newTokens(claim.usage) * (overlapMs / Math.max(1, untilMs - claim.startedAtMs));
  }
  return tokens === void 0 ? void 0 : Math.round(tokens * MINUTE_MS / RATE_MS);
}

// mcp-server/src/run/live/incidents.ts
function incidentsOf(graph, events) {
  const overwritten = overwrittenVersions(heldLooks(events), (attempt) => graph.claim(attempt)?.task);
  return [
    ...graph.claims.flatMap(incidentOfAttempt),
    ...events.flatMap(({ atMs, change }) => {
      const incident = incidentOfEvent(change);
      return incident ? [{ atMs, ...incident }] : [];
    }),
    ...overwritten.map(({ path, task, atMs }) => ({
      ...{ atMs, kind: "overwritten", task },
      text: `somebody else changed ${path}, which it held`
    }))
  ].map((incident) => ({ ...incident, text: cleanText(incident.text, LINE_LIMIT) })).sort((a, b) => a.atMs - b.atMs);
}
function incidentOfAttempt(claim) {
  if (!isAttempt(claim) || claim.state !== "ended") return [];
  const { task, endedAtMs: atMs, outcome, number, report, cause } = claim;
  if (report?.verdict === "rejected")
    return [{ atMs, kind: "rejected", task, text: `it was rejected: ${report.summary}` }];
  if (outcome === "completed" || outcome === "cancelled") return [];
  const why = cause ?? report?.summary;
  return [{ atMs, kind: outcome, task, text: `attempt ${number} ${HOW[outcome]}${why ? `: ${why}` : ""}` }];
}
var HOW = {
  failed: "failed",
  blocked: "was blocked",
  lost: "was lost",
  unreported: "ended without a report"
};
function incidentOfEvent(change) {
  switch (change.type) {
    case "write.denied": {
      const what = "command" in change && change.command ? change.command : change.path;
      return {
        kind: "refused-write",
        task: change.task,
        text: `${change.warned ? "was warned of" : "was refused"} a write: ${what}, held by ${change.heldBy}`
      };
    }
    case "token.refused":
      return { kind: "refused-token", task: change.task, text: `a report was refused: ${change.why}` };
    case "report.returned":
      return { kind: "returned-report", task: change.task, text: `its report went back: ${change.why}` };
    case "work.conflicted":
      return {
        kind: "conflict",
        task: change.task,
        text: `its work does not go together with the plan's branch; ${change.mergeTask} merges it`
      };
    case "gate.ended":
      return change.verdict === "red" ? { kind: "gate", text: `the gate is red${change.why ? `: ${change.why}` : ""}` } : void 0;
    case "task.limited":
      return { kind: "limit", task: change.task, text: change.reason };
    case "limit.near":
      return { kind: "limit", text: change.reason };
    case "plan.throttled":
      return {
        kind: "limit",
        text: `the provider's limit was reached: nothing starts for ${formatDuration(change.throttle.pauseMs)}, then ${change.throttle.cap} at once`
      };
    default:
      return void 0;
  }
}

// import:run/review.mjs in run/live.mjs
import { rejectedWork } from "./review.mjs";

// mcp-server/src/run/live/needs.ts
var MAX_HELD_UP = 50;
var ACTIONS = {
  question: ["answer", "cancel"],
  failed: ["retry", "cancel"],
  cancelled: ["retry"],
  review: ["accept", "reject", "retry"],
  decision: ["resume", "stop"],
  limit: ["stop"]
};
function needsNow(loaded, tasks, results) {
  return [
    ...needsOfPlan(loaded),
    ...waitingForUser(tasks, results).map((waiting) => needOfTask(loaded, waiting))
  ];
}
function needsOfPlan({ stored, spent, graph }) {
  if (graph.openCount === 0) return [];
  const holdsUp = graph.ready.slice(0, MAX_HELD_UP).map(({ id }) => id);
  const need = (kind, text) => [
    { kind, text: cleanText(text, FINDING_LIMIT), holdsUp, actions: ACTIONS[kind] }
  ];
  if (stored.status === "open" && spent)
    return need("limit", `${spentText(spent)} ${raiseLimit(stored.slug, spent)}`);
  const isBySomebody = stored.cause === void 0 || stored.cause.endsWith(" was called");
  return stored.status === "paused" && !isBySomebody ? need("decision", `The plan is paused: ${stored.cause}`) : [];
}
function needOfTask(loaded, { task: id, kind, text, heldUp }) {
  const task = loaded.graph.tasks.get(id);
  const rejected = task && rejectedWork(loaded, task);
  const is = rejected === void 0 ? kind : "review";
  const sinceMs = sinceOf(loaded.graph.claimsOf(id), task);
  return {
    task: id,
    kind: is,
    text: cleanText(rejected === void 0 ? text : `${rejected} was rejected: ${text}`, FINDING_LIMIT),
    ...sinceMs !== void 0 && { sinceMs },
    holdsUp: heldUp.slice(0, MAX_HELD_UP),
    actions: ACTIONS[is]
  };
}
function sinceOf(claims, task) {
  const last = claims.findLast(isAttempt);
  return task?.endedAtMs ?? (last?.state === "ended" ? last.endedAtMs : void 0);
}
function askingTasks(results) {
  return new Set(
    results.flatMap(({ task, status, question }) => status === "failed" && question ? [task] : [])
  );
}

// import:node:path in run/live.mjs
import { basename } from "node:path";

// mcp-server/src/run/live/plan-entry.ts
async function planEntry(plan, nowMs, address) {
  const { stored, ctx } = plan;
  const dead = await deadClaims(plan.reader, nowMs);
  const state = stateNow(plan, dead);
  return {
    plan: stored.slug,
    title: cleanText(stored.title, NAME_LIMIT),
    repository: repositoryTitle(ctx, stored.repository),
    address,
    status: stored.status,
    done: isDone(plan),
    counts: snapshotCounts(plan, state, dead),
    needs: needsNow(plan, state.tasks, taskResults(state, /* @__PURE__ */ new Map(), nowMs)).length,
    createdAtMs: stored.createdAtMs
  };
}
function repositoryTitle({ checkout }, repository) {
  const path = repository.replace(/[\\/]?\.git$/, "");
  return cleanText(path.split(/[\\/:]/).at(-1) || basename(checkout.root), NAME_LIMIT);
}
function snapshotCounts(plan, state, dead) {
  const of = (status) => state.tasks.filter((task) => task.status === status).length;
  const live = plan.graph.live.filter(({ id }) => !dead.has(id));
  const delivering = live.filter((claim) => !takesPlace(claim)).length;
  const claimed = new Set(live.map(({ task }) => task));
  const isUnclaimed = (task) => task.status === "in_progress" && !claimed.has(task.id);
  const running = live.length - delivering + state.tasks.filter(isUnclaimed).length;
  const [total, completed, failed, cancelled] = [
    state.tasks.length,
    of("completed"),
    of("failed"),
    of("cancelled")
  ];
  const waiting = total - completed - failed - cancelled - running - delivering;
  return { total, completed, running, delivering, failed, cancelled, waiting };
}

// import:run/engine.mjs in run/live.mjs
import { engineRecordOf } from "./engine.mjs";

// import:run/project.mjs in run/live.mjs
import { isDead } from "./project.mjs";

// mcp-server/src/run/live/run-by.ts
var QUIET_MS = 6e4;
var ENGINES = {
  mod: { kind: "mod", words: "run by Claude Code, beside a conversation" },
  run: { kind: "runner", words: "run by parallel run" }
};
async function runBy(loaded, events, dead, nowMs) {
  const { stored, graph } = loaded;
  const live = graph.claims.filter((claim) => isLive(claim) && !dead.has(claim.id));
  if (isDone(loaded) || stored.status === "stopped" && live.length === 0)
    return { kind: "done", words: stored.status === "stopped" ? "stopped" : "done" };
  for (const { engine, owner } of engineRecordOf(events).open) {
    if (await isDead(owner)) continue;
    return ENGINES[engine] ?? { kind: "session", words: `run by ${engine}` };
  }
  const how = `/parallel:run ${stored.slug}`;
  if (live.length > 0) {
    const machines = [...new Set(live.map(({ owner }) => machineOf(owner)))];
    const where = machines.length > 1 ? ` on ${machines.join(", ")}` : "";
    return live.some(({ owner }) => owner.session !== void 0) ? { kind: "session", words: `run by a conversation in Claude Code${where}` } : { kind: "session", words: `run by agents of another client${where}` };
  }
  const last = graph.claims.reduce(
    (ms, claim) => Math.max(ms, isAttempt(claim) ? workedUntilMs(claim) ?? 0 : claim.offeredAtMs),
    0
  );
  if (last === 0) return { kind: "nobody", words: "nobody has begun it", how };
  return nowMs - last < QUIET_MS ? { kind: "session", words: "between two launches" } : { kind: "nobody", words: "nobody is at it any more", sinceMs: last, how };
}
function machineOf({ host }) {
  return host.split(" ")[0] ?? host;
}

// mcp-server/src/run/live/rows.ts
var SILENT_SHARE = 1 / 2;
function rowsOf(facts) {
  const { state, results } = facts;
  const claims = /* @__PURE__ */ new Map();
  for (const claim of state.claims) {
    const own = claims.get(claim.task);
    if (own) own.push(claim);
    else claims.set(claim.task, [claim]);
  }
  const byId = new Map(state.tasks.map((task) => [task.id, task]));
  const reachable = reachableTasks(byId);
  const asking = askingTasks(results);
  return state.tasks.map((task, i) => {
    const result = results[i];
    const own = claims.get(task.id) ?? [];
    const live = own.find(isLive);
    const open = task.dependencies.filter((id) => !hasEnded(byId.get(id)?.status ?? "cancelled"));
    return {
      ...nameOf(task, state),
      status: task.status,
      ...standing(task, live, facts.waits.get(task.id), result, {
        open,
        canRun: reachable.has(task.id),
        asks: asking.has(task.id)
      }),
      needs: task.dependencies,
      critical: facts.expected?.critical.has(task.id) ?? false,
      ...progressOf(task, own, facts)
    };
  });
}
function nameOf(task, { plan }) {
  const phase = task.phaseName ?? (task.phase === void 0 ? void 0 : `${task.phase}`);
  return {
    id: task.id,
    subject: cleanText(plainSubject(task, plan.slug), NAME_LIMIT),
    position: task.position,
    ...phase !== void 0 && { phase: cleanText(phase, NAME_LIMIT) },
    ...task.agent !== void 0 && { role: cleanText(task.agent.replace(/^parallel:/, ""), NAME_LIMIT) }
  };
}
function standing(task, live, wait, { reason: why, summary }, { open, canRun, asks }) {
  const said = why === void 0 ? {} : { reason: cleanText(why, LINE_LIMIT) };
  const is = (group, kind, waitsFor = []) => ({
    ...{ group, why: kind, waitsFor },
    ...said
  });
  if (task.status === "in_progress" || live) return { group: "running", waitsFor: [] };
  if (task.status === "completed" || task.status === "cancelled")
    return { group: "done", waitsFor: [], ...said };
  if (task.status === "failed") {
    const reason2 = asks ? "asks a question" : why ?? summary ?? "failed";
    return { ...is("cannotRun", asks ? "question" : "failed"), reason: cleanText(reason2, LINE_LIMIT) };
  }
  if (!canRun) return is("cannotRun", "behind", open);
  if (!wait) return is("waits", "tasks", open);
  const reason = wait.why === "next" && why !== void 0 && why !== "ready" ? why : wait.reason;
  return {
    ...{ group: "couldStart", why: wait.why, waitsFor: wait.waitsFor },
    reason: cleanText(reason, LINE_LIMIT)
  };
}
function progressOf(task, claims, { loaded, expected }) {
  const attempts = claims.flatMap(attemptRow);
  const measured = claims.flatMap((claim) => isAttempt(claim) ? claim.usage ?? [] : []);
  const model = claims.findLast(({ chosenModel }) => chosenModel?.model)?.chosenModel?.model;
  const running = claims.find((claim) => claim.state === "running");
  const times = expected?.tasks.get(task.id);
  const startMs = running?.state === "running" ? running.startedAtMs : times?.startMs;
  return {
    ...model !== void 0 && { model },
    attempts,
    ...times && startMs !== void 0 && {
      expected: {
        startMs: Math.round(startMs),
        endMs: Math.round(times.endMs),
        durationMs: Math.round(loaded.estimates.durationMs(task))
      }
    },
    ...measured.length > 0 && { tokens: measured.reduce((sum, usage) => sum + newTokens(usage), 0) },
    ...running?.state === "running" && {
      lastSeenMs: running.lastSeenMs,
      silentAtMs: running.lastSeenMs + Math.round(loaded.policy.leaseMs * SILENT_SHARE)
    }
  };
}
function attemptRow(claim) {
  if (claim.state === "returned") return [];
  const machine = cleanText(machineOf(claim.owner), NAME_LIMIT);
  if (!isAttempt(claim)) return [{ number: 0, state: "offered", startMs: claim.offeredAtMs, machine }];
  const endMs = workedUntilMs(claim);
  return [
    {
      number: claim.number,
      state: attemptStanding(claim),
      startMs: claim.startedAtMs,
      ...endMs !== void 0 && { endMs: Math.max(claim.startedAtMs, endMs) },
      machine,
      ...claim.usage && { tokens: newTokens(claim.usage) }
    }
  ];
}

// mcp-server/src/run/live/told-events.ts
var TOLD = [
  "conversation.measured",
  "engine.started",
  "engine.ended",
  "files.changed",
  "gate.ended",
  "limit.near",
  "plan.throttled",
  "report.returned",
  "task.limited",
  "token.refused",
  "work.conflicted",
  "write.denied"
];
var known = /* @__PURE__ */ new WeakMap();
async function toldEvents(plan) {
  const { graph, stored, reader } = plan;
  const before = known.get(graph) ?? { events: [], seq: 0 };
  if (before.seq < stored.version) {
    before.events.push(...await reader.events(plan.id, { types: TOLD, afterSeq: before.seq }));
    before.seq = stored.version;
  }
  known.set(graph, before);
  return before.events;
}

// mcp-server/src/run/live/waits.ts
function readyWaits(loaded, choice, nowMs) {
  const { graph, stored, spent, cap } = loaded;
  const of = (why, reason) => ({ why, reason, waitsFor: [] });
  const all = (wait) => new Map(graph.ready.map(({ id }) => [id, wait]));
  if (stored.status !== "open") return all(of("held", `the plan is ${stored.status}`));
  if (spent) return all(of("limit", spentText(spent)));
  const waits = waitingTasks(loaded, choice, nowMs, Number.POSITIVE_INFINITY);
  const [first] = waits;
  if (first && first.task === void 0) return all(of("limit", wordsOf(first)));
  const refused = new Map(choice.refused.map(({ candidate, why }) => [candidate.task.id, why]));
  const told = new Map(waits.flatMap((wait) => wait.task === void 0 ? [] : [[wait.task, wait]]));
  const chosen = new Set(choice.chosen.map(({ task }) => task.id));
  const busy = graph.underCap.length;
  return new Map(
    graph.ready.map(({ id }) => {
      const wait = told.get(id);
      if (wait) return [id, readyWait(loaded, wait, refused.get(id))];
      if (chosen.has(id)) return [id, of("next", "is the next to be launched")];
      const places = choice.chosen.length > 0 ? " and the next come first" : "";
      const reason = busy >= cap || choice.full ? `${plural(busy, "agent")} of at most ${cap} at work${places}` : "ready";
      return [id, of(reason === "ready" ? "next" : "cap", reason)];
    })
  );
}
function readyWait({ graph, stored }, wait, refusal) {
  const why = wait.kind === "held" ? WHY_REFUSED[refusal?.kind ?? "scope"] : wait.kind;
  const holder = refusal?.kind === "scope" ? refusal.with : void 0;
  const own = `${stored.slug}/`;
  const inPlan = holder?.startsWith(own) ? holder.slice(own.length) : void 0;
  const after = refusal?.kind === "turn" ? refusal.after : void 0;
  const waitsFor = [inPlan, after].filter((id) => id !== void 0 && graph.tasks.has(id));
  return { why, reason: wordsOf(wait, why), waitsFor };
}
var WHY_REFUSED = {
  role: "role",
  scope: "files",
  turn: "turn",
  work: "elsewhere"
};
function wordsOf({ kind, for: what, until }, why) {
  const isWhole = kind === "level" || why === "elsewhere" || why === "turn";
  return isWhole ? `${what}, until ${until}` : what;
}

// mcp-server/src/run/live/plan-snapshot.ts
async function planSnapshot(plan, nowMs) {
  const { stored, graph, ctx } = plan;
  const dead = await deadClaims(plan.reader, nowMs);
  const state = stateNow(plan, dead);
  const events = await toldEvents(plan);
  const done = isDone(plan);
  const expected = done || stored.status === "stopped" ? void 0 : expectedTimes(ctx, plan, nowMs);
  const waits = readyWaits(plan, await choose(plan, nowMs), nowMs);
  const results = taskResults(state, /* @__PURE__ */ new Map(), nowMs);
  const held = heldBy(plan, nowMs);
  const spans = state.claims.filter(isAttempt);
  const startedAtMs = spans.reduce((ms, { startedAtMs: at }) => Math.min(ms, at), Number.POSITIVE_INFINITY);
  const endedAtMs = spans.reduce((ms, attempt) => Math.max(ms, workedUntilMs(attempt) ?? nowMs), 0);
  const isOver = done || stored.status === "stopped" && graph.live.length === 0;
  return {
    v: 1,
    plan: stored.slug,
    title: cleanText(stored.title, NAME_LIMIT),
    repository: repositoryTitle(ctx, stored.repository),
    seq: stored.version,
    atMs: nowMs,
    status: stored.status,
    done,
    ...held,
    runBy: await runBy(plan, events, dead, nowMs),
    ...spans.length > 0 && { startedAtMs },
    ...spans.length > 0 && isOver && { endedAtMs },
    cap: { running: placesTaken(plan, dead), now: plan.cap, allowed: plan.policy.maxParallel },
    counts: snapshotCounts(plan, state, dead),
    ...forecastOf(expected, done),
    cost: costNow(plan, events, nowMs),
    needs: needsNow(plan, state.tasks, results),
    trouble: incidentsOf(graph, events).slice(-MAX_TROUBLE).reverse(),
    tasks: rowsOf({ loaded: plan, state, results, waits, expected })
  };
}
async function readSnapshot(ctx, store, slug) {
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => planSnapshot(await view.plan(slug), ctx.now()));
}
function heldBy({ stored, spent, pauseMs }, nowMs) {
  const { status, cause } = stored;
  const by = (words) => ({ held: cleanText(words, LINE_LIMIT) });
  if (status !== "open") return by(`The plan is ${status}${cause === void 0 ? "" : `: ${cause}`}.`);
  if (spent) return by(`${spentText(spent)} ${raiseLimit(stored.slug, spent)}`);
  if (pauseMs === 0) return {};
  const heldUntilMs = stored.throttle?.untilMs ?? nowMs + pauseMs;
  return { ...by("A rate or usage limit of the provider was reached."), heldUntilMs };
}
function placesTaken({ graph }, dead) {
  return graph.underCap.filter(({ id }) => !dead.has(id)).length;
}
function forecastOf(expected, done) {
  if (!expected || done || expected.tasks.size === 0) return {};
  const { leftMs, lowerBoundMs } = expected;
  return { forecast: { leftMs: Math.round(leftMs), lowerBoundMs: Math.round(lowerBoundMs) } };
}

// mcp-server/src/run/live/band-file.ts
var MAX_ROWS = 40;
var MAX_NEEDS = 10;
var MAX_NAMED = 5;
var MAX_PLANS = 10;
function choosePlan(plans, before) {
  const going = plans.filter(({ isOver }) => !isOver);
  return going.find(({ isOwn, isAtWork }) => isOwn && isAtWork) ?? going.find(({ isOwn }) => isOwn) ?? going.find(({ isAtWork }) => isAtWork) ?? plans.find(({ plan }) => plan === before) ?? going[0];
}
async function readBand(ctx, store, own, before) {
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => {
    const newest = (await view.reader.plans(ctx.repository)).slice(0, MAX_PLANS);
    const plans = [];
    for (const { slug } of newest) plans.push(await view.plan(slug));
    const shown = plans.map(
      (plan2) => ({
        plan: plan2.stored.slug,
        isOwn: own.has(plan2.stored.slug),
        isAtWork: plan2.graph.live.length > 0,
        isOver: plan2.stored.status === "stopped" || isDone(plan2)
      })
    );
    const chosen = choosePlan(shown, before);
    const plan = plans.find(({ stored }) => stored.slug === chosen?.plan);
    if (!chosen || !plan) return void 0;
    const agents = plan.graph.live.flatMap(
      (claim) => claim.state === "running" && claim.agentId !== void 0 ? [[claim.agentId, claim.task]] : []
    );
    const others = shown.filter((one) => one !== chosen && !one.isOver).length;
    return bandOf(await planSnapshot(plan, ctx.now()), Object.fromEntries(agents), others);
  });
}
function bandOf({ tasks, ...head }, agents, others) {
  const open = rowGroups(tasks).flatMap(({ group, rows: rows2 }) => group === "done" ? [] : rows2);
  const rows = open.slice(0, MAX_ROWS);
  const needs = head.needs.slice(0, MAX_NEEDS).map((need) => ({ ...need, holdsUp: [] }));
  return {
    v: 1,
    head: { ...head, needs, trouble: [] },
    rows: rows.map((row) => ({
      ...row,
      needs: [],
      waitsFor: row.waitsFor.slice(0, MAX_NAMED),
      attempts: row.attempts.slice(-1)
    })),
    needed: head.needs.length,
    left: open.length - rows.length,
    agents,
    others
  };
}

// mcp-server/src/run/live/event-line.ts
function eventLine({ seq, atMs, actor, change }) {
  return {
    ...{ seq, atMs },
    type: cleanText(change.type, LINE_LIMIT),
    actor: cleanText(actor, LINE_LIMIT),
    text: cleanText(wordsOf2(change), LINE_LIMIT)
  };
}
function wordsOf2(change) {
  switch (change.type) {
    case "task.created":
      return "came in";
    case "task.defined":
      return "was changed";
    case "task.status":
      return `is ${change.status.replace("_", " ")}${change.cause ? `: ${causeText(change.cause)}` : ""}`;
    case "task.annotated":
      return change.note === void 0 ? "was annotated" : `note: ${change.note}`;
    case "claim.offered":
      return `was offered to ${change.role}`;
    case "claim.returned":
      return `the offer ended: ${change.cause}`;
    case "attempt.started":
      return `attempt ${change.number} began`;
    case "attempt.widened":
      return `${change.path} was added to its scope`;
    case "attempt.reminded":
      return "was asked for its report";
    case "attempt.ended":
      return `the attempt ended: ${change.outcome}${change.cause ? `, ${change.cause}` : ""}`;
    case "attempt.revived":
      return "its agent lives after all";
    case "delivery.accepted":
      return "its report was accepted, its work is on the way onto the branch";
    case "delivery.delayed":
      return `its work could not be delivered yet: ${change.cause}`;
    case "work.committed":
      return `its work is a commit of ${change.files.length} files`;
    case "work.merged":
      return "the plan's branch has its work";
    case "work.conflicted":
      return `its work does not go together with the plan's branch; ${change.mergeTask} merges it`;
    case "worktree.cut":
      return `a worktree was made${change.tookMs === void 0 ? "" : ` in ${formatDuration(change.tookMs)}`}`;
    case "worktree.removed":
      return "its worktree is gone";
    case "write.denied":
      return `${change.warned ? "was warned of" : "was refused"} a write: ${change.command ?? change.path}, held by ${change.heldBy}`;
    case "token.refused":
      return `a call was refused: ${change.why}`;
    case "report.returned":
      return `its report went back: ${change.why}`;
    case "attempt.compared":
    case "scope.touched":
      return change.note;
    case "task.limited":
      return change.reason;
    default:
      return "";
  }
}

// mcp-server/src/run/live/file-clashes.ts
var MAX_CLASHES = 500;
async function fileClashes(ctx, store, slug) {
  return readGraph(ctx, store, async (view) => {
    const { graph, policy, estimates } = await view.plan(slug);
    const tasks = [...graph.tasks.values()];
    const clashes = unorderedClashes(planningOf(ctx, tasks, policy, estimates), tasks);
    return {
      clashes: clashes.slice(0, MAX_CLASHES).map(({ tasks: tasks2, what }) => ({ tasks: tasks2, what: cleanText(what, LINE_LIMIT) }))
    };
  });
}

// mcp-server/src/run/live/plan-history.ts
async function planHistory(ctx, store, slug) {
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const snapshot = await planSnapshot(plan, ctx.now());
    const events = await view.reader.events(plan.id);
    const statuses = statusesOf(events);
    const planStatuses = events.flatMap(
      ({ atMs: atMs2, change }) => change.type === "plan.created" ? [[atMs2, "open"]] : change.type === "plan.status" ? [[atMs2, change.status]] : []
    );
    const ended = snapshot.tasks.flatMap(({ attempts }) => attempts.flatMap(({ endMs }) => endMs ?? []));
    const startMs = snapshot.startedAtMs ?? plan.stored.createdAtMs;
    const { title, repository, seq, atMs } = snapshot;
    return {
      ...{ v: 1, plan: slug, title, repository, seq, startMs },
      endMs: snapshot.done ? ended.reduce((last, ms) => Math.max(last, ms), startMs) : atMs,
      statuses: planStatuses,
      cap: plan.policy.maxParallel,
      tasks: snapshot.tasks.map((row) => {
        const { id, subject, position, phase, role, model, needs, attempts } = row;
        const task = plan.graph.tasks.get(id);
        const needed = neededOf(task);
        return {
          ...{ id, subject, position, needs, attempts },
          ...phase !== void 0 && { phase },
          ...role !== void 0 && { role },
          ...model !== void 0 && { model },
          statuses: statuses.get(id) ?? [],
          ...needed !== void 0 && { needed },
          durationMs: Math.round(plan.estimates.durationMs(task))
        };
      }),
      trouble: incidentsOf(plan.graph, events)
    };
  });
}
function statusesOf(events) {
  const statuses = /* @__PURE__ */ new Map();
  for (const { atMs, change } of events) {
    if (change.type === "task.created") statuses.set(change.task, [[atMs, "pending"]]);
    if (change.type === "task.status") statuses.get(change.task)?.push([atMs, change.status]);
  }
  return statuses;
}
function neededOf({ needs, dependencies }) {
  if (needs === "all") return void 0;
  if (needs === "settled") return "ended";
  return needs === "any" ? Math.min(1, dependencies.length) : needs.atLeast;
}

// import:node:timers/promises in run/live.mjs
import { setTimeout } from "node:timers/promises";

// mcp-server/src/run/live/steady.ts
var TOLERANCE_MS = 5e3;
var TOLERANCE = 0.05;
function isClose(beforeMs, afterMs, nowMs) {
  const most = Math.max(TOLERANCE_MS, TOLERANCE * Math.abs(afterMs - nowMs));
  return Math.abs(beforeMs - afterMs) <= most;
}
function steadyRow(before, row, nowMs) {
  const [was, is] = [before?.expected, row.expected];
  if (!was || !is || before?.status !== row.status || was.durationMs !== is.durationMs) return row;
  const isSteady = isClose(was.startMs, is.startMs, nowMs) && isClose(was.endMs, is.endMs, nowMs);
  return isSteady ? { ...row, expected: was } : row;
}
function isSameHead(before, after) {
  const timeless = ({ atMs: _at, forecast: _forecast, cost, ...rest }) => JSON.stringify({ ...rest, cost: { ...cost, tokensPerMinute: 0 } });
  return isSameForecast(before, after) && timeless(before) === timeless(after);
}
function isSameForecast(before, after) {
  if (!before.forecast || !after.forecast) return before.forecast === after.forecast;
  const end = ({ atMs }, { leftMs }) => atMs + leftMs;
  return isClose(end(before, before.forecast), end(after, after.forecast), after.atMs);
}

// mcp-server/src/run/live/plan-watch.ts
var LOOK_MS = 5e3;
var MIN_PAUSE_MS = 60;
var IDLE_MS = 6e4;
var PlanWatch = class {
  /** @param epoch tells the cursors of this watch from those of any other. */
  constructor(ctx, store, slug, epoch) {
    this.ctx = ctx;
    this.store = store;
    this.slug = slug;
    this.epoch = epoch;
  }
  ctx;
  store;
  slug;
  epoch;
  #head;
  /** As of the last revision. */
  #told;
  #rows = /* @__PURE__ */ new Map();
  /** Ids of rows that are no more, with the revision in which they went. */
  #gone = /* @__PURE__ */ new Map();
  #revision = 0;
  #watching;
  #end = new AbortController();
  #lastAskedMs = 0;
  #waiting = 0;
  #next = deferred();
  /** The plan as it stands now. @throws CallerError when there is no such plan. */
  async snapshot() {
    await this.#look();
    return { ...this.#head, tasks: [...this.#rows.values()].map(({ row }) => row) };
  }
  /**
   * What is other than at the cursor; waits until something is. A cursor of another watch, or none, gets everything.
   * @returns undefined when the signal was aborted.
   * @throws what made the graph unreadable.
   */
  async updateAfter(cursor, signal) {
    const known2 = this.#revisionOf(cursor);
    if (this.#head === void 0) await this.#look();
    this.#watch();
    const aborted = deferred();
    signal.addEventListener("abort", aborted.resolve);
    this.#waiting += 1;
    try {
      while (!signal.aborted && !this.#end.signal.aborted) {
        if (known2 === void 0 || this.#revision > known2) return this.#update(known2);
        this.#watch();
        await Promise.race([this.#next.promise, aborted.promise]);
      }
      return void 0;
    } finally {
      this.#waiting -= 1;
      signal.removeEventListener("abort", aborted.resolve);
    }
  }
  get isClosed() {
    return this.#end.signal.aborted;
  }
  /** Ends the watching; who waits gets nothing any more. */
  async close() {
    this.#end.abort();
    this.#ring();
    await this.#watching;
  }
  #revisionOf(cursor) {
    const [epoch, text = ""] = cursor?.split(".") ?? [];
    const revision = Number(text);
    const isOwn = epoch === this.epoch && Number.isSafeInteger(revision) && revision > 0;
    return isOwn && revision <= this.#revision ? revision : void 0;
  }
  #update(known2) {
    const rows = [...this.#rows.values()];
    return {
      cursor: `${this.epoch}.${this.#revision}`,
      head: this.#head,
      rows: rows.filter(({ revision }) => known2 === void 0 || revision > known2).map(({ row }) => row),
      gone: [...this.#gone].flatMap(
        ([id, revision]) => known2 !== void 0 && revision > known2 ? [id] : []
      ),
      ...known2 === void 0 && { reset: true }
    };
  }
  #watch() {
    this.#lastAskedMs = performance.now();
    this.#watching ??= this.#keepLooking().finally(() => {
      this.#watching = void 0;
    });
  }
  async #keepLooking() {
    const { signal } = this.#end;
    try {
      let planId = await this.#look();
      while (this.#waiting > 0 || performance.now() - this.#lastAskedMs < IDLE_MS) {
        if (signal.aborted) return;
        const seq = this.#head?.seq ?? 0;
        await this.store.changed(planId, seq, LOOK_MS, signal);
        if (signal.aborted) return;
        const beganMs = performance.now();
        planId = await this.#look();
        const tookMs = performance.now() - beganMs;
        await setTimeout(Math.max(MIN_PAUSE_MS, 2 * tookMs), void 0, { signal }).catch(() => void 0);
      }
    } catch (error) {
      this.#next.reject(error);
      this.#next = deferred();
    }
  }
  /** @returns the plan's id. */
  async #look() {
    await this.ctx.prices.refresh();
    return await readGraph(this.ctx, this.store, async (view) => {
      const plan = await view.plan(this.slug);
      this.#take(await planSnapshot(plan, this.ctx.now()));
      return plan.id;
    });
  }
  #take({ tasks, ...head }) {
    const revision = this.#revision + 1;
    const rows = /* @__PURE__ */ new Map();
    let isOther = this.#told === void 0 || !isSameHead(this.#told, head);
    for (const task of tasks) {
      const known2 = this.#rows.get(task.id);
      const row = steadyRow(known2?.row, task, head.atMs);
      const text = JSON.stringify(row);
      const isSame = known2?.text === text;
      rows.set(task.id, isSame ? known2 : { row, text, revision });
      isOther ||= !isSame;
    }
    for (const id of this.#rows.keys()) {
      if (rows.has(id)) continue;
      this.#gone.set(id, revision);
      isOther = true;
    }
    for (const id of rows.keys()) this.#gone.delete(id);
    this.#head = head;
    this.#rows = rows;
    if (!isOther) return;
    this.#told = head;
    this.#revision = revision;
    this.#ring();
  }
  #ring() {
    this.#next.resolve();
    this.#next = deferred();
  }
};
function deferred() {
  let resolve = () => {
  };
  let reject = (_error) => {
  };
  const promise = new Promise((done, failed) => {
    resolve = done;
    reject = failed;
  });
  promise.catch(() => void 0);
  return { promise, resolve, reject };
}

// import:git.mjs in run/live.mjs
import { git } from "../git.mjs";

// import:run/effects/versions.mjs in run/live.mjs
import { listOverwritten, taskDiff } from "./effects/versions.mjs";

// mcp-server/src/run/live/task-files.ts
var MAX_DIFF = 6e4;
var MAX_DIFFS = 4e5;
var MAX_FILES = 300;
var COMMIT = /^[0-9a-f]{40,64}$/;
var PATCH = ["--no-commit-id", "-r", "-p", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv"];
async function taskFiles(ctx, slug, task, events) {
  const { files, uncertain, unlisted } = await taskDiff(ctx, slug, task);
  const overwritten = new Set((await listOverwritten(ctx, slug, { task })).map(({ path }) => path));
  const seen = files.map(
    ({ path, kind, hunks, instead }) => ({
      path,
      kind,
      ...hunks !== void 0 && { hunks },
      ...instead !== void 0 && { instead }
    })
  );
  const unsure = uncertain.map(
    (path) => ({
      ...{ path, kind: "changed", uncertain: true },
      instead: "this task or another call has changed it"
    })
  );
  const known2 = new Set([...seen, ...unsure].map(({ path }) => path));
  const lost = [...overwritten].filter((path) => !known2.has(path)).map((path) => ({ path, kind: "changed", instead: "somebody else has changed it" }));
  const committed = seen.length > 0 ? [] : await committedFiles(ctx, events);
  const all = [...seen, ...unsure, ...lost, ...committed];
  let left = MAX_DIFFS;
  const shown = all.slice(0, MAX_FILES).map((file) => {
    const restorable = overwritten.has(file.path) && { restorable: true };
    const { hunks, ...rest } = { ...file, ...restorable };
    if (hunks === void 0) return rest;
    if (hunks.length > Math.min(left, MAX_DIFF)) {
      const how = `parallel diff ${slug} ${shownPath(task)}`;
      return { ...rest, instead: `too long to be shown here: ${how}` };
    }
    left -= hunks.length;
    return { ...rest, hunks: cleanLines(hunks) };
  });
  return { files: shown, unlisted: unlisted + Math.max(0, all.length - MAX_FILES) };
}
async function committedFiles(ctx, events) {
  const last = events.findLast(({ change }) => change.type === "work.committed")?.change;
  if (last?.type !== "work.committed" || !COMMIT.test(last.commit)) return [];
  const { commit, files } = last;
  try {
    return filesIn(await git(ctx.checkout.root, ["diff-tree", "--raw", "-z", ...PATCH, commit]));
  } catch {
    const instead = "this clone does not have its commit";
    return files.map((path) => ({ path, kind: "changed", instead }));
  }
}
var KINDS = { A: "added", D: "removed" };
function filesIn(output) {
  const end = output.indexOf("\0\0");
  const list2 = (end < 0 ? output : output.slice(0, end)).split("\0");
  const patches = end < 0 ? [] : output.slice(end + 2).split(/^(?=diff --git )/m);
  return list2.flatMap((part, i) => {
    const path = list2[i + 1];
    if (i % 2 !== 0 || path === void 0) return [];
    const patch = patches[i / 2] ?? "";
    const start = patch.search(/^@@ /m);
    const kind = KINDS[part.at(-1) ?? ""] ?? "changed";
    return [
      start < 0 ? { path, kind, instead: "no text differs" } : { path, kind, hunks: patch.slice(start) }
    ];
  });
}

// mcp-server/src/run/live/task-detail.ts
var MAX_EVENTS = 200;
var MAX_LIST = 200;
var MAX_TEXT = 5e4;
async function taskDetail(ctx, store, slug, id, hasFiles) {
  await ctx.prices.refresh();
  const { table } = ctx.prices.last;
  const { detail, events } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const task = taskOf(plan, id);
    const snapshot = await planSnapshot(plan, ctx.now());
    const events2 = await view.reader.events(plan.id, { task: task.id });
    const claims = plan.graph.claimsOf(task.id);
    const row = snapshot.tasks.find((one) => one.id === task.id);
    return {
      events: events2,
      detail: {
        ...{ v: 1, plan: slug, seq: snapshot.seq, atMs: snapshot.atMs, row },
        ...definition(task, await plan.description(task.id)),
        dependents: dependentsOf(plan.graph.tasks.values(), task.id),
        attempts: claims.flatMap((claim) => attemptDetail(claim, task, table)).reverse(),
        events: events2.slice(-MAX_EVENTS).map(eventLine).reverse(),
        actions: actionsOf(row, snapshot)
      }
    };
  });
  return { ...detail, ...hasFiles ? await taskFiles(ctx, slug, id, events) : { files: [], unlisted: 0 } };
}
function actionsOf(row, { needs }) {
  return needs.find(({ task, kind }) => task === row.id && kind === "review")?.actions ?? taskActions(row);
}
function dependentsOf(tasks, id) {
  return [...tasks].filter(({ dependencies }) => dependencies.includes(id)).map((task) => task.id);
}
var lines = (text) => {
  const clean = cleanLines(text);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}
…` : clean;
};
var list = (texts, limit = LINE_LIMIT) => texts.slice(0, MAX_LIST).map((text) => cleanText(text, limit));
function definition(task, description) {
  return {
    description: lines(description),
    acceptance: task.acceptance.slice(0, MAX_LIST).map(({ criterion, command }) => ({
      criterion: cleanText(criterion, FINDING_LIMIT),
      ...command !== void 0 && { command: cleanText(command, FINDING_LIMIT) }
    })),
    ...task.writes && { writes: list(task.writes) },
    reads: list(task.reads),
    resources: list(task.resources),
    notes: task.notes.slice(-MAX_LIST).map(lines)
  };
}
function attemptDetail(claim, task, prices) {
  const [row] = attemptRow(claim);
  if (!row) return [];
  const has = isAttempt(claim) && claim.state !== "running" ? claim : void 0;
  const report = has?.report;
  const cause = has?.state === "ended" ? has.cause : void 0;
  const summary = report?.summary ?? has?.lastMessage;
  const model = claim.chosenModel?.model;
  const usage = isAttempt(claim) ? claim.usage : void 0;
  return [
    {
      ...row,
      agentType: cleanText(claim.agentType, NAME_LIMIT),
      checkout: cleanText(claim.checkout, LINE_LIMIT),
      isolation: claim.isolation,
      ...model !== void 0 && { model },
      ...usage && prices && { money: { amount: usageCost(usage, prices).amount, currency: prices.currency } },
      ...summary !== void 0 && { summary: lines(summary) },
      ...cause !== void 0 && { cause: cleanText(cause, FINDING_LIMIT) },
      ...report?.verdict && { verdict: report.verdict },
      evidence: (report?.evidence ?? []).slice(0, MAX_LIST).map((item) => evidenceLine(withCriterionText(item, task.acceptance))),
      findings: (report?.findings ?? []).slice(0, MAX_LIST).map(({ severity, text, file }) => ({
        severity,
        text: cleanText(text, FINDING_LIMIT),
        ...file !== void 0 && { file: cleanText(file, LINE_LIMIT) }
      })),
      notes: list(report?.notes ?? [], FINDING_LIMIT),
      filesReported: list(report?.filesChanged ?? [])
    }
  ];
}
function evidenceLine(evidence) {
  const criterion = evidence.criterion !== void 0 && {
    criterion: cleanText(evidence.criterion, FINDING_LIMIT)
  };
  if ("inspected" in evidence)
    return { ...criterion, standing: "inspected", text: cleanText(evidence.inspected, FINDING_LIMIT) };
  if ("notVerified" in evidence)
    return { ...criterion, standing: "not-verified", text: cleanText(evidence.notVerified, FINDING_LIMIT) };
  const { command, exitCode, result, standing: standing2 = "claimed", seen } = evidence;
  return {
    ...criterion,
    standing: standing2,
    command: cleanText(command, FINDING_LIMIT),
    exitCode,
    text: cleanText(result, FINDING_LIMIT),
    ...seen !== void 0 && { seen: cleanText(seen, LINE_LIMIT) }
  };
}
export {
  PlanWatch,
  askingTasks,
  attemptRow,
  bandOf,
  choosePlan,
  costNow,
  eventLine,
  fileClashes,
  incidentsOf,
  isSameHead,
  machineOf,
  needsNow,
  planEntry,
  planHistory,
  planSnapshot,
  readBand,
  readSnapshot,
  readyWaits,
  repositoryTitle,
  rowsOf,
  runBy,
  snapshotCounts,
  steadyRow,
  taskDetail,
  taskFiles,
  toldEvents
};
