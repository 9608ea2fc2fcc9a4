// import:graph.mjs in run/plan.mjs
import { SIZES, brokenDependencies, hasEnded, isAttempt, isLive, literalGlob, overlap, parseGlob, reachableTasks, scopeOf, takesPlace, taskName } from "../graph.mjs";

// mcp-server/src/run/plan/attempts-at.ts
function attemptsAt(loaded, id) {
  return loaded.graph.claimsOf(id).filter(isAttempt);
}
function isReported(attempt) {
  return attempt.state === "ended" && attempt.report !== void 0;
}

// import:policy.mjs in run/plan.mjs
import { ALL, asksForWorktree, chooseModel, isLimited, isReached, lastSteps, limitWithoutRoom, mayJudge, nearLimits, raiseLimit, roomFor, spentText, waitForReviews } from "../policy.mjs";

// import:errors.mjs in run/plan.mjs
import { CallerError } from "../errors.mjs";

// mcp-server/src/run/plan/replacements.ts
function partsOf(task) {
  if (task?.status !== "cancelled") return void 0;
  if (task.cause?.kind === "split") return [...task.cause.parts];
  return task.cause?.kind === "alternative" ? [task.cause.taken] : void 0;
}
function dependOnParts(task, taskOf2) {
  if (!task.dependencies.some((id) => partsOf(taskOf2(id)))) return task;
  const dependencies = /* @__PURE__ */ new Set();
  const open = [...task.dependencies].reverse();
  for (let id = open.pop(); id !== void 0; id = open.pop()) {
    const parts = partsOf(taskOf2(id));
    if (parts) open.push(...standIns(task, id, parts, taskOf2).reverse());
    else dependencies.add(id);
  }
  return { ...task, dependencies: [...dependencies] };
}
function standIns({ id, needs }, split, parts, taskOf2) {
  if (countsAll(needs)) return [...parts];
  const awaited = new Set(parts.flatMap((part) => taskOf2(part)?.dependencies ?? []));
  const last = parts.filter((part) => !awaited.has(part));
  if (last.length === 1) return last;
  throw new CallerError(
    "bad_input",
    `${id} needs ${JSON.stringify(needs)} of its dependencies, and no single part of ${split} stands for all of them (${parts.join(", ")}).`,
    `Let one part wait for all other parts, or let ${id} need all of its dependencies.`,
    "split"
  );
}
function countsAll(needs) {
  return needs === "all" || needs === "settled";
}

// mcp-server/src/run/plan/dependencies-on-work.ts
function dependOnWork(task, tasks, steps = lastSteps(tasks.values())) {
  const taskOf2 = (id) => tasks.get(id);
  return waitForReviews(dependOnParts(task, taskOf2), taskOf2, steps);
}

// mcp-server/src/run/plan/estimates-by-model.ts
function modelOf(roles, task, policy) {
  return chooseModel(task, roles.resolve(task.agent).role, policy);
}
function estimatesByModel(estimates, chosenFor) {
  const onIts = (task) => {
    const { estimateMs, size, agent } = task;
    const { model } = chosenFor(task);
    return {
      ...estimateMs !== void 0 && { estimateMs },
      ...size !== void 0 && { size },
      ...agent !== void 0 && { agent },
      ...model && { model }
    };
  };
  return {
    launchMs: estimates.launchMs,
    durationMs: (task) => estimates.durationMs(onIts(task)),
    tokens: (task) => estimates.tokens(onIts(task)),
    knowsTokens: (task) => estimates.knowsTokens(onIts(task)),
    usage: (task) => estimates.usage(onIts(task)),
    usageBasis: () => estimates.usageBasis(),
    tokensBasis: (tasks) => estimates.tokensBasis(tasks.map(onIts)),
    basis: (tasks) => estimates.basis(tasks.map(onIts))
  };
}

// import:report.mjs in run/plan.mjs
import { FILE_EVENTS, filesOfTasks } from "../report.mjs";

// mcp-server/src/run/plan/files-of-tasks.ts
var MAX_FILES = 40;
async function readFilesOfTasks(plan, tasks) {
  const { graph, reader } = plan;
  const only = tasks ? fileEventsOf(graph, tasks) : { types: FILE_EVENTS };
  return filesFromEvents(graph, await reader.events(plan.id, only), tasks);
}
function fileEventsOf(graph, tasks) {
  const offered = tasks.flatMap((task) => graph.claimsOf(task).map(({ offeredAtMs }) => offeredAtMs));
  return { types: FILE_EVENTS, sinceMs: Math.min(Number.MAX_SAFE_INTEGER, ...offered) };
}
function filesFromEvents(graph, events, tasks) {
  const claims = tasks?.flatMap((task) => graph.claimsOf(task)) ?? graph.claims;
  return filesOfTasks({ claims, claimOf: (id) => graph.claim(id) }, events);
}
function filesLine(files, report) {
  const { filesChanged, notSeen } = files ?? { filesChanged: report?.filesChanged ?? [], notSeen: [] };
  if (filesChanged.length === 0) return "";
  const named = filesChanged.slice(0, MAX_FILES).map((path) => notSeen.includes(path) ? `${path} (reported, not seen)` : path);
  const more = filesChanged.length - named.length;
  return `Files: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

// mcp-server/src/run/plan/foreign-claim.ts
async function refuseForeignClaim({ reader, stored }, task, agentId) {
  const own = agentId === void 0 ? void 0 : await reader.claimOfAgent(agentId);
  if (!own || takesPlace(own.claim) && own.planId === stored.id && own.claim.task === task.id) return;
  throw new CallerError(
    "wrong_state",
    `${taskName(stored.slug, task.id)} is not the task that you work on. Nothing was changed.`,
    "Leave a note on it, with note alone, or say in your report what should change.",
    "task"
  );
}

// import:run/project.mjs in run/plan.mjs
import { deadOwners, effectivePolicy, readPolicy } from "./project.mjs";

// mcp-server/src/run/plan/load-plan.ts
var SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;
function isPlanSlug(text) {
  return SLUG.test(text);
}
function planSlug(text) {
  if (!isPlanSlug(text)) {
    throw new CallerError(
      "bad_input",
      `plan: ${JSON.stringify(text.slice(0, 80))} is not a plan's name.`,
      "Use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit.",
      "plan"
    );
  }
  return text;
}
async function existingGraph(ctx, slug) {
  const store = await ctx.graph();
  if (!store) throw unknownPlan(planSlug(slug), []);
  return store;
}
function policyOf(ctx, stated) {
  const policy = effectivePolicy(ctx.settings, stated);
  const { roles } = ctx;
  return {
    ...policy,
    capacity: roles.capacities(policy.capacity),
    models: Object.fromEntries(
      Object.entries(policy.models).map(([name, choice]) => [modelsName(roles, name), choice])
    )
  };
}
function modelsName(roles, name) {
  return name === ALL || SIZES.some((size) => size === name) ? name : roles.resolve(name).role;
}
function pauseSeconds({ pauseMs }) {
  return Math.ceil(pauseMs / 1e3);
}
function stateOf(loaded) {
  const { stored, graph, estimates, unknownSettings, caseInsensitive } = loaded;
  const { slug, title, status, source, createdAtMs, version, cause, unrecognised } = stored;
  return {
    plan: {
      slug,
      title,
      status,
      source,
      createdAtMs,
      version,
      ...cause !== void 0 && { cause },
      ...unrecognised && { unrecognised }
    },
    unknownSettings,
    caseInsensitive,
    tasks: [...graph.tasks.values()],
    claims: graph.claims,
    expectedMs: (task) => estimates.durationMs(task)
  };
}
function unknownPlan(slug, known) {
  return new CallerError(
    "unknown_plan",
    `There is no plan "${slug}" in this repository.`,
    known.length > 0 ? `Known plans: ${known.slice(0, 10).join(", ")}. Or import one: plan_create {plan, from: "specs/NAME/03-tasks.json"}.` : 'Import one: plan_create {plan, from: "specs/NAME/03-tasks.json"}.',
    "plan"
  );
}
function splitTaskName(name, plan) {
  const slash = name.indexOf("/");
  if (slash > 0 && SLUG.test(name.slice(0, slash)) && (plan === void 0 || name.slice(0, slash) === plan)) {
    return { plan: name.slice(0, slash), id: name.slice(slash + 1) };
  }
  if (plan !== void 0) return { plan, id: name };
  throw new CallerError(
    "bad_input",
    `task: ${JSON.stringify(name.slice(0, 80))} does not name a plan.`,
    'Write it as plan/id, for example "auth/1.2".',
    "task"
  );
}
function taskOf(loaded, id) {
  const task = loaded.graph.tasks.get(id);
  if (task) return task;
  throw new CallerError(
    "unknown_task",
    `The plan "${loaded.stored.slug}" has no task "${id.slice(0, 80)}".`,
    `Its tasks are: ${[...loaded.graph.tasks.keys()].slice(0, 20).join(", ")}${loaded.graph.tasks.size > 20 ? ", …" : ""}.`,
    "task"
  );
}

// mcp-server/src/run/plan/progress.ts
function countsOf({ graph }) {
  return {
    total: graph.tasks.size,
    pending: graph.count("pending"),
    ready: graph.readyCount,
    running: graph.underCap.length,
    delivering: graph.live.length - graph.underCap.length,
    completed: graph.count("completed"),
    failed: graph.count("failed"),
    cancelled: graph.count("cancelled")
  };
}
function shortCounts(counts) {
  const { total, ...rest } = counts;
  return { total, ...Object.fromEntries(Object.entries(rest).filter(([, number]) => number > 0)) };
}
function isDone({ graph }) {
  return graph.live.length === 0 && graph.readyCount === 0 && graph.count("in_progress") === 0;
}
function stuckTasks({ graph }, most) {
  const reachable = reachableTasks(graph.tasks);
  const stuck = [];
  for (const task of graph.tasks.values()) {
    if (stuck.length === most) break;
    if (task.status !== "pending" || reachable.has(task.id)) continue;
    const broken = brokenDependencies(task, graph.tasks).map(({ task: id, status }) => `${id} ${status}`);
    const behind = task.dependencies.filter((id) => graph.tasks.get(id)?.status === "pending");
    stuck.push({ task: task.id, reasons: [...broken, ...behind.map((id) => `${id} cannot start`)] });
  }
  return stuck;
}
function whyPlanIsHeld(loaded) {
  const { stored, pauseMs, spent } = loaded;
  if (stored.status !== "open") return void 0;
  if (spent) return `${spentText(spent)} ${raiseLimit(stored.slug, spent)}`;
  if (pauseMs === 0) return void 0;
  return `A rate or usage limit was reached; nothing starts for ${pauseSeconds(loaded)} s.`;
}

// mcp-server/src/run/plan/interrupted.ts
var AGENT_GONE = "its agent is gone";
var MAX_INTERRUPTED = 20;
function interruptedTasks({ graph }, dead = /* @__PURE__ */ new Map()) {
  const found = [];
  for (const { id: task, status } of graph.tasks.values()) {
    if (found.length === MAX_INTERRUPTED) break;
    if (status !== "pending" && dead.size === 0) continue;
    const claims = graph.claimsOf(task);
    if (claims.some(({ id }) => dead.get(id)?.state === "running")) found.push({ task, cause: AGENT_GONE });
    else if (status === "pending" && !claims.some((claim) => isLive(claim) && !dead.has(claim.id))) {
      const last = claims.findLast((claim) => claim.state === "ended");
      if (last?.outcome === "lost") found.push({ task, cause: last.cause ?? AGENT_GONE });
    }
  }
  return found;
}
async function deadClaims(reader, nowMs) {
  const hasDied = deadOwners();
  const dead = /* @__PURE__ */ new Map();
  for (const { claim } of await reader.held()) {
    if (claim.state !== "offered" && claim.state !== "running") continue;
    const untilMs = claim.state === "offered" ? claim.expiresAtMs : claim.leaseUntilMs;
    if (untilMs <= nowMs || await hasDied(claim.owner)) dead.set(claim.id, claim);
  }
  return dead;
}
function abandonedTasks({ graph }, dead) {
  return graph.live.flatMap(({ id, task }) => dead.get(id)?.state === "running" ? [task] : []);
}
function countsNow(loaded, dead) {
  const counts = countsOf(loaded);
  const gone = loaded.graph.live.filter(({ id }) => dead.has(id)).length;
  const pending = counts.pending + abandonedTasks(loaded, dead).length;
  return { ...counts, running: counts.running - gone, pending };
}
function stateNow(loaded, dead) {
  const state = stateOf(loaded);
  const interrupted = new Set(abandonedTasks(loaded, dead));
  if (interrupted.size === 0) return state;
  return {
    ...state,
    tasks: state.tasks.map(
      (task) => interrupted.has(task.id) && task.status === "in_progress" ? { ...task, status: "pending" } : task
    ),
    claims: state.claims.map((claim) => lost(dead.get(claim.id)) ?? claim)
  };
}
function lost(claim) {
  if (claim?.state !== "running") return void 0;
  const { lastSeenMs, leaseUntilMs: _, ...facts } = claim;
  return { ...facts, state: "ended", endedAtMs: lastSeenMs, outcome: "lost", cause: AGENT_GONE };
}

// mcp-server/src/run/plan/liveness.ts
async function livenessOf(reader, nowMs) {
  const since = (ms) => Math.max(0, Math.round((nowMs - ms) / 1e3));
  const hasEnded2 = deadOwners();
  const signs = /* @__PURE__ */ new Map();
  for (const { claim } of await reader.held()) {
    if (claim.state !== "running") continue;
    signs.set(claim.id, {
      forSeconds: since(claim.startedAtMs),
      silentSeconds: since(claim.lastSeenMs),
      ...await hasEnded2(claim.owner) && { sessionEnded: true }
    });
  }
  return signs;
}

// import:breakdown.mjs in run/plan.mjs
import { readTasks } from "../breakdown.mjs";

// mcp-server/src/run/plan/orders-of-agents.ts
var MAX_TASKS_BY_AGENTS = 50;
async function refuseTooManyTasks(plan, count) {
  const events = await plan.reader.events(plan.id);
  const before = events.filter(
    ({ change, actor }) => change.type === "task.created" && actor.startsWith("agent ")
  ).length;
  if (before + count <= MAX_TASKS_BY_AGENTS) return;
  throw new CallerError(
    "wrong_state",
    `Agents have added ${before} tasks to ${plan.stored.slug}, and may add ${MAX_TASKS_BY_AGENTS}: more are for a person to decide. Nothing was added.`,
    "Name what is still to be done in your report, as blockedOn {question} if you cannot go on without it; the main conversation asks the user, and adds it.",
    "tasks"
  );
}
function refuseBlockingOthers(others) {
  const [other] = others ?? [];
  if (other === void 0) return;
  throw new CallerError(
    "wrong_state",
    `${other} is not the task that you work on, so you cannot let it wait. Nothing was changed.`,
    "Say in your report what should wait, or leave a note on that task.",
    "addBlocks"
  );
}

// import:run/spending.mjs in run/plan.mjs
import { mainUsageOf, planSpending } from "./spending.mjs";

// mcp-server/src/run/plan/plan-view.ts
var policies = /* @__PURE__ */ new WeakMap();
var PlanView = class {
  constructor(ctx, reader, mirror) {
    this.ctx = ctx;
    this.reader = reader;
    this.mirror = mirror;
  }
  ctx;
  reader;
  mirror;
  #estimates;
  /** With what it was summed from. */
  #spending;
  get id() {
    return this.mirror.stored.id;
  }
  get stored() {
    return this.mirror.stored;
  }
  get graph() {
    return this.mirror.graph;
  }
  /** What tasks are described as: it is read for those that a call is about. @param ids absent: all tasks. */
  descriptions(ids) {
    return this.reader.descriptions(this.id, ids);
  }
  /** @throws Error when the plan has no such task. */
  async description(id) {
    const description = (await this.descriptions([id])).get(id);
    if (description === void 0) throw new Error(`there is no task ${id}`);
    return description;
  }
  get estimates() {
    const { policy, ctx, mirror } = this;
    if (this.#estimates?.policy !== policy || this.#estimates.of !== mirror.estimates) {
      const byModel = estimatesByModel(mirror.estimates, (task) => modelOf(ctx.roles, task, policy));
      this.#estimates = { policy, of: mirror.estimates, byModel };
    }
    return this.#estimates.byModel;
  }
  get policy() {
    return this.#readPolicy().policy;
  }
  get unknownSettings() {
    return this.#readPolicy().unknown;
  }
  #readPolicy() {
    const { ctx } = this;
    const from = this.stored.policy;
    const before = policies.get(from);
    if (before?.ctx === ctx && before.roles === ctx.roles.look) return before;
    const { stated, unknown } = readPolicy(from);
    const known = { ctx, roles: ctx.roles.look, unknown, policy: policyOf(ctx, stated) };
    policies.set(from, known);
    return known;
  }
  get cap() {
    const { throttle } = this.stored;
    const { policy, graph } = this;
    const cap = throttle ? Math.min(throttle.cap, policy.maxParallel) : policy.maxParallel;
    if (!isLimited(policy)) return cap;
    const { spent, turn, atWork } = this.spending;
    return Math.max(1, Math.min(cap, graph.underCap.length + roomFor(policy, spent, turn, atWork)));
  }
  get pauseMs() {
    const { throttle } = this.stored;
    return throttle ? Math.max(0, throttle.untilMs - this.ctx.now()) : 0;
  }
  get caseInsensitive() {
    return this.ctx.caseInsensitive;
  }
  get near() {
    const { policy } = this;
    if (!isLimited(policy)) return [];
    const { spent, currency } = this.spending;
    return nearLimits(policy, spent, currency);
  }
  get spent() {
    const { policy, graph } = this;
    if (!isLimited(policy)) return void 0;
    const { spent, turn, atWork, currency } = this.spending;
    const reached = nearLimits(policy, spent, currency).find(isReached);
    if (reached || graph.underCap.length > 0) return reached;
    return limitWithoutRoom(policy, spent, turn, atWork, currency);
  }
  /**
   * Summed once for what is in the log: the sum is over all claims, and is asked for again with every candidate. A view is
   * of one call, in which time and calls under way make no difference.
   */
  get spending() {
    const { stored, graph, ctx } = this;
    const of = [graph, stored.version, ctx.prices.last.table, mainUsageOf(graph)];
    if (!this.#spending?.of.every((one, i) => one === of[i]))
      this.#spending = { of, sum: planSpending(this) };
    return this.#spending.sum;
  }
};
var GraphView = class {
  constructor(ctx, reader) {
    this.ctx = ctx;
    this.reader = reader;
  }
  ctx;
  reader;
  /** @throws CallerError when there is no such plan, naming those that exist. */
  async plan(slug) {
    const plan = await this.findPlan(planSlug(slug));
    if (plan) return plan;
    const known = await this.reader.plans(this.ctx.repository);
    throw unknownPlan(
      slug,
      known.map((other) => other.slug)
    );
  }
  async findPlan(slug) {
    const mirror = await this.reader.mirror({ repository: this.ctx.repository, slug });
    return mirror && this.planIn(mirror);
  }
  /** The plan of a claim; undefined where it is one of another repository, which is none of this call's. */
  async planOf({ planId, repository }) {
    if (repository !== this.ctx.repository) return void 0;
    const mirror = await this.reader.mirror({ planId });
    return mirror && this.planIn(mirror);
  }
  /** All plans of the repository, newest first. */
  async plans() {
    const plans = [];
    for (const { slug } of await this.reader.plans(this.ctx.repository)) plans.push(await this.plan(slug));
    return plans;
  }
};
var Snapshot = class extends GraphView {
  planIn(mirror) {
    return new PlanView(this.ctx, this.reader, mirror);
  }
};
function readGraph(ctx, store, work, ahead) {
  return store.read((reader) => work(new Snapshot(ctx, reader)), ahead);
}
function readPlan(ctx, store, slug) {
  const ahead = { plan: { repository: ctx.repository, slug } };
  return readGraph(ctx, store, (view) => view.plan(slug), ahead);
}

// mcp-server/src/run/plan/plan-transaction.ts
var PlanTransaction = class extends PlanView {
  constructor(ctx, writer, mirror) {
    super(ctx, writer, mirror);
    this.writer = writer;
  }
  writer;
  /** When the transaction began. All of its changes have this time. */
  get nowMs() {
    return this.writer.nowMs;
  }
  /** Logs the changes in order and applies them. */
  append(...changes) {
    if (changes.length > 0) this.writer.change(this.mirror, changes);
  }
  /** Claims of the plan that hold their scope. */
  get holding() {
    return this.writer.holding.filter(({ planId }) => planId === this.id);
  }
};
var GraphTransaction = class extends GraphView {
  constructor(ctx, writer) {
    super(ctx, writer);
    this.writer = writer;
  }
  writer;
  #plans = /* @__PURE__ */ new Map();
  get nowMs() {
    return this.writer.nowMs;
  }
  /** A plan that this transaction makes. */
  async create(created) {
    const planId = await this.writer.nextPlanId();
    await this.writer.append(planId, created);
    return this.plan(created.slug);
  }
  planIn(mirror) {
    const known = this.#plans.get(mirror.stored.id);
    if (known) return known;
    const plan = new PlanTransaction(this.ctx, this.writer, mirror);
    this.#plans.set(mirror.stored.id, plan);
    return plan;
  }
};
function changeGraph(ctx, store, actor, work, ahead) {
  return store.write(ctx.now, actor, (writer) => work(new GraphTransaction(ctx, writer)), ahead);
}
function changePlan(ctx, store, actor, slug, work) {
  const ahead = { plan: { repository: ctx.repository, slug } };
  return changeGraph(ctx, store, actor, async (tx) => work(await tx.plan(slug), tx), ahead);
}

// import:node:fs in run/plan.mjs
import { existsSync } from "node:fs";

// import:node:path in run/plan.mjs
import { dirname, join, posix, relative, sep } from "node:path";

// import:text.mjs in run/plan.mjs
import { shownPath } from "../text.mjs";

// mcp-server/src/run/plan/start-folder-paths.ts
var MAX_NAMED = 5;
function startFolderWarnings(ctx, tasks) {
  const { directory, checkout } = ctx;
  if (directory === checkout.root) return [];
  const here = relative(checkout.root, directory).split(sep).join("/");
  const leadsHere = (glob) => {
    const literal = glob.split("/").slice(0, firstPattern(glob)).join("/");
    const place = [literal, posix.dirname(literal)].find(
      (path) => path !== "" && path !== "." && [checkout.root, directory].some((at) => existsSync(join(at, path)))
    );
    return place !== void 0 && !existsSync(join(checkout.root, place));
  };
  const found = tasks.flatMap((task) => {
    const { writes, reads } = scopeOf(task);
    return [...writes, ...reads].filter(leadsHere).map((glob) => ({ glob, task: task.id }));
  });
  const [first] = found;
  if (!first) return [];
  const named = found.slice(0, MAX_NAMED).map(({ glob, task }) => `${shownPath(glob)} (${task})`);
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : "";
  return [
    `Paths of tasks lead from the repository's top level, where there is no ${named.join(", ")}${more}; from ${shownPath(here)}, the folder of this session, there is. If that is meant, write it so: ${shownPath(posix.join(here, first.glob))}.`
  ];
}
function firstPattern(glob) {
  const segments = glob.split("/");
  const at = segments.findIndex((segment) => /[*?[{(!\\]/.test(segment));
  return at < 0 ? segments.length : at;
}

// import:node:fs/promises in run/plan.mjs
import { access, constants, stat } from "node:fs/promises";

// import:git.mjs in run/plan.mjs
import { GitFailed, changedFiles, commitAt, git, gitSays, planBranch, planHead, refuseTakenNames, submoduleFolders } from "../git.mjs";

// import:host.mjs in run/plan.mjs
import { WORKTREE_FOLDER, runProgram, worktreeSettings } from "../host.mjs";

// mcp-server/src/run/plan/plan-start.ts
var ORIGIN_HEAD = "refs/remotes/origin/HEAD";
async function planStart(ctx) {
  const { baseRef } = worktreeSettings(await ctx.commands.hostSettings());
  const isFresh = baseRef === "fresh" && await commitAt(ctx.checkout.root, ORIGIN_HEAD) !== void 0;
  return isFresh ? ORIGIN_HEAD : "HEAD";
}
async function planStartNotes(ctx, plan) {
  const { root } = ctx.checkout;
  const { baseRef } = worktreeSettings(await ctx.commands.hostSettings());
  if (baseRef === void 0 || await planHead(root, plan) !== void 0) return [];
  const start = await planStart(ctx);
  const commit = (await commitAt(root, start))?.slice(0, 12);
  const says = `worktree.baseRef is ${baseRef}`;
  if (baseRef === "head") return [`${planBranch(plan)} begins at HEAD (${commit}): ${says}.`];
  if (start === "HEAD") {
    return [
      `${says}, but there is no origin/HEAD (git remote set-head origin --auto makes it): ${planBranch(plan)} begins at HEAD (${commit}).`
    ];
  }
  const missing = Number(await git(root, ["rev-list", "--count", `${ORIGIN_HEAD}..HEAD`]));
  const without = missing === 0 ? "" : `, without ${missing} ${missing === 1 ? "commit" : "commits"} of HEAD`;
  return [`${planBranch(plan)} begins at origin/HEAD (${commit})${without}: ${says}.`];
}

// mcp-server/src/run/plan/worktree-contents.ts
async function missingFromWorktrees(root) {
  return [...await emptySubmodules(root), ...await filesOfLargeStorage(root)];
}
async function emptySubmodules(root) {
  const folders = [...await submoduleFolders(root)];
  const empty = folders.filter((folder) => !existsSync(join(root, folder, ".git")));
  const [first] = empty;
  if (first === void 0) return [];
  const what = empty.length === 1 ? `${shownPath(first)} is a submodule that is` : `${empty.length} submodules are`;
  return [
    `${what} not checked out here, so worktrees have nothing of it either: run git submodule update --init --recursive first if the tasks need it.`
  ];
}
async function filesOfLargeStorage(root) {
  const files = await git(root, ["ls-files", "-z", "--", ":(attr:filter=lfs)"]);
  const count = files.split("\0").filter(Boolean).length;
  if (count === 0 || await isSmudged(root)) return [];
  return [
    `${count} ${count === 1 ? "file is" : "files are"} kept by Git LFS, which is not set up here: worktrees have pointers in ${count === 1 ? "its" : "their"} place. Install git-lfs and run git lfs install first if the tasks need what is in them.`
  ];
}
async function isSmudged(root) {
  try {
    const filters = "^filter\\.lfs\\.(smudge|process)$";
    if (!await gitSays(root, ["config", "--get-regexp", filters])) return false;
    await runProgram("git", ["lfs", "version"], { folder: root });
    return true;
  } catch (error) {
    if (error instanceof GitFailed) throw error;
    return false;
  }
}

// mcp-server/src/run/plan/worktree-needs.ts
var MIN_GIT = [2, 38];
async function checkWorktrees(ctx, plan, tasks, policy) {
  const first = tasks.find((task) => asksForWorktree(task, policy));
  if (!first) return [];
  const { root, gitCommonDir } = ctx.checkout;
  const refuse = (problem, remedy) => new CallerError(
    "bad_input",
    `Task ${first.id} needs a worktree, ${problem}.`,
    remedy,
    `tasks.${first.id}`
  );
  if (gitCommonDir === void 0) {
    throw refuse(
      "and this is no git repository",
      'Leave out isolation and alternatives, or run "git init" and commit.'
    );
  }
  const [major = 0, minor = 0] = ((await git(root, ["version"])).match(/\d+/g) ?? []).map(Number);
  if (major < MIN_GIT[0] || major === MIN_GIT[0] && minor < MIN_GIT[1]) {
    throw refuse(
      `which takes git ${MIN_GIT.join(".")} or newer; this is ${major}.${minor}`,
      "Ask the user to update git."
    );
  }
  if (await commitAt(root, "HEAD") === void 0) {
    throw refuse("which is cut from a commit, and there is none yet", "Ask the user to make a first commit.");
  }
  await refuseNoRoom(root, plan);
  const changed = await changedFiles(root);
  const warnings = await submoduleWarnings(
    ctx,
    tasks.filter((task) => asksForWorktree(task, policy))
  );
  warnings.push(...await planStartNotes(ctx, plan));
  warnings.push(...await missingFromWorktrees(root));
  if (changed.length > 0) {
    warnings.push(
      `${changed.length} uncommitted ${changed.length === 1 ? "file" : "files"} of this checkout will not be in the worktrees: commit first what the tasks need.`
    );
  }
  return warnings;
}
async function refuseNoRoom(root, plan) {
  await refuseTakenNames(root, plan);
  let folder = join(root, WORKTREE_FOLDER);
  while (!existsSync(folder)) folder = dirname(folder);
  const isFolder = (await stat(folder)).isDirectory();
  const isOurs = await access(folder, constants.W_OK).then(
    () => true,
    () => false
  );
  if (isFolder && isOurs) return;
  throw new CallerError(
    "wrong_state",
    `Worktrees cannot be made: ${folder} ${isFolder ? "cannot be written" : "is no folder"}.`,
    `Ask the user ${isFolder ? "for write access to it" : "to rename it"}, or leave out isolation and alternatives.`
  );
}
async function shareSubmoduleTasks(ctx, tasks, policy) {
  const { caseInsensitive, checkout } = ctx;
  if (policy.isolation !== "worktree" || checkout.gitCommonDir === void 0) return { tasks, warnings: [] };
  const folders = [...await submoduleFolders(checkout.root)];
  const below = folders.map((folder) => parseGlob(`${literalGlob(folder)}/**`, caseInsensitive));
  const writesThere = ({ writes = [] }) => writes.map((glob) => parseGlob(glob, caseInsensitive)).some((glob) => below.some((one) => overlap(glob, one)));
  const inSubmodules = tasks.filter(writesThere).map(({ id }) => id);
  if (inSubmodules.length === 0) return { tasks, warnings: [] };
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const shared = new Set(inSubmodules);
  for (const id of shared) for (const before of byId.get(id)?.dependencies ?? []) shared.add(before);
  const others = [...shared].filter((id) => !inSubmodules.includes(id));
  const alsoText = others.length === 0 ? "" : `; so ${others.length === 1 ? "does" : "do"} ${others.join(", ")}, on which that builds`;
  return {
    tasks: tasks.map(
      (task) => shared.has(task.id) && task.isolation === void 0 ? { ...task, isolation: "shared" } : task
    ),
    warnings: [
      `${inSubmodules.join(", ")} ${inSubmodules.length === 1 ? "writes" : "write"} in a submodule, which no worktree's commit can hold, and ${inSubmodules.length === 1 ? "works" : "work"} in the checkout${alsoText}.`
    ]
  };
}
async function submoduleWarnings(ctx, tasks) {
  const { caseInsensitive, checkout } = ctx;
  const folders = [...await submoduleFolders(checkout.root)];
  return folders.flatMap((folder) => {
    const below = parseGlob(`${literalGlob(folder)}/**`, caseInsensitive);
    const writing = tasks.filter(
      ({ writes = [] }) => writes.some((glob) => overlap(parseGlob(glob, caseInsensitive), below))
    );
    if (writing.length === 0) return [];
    const ids = writing.map(({ id }) => id).join(", ");
    return [
      `${shownPath(folder)} is a submodule: what ${ids} ${writing.length === 1 ? "writes" : "write"} there in a worktree cannot come onto the plan's branch, and would be refused when it is reported. Let ${writing.length === 1 ? "it" : "them"} run in the checkout (isolation "shared"), or plan that work in the submodule's own repository.`
    ];
  });
}
async function foreignBranchWarnings(ctx, plan, tasks, policy, existing) {
  if ((existing?.graph.claims.length ?? 0) > 0 || !tasks.some((task) => asksForWorktree(task, policy)))
    return [];
  if (await planHead(ctx.checkout.root, plan) === void 0) return [];
  return [
    `The branch ${planBranch(plan)} exists already and was not made by this plan: its worktrees are cut from there and merged into it. If it is not meant, ask the user to rename it, or give the plan another name.`
  ];
}

// mcp-server/src/run/plan/new-task.ts
async function createTasks(ctx, actor, slug, tasks, agentId) {
  const store = await existingGraph(ctx, slug);
  return changePlan(ctx, store, actor, slug, async (plan) => {
    const { graph } = plan;
    if (agentId !== void 0) await refuseTooManyTasks(plan, tasks.length);
    const added = withIds(tasks, plan);
    const again = added.map((task) => String(task.id)).filter((id) => graph.tasks.has(id));
    if (again.length > 0) {
      throw new CallerError(
        "bad_input",
        `tasks: ${again.length === 1 ? "the id" : "the ids"} ${again.join(", ").slice(0, 300)} ${again.length === 1 ? "exists" : "exist"} already.`,
        "Leave id out, or choose another.",
        "tasks.id"
      );
    }
    const edges = new Map([...graph.tasks.values()].map((task) => [task.id, task.dependencies]));
    const warnings = [];
    const steps = lastSteps(graph.tasks.values());
    const read = readAdded(added, edges, warnings).map(
      (task) => dependOnWork(afterWhatItJudges(task, graph.tasks), graph.tasks, steps)
    );
    const { tasks: definitions, warnings: ofSubmodules } = await shareSubmoduleTasks(ctx, read, plan.policy);
    warnings.push(...ofSubmodules);
    warnings.push(...startFolderWarnings(ctx, definitions));
    warnings.push(...await checkWorktrees(ctx, plan.stored.slug, definitions, plan.policy));
    const first = nextPosition(plan);
    plan.append(
      ...definitions.map((definition, i) => ({
        type: "task.created",
        task: definition.id,
        definition,
        position: first + i
      }))
    );
    return { ids: definitions.map((task) => task.id), loaded: plan, warnings };
  });
}
function afterWhatItJudges(task, tasks) {
  const there = [...tasks.values()];
  if (!mayJudge(task) || task.dependencies.length > 0) return task;
  if (there.some(({ status }) => !hasEnded(status))) return task;
  const completed = there.filter(({ status }) => status === "completed");
  const waitedFor = new Set(completed.flatMap(({ dependencies }) => dependencies));
  return { ...task, dependencies: completed.flatMap(({ id }) => waitedFor.has(id) ? [] : [id]) };
}
function readAdded(added, around, warnings) {
  const raw = added.map((fields, at) => ({ fields, place: `tasks[${at}]` }));
  return readTasks(raw, "tasks", warnings, around).map(
    (task) => ({ ...task, origin: "call" })
  );
}
function nextPosition(plan) {
  let last = 0;
  for (const { position } of plan.graph.tasks.values()) last = Math.max(last, position);
  return last + 1;
}
function withIds(tasks, before) {
  const taken = /* @__PURE__ */ new Set([...before.graph.tasks.keys(), ...tasks.map((task) => String(task.id))]);
  let n = 0;
  return tasks.map((task) => {
    if (task.id !== void 0) return task;
    do
      n += 1;
    while (taken.has(`+${n}`));
    return { ...task, id: `+${n}` };
  });
}
function freeId({ graph }, name, firstNumber = 2) {
  for (let number = 1; ; number++) {
    const id = `${name}${number < firstNumber ? "" : number}`;
    if (!graph.tasks.has(id)) return id;
  }
}
export {
  GraphTransaction,
  GraphView,
  MAX_TASKS_BY_AGENTS,
  PlanTransaction,
  PlanView,
  attemptsAt,
  changeGraph,
  changePlan,
  checkWorktrees,
  countsNow,
  countsOf,
  createTasks,
  deadClaims,
  dependOnParts,
  dependOnWork,
  estimatesByModel,
  existingGraph,
  fileEventsOf,
  filesFromEvents,
  filesLine,
  foreignBranchWarnings,
  freeId,
  interruptedTasks,
  isDone,
  isPlanSlug,
  isReported,
  livenessOf,
  missingFromWorktrees,
  modelOf,
  nextPosition,
  partsOf,
  pauseSeconds,
  planSlug,
  planStart,
  planStartNotes,
  policyOf,
  readAdded,
  readFilesOfTasks,
  readGraph,
  readPlan,
  refuseBlockingOthers,
  refuseForeignClaim,
  refuseNoRoom,
  refuseTooManyTasks,
  shareSubmoduleTasks,
  shortCounts,
  splitTaskName,
  startFolderWarnings,
  stateNow,
  stateOf,
  stuckTasks,
  taskOf,
  unknownPlan,
  whyPlanIsHeld
};
