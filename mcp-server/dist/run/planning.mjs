// import:graph.mjs in run/planning.mjs
import { ancestors, hasEnded, levels, orderedDespiteParallelWith, parallelWith, parseScope, plainSubject, reachableTasks, unstarted } from "../graph.mjs";

// import:policy.mjs in run/planning.mjs
import { areAlternatives, chooseEngine, chooseStrategy, claimedScope, clashPairs, runsAlone, wantsReview } from "../policy.mjs";

// import:schedule.mjs in run/planning.mjs
import { Estimates, Replanner, criticalPath, freed, gainsOf, headsAndTails, planProblem, planSchedule, split, without } from "../schedule.mjs";

// import:text.mjs in run/planning.mjs
import { plural } from "../text.mjs";

// import:run/project.mjs in run/planning.mjs
import { isInside, overlappingRoles, unknownRoles } from "./project.mjs";

// mcp-server/src/run/planning/comparison.ts
var MAX_COMPARED = 2e3;
function minutes(ms) {
  return Math.round(ms / 6e3) / 10;
}

// mcp-server/src/run/planning/planning.ts
var MAX_PLANNED = 2e4;
function planningOf({ roles, caseInsensitive }, tasks, policy, estimates) {
  const scopes = tasks.map((task) => claimedScope(task, policy));
  const parsed = scopes.map((scope) => parseScope(scope, caseInsensitive));
  return {
    scopes,
    clashes: clashPairs(parsed).filter(({ a, b }) => !areAlternatives(tasks[a], tasks[b])),
    tasks: tasks.map((task, i) => ({
      id: task.id,
      dependencies: task.dependencies,
      needs: task.needs,
      durationMs: estimates.durationMs(task) + estimates.launchMs,
      role: roles.resolve(task.agent).role,
      alone: runsAlone(scopes[i])
    }))
  };
}
var HOLDS_MS = 1e3;
var planners = /* @__PURE__ */ new WeakMap();
function planAhead(ctx, { graph, policy, estimates, cap: slots }) {
  if (graph.readyCount < 2 || graph.live.length >= slots || graph.openCount > MAX_PLANNED) return;
  if (planners.get(graph)?.key === keyOf(graph, policy)) return;
  const open = [...graph.tasks.values()].filter((task) => !hasEnded(task.status));
  const { tasks, clashes } = planningOf(ctx, open, policy, estimates);
  const { maxParallel: cap, capacity } = policy;
  const problem = planProblem(tasks, { cap, capacity }, clashes);
  planners.set(graph, {
    key: keyOf(graph, policy),
    ids: open.map(({ id }) => id),
    indexOf: new Map(open.map(({ id }, i) => [id, i])),
    replanner: new Replanner(problem)
  });
}
function aheadOf({ graph, policy }, nowMs) {
  const planner = planners.get(graph);
  if (planner?.key !== keyOf(graph, policy)) return void 0;
  const { ids, indexOf, replanner } = planner;
  const running = new Map(
    graph.live.flatMap((claim) => {
      const i = indexOf.get(claim.task);
      return i === void 0 ? [] : [[i, nowMs - claim.offeredAtMs]];
    })
  );
  if (!planner.last || !stillHolds(planner.last, graph.endings, running, nowMs)) {
    const { startNow: startNow2, heldBack } = replanner.replan({ ended: endedOf(graph, ids), running: [...running] });
    planner.last = {
      atMs: nowMs,
      endings: graph.endings,
      running: new Set(running.keys()),
      startNow: startNow2,
      heldBack
    };
  }
  const idsOf = (indices) => indices.map((i) => ids[i]);
  const startNow = planner.last.startNow.filter((i) => !running.has(i));
  return { startNow: idsOf(startNow), heldBack: new Set(idsOf(planner.last.heldBack)) };
}
function endedOf(graph, ids) {
  const broken = graph.count("failed") + graph.count("cancelled") > 0;
  const reachable = broken ? reachableTasks(graph.tasks) : void 0;
  const ended = [];
  for (const [i, id] of ids.entries()) {
    const status = graph.tasks.get(id)?.status;
    const isOver = status === void 0 || hasEnded(status);
    if (isOver || status === "pending" && reachable?.has(id) === false) ended.push(i);
  }
  return ended;
}
function stillHolds(last, endings, running, nowMs) {
  return nowMs >= last.atMs && nowMs - last.atMs < HOLDS_MS && endings === last.endings && [...last.running].every((i) => running.has(i)) && [...running.keys()].every((i) => last.running.has(i) || last.startNow.includes(i));
}
function keyOf(graph, { maxParallel, capacity, unscoped }) {
  return JSON.stringify([graph.shape, maxParallel, capacity, unscoped]);
}

// mcp-server/src/run/planning/suggestions.ts
var MAX_SUGGESTIONS = 3;
var MAX_TRIED = 6;
function helpFor(now, planning, path, minutesByCap) {
  if (now.tasks.length > MAX_COMPARED) return [];
  const gains = gainsOf(now, changesOf(now, planning, path)).map(({ what, gainMs }) => ({
    what,
    gain: minutes(gainMs)
  }));
  const cap = now.limits.cap;
  const withOneMore = (minutesByCap[cap - 1] ?? 0) - (minutesByCap[cap] ?? minutesByCap.at(-1) ?? 0);
  const all = [
    ...gains,
    ...withOneMore > 0.03 * (minutesByCap[cap - 1] ?? 0) ? [{ what: `a cap of ${cap + 1}`, gain: Math.round(withOneMore * 10) / 10 }] : []
  ];
  return all.sort((a, b) => b.gain - a.gain).slice(0, MAX_SUGGESTIONS).map(({ what, gain }) => `${what}: ${gain} min shorter`);
}
function* changesOf(now, { clashes, scopes }, path) {
  const { tasks, limits } = now;
  const indexOf = new Map(tasks.map(({ id }, i) => [id, i]));
  const alone = tasks.flatMap((task, i) => task.alone && scopes[i]?.basis === "unscoped" ? [i] : []);
  if (alone.length > 0) {
    const names = alone.slice(0, 5).map((i) => tasks[i]?.id);
    const more = alone.length > names.length ? ` and ${alone.length - names.length} more` : "";
    yield { what: `declare what ${names.join(", ")}${more} write`, situation: freed(now, new Set(alone)) };
  }
  const onPath = path.flatMap((id) => indexOf.get(id) ?? []);
  const longest = [...onPath].sort((a, b) => (tasks[b]?.durationMs ?? 0) - (tasks[a]?.durationMs ?? 0));
  for (const at of longest.slice(0, MAX_TRIED)) {
    yield { what: `split ${tasks[at]?.id} in two`, situation: split(now, at) };
  }
  for (const [name, sharers] of sharedNames(clashes).slice(0, MAX_TRIED)) {
    yield {
      what: `let only one task write ${name}`,
      situation: { tasks, limits, clashes: clashes.filter((pair) => !sharers.has(pair)) }
    };
  }
  for (const [role, most] of Object.entries(limits.capacity)) {
    if (most >= limits.cap) continue;
    yield {
      what: `one more ${role}`,
      situation: { ...now, limits: { ...limits, capacity: { ...limits.capacity, [role]: most + 1 } } }
    };
  }
  for (const [place, at] of onPath.slice(1, MAX_TRIED + 1).entries()) {
    const dependency = tasks[onPath[place]]?.id ?? "";
    yield {
      what: `${tasks[at]?.id} without its dependency on ${dependency}, if it does not need its result`,
      situation: without(now, at, dependency)
    };
  }
}
function sharedNames(clashes) {
  const pairs = /* @__PURE__ */ new Map();
  for (const pair of clashes) {
    const name = pair.clash.kind === "resource" ? pair.clash.resource : pair.clash.ours;
    const known = pairs.get(name);
    if (known) known.add(pair);
    else pairs.set(name, /* @__PURE__ */ new Set([pair]));
  }
  return [...pairs].sort(([, a], [, b]) => b.size - a.size);
}

// mcp-server/src/run/planning/analysis.ts
var MAX_CAP = 20;
var MAX_CONFLICTS = 10;
var HOLDS_UP = 0.95;
function analyse(ctx, input) {
  const { tasks: open, policy, estimates, cap } = input;
  const planning = planningOf(ctx, open, policy, estimates);
  const openIds = new Set(open.map((task) => task.id));
  const nodes = planning.tasks.map((task) => ({
    ...task,
    dependencies: task.dependencies.filter((id) => openIds.has(id))
  }));
  const now = {
    tasks: nodes,
    limits: { cap, capacity: policy.capacity },
    clashes: planning.clashes
  };
  const problem = planProblem(now.tasks, now.limits, now.clashes);
  const plan = planSchedule(problem);
  const { head, tail, criticalPath: longest } = headsAndTails(problem);
  const sequentialMs = nodes.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const speedup = sequentialMs / Math.max(1, plan.makespan);
  const inLevels = levels(nodes);
  const path = criticalPath(nodes).ids;
  const unscoped = nodes.filter((_, i) => planning.scopes[i]?.basis === "unscoped").map(({ id }) => id);
  const minutesByCap = makespansByCap(now, open.length);
  const { strategy, reasons } = chooseStrategy({
    tasks: open.map((task, i) => ({
      subject: plainSubject(task, input.slug),
      durationMs: estimates.durationMs(task),
      isStated: task.estimateMs !== void 0,
      dependencies: nodes[i]?.dependencies ?? [],
      writes: task.writes ?? (task.inferredWrites.length > 0 ? task.inferredWrites : void 0)
    })),
    total: input.total,
    speedup,
    levels: inLevels.length
  });
  return {
    strategy,
    reasons,
    levels: inLevels.map((level) => level.map(({ id }) => id)),
    criticalPath: path,
    slackMinutes: Object.fromEntries(
      nodes.map(({ id }, i) => [
        id,
        minutes(longest - (head[i] ?? 0) - (problem.duration[i] ?? 0) - (tail[i] ?? 0))
      ])
    ),
    conflicts: conflictsOf(planning, nodes),
    contradictions: contradictionsOf(planning, open),
    unscoped,
    unknownRoles: unknownRoles(ctx.roles, open),
    overlappingRoles: overlappingRoles(ctx.roles, open),
    bottleneck: bottleneckOf(now, plan.makespan, longest, sequentialMs, planning),
    help: helpFor(now, planning, path, minutesByCap),
    estimate: {
      cap,
      sequentialMinutes: minutes(sequentialMs),
      makespanMinutes: minutes(plan.makespan),
      lowerBoundMinutes: minutes(plan.lowerBound),
      speedup: Math.round(speedup * 10) / 10,
      tokens: open.reduce((sum, task) => sum + estimates.tokens(task), 0),
      tokensBasis: estimates.tokensBasis(open),
      basis: `${estimates.basis(open)}${reviewsLeftOut(input)}`
    },
    minutesByCap,
    schedule: open.map((task, i) => {
      const startMs = plan.start[i] ?? 0;
      return { task: task.id, startMs, endMs: startMs + (problem.duration[i] ?? 0) };
    })
  };
}
function reviewsLeftOut({ tasks, policy, isFromFile }) {
  const reviewed = tasks.filter((task) => wantsReview(task, policy)).length;
  if (reviewed > 0) return `; without the reviews of ${plural(reviewed, "task")}`;
  return policy.review === "end" && isFromFile && tasks.length > 0 ? "; without the review at the end" : "";
}
function makespansByCap(now, size) {
  const found = [];
  if (size > MAX_COMPARED) return found;
  for (let cap = 1; cap <= MAX_CAP; cap++) {
    const limits = { ...now.limits, cap };
    const { makespan, lowerBound } = planSchedule(planProblem(now.tasks, limits, now.clashes));
    found.push(Math.min(minutes(makespan), found.at(-1) ?? Number.POSITIVE_INFINITY));
    if (cap >= size || makespan === lowerBound && isChain(now, makespan)) break;
  }
  while (found.length > 1 && found.at(-1) === found.at(-2)) found.pop();
  return found;
}
function isChain(now, makespan) {
  return criticalPath(now.tasks).lengthMs >= makespan;
}
function conflictsOf({ clashes }, nodes) {
  const before = ancestors(nodes);
  const open = clashes.filter(({ a, b }) => {
    const [one, other] = [nodes[a]?.id ?? "", nodes[b]?.id ?? ""];
    return !before.get(one)?.has(other) && !before.get(other)?.has(one);
  });
  const lines = open.slice(0, MAX_CONFLICTS).map(({ a, b, clash }) => `${nodes[a]?.id} and ${nodes[b]?.id}: ${whatOf(clash)}`);
  const more = open.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more pairs`] : lines;
}
function contradictionsOf({ clashes }, tasks) {
  const inOrder = orderedDespiteParallelWith(tasks).map(
    ({ task, others }) => `${task} is not beside ${others.join(", ")}: dependencies put them in order`
  );
  const claims = (one, other) => one !== void 0 && other !== void 0 && parallelWith(one).includes(other.id);
  const clashing = clashes.flatMap(
    ({ a, b, clash }) => claims(tasks[a], tasks[b]) || claims(tasks[b], tasks[a]) ? [`${tasks[a]?.id} is not beside ${tasks[b]?.id}: ${whatOf(clash)}`] : []
  );
  return [...inOrder, ...clashing].slice(0, MAX_CONFLICTS);
}
function whatOf(clash) {
  if (clash.kind === "resource") return clash.resource;
  return clash.ours === clash.theirs ? clash.ours : `${clash.ours} and ${clash.theirs}`;
}
function bottleneckOf({ tasks, limits }, makespanMs, longestMs, sequentialMs, { clashes }) {
  if (tasks.length === 0) return "nothing: all tasks have ended";
  if (longestMs >= HOLDS_UP * makespanMs) return "the critical path: only shorter or fewer tasks on it help";
  for (const [role, most] of Object.entries(limits.capacity)) {
    const work = tasks.reduce((sum, task) => sum + (task.role === role ? task.durationMs : 0), 0);
    if (most < limits.cap && work / most >= HOLDS_UP * makespanMs)
      return `the capacity of ${role}: ${most} at once`;
  }
  const alone = tasks.reduce((sum, task) => sum + (task.alone ? task.durationMs : 0), 0);
  const spread = (sequentialMs - alone) / limits.cap + alone;
  if (spread >= HOLDS_UP * makespanMs) {
    return alone > (sequentialMs - alone) / limits.cap ? "tasks that run alone, because nobody declared what they write" : `the cap: ${limits.cap} at once`;
  }
  return clashes.length > 0 ? "files that several tasks write" : "dependencies";
}

// import:node:fs in run/planning.mjs
import { realpathSync } from "node:fs";

// import:node:path in run/planning.mjs
import { basename, dirname, resolve } from "node:path";

// import:run/plan.mjs in run/planning.mjs
import { countsOf, existingGraph, policyOf, readPlan } from "./plan.mjs";

// import:run/specification.mjs in run/planning.mjs
import { findBreakdown } from "./specification.mjs";

// mcp-server/src/run/planning/analyze-file.ts
async function analyzeFile(ctx, path, maxParallel) {
  const { breakdown, source } = await findBreakdown(rootFor(ctx, path), path, ctx.directory);
  const store = await ctx.graph();
  const estimates = store ? await store.read((reader) => reader.currentEstimates(ctx.repository)) : new Estimates();
  const policy = policyOf(ctx, {});
  const slug = String(breakdown.document.slug ?? basename(dirname(source.path)));
  const tasks = breakdown.tasks.map(unstarted);
  const cap = maxParallel ?? policy.maxParallel;
  return {
    file: source.path,
    slug,
    title: breakdown.title,
    tasks,
    analysis: analyse(ctx, { slug, tasks, total: tasks.length, policy, estimates, cap, isFromFile: true }),
    warnings: breakdown.warnings
  };
}
function rootFor({ checkout: { root }, directory }, path) {
  try {
    const real = realpathSync(resolve(directory, path));
    return isInside(root, real) ? root : dirname(real);
  } catch {
    return root;
  }
}

// import:report.mjs in run/planning.mjs
import { renderTimeline, timelineOfSchedule } from "../report.mjs";

// mcp-server/src/run/planning/analyze-plan.ts
var TIMELINE_WIDTH = 72;
var MAX_TIMELINE_ROWS = 12;
async function analyzePlan(ctx, slug, maxParallel) {
  const store = await existingGraph(ctx, slug);
  const loaded = await readPlan(ctx, store, slug);
  const { graph, policy, estimates } = loaded;
  const open = [...graph.tasks.values()].filter((task) => !hasEnded(task.status));
  const cap = maxParallel ?? policy.maxParallel;
  const analysis = analyse(ctx, {
    tasks: open,
    total: graph.tasks.size,
    policy,
    estimates,
    cap,
    isFromFile: loaded.stored.source.kind === "file",
    slug: loaded.stored.slug
  });
  return {
    loaded,
    counts: countsOf(loaded),
    analysis,
    timeline: timelineText(loaded.stored.slug, analysis.schedule, open),
    engine: chooseEngine({ open: open.length, cap, workflowCap: ctx.workflowCap })
  };
}
function timelineText(slug, schedule, tasks) {
  const subjects = new Map(tasks.map((task) => [task.id, plainSubject(task, slug)]));
  const rows = timelineOfSchedule(
    schedule.map((planned) => ({ ...planned, subject: subjects.get(planned.task) ?? "" }))
  );
  const text = renderTimeline(rows.slice(0, MAX_TIMELINE_ROWS), { width: TIMELINE_WIDTH, colour: false });
  return rows.length > MAX_TIMELINE_ROWS ? `${text}
… and ${rows.length - MAX_TIMELINE_ROWS} more` : text;
}
export {
  MAX_COMPARED,
  aheadOf,
  analyse,
  analyzeFile,
  analyzePlan,
  helpFor,
  minutes,
  planAhead,
  planningOf
};
