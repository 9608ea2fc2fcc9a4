// import:graph.mjs in run/planning.mjs
import { INHERIT, NO_USAGE, addTokens, allTokens, ancestors, clashesOf, hasEnded, levels, modelChoiceText, orderedDespiteParallelWith, parallelWith, parseScope, plainSubject, purposeOf, reachableTasks, takesPlace, unstarted } from "../graph.mjs";

// import:policy.mjs in run/planning.mjs
import { agentsFor, areAlternatives, chooseStrategy, claimedScope, clashPairs, expectedCost, expectedCosts, isSmallWork, judgesWork, moneyText, needsResultOf, runsAlone, tokensOfWay, wantsReview, weighWays } from "../policy.mjs";

// import:schedule.mjs in run/planning.mjs
import { Estimates, MIN_GAIN, Replanner, freed, gainsOf, headsAndTails, isWorthSaying, longestChainOf, planBounds, planProblem, planResources, planSchedule, remainingOf, split, without } from "../schedule.mjs";

// import:text.mjs in run/planning.mjs
import { formatCount, formatDuration, plural } from "../text.mjs";

// import:run/project.mjs in run/planning.mjs
import { isInside, overlappingRoles, unknownRoles } from "./project.mjs";

// mcp-server/src/run/planning/comparison.ts
var MAX_COMPARED = 2e3;
function minutes(ms) {
  return Math.round(ms / 6e3) / 10;
}
var MAX_IDS = 5;
function listedIds(ids) {
  const more = ids.length - MAX_IDS;
  return more > 0 ? `${ids.slice(0, MAX_IDS).join(", ")} and ${more} more` : ids.join(", ");
}

// mcp-server/src/run/planning/bottleneck.ts
var HOLDS_UP = 1 - MIN_GAIN;
function bottleneckOf(bounds, makespanMs, words, stuck) {
  if (words.tasks.length === 0) {
    return stuck === 0 ? "nothing: all tasks have ended" : `what failed: ${plural(stuck, "task")} cannot start`;
  }
  const [first, ...others] = bounds;
  if (first === void 0) return "nothing";
  if (first.lengthMs >= HOLDS_UP * makespanMs) {
    const text = limitText(first.by, words);
    return first.by.kind === "chain" ? `${text}: only shorter or fewer tasks on it help` : text;
  }
  const firstText = `${limitText(first.by, words)} (${minutes(first.lengthMs)} min)`;
  const second = others.find(({ by }) => by.kind !== first.by.kind);
  if (second === void 0) return firstText;
  return `${firstText} together with ${limitText(second.by, words)} (${minutes(second.lengthMs)} min by itself)`;
}
function limitText(limit, { tasks, clashes }) {
  if (limit.kind === "chain") return "the critical path";
  if (limit.kind === "cap") return `the cap: ${limit.capacity} at once`;
  if (limit.kind === "role") return `the capacity of ${limit.role}: ${limit.capacity} at once`;
  if (limit.kind === "turn")
    return `small tasks that ${plural(limit.capacity, "agent")} ${limit.capacity === 1 ? "does" : "do"} one after another (policy together)`;
  if (limit.kind === "alone") return "tasks that run alone, because nobody declared what they write";
  const ids = limit.members.map((i) => tasks[i]?.id ?? "");
  const members = new Set(limit.members);
  const names = clashes.filter(({ a, b }) => members.has(a) && members.has(b)).map(({ clash }) => clash.kind === "resource" ? clash.resource : clash.ours);
  return `tasks that exclude each other, ${listedIds(ids)}: ${listedIds([...new Set(names)])}`;
}

// mcp-server/src/run/planning/conflicts.ts
var MAX_CONFLICTS = 10;
function conflictsOf(planning, nodes) {
  const open = unorderedClashes(planning, nodes);
  const lines = open.slice(0, MAX_CONFLICTS).map(({ tasks: [one, other], what }) => `${one} and ${other}: ${what}`);
  const more = open.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more pairs`] : lines;
}
function unorderedClashes({ clashes }, nodes) {
  const before = ancestors(nodes);
  return clashes.flatMap(({ a, b, clash }) => {
    const [one, other] = [nodes[a]?.id ?? "", nodes[b]?.id ?? ""];
    if (before.get(one)?.has(other) || before.get(other)?.has(one)) return [];
    return [{ tasks: [one, other], what: whatOf(clash) }];
  });
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

// import:run/spending.mjs in run/planning.mjs
import { conversationModel, lookAtModels, modelAtWork } from "./spending.mjs";

// mcp-server/src/run/planning/expected-money.ts
function expectedMoney(ctx, policy, estimates, tasks) {
  const { last } = ctx.prices;
  if (!last.table) return { costText: () => `not known: ${last.problem}`, wayCost: () => void 0 };
  const { table } = last;
  const usageOf = (task, share) => ({
    tokens: shareOfTokens(estimates.usage(task), share),
    model: modelAtWork(ctx, task, policy, table)
  });
  return {
    costText: (used) => {
      const costs = expectedCosts(
        used.map(({ task, share }) => usageOf(task, share)),
        table
      );
      return costText(costs, used.length, table, estimates.usageBasis());
    },
    wayCost: ({ agents, main }) => {
      const model = conversationModel(ctx);
      const whole = expectedCosts(
        tasks.map((task) => usageOf(task, 1)),
        table
      );
      const ofMain = expectedCost({ tokens: main, model }, table);
      if (ofMain === void 0 || whole.priced < tasks.length) return void 0;
      const all = allTokens(tasks.map((task) => estimates.usage(task)).reduce(addTokens, NO_USAGE));
      const share = all === 0 ? 0 : allTokens(agents) / all;
      return moneyText(whole.amount * share + ofMain, table.currency);
    }
  };
}
function costText({ amount, priced, unpriced }, tasks, table, basis) {
  const why = unpriced.length > 0 ? `; ${unpriced.join(", ")}` : "";
  if (priced === 0) return tasks === 0 ? "nothing" : `not known${why}`;
  const of = priced < tasks ? ` for ${priced} of ${plural(tasks, "task")}` : "";
  return `about ${moneyText(amount, table.currency)}${of}, agents only: ${basis}, prices of ${table.date}${why}`;
}
function waysText(ways, wayCost = () => void 0) {
  const line = (name, way) => {
    const money = wayCost(way);
    const tokens = `about ${formatCount(roundly(tokensOfWay(way)))} tokens with cache reads`;
    return `${name}: ${formatDuration(Math.round(way.ms / 6e4) * 6e4)}, ${tokens}${money === void 0 ? "" : `, ${money}`}`;
  };
  return [
    line("agents at once", ways.parallel),
    line("agents one after another", ways.inTurn),
    line("directly here", ways.direct)
  ];
}
function roundly(tokens) {
  return tokens < 1e4 ? Math.round(tokens / 100) * 100 : Math.round(tokens / 1e3) * 1e3;
}
function shareOfTokens(tokens, share) {
  return {
    input: tokens.input * share,
    cacheWrite: tokens.cacheWrite * share,
    cacheRead: tokens.cacheRead * share,
    output: tokens.output * share
  };
}

// mcp-server/src/run/planning/makespans.ts
var MAX_CAP = 20;
function plansByCap(now) {
  const { cap } = now.limits;
  const planFor = (most) => {
    const problem = planProblem(now.tasks, { ...now.limits, cap: most }, now.clashes);
    return { ...planSchedule(problem), longestChain: headsAndTails(problem).criticalPath };
  };
  const own = planFor(cap);
  if (now.tasks.length > MAX_COMPARED) return { plan: own, makespanByCap: [] };
  const found = [];
  let best;
  let plan = own;
  for (let most = 1; most <= Math.max(MAX_CAP, cap); most++) {
    const one = most === cap ? own : planFor(most);
    if (best === void 0 || one.makespan < best.makespan) best = one;
    if (most <= cap && best.makespan < own.makespan) plan = { ...best, lowerBound: own.lowerBound };
    found.push(best.makespan);
    if (most >= now.tasks.length || best.makespan <= one.longestChain) break;
  }
  while (found.length > 1 && found.at(-1) === found.at(-2)) found.pop();
  return { plan, makespanByCap: found };
}

// import:run/plan.mjs in run/planning.mjs
import { countsOf, estimatesByModel, existingGraph, modelOf, policyOf, readGraph, startFolderWarnings, stuckTasks } from "./plan.mjs";

// mcp-server/src/run/planning/models.ts
function modelsOf(roles, tasks, policy) {
  const ids = /* @__PURE__ */ new Map();
  for (const task of tasks) {
    const words = wordsFor(roles, task, policy);
    ids.set(words, [...ids.get(words) ?? [], task.id]);
  }
  const steps = new Set(tasks.flatMap(({ escalate }) => [(escalate ?? policy.escalate).join(", ")]));
  const retries = [...steps].filter((step) => step !== "").map((step) => `retries: ${step}`);
  if (retries.length === 0 && [...ids.keys()].every((words) => words === INHERIT)) return [];
  const groups = [...ids].sort(([, a], [, b]) => b.length - a.length);
  return [...groups.map(([words, of]) => `${words}: ${listedIds(of)}`), ...retries];
}
function wordsFor(roles, task, policy) {
  const chosen = modelOf(roles, task, policy);
  const file = roles.inFile(task.agent);
  const fromFile = ["model", "effort"].flatMap(
    (of) => chosen[of] === void 0 && file[of] !== void 0 ? [file[of]] : []
  );
  const words = [chosen.model, chosen.effort].filter((word) => word !== void 0);
  const said = fromFile.length > 0 ? [`${fromFile.join(" ")} by the agent's file`] : [];
  return [...words.length > 0 ? [words.join(" ")] : [], ...said].join(", ") || INHERIT;
}

// mcp-server/src/run/planning/planning.ts
var MAX_PLANNED = 2e4;
function planningOf({ roles, caseInsensitive }, tasks, policy, estimates) {
  const scopes = tasks.map((task) => claimedScope(task, policy));
  const parsed = scopes.map((scope) => parseScope(scope, caseInsensitive));
  return {
    scopes,
    parsed,
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
function planAhead(ctx, loaded) {
  const { graph, cap } = loaded;
  if (graph.readyCount >= 2 && graph.underCap.length < cap) plannerOf(ctx, loaded);
}
function plannerOf(ctx, { graph, policy, estimates }) {
  if (graph.openCount > MAX_PLANNED) return void 0;
  const known = knownPlanner(graph, policy);
  if (known) return known;
  const open = [...graph.tasks.values()].filter((task) => !hasEnded(task.status));
  const { tasks, clashes } = planningOf(ctx, open, policy, estimates);
  const { maxParallel: cap, capacity } = policy;
  const problem = planProblem(tasks, { cap, capacity }, clashes);
  const planner = {
    key: keyOf(graph, policy),
    keyOf: { shape: graph.shape, policy },
    ids: open.map(({ id }) => id),
    indexOf: new Map(open.map(({ id }, i) => [id, i])),
    replanner: new Replanner(problem)
  };
  planners.set(graph, planner);
  return planner;
}
function knownPlanner(graph, policy) {
  const known = planners.get(graph);
  if (!known) return void 0;
  const { shape } = graph;
  if (known.keyOf.shape === shape && known.keyOf.policy === policy) return known;
  if (known.key !== keyOf(graph, policy)) return void 0;
  known.keyOf = { shape, policy };
  return known;
}
function aheadOf({ graph, policy }, nowMs) {
  const planner = knownPlanner(graph, policy);
  if (!planner) return void 0;
  const { ids, replanner } = planner;
  const running = runningIn(planner, graph, nowMs);
  if (!planner.last || !stillHolds(planner.last, graph.endings, running, nowMs)) {
    const { startNow: startNow2, heldBack: heldBack2 } = replanner.replan({ ended: endedOf(graph, ids), running: [...running] });
    planner.last = {
      atMs: nowMs,
      endings: graph.endings,
      running: new Set(running.keys()),
      startNow: startNow2,
      heldBack: new Set(heldBack2.map((i) => ids[i]))
    };
  }
  const { startNow, heldBack } = planner.last;
  return { startNow: startNow.flatMap((i) => running.has(i) ? [] : [ids[i]]), heldBack };
}
function runningIn({ indexOf }, graph, nowMs) {
  return new Map(
    graph.underCap.flatMap((claim) => {
      const i = indexOf.get(claim.task);
      return i === void 0 ? [] : [[i, nowMs - claim.offeredAtMs]];
    })
  );
}
function endedOf(graph, ids) {
  const broken = graph.count("failed") + graph.count("cancelled") > 0;
  const reachable = broken ? reachableTasks(graph.tasks) : void 0;
  const delivering = new Set(graph.live.filter((claim) => !takesPlace(claim)).map(({ task }) => task));
  const ended = [];
  for (const [i, id] of ids.entries()) {
    const status = graph.tasks.get(id)?.status;
    const isOver = status === void 0 || hasEnded(status) || delivering.has(id);
    if (isOver || status === "pending" && reachable?.has(id) === false) ended.push(i);
  }
  return ended;
}
function stillHolds(last, endings, running, nowMs) {
  return nowMs >= last.atMs && nowMs - last.atMs < HOLDS_MS && endings === last.endings && [...last.running].every((i) => running.has(i)) && [...running.keys()].every((i) => last.running.has(i) || last.startNow.includes(i));
}
function keyOf(graph, { maxParallel, capacity, unscoped, models }) {
  return JSON.stringify([graph.shape, maxParallel, capacity, unscoped, models]);
}

// mcp-server/src/run/planning/suggestions.ts
var MAX_SUGGESTIONS = 3;
var MAX_TRIED = 6;
function helpFor(input) {
  const { now, plans } = input;
  if (now.tasks.length > MAX_COMPARED) return [];
  const before = plans.plan.makespan;
  const gains = gainsOf(before, changesOf(input));
  const { cap } = now.limits;
  const withOneMore = before - (plans.makespanByCap[cap] ?? plans.makespanByCap.at(-1) ?? before);
  if (isWorthSaying(withOneMore, before)) gains.push({ what: `a cap of ${cap + 1}`, gainMs: withOneMore });
  return gains.sort((a, b) => b.gainMs - a.gainMs).map(({ what, gainMs }) => ({ what, gain: minutes(gainMs) })).filter(({ gain }) => gain > 0).slice(0, MAX_SUGGESTIONS).map(({ what, gain }) => `${what}: ${gain} min shorter`);
}
function* changesOf(input) {
  const { now, planning, tasks, path } = input;
  const { limits } = now;
  const alone = now.tasks.flatMap((task, i) => task.alone && !task.running ? [i] : []);
  if (alone.length > 0) {
    const ids = listedIds(alone.map((i) => tasks[i]?.id ?? ""));
    yield {
      what: `declare what ${ids} ${alone.length === 1 ? "writes, or that it writes" : "write, or that they write"} nothing`,
      situation: freed(now, new Set(alone))
    };
  }
  const divisible = path.filter((at) => !now.tasks[at]?.running && !judgesWork(tasks[at]));
  const longest = divisible.sort((a, b) => (now.tasks[b]?.durationMs ?? 0) - (now.tasks[a]?.durationMs ?? 0));
  for (const at of longest.slice(0, MAX_TRIED)) {
    yield { what: `split ${tasks[at]?.id} in two`, situation: split(now, at) };
  }
  for (const { what, pairs } of sharedThings(input).slice(0, MAX_TRIED)) {
    yield { what, situation: { ...now, clashes: planning.clashes.filter((pair) => !pairs.has(pair)) } };
  }
  for (const [role, most] of Object.entries(limits.capacity)) {
    if (most >= limits.cap) continue;
    yield {
      what: `one more ${role}`,
      situation: { ...now, limits: { ...limits, capacity: { ...limits.capacity, [role]: most + 1 } } }
    };
  }
  const scoped = (at) => ({ task: tasks[at], scope: planning.parsed[at] });
  for (const [place, at] of path.slice(1, MAX_TRIED + 1).entries()) {
    const before = path[place];
    if (now.tasks[at]?.needs !== "all" || needsResultOf(scoped(at), scoped(before))) continue;
    const dependency = tasks[before]?.id ?? "";
    yield {
      what: `${tasks[at]?.id} not after ${dependency}, if it needs nothing of it`,
      situation: without(now, at, dependency)
    };
  }
}
function sharedThings({ now, planning: { clashes, parsed }, tasks }) {
  const things = /* @__PURE__ */ new Map();
  for (const pair of clashes) {
    if (now.tasks[pair.a]?.running || now.tasks[pair.b]?.running) continue;
    const [a, b] = [parsed[pair.a], parsed[pair.b]];
    if (a === void 0 || b === void 0) continue;
    const whats = new Set([...clashesOf(a, b)].map(remedyFor));
    const [what] = whats;
    if (whats.size !== 1 || what === void 0) continue;
    const judges = [tasks[pair.a], tasks[pair.b]].some((task) => task !== void 0 && judgesWork(task));
    if (judges && pair.clash.kind === "write-read") continue;
    const thing = things.get(what) ?? { what, pairs: /* @__PURE__ */ new Set() };
    things.set(what, thing);
    thing.pairs.add(pair);
  }
  return [...things.values()].sort((a, b) => b.pairs.size - a.pairs.size);
}
function remedyFor(clash) {
  if (clash.kind === "resource") return `let fewer tasks need the resource ${clash.resource}`;
  const [one, other] = [clash.ours, clash.theirs].sort();
  if (clash.kind === "write-read") {
    const what = one === other ? one : `${one} and ${other}`;
    return `do without what is read of ${what} while others write it`;
  }
  return one === other ? `let only one task write ${one}` : `write apart from each other ${one} and ${other}`;
}

// mcp-server/src/run/planning/analysis.ts
var NOT_BEGUN = { running: /* @__PURE__ */ new Map(), completed: /* @__PURE__ */ new Set(), cannotStart: [] };
function analyse(ctx, input) {
  const { tasks: open, policy, estimates, cap, progress } = input;
  const { shapes, agents } = input.inTurn ?? { shapes: /* @__PURE__ */ new Map(), agents: /* @__PURE__ */ new Map() };
  const { running, completed, cannotStart } = progress;
  const planning = planningOf(ctx, open, policy, estimates);
  const openIds = new Set(open.map((task) => task.id));
  const nodes = open.map((task, i) => {
    const elapsedMs = running.get(task.id);
    const { durationMs, ...node } = planning.tasks[i];
    const shape = shapes.get(task.id);
    return {
      ...node,
      ...shape !== void 0 && { shape },
      ...elapsedMs === void 0 ? { ...waitsFor(task, completed, openIds), durationMs: Math.round(durationMs) } : {
        dependencies: [],
        needs: "all",
        running: true,
        durationMs: remainingOf(Math.round(durationMs), Math.max(0, elapsedMs))
      }
    };
  });
  const now = {
    tasks: nodes,
    limits: { cap, capacity: policy.capacity, inTurn: agents },
    clashes: planning.clashes
  };
  const problem = planProblem(now.tasks, now.limits, now.clashes);
  const plans = plansByCap(now);
  const { plan } = plans;
  const known = headsAndTails(problem);
  const bounds = planBounds(nodes, planResources(now.limits, now.clashes), problem, known);
  const path = longestChainOf(problem, known);
  const idsOf = (indices) => indices.map((i) => open[i]?.id ?? "");
  const sequentialMs = nodes.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const speedup = sequentialMs / Math.max(1, plan.makespan);
  const inLevels = levels(nodes);
  const used = open.map((task, i) => ({
    task,
    share: shareLeft(planning.tasks[i]?.durationMs ?? 0, nodes[i]?.durationMs ?? 0)
  }));
  const ways = weighWays(
    used.map(({ task, share }) => shareOfTokens(estimates.usage(task), share)),
    {
      makespanMs: plan.makespan,
      sequentialMs,
      launchesMs: estimates.launchMs * open.length,
      engine: input.engine,
      agents: open.length - shapes.size + [...agents.values()].reduce((sum, count) => sum + count, 0)
    }
  );
  const choice = chooseStrategy({
    tasks: open.map((task, i) => ({
      subject: plainSubject(task, input.slug),
      durationMs: estimates.durationMs(task),
      isStated: task.estimateMs !== void 0,
      dependencies: nodes[i]?.dependencies ?? [],
      writes: task.writes ?? (task.inferredWrites.length > 0 ? task.inferredWrites : void 0)
    })),
    total: input.total,
    speedup,
    levels: inLevels.length,
    inTurn: shapes.size,
    ways
  });
  const words = { tasks: open, clashes: planning.clashes };
  return {
    strategy: choice.strategy,
    reasons: open.length === 0 && cannotStart.length > 0 ? ["What is left waits for tasks that failed or were cancelled."] : choice.reasons,
    levels: inLevels.map((level) => level.map(({ id }) => id)),
    criticalPath: idsOf(path),
    slackMinutes: Object.fromEntries(
      nodes.map(({ id, durationMs }, i) => [
        id,
        minutes(known.criticalPath - (known.head[i] ?? 0) - durationMs - (known.tail[i] ?? 0))
      ])
    ),
    conflicts: conflictsOf(planning, nodes),
    contradictions: contradictionsOf(planning, open),
    running: open.filter(({ id }) => running.has(id)).map(({ id }) => id),
    cannotStart: cannotStart.map(({ task, reasons }) => `${task}: ${reasons.join(", ")}`),
    models: modelsOf(ctx.roles, open, policy),
    unscoped: open.filter((_, i) => planning.scopes[i]?.basis === "unscoped").map(({ id }) => id),
    unknownRoles: unknownRoles(ctx.roles, open),
    overlappingRoles: overlappingRoles(ctx.roles, open),
    bottleneck: bottleneckOf(bounds, plan.makespan, words, cannotStart.length),
    help: helpFor({ now, planning: { ...planning, tasks: nodes }, tasks: open, path, plans }),
    estimate: {
      cap,
      sequentialMinutes: minutes(sequentialMs),
      makespanMinutes: minutes(plan.makespan),
      criticalPathMinutes: minutes(known.criticalPath),
      lowerBoundMinutes: minutes(plan.lowerBound),
      lowerBoundBy: open.length === 0 ? "nothing" : limitText(bounds[0].by, words),
      speedup: Math.round(speedup * 10) / 10,
      tokens: open.reduce((sum, task, i) => {
        const [wholeMs, leftMs] = [planning.tasks[i]?.durationMs ?? 0, nodes[i]?.durationMs ?? 0];
        return sum + tokensLeft(estimates, task, wholeMs, leftMs);
      }, 0),
      cost: input.money?.costText(used) ?? "",
      ways: waysText(ways, input.money?.wayCost),
      tokensBasis: open.length === 0 ? NOTHING_LEFT : estimates.tokensBasis(open),
      basis: open.length === 0 ? NOTHING_LEFT : `${estimates.basis(open)}${reviewsLeftOut(input)}`
    },
    minutesByCap: plans.makespanByCap.map(minutes),
    schedule: open.map((task, i) => {
      const startMs = plan.start[i] ?? 0;
      return { task: task.id, startMs, endMs: startMs + (problem.duration[i] ?? 0) };
    })
  };
}
function tokensLeft(estimates, task, wholeMs, leftMs) {
  return Math.round(estimates.tokens(task) * shareLeft(wholeMs, leftMs));
}
function shareLeft(wholeMs, leftMs) {
  return wholeMs > 0 ? Math.min(1, leftMs / wholeMs) : 1;
}
var NOTHING_LEFT = "nothing is left to estimate";
function waitsFor({ needs, dependencies }, completed, open) {
  const left = dependencies.filter((id) => open.has(id));
  if (needs === "all" || needs === "settled") return { dependencies: left, needs };
  const wanted = (needs === "any" ? 1 : needs.atLeast) - dependencies.filter((id) => completed.has(id)).length;
  return wanted <= 0 ? { dependencies: [], needs: "all" } : { dependencies: left, needs: { atLeast: wanted } };
}
function reviewsLeftOut({ tasks, policy, isFromFile }) {
  const reviewed = tasks.filter((task) => wantsReview(task, policy)).length;
  const isWholeReviewed = policy.review !== "off" && isFromFile && tasks.length > 0;
  const reviews = [
    ...reviewed > 0 ? [`the reviews of ${plural(reviewed, "task")}`] : [],
    ...isWholeReviewed ? ["the review at the end"] : []
  ];
  return reviews.length === 0 ? "" : `; without ${reviews.join(" and ")}`;
}

// import:node:fs in run/planning.mjs
import { realpathSync } from "node:fs";

// import:node:path in run/planning.mjs
import { basename, dirname, resolve } from "node:path";

// import:run/specification.mjs in run/planning.mjs
import { findBreakdown } from "./specification.mjs";

// mcp-server/src/run/planning/analyze-file.ts
async function analyzeFile(ctx, path, maxParallel) {
  const root = rootFor(ctx, path);
  const { breakdown, source } = await findBreakdown(root, path, ctx.directory);
  const store = await ctx.graph();
  const policy = policyOf(ctx, {});
  const estimates = estimatesByModel(
    store ? await store.read((reader) => reader.currentEstimates(ctx.repository)) : new Estimates(),
    (task) => modelOf(ctx.roles, task, policy)
  );
  await lookAtModels(ctx);
  const slug = String(breakdown.document.slug ?? basename(dirname(source.path)));
  const tasks = breakdown.tasks.map(unstarted);
  const cap = maxParallel ?? policy.maxParallel;
  return {
    file: source.path,
    slug,
    title: breakdown.title,
    tasks,
    analysis: analyse(ctx, {
      ...{ slug, tasks, total: tasks.length, progress: NOT_BEGUN },
      ...{ policy, estimates, cap, isFromFile: true },
      money: expectedMoney(ctx, policy, estimates, tasks)
    }),
    warnings: [
      ...breakdown.warnings,
      ...root === ctx.checkout.root ? startFolderWarnings(ctx, breakdown.tasks) : []
    ],
    inferredDependencies: breakdown.inferredDependencies
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

// import:run/remote.mjs in run/planning.mjs
import { pushNotice } from "./remote.mjs";

// mcp-server/src/run/planning/done-in-turn.ts
function isDoneInTurn({ policy, estimates }, task, isolation) {
  return policy.together === "small" && policy.commit === "none" && isolation === "shared" && purposeOf(task) === void 0 && task.failedAttempts === 0 && estimates.knowsTokens(task) && isSmallWork(estimates.tokens(task));
}
function shapesInTurn(roles, plan, tasks) {
  const usual = plan.policy.isolation === "worktree" ? "worktree" : "shared";
  const shapes = /* @__PURE__ */ new Map();
  for (const task of tasks) {
    if (!isDoneInTurn(plan, task, task.isolation ?? usual)) continue;
    const { role } = roles.resolve(task.agent);
    shapes.set(task.id, `${role} ${modelChoiceText(modelOf(roles, task, plan.policy))}`);
  }
  const agents = agentsByShape(shapes);
  return new Map([...shapes].filter(([, shape]) => agents.has(shape)));
}
function agentsByShape(shapes) {
  return new Map(
    [...countByShape(shapes)].map(([shape, tasks]) => ({ shape, tasks, agents: agentsFor(tasks, 0) })).filter(({ tasks, agents }) => agents < tasks).map(({ shape, agents }) => [shape, agents])
  );
}
function countByShape(shapes) {
  const counts = /* @__PURE__ */ new Map();
  for (const shape of shapes.values()) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  return counts;
}
function togetherText(shapes) {
  const agents = agentsByShape(shapes);
  const lines = [...countByShape(shapes)].map(
    ([shape, count]) => `${plural(count, "small task")} go to ${plural(agents.get(shape) ?? count, "agent")}`
  );
  return lines.length === 0 ? void 0 : `${lines.join(", ")}, one after another: each costs less than an agent's beginning (policy together)`;
}

// mcp-server/src/run/planning/analyze-plan.ts
var TIMELINE_WIDTH = 72;
var MAX_TIMELINE_ROWS = 12;
async function analyzePlan(ctx, slug, maxParallel, chooseEngine) {
  const store = await existingGraph(ctx, slug);
  const { loaded, isolation } = await readGraph(
    ctx,
    store,
    async (view) => {
      const plan = await view.plan(slug);
      const decided = await plan.reader.events(plan.id, { types: ["isolation.decided"] });
      return { loaded: plan, isolation: decided.at(-1)?.change };
    },
    { plan: { repository: ctx.repository, slug } }
  );
  const { graph, policy, estimates } = loaded;
  const open = tasksLeft(loaded);
  const cap = maxParallel ?? policy.maxParallel;
  await lookAtModels(ctx);
  const engine = await chooseEngine?.(loaded, open.length, cap);
  const shapes = ctx.owner.session === void 0 ? /* @__PURE__ */ new Map() : shapesInTurn(ctx.roles, loaded, open);
  const analysis = analyse(ctx, {
    inTurn: { shapes, agents: agentsByShape(shapes) },
    engine: engine?.use,
    money: expectedMoney(ctx, policy, estimates, open),
    tasks: open,
    progress: progressOf(loaded, ctx.now()),
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
    open: open.length,
    cap,
    engine,
    together: togetherText(shapes),
    isolation: isolation?.type === "isolation.decided" ? isolation : void 0,
    remote: await pushNotice(ctx, loaded.stored.slug, graph)
  };
}
function tasksLeft({ graph }) {
  const isBroken = graph.count("failed") + graph.count("cancelled") > 0;
  const reachable = isBroken ? reachableTasks(graph.tasks) : void 0;
  return [...graph.tasks.values()].filter(
    ({ id, status }) => !hasEnded(status) && (status !== "pending" || reachable?.has(id) !== false)
  );
}
function progressOf(loaded, nowMs) {
  const { tasks, live } = loaded.graph;
  const having = (wanted) => [...tasks.values()].flatMap(({ id, status }) => status === wanted ? [id] : []);
  return {
    // One in progress without a claim is one of a newer version: nobody knows for how long.
    running: new Map([
      ...having("in_progress").map((id) => [id, 0]),
      ...live.map(({ task, offeredAtMs }) => [task, nowMs - offeredAtMs])
    ]),
    completed: new Set(having("completed")),
    cannotStart: stuckTasks(loaded, tasks.size)
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

// mcp-server/src/run/planning/expected-times.ts
function expectedTimes(ctx, loaded, nowMs) {
  const planner = plannerOf(ctx, loaded);
  if (!planner) return void 0;
  const { ids, replanner } = planner;
  const ended = new Set(endedOf(loaded.graph, ids));
  const progress = { ended, running: [...runningIn(planner, loaded.graph, nowMs)] };
  const { start, left, makespan, lowerBound, longestChain } = replanner.outlook(progress);
  const isOpen = (i) => !ended.has(i);
  const spanOf = (i) => {
    const startMs = nowMs + start[i];
    return { startMs, endMs: startMs + left[i] };
  };
  return {
    atMs: nowMs,
    tasks: new Map(ids.flatMap((id, i) => isOpen(i) ? [[id, spanOf(i)]] : [])),
    leftMs: makespan,
    lowerBoundMs: lowerBound,
    critical: new Set(longestChain.filter(isOpen).map((i) => ids[i]))
  };
}
export {
  MAX_COMPARED,
  NOT_BEGUN,
  agentsByShape,
  aheadOf,
  analyse,
  analyzeFile,
  analyzePlan,
  bottleneckOf,
  conflictsOf,
  contradictionsOf,
  endedOf,
  expectedMoney,
  expectedTimes,
  helpFor,
  isDoneInTurn,
  limitText,
  listedIds,
  minutes,
  modelsOf,
  planAhead,
  plannerOf,
  planningOf,
  plansByCap,
  runningIn,
  shapesInTurn,
  shareOfTokens,
  tasksLeft,
  togetherText,
  unorderedClashes,
  waysText
};
