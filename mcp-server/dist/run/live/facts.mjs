// import:graph.mjs in run/live/facts.mjs
import { addUsage, causeText, hasEnded, isAttempt, isForPlan, isForRole, isLive, labelsOf, missingLabels, newTokens, plainSubject, reachableIn, takesPlace, taskName, workedUntilMs } from "../../graph.mjs";

// import:policy.mjs in run/live/facts.mjs
import { heldLooks, limitName, raiseLimit, settingOf, spentBy, spentText } from "../../policy.mjs";

// import:report.mjs in run/live/facts.mjs
import { attemptStanding, conversationUsage, overwrittenVersions, resultsOf, waitingForUser } from "../../report.mjs";

// mcp-server/src/run/live/facts/cost-now.ts
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

// import:text.mjs in run/live/facts.mjs
import { FINDING_LIMIT, LINE_LIMIT, NAME_LIMIT, cleanText, formatDuration, plural } from "../../text.mjs";

// mcp-server/src/run/live/facts/incidents.ts
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

// import:run/claims.mjs in run/live/facts.mjs
import { choose, machineWith, waitingTasks } from "../claims.mjs";

// import:run/runners.mjs in run/live/facts.mjs
import { takersOf } from "../runners.mjs";

// mcp-server/src/run/live/facts/lacking.ts
async function lackingIn({ ctx, stored }, runners) {
  const takers = await takersOf(runners, stored.slug);
  return (task) => {
    const { role } = ctx.roles.resolve(task.agent);
    const ofRole = takers.filter((runner) => isForRole(runner, role));
    const missingHere = missingLabels(task, ctx.labels);
    if (ofRole.some(({ labels }) => missingLabels(task, labels).length === 0)) return void 0;
    if (takers.length === 0) return missingHere.length === 0 ? void 0 : `for ${machineWith(missingHere)}`;
    const clean = (text) => cleanText(text, NAME_LIMIT);
    if (ofRole.length === 0) return `no machine that is known does tasks of the role ${clean(role)}`;
    if (missingHere.length === 0) return void 0;
    const missing = missingHere.filter((label) => !takers.some(({ labels }) => labels.includes(label)));
    return missing.length === 0 ? `no machine that is known has all of ${labelsOf(task).map(clean).join(", ")}` : `no machine that is known has ${missing.map(clean).join(", ")}`;
  };
}

// import:run/project.mjs in run/live/facts.mjs
import { sameOwner } from "../project.mjs";

// import:run/engine.mjs in run/live/facts.mjs
import { RUNNER_ENGINE, engineRecordOf } from "../engine.mjs";

// import:run/plan.mjs in run/live/facts.mjs
import { isDone } from "../plan.mjs";

// mcp-server/src/run/live/facts/run-by.ts
var QUIET_MS = 6e4;
var ENGINES = {
  mod: { kind: "mod", words: "run by Claude Code, beside a conversation" },
  run: { kind: "runner", words: "run by parallel run" }
};
async function runBy(loaded, events, dead, { isGone }, nowMs) {
  const { stored, graph } = loaded;
  const live = graph.claims.filter((claim) => isLive(claim) && !dead.has(claim.id));
  if (isDone(loaded) || stored.status === "stopped" && live.length === 0)
    return { kind: "done", words: stored.status === "stopped" ? "stopped" : "done" };
  const engines = engineRecordOf(events);
  for (const { engine, owner } of engines.open) {
    if (await isGone(owner)) continue;
    return ENGINES[engine] ?? { kind: "session", words: `run by ${engine}` };
  }
  if (live.length > 0) {
    const machines = [...new Set(live.map(({ owner }) => machineOf(owner)))];
    const where = machines.length > 1 ? ` on ${machines.join(", ")}` : "";
    return live.some(({ owner }) => owner.session !== void 0) ? { kind: "session", words: `run by a conversation in Claude Code${where}` } : { kind: "session", words: `run by agents of another client${where}` };
  }
  const how = `${engines.last?.engine === RUNNER_ENGINE ? "parallel run " : "/parallel:run "}${stored.slug}`;
  const last = graph.claims.reduce(
    (ms, claim) => Math.max(ms, (isAttempt(claim) ? workedUntilMs(claim) : void 0) ?? claim.offeredAtMs),
    0
  );
  if (last === 0) return { kind: "nobody", words: "nobody has begun it", how };
  if (engines.open.length > 0 || isAfterEngine(events, graph.claims))
    return { kind: "nobody", words: "what launched its agents has stopped", sinceMs: last, how };
  return nowMs - last < QUIET_MS ? { kind: "session", words: "between two launches" } : { kind: "nobody", words: "nobody is at it any more", sinceMs: last, how };
}
function isAfterEngine(events, claims) {
  const end = events.findLast(({ change }) => change.type === "engine.ended");
  if (end?.change.type !== "engine.ended" || end.change.how !== "lost") return false;
  return claims.every(({ offeredAtMs }) => offeredAtMs <= end.atMs);
}
function machineOf({ host }) {
  return host.split(" ")[0] ?? host;
}

// mcp-server/src/run/live/facts/machines.ts
async function machinesNow({ ctx: { repository }, reader }, runners, dead, slug) {
  const live = (await reader.held()).filter(
    ({ repository: of, claim }) => of === repository && takesPlace(claim) && !dead.has(claim.id)
  );
  const runs = (owner) => live.filter(({ claim }) => sameOwner(claim.owner, owner)).map(({ plan, claim }) => cleanText(taskName(plan, claim.task), NAME_LIMIT));
  const own = runners.all.filter((runner) => slug === void 0 || isForPlan(runner, slug));
  const machines = [];
  for (const runner of own) {
    const gone = await runners.isGone(runner.owner);
    machines.push({
      machine: cleanText(machineOf(runner.owner), NAME_LIMIT),
      pid: runner.owner.pid,
      kind: runner.kind,
      state: gone ? "gone" : runner.draining ? "draining" : "here",
      ...gone && { lastSeenMs: runner.lastSeenMs },
      clients: runner.clients.map(({ name, slots }) => ({ name: cleanText(name, NAME_LIMIT), slots })),
      labels: runner.labels.map((label) => cleanText(label, NAME_LIMIT)),
      roles: runner.roles.map((role) => cleanText(role, NAME_LIMIT)),
      runs: runs(runner.owner)
    });
  }
  const others = live.filter(
    ({ plan, claim: { owner } }) => (slug === void 0 || plan === slug) && !runners.all.some((runner) => sameOwner(runner.owner, owner))
  );
  const owners = others.map(({ claim }) => claim.owner).filter((owner, i, all) => all.findIndex((other) => sameOwner(owner, other)) === i);
  return [
    ...machines,
    ...owners.map(
      (owner) => ({
        ...{ machine: cleanText(machineOf(owner), NAME_LIMIT), pid: owner.pid },
        ...{ kind: "session", state: "here", clients: [], labels: [], roles: [], runs: runs(owner) }
      })
    )
  ];
}

// import:run/review.mjs in run/live/facts.mjs
import { rejectedWork } from "../review.mjs";

// mcp-server/src/run/live/facts/needs.ts
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

// mcp-server/src/run/live/facts/not-achieved.ts
function notAchieved(state, nowMs) {
  const tasks = state.tasks.filter(({ status }) => status === "failed" || status === "cancelled");
  if (tasks.length === 0) return [];
  const ids = new Set(tasks.map(({ id }) => id));
  const claims = state.claims.filter(({ task }) => ids.has(task));
  return resultsOf({ ...state, claims }, tasks, { written: /* @__PURE__ */ new Map(), reasons: /* @__PURE__ */ new Map() }, nowMs);
}

// mcp-server/src/run/live/facts/steady.ts
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

// mcp-server/src/run/live/facts/rows.ts
var SILENT_SHARE = 1 / 2;
var knownRows = /* @__PURE__ */ new WeakMap();
function rowsOf(facts) {
  const { state, expected } = facts;
  const claims = /* @__PURE__ */ new Map();
  for (const claim of state.claims) {
    const own = claims.get(claim.task);
    if (own) own.push(claim);
    else claims.set(claim.task, [claim]);
  }
  const byId = new Map(state.tasks.map((task) => [task.id, task]));
  const results = new Map(facts.results.map((result) => [result.task, result]));
  const asking = askingTasks(facts.results);
  const reachable = reachableIn(state.tasks);
  const hasNotEnded = (id) => !hasEnded(byId.get(id)?.status ?? "cancelled");
  return state.tasks.map((task) => {
    const own = claims.get(task.id) ?? NO_CLAIMS;
    const known2 = knownRows.get(task);
    if (task.status === "completed" && known2 && isSameList(known2.claims, own)) return known2.row;
    const is = standing(task, own.find(isLive), facts.waits.get(task.id), {
      open: task.status === "pending" ? task.dependencies.filter(hasNotEnded) : [],
      canRun: reachable.has(task.id),
      asks: asking.has(task.id),
      why: whyOf(task, facts.reasons, results.get(task.id))
    });
    const isCritical = expected?.critical.has(task.id) ?? false;
    const times = expected?.tasks.get(task.id);
    const isSame = known2?.isCritical === isCritical && isSameList(known2.claims, own) && isSameStanding(known2.standing, is) && isSameSpan(known2.times, times, expected?.atMs ?? 0);
    if (isSame) return known2.row;
    const { reason, ...stands } = is;
    const row = {
      ...nameOf(task, state),
      status: task.status,
      ...stands,
      ...reason !== void 0 && { reason: cleanText(reason, LINE_LIMIT) },
      critical: isCritical,
      ...progressOf(task, own, times, facts)
    };
    knownRows.set(task, { claims: own, standing: is, isCritical, times, row });
    return row;
  });
}
function isSameStanding(a, b) {
  return a.group === b.group && a.why === b.why && a.reason === b.reason && isSameList(a.waitsFor, b.waitsFor);
}
function isSameSpan(a, b, nowMs) {
  if (a === void 0 || b === void 0) return a === b;
  return isClose(a.startMs, b.startMs, nowMs) && isClose(a.endMs, b.endMs, nowMs);
}
var NO_CLAIMS = [];
function isSameList(a, b) {
  return a === b || a.length === b.length && a.every((one, i) => one === b[i]);
}
function whyOf(task, reasons, result) {
  const cause = task.cause && causeText(task.cause);
  if (task.status === "failed") return result?.summary ?? result?.reason ?? cause;
  return reasons.get(task.id) ?? result?.reason ?? cause;
}
var names = /* @__PURE__ */ new WeakMap();
function nameOf(task, { plan }) {
  const known2 = names.get(task);
  if (known2) return known2;
  const phase = task.phaseName ?? (task.phase === void 0 ? void 0 : `${task.phase}`);
  const named = {
    id: task.id,
    subject: cleanText(plainSubject(task, plan.slug), NAME_LIMIT),
    position: task.position,
    ...phase !== void 0 && { phase: cleanText(phase, NAME_LIMIT) },
    ...task.agent !== void 0 && { role: cleanText(task.agent.replace(/^parallel:/, ""), NAME_LIMIT) },
    needs: task.dependencies
  };
  names.set(task, named);
  return named;
}
function standing(task, live, wait, { open, canRun, asks, why }) {
  const said = why === void 0 ? {} : { reason: why };
  if (task.status === "in_progress" || live) return { group: "running", waitsFor: [] };
  if (task.status === "completed" || task.status === "cancelled")
    return { group: "done", waitsFor: [], ...said };
  if (task.status === "failed")
    return asks ? { group: "cannotRun", why: "question", reason: "asks a question", waitsFor: [] } : { group: "cannotRun", why: "failed", reason: why ?? "failed", waitsFor: [] };
  if (!canRun) return { group: "cannotRun", why: "behind", waitsFor: open, ...said };
  if (!wait) return { group: "waits", why: "tasks", waitsFor: open, ...said };
  const reason = wait.why === "next" && why !== void 0 && why !== "ready" ? why : wait.reason;
  return { group: "couldStart", why: wait.why, waitsFor: wait.waitsFor, reason };
}
function progressOf(task, claims, times, { loaded }) {
  const attempts = claims.flatMap(attemptRow);
  const measured = claims.flatMap((claim) => isAttempt(claim) ? claim.usage ?? [] : []);
  const model = claims.findLast(({ chosenModel }) => chosenModel?.model)?.chosenModel?.model;
  const running = claims.find((claim) => claim.state === "running");
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

// mcp-server/src/run/live/facts/told-events.ts
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

// mcp-server/src/run/live/facts/waits.ts
async function readyWaits(loaded, runners, nowMs) {
  const choice = await choose(loaded, nowMs, { anywhere: true });
  const lacking = await lackingIn(loaded, runners);
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
    graph.ready.map((task) => {
      const { id } = task;
      const lack = lacking(task);
      if (lack !== void 0) return [id, of("machine", lack)];
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
  const reason = inPlan === void 0 ? wordsOf(wait, why) : `its files are held by ${inPlan}`;
  return { why, reason, waitsFor };
}
var WHY_REFUSED = {
  role: "role",
  scope: "files",
  turn: "turn",
  machine: "machine",
  work: "elsewhere"
};
function wordsOf({ kind, for: what, until }, why) {
  const isWhole = kind === "level" || why === "elsewhere" || why === "turn";
  return isWhole ? `${what}, until ${until}` : what;
}
export {
  askingTasks,
  attemptRow,
  costNow,
  incidentsOf,
  isClose,
  isSameHead,
  lackingIn,
  machineOf,
  machinesNow,
  needsNow,
  notAchieved,
  readyWaits,
  rowsOf,
  runBy,
  steadyRow,
  toldEvents
};
