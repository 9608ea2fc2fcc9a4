// mcp-server/src/graph/attempt.ts
var OUTCOMES = ["completed", "failed", "blocked", "lost", "cancelled", "unreported"];
var STANDINGS = ["run", "seen", "stale", "contradicted", "claimed"];
var SEVERITIES = ["critical", "high", "medium", "low", "info"];
var REVIEW_VERDICTS = ["accepted", "rejected"];
var DELIVERY_TARGETS = ["plan", "checkout"];
function isLive(claim) {
  return claim.state !== "returned" && claim.state !== "ended";
}
function takesPlace(claim) {
  return isLive(claim) && claim.state !== "delivering";
}
function isAttempt(claim) {
  return claim.state === "running" || claim.state === "delivering" || claim.state === "ended";
}
function workedUntilMs(attempt) {
  if (attempt.state === "running") return void 0;
  return attempt.state === "delivering" ? attempt.acceptedAtMs : attempt.acceptedAtMs ?? attempt.endedAtMs;
}
function isDraining(claim, nowMs) {
  return claim.state === "ended" && claim.drainsUntilMs !== void 0 && claim.drainsUntilMs > nowMs;
}
function holdsScope(claim) {
  return isLive(claim) || claim.state === "ended" && claim.drainsUntilMs !== void 0;
}

// mcp-server/src/graph/command-run.ts
var MAX_COMMAND = 4e3;
function commandRun(run) {
  const { command } = run;
  return {
    ranNoTest: false,
    ...run,
    command: command.slice(0, MAX_COMMAND),
    isCut: command.length > MAX_COMMAND
  };
}

// mcp-server/src/graph/criterion.ts
var NUMBER = /^-?\d+(\.\d+)?$/;
function withCriterionText(evidence, acceptance) {
  const numbered = acceptance[Number(numberIn(evidence, acceptance)) - 1];
  return numbered ? { ...evidence, criterion: numbered.criterion } : evidence;
}
function unknownNumber(evidence, acceptance) {
  const number = acceptance.length === 0 ? void 0 : numberIn(evidence, acceptance);
  return number !== void 0 && acceptance[Number(number) - 1] === void 0 ? number : void 0;
}
function numberIn({ criterion }, acceptance) {
  const name = criterion?.trim();
  if (name === void 0 || !NUMBER.test(name)) return void 0;
  return acceptance.some((one) => one.criterion.trim() === name) ? void 0 : name;
}

// mcp-server/src/graph/effect.ts
var ABSENT = "absent";
function callerName({ caller }) {
  if (caller.task !== void 0) return caller.task;
  return caller.agentId === void 0 ? "the main conversation" : "an agent without a task";
}

// mcp-server/src/graph/event.ts
var VERSIONS = {
  "plan.created": 1,
  "plan.updated": 1,
  "plan.status": 1,
  "plan.throttled": 1,
  "task.created": 1,
  "task.defined": 1,
  // Its cause is stored as a value too: see `TaskCause`.
  "task.status": 2,
  "task.annotated": 1,
  "claim.offered": 1,
  "claim.returned": 1,
  "attempt.started": 1,
  "attempt.bound": 1,
  "attempt.widened": 1,
  "attempt.reminded": 1,
  "attempt.ended": 1,
  "delivery.accepted": 1,
  "delivery.found": 1,
  "delivery.delayed": 1,
  "attempt.drained": 1,
  "attempt.revived": 1,
  "attempt.measured": 1,
  "conversation.measured": 1,
  "token.refused": 1,
  "batch.launched": 1,
  "write.denied": 1,
  "checkout.observed": 1,
  "checkout.unmeasured": 1,
  "files.changed": 1,
  "file.restored": 1,
  "git.moved": 1,
  "attempt.compared": 1,
  "report.returned": 1,
  "scope.touched": 1,
  "checkout.seen": 1,
  "worktree.cut": 1,
  "worktree.removed": 1,
  "work.committed": 1,
  "work.merged": 1,
  "work.conflicted": 1,
  "isolation.decided": 1,
  "engine.started": 1,
  "engine.ended": 1,
  "gate.started": 1,
  "gate.ended": 1,
  "gate.suspected": 1,
  "work.delivered": 1,
  "delivery.refused": 1,
  "commit.skipped": 1,
  "plan.reported": 1,
  "decision.taken": 1,
  "limit.near": 1,
  "notification.started": 1,
  "notification.ended": 1,
  "task.limited": 1
};
function isReadable(type, v) {
  return Object.hasOwn(VERSIONS, type) && v <= VERSIONS[type];
}

// mcp-server/src/graph/model/model-choice.ts
var MODELS = ["haiku", "sonnet", "opus", "fable"];
var EFFORTS = ["low", "medium", "high", "xhigh", "max"];
var INHERIT = "inherit";
var CHOICE_WORDS = `a model (${MODELS.join(", ")}), an effort (${EFFORTS.join(", ")}), or both: "haiku low"`;
function modelChoiceFrom(text) {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words.length === 1 && words[0] === INHERIT) return { model: INHERIT, effort: INHERIT };
  const model = MODELS.find((one) => words.includes(one));
  const effort = EFFORTS.find((one) => words.includes(one));
  const isAll = words.every((word) => word === model || word === effort);
  if (!isAll || new Set(words).size !== words.length) return void 0;
  return { ...model && { model }, ...effort && { effort } };
}
function modelChoiceText({ model, effort }) {
  const words = [model, effort].filter((word) => word !== void 0 && word !== INHERIT);
  return words.length === 0 ? INHERIT : words.join(" ");
}

// mcp-server/src/graph/order/levels.ts
function topologicalOrder(nodes) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const missing = /* @__PURE__ */ new Map();
  const dependents = /* @__PURE__ */ new Map();
  for (const node of nodes) {
    const known = node.dependencies.filter((id) => byId.has(id));
    missing.set(node.id, known.length);
    for (const id of known) {
      const list = dependents.get(id);
      if (list) list.push(node);
      else dependents.set(id, [node]);
    }
  }
  const order = nodes.filter((node) => missing.get(node.id) === 0);
  for (let i = 0; i < order.length; i++) {
    for (const dependent of dependents.get(order[i].id) ?? []) {
      const left = (missing.get(dependent.id) ?? 0) - 1;
      missing.set(dependent.id, left);
      if (left === 0) order.push(dependent);
    }
  }
  if (order.length !== nodes.length) throw new Error("the dependencies form a cycle");
  return order;
}
function levels(nodes) {
  const level = /* @__PURE__ */ new Map();
  const result = [];
  for (const node of topologicalOrder(nodes)) {
    const own = 1 + Math.max(-1, ...node.dependencies.map((id) => level.get(id) ?? -1));
    level.set(node.id, own);
    const list = result[own];
    if (list) list.push(node);
    else result[own] = [node];
  }
  return result;
}

// mcp-server/src/graph/order/ancestors.ts
function ancestors(tasks) {
  const found = /* @__PURE__ */ new Map();
  for (const { id, dependencies } of topologicalOrder(tasks)) {
    const all = new Set(dependencies);
    for (const dependency of dependencies) for (const before of found.get(dependency) ?? []) all.add(before);
    found.set(id, all);
  }
  return found;
}

// mcp-server/src/graph/order/cycle.ts
function findCycle(edges) {
  const finished = /* @__PURE__ */ new Set();
  for (const start of edges.keys()) {
    if (finished.has(start)) continue;
    const path = [start];
    const onPath = new Set(path);
    const ahead = [(edges.get(start) ?? [])[Symbol.iterator]()];
    while (path.length > 0) {
      const next = ahead.at(-1)?.next();
      if (next === void 0 || next.done) {
        ahead.pop();
        const done = path.pop();
        if (done !== void 0) {
          onPath.delete(done);
          finished.add(done);
        }
      } else if (onPath.has(next.value)) {
        return [...path.slice(path.indexOf(next.value)), next.value];
      } else if (!finished.has(next.value)) {
        path.push(next.value);
        onPath.add(next.value);
        ahead.push((edges.get(next.value) ?? [])[Symbol.iterator]());
      }
    }
  }
  return void 0;
}

// mcp-server/src/graph/parallel-with.ts
function parallelWith({ extra }) {
  return Array.isArray(extra.parallelWith) ? extra.parallelWith.map(String) : [];
}
function orderedDespiteParallelWith(tasks) {
  const named = tasks.map((task) => ({ task: task.id, others: parallelWith(task) }));
  if (named.every(({ others }) => others.length === 0)) return [];
  const before = ancestors(tasks);
  return named.flatMap(({ task, others }) => {
    const isOrdered = (other) => before.get(task)?.has(other) || before.get(other)?.has(task);
    const ordered = others.filter(isOrdered);
    return ordered.length === 0 ? [] : [{ task, others: ordered }];
  });
}

// mcp-server/src/graph/readiness.ts
var ENDED = /* @__PURE__ */ new Set(["completed", "failed", "cancelled"]);
function hasEnded(status) {
  return ENDED.has(status);
}
function needsHold(needs, dependencies) {
  if (dependencies.length === 0) return true;
  if (needs === "all") return dependencies.every((status) => status === "completed");
  const completed = dependencies.filter((status) => status === "completed").length;
  if (needs === "any") return completed > 0;
  if (needs === "settled") return dependencies.every(hasEnded);
  return completed >= Math.min(needs.atLeast, dependencies.length);
}
function brokenDependencies(task, tasks) {
  return task.dependencies.flatMap((id) => {
    const status = tasks.get(id)?.status;
    return status === "failed" || status === "cancelled" ? [{ task: id, status }] : [];
  });
}
function reachableTasks(tasks) {
  const reachable = /* @__PURE__ */ new Set();
  for (const { id, status } of tasks.values()) if (status === "pending") reachable.add(id);
  const best = (id) => {
    const status = tasks.get(id)?.status ?? "pending";
    return status === "in_progress" || reachable.has(id) ? "completed" : status;
  };
  const doubtful = [...reachable].filter(
    (id) => !dependenciesOf(tasks, id).every((on) => best(on) === "completed")
  );
  const dependents = doubtful.length > 0 ? pendingDependents(tasks) : void 0;
  for (const id of doubtful) {
    const task = tasks.get(id);
    if (!task || !reachable.has(id) || needsHold(task.needs, task.dependencies.map(best))) continue;
    reachable.delete(id);
    doubtful.push(...dependents?.get(id) ?? []);
  }
  return reachable;
}
function dependenciesOf(tasks, id) {
  return tasks.get(id)?.dependencies ?? [];
}
function pendingDependents(tasks) {
  const dependents = /* @__PURE__ */ new Map();
  for (const { id, status, dependencies } of tasks.values()) {
    if (status !== "pending") continue;
    for (const on of dependencies) {
      const list = dependents.get(on);
      if (list) list.push(id);
      else dependents.set(on, [id]);
    }
  }
  return dependents;
}
var reachableOf = /* @__PURE__ */ new WeakMap();
function reachableIn(tasks) {
  let reachable = reachableOf.get(tasks);
  if (!reachable) {
    reachable = reachableTasks(new Map(tasks.map((task) => [task.id, task])));
    reachableOf.set(tasks, reachable);
  }
  return reachable;
}
function statusesOf(task, tasks) {
  return task.dependencies.map((id) => tasks.get(id)?.status ?? "pending");
}

// import:node:util in graph.mjs
import { isDeepStrictEqual } from "node:util";

// mcp-server/src/graph/task.ts
var MAX_TASK_ID = 128;
var TASK_STATUSES = ["pending", "in_progress", "completed", "failed", "cancelled"];
var SIZES = ["xs", "small", "medium", "large", "xl"];
var PRIORITIES = ["high", "medium", "low"];
var ISOLATIONS = ["shared", "worktree"];
function unstarted(definition, position) {
  return {
    ...withoutDescription(definition),
    position,
    status: "pending",
    notes: [],
    metadata: {},
    failedAttempts: 0,
    lostAttempts: 0,
    timesBlocked: 0
  };
}
var STATE = {
  position: true,
  status: true,
  cause: true,
  owner: true,
  notes: true,
  metadata: true,
  failedAttempts: true,
  lostAttempts: true,
  timesBlocked: true,
  endedAtMs: true,
  unrecognised: true
};
function definedFields(task) {
  return Object.keys(task).filter(
    (field) => !(field in STATE)
  );
}
function withoutDescription({ description: _, ...outline }) {
  return outline;
}
function outlineOf(task) {
  return Object.fromEntries(
    definedFields(task).map((field) => [field, task[field]])
  );
}
function sameDefinition(a, b) {
  const fields = definedFields(a);
  return fields.length === definedFields(b).length && // What nobody has changed is the same object in both.
  fields.every((field) => a[field] === b[field] || isDeepStrictEqual(a[field], b[field]));
}
function scopeOf(task) {
  if (task.writes !== void 0) {
    return { basis: "declared", writes: task.writes, reads: task.reads, resources: task.resources };
  }
  if (task.inferredWrites.length > 0) {
    return { basis: "inferred", writes: task.inferredWrites, reads: task.reads, resources: task.resources };
  }
  return { basis: "unscoped", writes: [], reads: task.reads, resources: task.resources };
}
function plainSubject({ subject, phase }, slug) {
  let rest = subject;
  let isAfterSlug = false;
  for (; ; ) {
    const [mark, label = ""] = /^\[([^\]]*)\]\s*(?=\S)/.exec(rest) ?? [];
    if (mark === void 0) return rest;
    const isPhase = isAfterSlug ? /^P\d+$/.test(label) : label === `P${phase}`;
    if (label !== slug && label !== "P" && !isPhase) return rest;
    isAfterSlug ||= label === slug;
    rest = rest.slice(mark.length);
  }
}
function taskName(plan, id) {
  return `${plan}/${id}`;
}

// mcp-server/src/graph/plan-graph.ts
var PlanGraph = class {
  // Both maps keep their insertion order, which is the order of position and of id: later ones are larger.
  #tasks = /* @__PURE__ */ new Map();
  #claims = /* @__PURE__ */ new Map();
  #claimsOf = /* @__PURE__ */ new Map();
  #dependents = /* @__PURE__ */ new Map();
  #live = /* @__PURE__ */ new Map();
  /** The same in order, with those under the cap; undefined: to be made when somebody asks. */
  #liveClaims;
  #draining = /* @__PURE__ */ new Set();
  #checkouts = /* @__PURE__ */ new Set();
  #counts = /* @__PURE__ */ new Map();
  #weight;
  #readyIds = /* @__PURE__ */ new Set();
  #shape = 0;
  #definitions = 0;
  #endings = 0;
  #ranks;
  /** The ready tasks by rank; not kept before somebody asked for them. */
  #ready = [];
  /** @param weight what a task adds to the length of a chain; the longest chain behind a task is its rank. */
  constructor(weight) {
    this.#weight = weight;
  }
  get tasks() {
    return this.#tasks;
  }
  /** Every claim that the plan ever had, oldest first. */
  get claims() {
    return [...this.#claims.values()];
  }
  claim(id) {
    return this.#claims.get(id);
  }
  /** The claims of a task, oldest first. */
  claimsOf(task) {
    const ids = this.#claimsOf.get(task);
    return ids === void 0 ? [] : [...ids].flatMap((id) => this.#claims.get(id) ?? []);
  }
  /** Claims that hold their task, oldest first. */
  get live() {
    return this.#liveInOrder().all;
  }
  /** Those of them that hold a place under the cap. */
  get underCap() {
    return this.#liveInOrder().underCap;
  }
  #liveInOrder() {
    if (this.#liveClaims) return this.#liveClaims;
    const ids = [...this.#live.values()].sort((a, b) => a - b);
    const all = ids.flatMap((id) => this.#claims.get(id) ?? []);
    this.#liveClaims = { all, underCap: all.filter(takesPlace) };
    return this.#liveClaims;
  }
  /** Ended attempts whose scope may still be held. */
  get draining() {
    return [...this.#draining].flatMap((id) => this.#claims.get(id) ?? []);
  }
  /** Every checkout in which a claim of the plan was made. */
  get checkouts() {
    return this.#checkouts;
  }
  hasLiveClaim(task) {
    return this.#live.has(task);
  }
  count(status) {
    return this.#counts.get(status) ?? 0;
  }
  /** How many tasks are still to be done. */
  get openCount() {
    return this.count("pending") + this.count("in_progress");
  }
  /** Pending tasks whose `needs` hold and that nobody has claimed: highest rank first, then by position. */
  get ready() {
    this.#rankAll();
    return this.#ready;
  }
  isReady(id) {
    return this.#readyIds.has(id);
  }
  get readyCount() {
    return this.#readyIds.size;
  }
  /** Another number whenever tasks, their dependencies or their estimates have changed, and not only their state. */
  get shape() {
    return this.#shape;
  }
  /** Another number whenever there is a task more, or one is to be done in another way. */
  get definitions() {
    return this.#definitions;
  }
  /** Another number whenever a task has ended, or is to be done again. */
  get endings() {
    return this.#endings;
  }
  /** Takes over the rows that changed since the last time, in order of position and of id. */
  apply(tasks, claims) {
    const touched = /* @__PURE__ */ new Set();
    for (const task of tasks) this.#putTask(task, touched);
    for (const claim of claims) {
      this.#putClaim(claim);
      touched.add(claim.task);
    }
    for (const id of touched) this.#updateReady(id);
  }
  #putTask(task, touched) {
    const old = this.#tasks.get(task.id);
    this.#tasks.set(task.id, task);
    if (old) this.#counts.set(old.status, this.count(old.status) - 1);
    this.#counts.set(task.status, this.count(task.status) + 1);
    if (hasEnded(old?.status ?? "pending") !== hasEnded(task.status)) this.#endings += 1;
    if (!old || !sameDefinition(old, task)) this.#definitions += 1;
    if (!old || changesOrder(old, task, this.#weight)) {
      for (const id of old?.dependencies ?? []) this.#dependents.get(id)?.delete(task.id);
      for (const id of task.dependencies) {
        const dependents = this.#dependents.get(id);
        if (dependents) dependents.add(task.id);
        else this.#dependents.set(id, /* @__PURE__ */ new Set([task.id]));
      }
      this.#ranks = void 0;
      this.#shape += 1;
    }
    touched.add(task.id);
    if ((old?.status ?? "pending") !== task.status) {
      for (const id of this.#dependents.get(task.id) ?? []) touched.add(id);
    }
  }
  #putClaim(claim) {
    this.#liveClaims = void 0;
    this.#claims.set(claim.id, claim);
    this.#checkouts.add(claim.checkout);
    const ids = this.#claimsOf.get(claim.task);
    if (ids) ids.add(claim.id);
    else this.#claimsOf.set(claim.task, /* @__PURE__ */ new Set([claim.id]));
    if (isLive(claim)) this.#live.set(claim.task, claim.id);
    else if (this.#live.get(claim.task) === claim.id) this.#live.delete(claim.task);
    if (claim.state === "ended" && claim.drainsUntilMs !== void 0) this.#draining.add(claim.id);
    else this.#draining.delete(claim.id);
  }
  #isReady(task) {
    return task.status === "pending" && !this.#live.has(task.id) && needsHold(task.needs, statusesOf(task, this.#tasks));
  }
  #rankAll() {
    if (this.#ranks) return;
    this.#ranks = this.#chains();
    this.#ready = [...this.#readyIds].flatMap((id) => this.#tasks.get(id) ?? []);
    this.#ready.sort((a, b) => this.#before(a, b));
  }
  /**
   * The longest chain of work behind each task, itself included: from the tasks that nobody waits for to those before
   * them, each when all that wait for it are done (Kahn).
   * @throws when the graph has a cycle; import refuses those, so that is a defect.
   */
  #chains() {
    const ranks = /* @__PURE__ */ new Map();
    const behind = /* @__PURE__ */ new Map();
    const waiting = /* @__PURE__ */ new Map();
    const open = [];
    for (const task of this.#tasks.values()) {
      const dependents = this.#dependents.get(task.id)?.size ?? 0;
      if (dependents === 0) open.push(task);
      else waiting.set(task.id, dependents);
    }
    for (let task = open.pop(); task !== void 0; task = open.pop()) {
      const rank = (behind.get(task.id) ?? 0) + this.#weight(task);
      ranks.set(task.id, rank);
      for (const id of task.dependencies.length > 1 ? new Set(task.dependencies) : task.dependencies) {
        const before = this.#tasks.get(id);
        if (!before) continue;
        if (rank > (behind.get(id) ?? 0)) behind.set(id, rank);
        const left = (waiting.get(id) ?? 0) - 1;
        waiting.set(id, left);
        if (left === 0) open.push(before);
      }
    }
    if (ranks.size !== this.#tasks.size) throw new Error("the dependencies form a cycle");
    return ranks;
  }
  #before(a, b) {
    return (this.#ranks?.get(b.id) ?? 0) - (this.#ranks?.get(a.id) ?? 0) || a.position - b.position;
  }
  #updateReady(id) {
    const task = this.#tasks.get(id);
    if (!task) return;
    const isReady = this.#isReady(task);
    if (isReady) this.#readyIds.add(id);
    else this.#readyIds.delete(id);
    if (!this.#ranks) return;
    this.#removeReady(task);
    if (isReady) this.#ready.splice(this.#placeOf(task), 0, task);
  }
  #removeReady(task) {
    const place = this.#placeOf(task);
    if (this.#ready[place]?.id === task.id) this.#ready.splice(place, 1);
  }
  /** Where the task stands, or would stand, among the ready ones. */
  #placeOf(task) {
    let low = 0;
    let high = this.#ready.length;
    while (low < high) {
      const middle = low + high >>> 1;
      if (this.#before(this.#ready[middle], task) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
};
function changesOrder(old, task, weight) {
  return weight(old) !== weight(task) || old.dependencies.length !== task.dependencies.length || old.dependencies.some((id, i) => id !== task.dependencies[i]);
}

// mcp-server/src/graph/plan.ts
var PLAN_STATUSES = ["open", "paused", "stopped"];
function specificationPath(source, named) {
  if (typeof named === "string" && named !== "") return named;
  return source.kind === "file" ? source.path.replace(/03-tasks\.json$/, "02-specification.md") : void 0;
}

// mcp-server/src/graph/purpose.ts
var PURPOSES = ["review", "fix", "merge", "verify"];
function purposeOf(task) {
  const recovery = recoveryOf(task);
  if (recovery) return recovery;
  const purpose = storedPurpose(task);
  return purpose && PURPOSES.includes(purpose.kind) ? purpose : void 0;
}
function recoveryOf(task) {
  if (task?.origin !== "server" || !Array.isArray(task.extra.recovers)) return void 0;
  const { recovers, causes } = task.extra;
  return {
    kind: "recover",
    failed: recovers,
    causes: Array.isArray(causes) ? causes : []
  };
}
function storedPurpose(task) {
  return task?.origin === "server" ? task.extra.purpose : void 0;
}
function extraFor(purpose) {
  return purpose.kind === "recover" ? { recovers: purpose.failed, causes: purpose.causes } : { purpose };
}
function isReviewStep(task) {
  const kind = purposeOf(task)?.kind;
  return kind === "review" || kind === "fix";
}

// mcp-server/src/graph/runner.ts
var RUNNER_LEASE_MS = 6e4;
function labelsOf({
  extra
}) {
  const { labels } = extra;
  return Array.isArray(labels) ? labels.filter((label) => typeof label === "string") : [];
}
var SYSTEMS = { win32: "windows", darwin: "macos" };
var SYSTEM = "os=";
function machineLabels(system, named) {
  return [.../* @__PURE__ */ new Set([`${SYSTEM}${SYSTEMS[system] ?? system}`, ...named])];
}
function canBeNamed(label) {
  return !label.startsWith(SYSTEM);
}
function missingLabels(task, labels) {
  return labelsOf(task).filter((one) => !labels.includes(one));
}
function isForPlan({ plans }, slug) {
  return plans.length === 0 || plans.includes(slug);
}
function isForRole({ roles }, role) {
  return roles.length === 0 || roles.includes(role);
}

// mcp-server/src/graph/scope/brace-expansion.ts
var MAX_ALTERNATIVES = 256;
var MAX_NESTING = 16;
function expandBraces(text, depth = 0) {
  if (depth > MAX_NESTING) return void 0;
  let expanded = [""];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("{", at);
    const close = open < 0 ? -1 : closingBrace(text, open);
    if (close < 0) {
      const literal2 = open < 0 ? text.slice(at) : text.slice(at, open + 1);
      expanded = expanded.map((prefix) => prefix + literal2);
      at += literal2.length;
      continue;
    }
    const choices = choicesOf(text.slice(open + 1, close), depth);
    if (choices === void 0 || expanded.length * choices.length > MAX_ALTERNATIVES) return void 0;
    const before = text.slice(at, open);
    expanded = expanded.flatMap((prefix) => choices.map((choice) => prefix + before + choice));
    at = close + 1;
  }
  return expanded;
}
function choicesOf(body, depth) {
  const parts = splitAtCommas(body);
  if (parts.length === 1) {
    const range = rangeOf(body);
    if (range !== "none") return range;
    return expandBraces(body, depth + 1)?.map((inner) => `{${inner}}`);
  }
  const choices = [];
  for (const part of parts) {
    const inner = expandBraces(part, depth + 1);
    if (inner === void 0) return void 0;
    choices.push(...inner);
    if (choices.length > MAX_ALTERNATIVES) return void 0;
  }
  return choices;
}
function rangeOf(body) {
  const numbers = /^(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?$/.exec(body);
  if (numbers !== null) {
    const [, from2 = "", to2 = "", step = "1"] = numbers;
    const padded = [from2, to2].some((bound) => /^-?0\d/.test(bound));
    const width = padded ? Math.max(from2.length, to2.length) : 0;
    return steps(Number(from2), Number(to2), Number(step))?.map((value) => pad(value, width));
  }
  const letters = /^([a-z])\.\.([a-z])$/i.exec(body);
  if (letters === null) return "none";
  const [, from = "", to = ""] = letters;
  return steps(from.charCodeAt(0), to.charCodeAt(0), 1)?.map((code) => String.fromCharCode(code));
}
function steps(from, to, step) {
  const stride = Math.abs(step) || 1;
  const count = Math.floor(Math.abs(to - from) / stride) + 1;
  if (count > MAX_ALTERNATIVES) return void 0;
  return Array.from({ length: count }, (_, index) => from + Math.sign(to - from) * stride * index);
}
function pad(value, width) {
  return value < 0 ? `-${String(-value).padStart(width - 1, "0")}` : String(value).padStart(width, "0");
}
function closingBrace(text, open) {
  let nesting = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === "{") nesting += 1;
    else if (text[at] === "}") {
      nesting -= 1;
      if (nesting === 0) return at;
    }
  }
  return -1;
}
function splitAtCommas(body) {
  const parts = [];
  let nesting = 0;
  let from = 0;
  for (let at = 0; at < body.length; at += 1) {
    if (body[at] === "{") nesting += 1;
    else if (body[at] === "}") nesting -= 1;
    else if (body[at] === "," && nesting === 0) {
      parts.push(body.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, body.slice(from)];
}

// mcp-server/src/graph/scope/char-set.ts
var LAST = 65535;
var EMPTY = [];
function single(unit) {
  return [unit, unit];
}
function union(ranges) {
  const sorted = ranges.filter(([lo, hi]) => lo <= hi).sort(([a], [b]) => a - b);
  const set = [];
  for (const [lo, hi] of sorted) {
    const lastHi = set.at(-1);
    if (lastHi !== void 0 && lo <= lastHi + 1) set[set.length - 1] = Math.max(lastHi, hi);
    else set.push(lo, hi);
  }
  return set;
}
function complement(set) {
  const rest = [];
  let from = 0;
  for (const [lo, hi] of rangesOf(set)) {
    rest.push([from, lo - 1]);
    from = hi + 1;
  }
  rest.push([from, LAST]);
  return union(rest);
}
function intersection(a, b) {
  if (isSingle(a)) return contains(b, a[0]) ? a : EMPTY;
  if (isSingle(b)) return contains(a, b[0]) ? b : EMPTY;
  const common = [];
  for (const [aLo, aHi] of rangesOf(a)) {
    for (const [bLo, bHi] of rangesOf(b)) common.push([Math.max(aLo, bLo), Math.min(aHi, bHi)]);
  }
  return union(common);
}
function isSingle(set) {
  return set.length === 2 && set[0] === set[1];
}
function contains(set, unit) {
  for (let at = 0; at < set.length; at += 2) {
    if (unit >= set[at] && unit <= set[at + 1]) return true;
  }
  return false;
}
function foldSet(set) {
  const folded = [];
  for (const [lo, hi] of rangesOf(set)) {
    for (let unit = lo; unit <= hi; unit += 1) {
      const one = foldCase(unit);
      folded.push([one, one]);
    }
  }
  return union(folded);
}
function foldCase(unit) {
  const upper = String.fromCharCode(unit).toUpperCase();
  const folded = upper.charCodeAt(0);
  return upper.length === 1 && !(unit >= 128 && folded < 128) ? folded : unit;
}
function* rangesOf(set) {
  for (let at = 0; at + 1 < set.length; at += 2) yield [set[at], set[at + 1]];
}

// mcp-server/src/graph/scope/glob.ts
function literalGlob(path) {
  return path.replace(/[*?[]/g, "[$&]").replace(/[{},()|!]/g, "?");
}
function pathKey(path, caseInsensitive) {
  return caseInsensitive ? path.toLowerCase() : path;
}

// mcp-server/src/graph/scope/glob-index.ts
var WILD = /[*?[\]{}()!\\]/;
var GlobIndex = class {
  #root = newFolder();
  add(glob, owner) {
    let folder = this.#root;
    for (const name of this.#beginningOf(glob)) {
      let next = folder.folders.get(name);
      if (!next) {
        next = newFolder();
        folder.folders.set(name, next);
      }
      folder = next;
    }
    folder.owners.push(owner);
  }
  /** Owners of all globs that may meet this one, itself included; some of them do not. */
  *near(glob) {
    let folder = this.#root;
    for (const name of this.#beginningOf(glob)) {
      yield* folder.owners;
      folder = folder.folders.get(name);
      if (!folder) return;
    }
    yield* below(folder);
  }
  #beginningOf({ glob, caseInsensitive }) {
    const segments = pathKey(glob, caseInsensitive).split("/");
    const wild = segments.findIndex((segment) => WILD.test(segment));
    return wild === -1 ? segments : segments.slice(0, wild);
  }
};
function newFolder() {
  return { folders: /* @__PURE__ */ new Map(), owners: [] };
}
function* below(folder) {
  const open = [folder];
  for (const { owners, folders } of open) {
    yield* owners;
    open.push(...folders.values());
  }
}

// mcp-server/src/graph/scope/parse-glob.ts
var MAX_GLOB = 1024;
var MAX_BRACKETS = 4;
var MAX_STEPS = 16384;
var MAX_REMEMBERED = 4096;
var InvalidGlob = class extends Error {
  name = "InvalidGlob";
  glob;
  remedy;
  constructor(glob, problem, remedy) {
    super(`${JSON.stringify(glob)} ${problem}: ${remedy}`);
    this.glob = glob;
    this.remedy = remedy;
  }
};
function normaliseGlob(input) {
  const refuse = (problem, remedy) => new InvalidGlob(input, problem, remedy);
  const trimmed = input.trim();
  if (trimmed === "") throw refuse("is empty", 'name a file, or a folder as in "src/"');
  if (/[\u0000-\u001f\u007f]/.test(trimmed)) {
    throw refuse("has a control character", "write the name without it");
  }
  const slashed = trimmed.replace(/\\\[([^\\/[\]]*)\\\]/g, "[$1]").replace(/\\\(([^\\/()]*)\\\)/g, "($1)").replaceAll("\\", "/");
  const segments = resolveDots(slashed, refuse);
  if (segments.length === 0 || slashed.endsWith("/")) segments.push("**");
  const glob = segments.filter((segment, at) => segment !== "**" || segments[at - 1] !== "**").join("/");
  if (slashed.startsWith("/") || /^(?:[a-z]:|~(?:\/|$))/i.test(glob)) {
    throw refuse("is not relative", "write it relative to the checkout's top level");
  }
  if (/^!(?!\()/.test(glob))
    throw refuse("is a negated pattern, which a scope cannot use", "name what is meant instead");
  if (glob.length > MAX_GLOB) {
    throw refuse(`is longer than ${MAX_GLOB} characters`, "split it into several globs");
  }
  if (expandBraces(glob)?.some((text) => text.split("/").includes(".."))) {
    throw refuse('has ".." among its alternatives', "write each alternative as a glob of its own");
  }
  return glob;
}
function resolveDots(path, refuse) {
  const segments = [];
  for (const part of path.split("/")) {
    const segment = part.trim();
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") {
      segments.push(segment);
      continue;
    }
    const parent = segments.pop();
    if (parent === void 0) {
      throw refuse("leaves the checkout", "write a path below the checkout's top level");
    }
    if (/[*?[{(]/.test(parent)) throw refuse('has ".." behind a glob', "write the path that is meant");
  }
  return segments;
}
var BRACKETS_OR_CHARACTER = /\[[!^]?\]?[^\]]*\]|[\s\S]/g;
var NOT_SLASH = complement(single("/".charCodeAt(0)));
var ANYTHING = { set: NOT_SLASH, repeated: true };
var ANY_SEGMENT = [[ANYTHING]];
var DOT = single(".".charCodeAt(0));
var NOT_DOT = complement(DOT);
var remembered = /* @__PURE__ */ new Map();
function parseGlob(glob, caseInsensitive) {
  const key = `${caseInsensitive ? "i" : "s"}${glob}`;
  const known = remembered.get(key);
  if (known !== void 0) return known;
  const parsed = { glob, caseInsensitive, alternatives: alternativesOf(glob, caseInsensitive) };
  if (remembered.size >= MAX_REMEMBERED) {
    const oldest = remembered.keys().next();
    if (!oldest.done) remembered.delete(oldest.value);
  }
  remembered.set(key, parsed);
  return parsed;
}
function alternativesOf(glob, caseInsensitive) {
  const braced = groupsAsBraces(glob);
  const undecided = glob.length > MAX_GLOB || glob.startsWith("!") || /[@?*+!]\(|\[:/.test(braced);
  const texts = undecided ? void 0 : expandBraces(braced);
  if (texts === void 0) return void 0;
  const patterns = [];
  let steps2 = 0;
  for (const text of texts) {
    const pattern = parseAlternative(text, caseInsensitive);
    if (pattern === void 0) return void 0;
    patterns.push(pattern);
    for (const segment of pattern)
      steps2 += typeof segment === "string" ? segment.length : segment.flat().length;
    if (steps2 > MAX_STEPS) return void 0;
  }
  return patterns;
}
function groupsAsBraces(glob) {
  return glob.replace(/([@?])\(([^(){},/]*)\)/g, (_group, operator, body) => {
    const choices = operator === "?" ? ["", ...body.split("|")] : body.split("|");
    return choices.length === 1 ? body : `{${choices.join(",")}}`;
  });
}
function parseAlternative(text, caseInsensitive) {
  const pattern = [];
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") return void 0;
    if (part.startsWith("**")) pattern.push("**");
    if (part === "**") continue;
    pattern.push(parseSegment(part.replace(/\*+/g, "*"), caseInsensitive));
  }
  if (text.endsWith("/") || !/[*?]/.test(text)) pattern.push("**");
  return pattern;
}
function parseSegment(text, caseInsensitive) {
  if (!/[*?[]/.test(text)) return literalName(text, caseInsensitive);
  const parts = text.match(BRACKETS_OR_CHARACTER) ?? [];
  const asGlob = (part) => {
    if (part.length > 1) return [{ set: bracketSet(part, caseInsensitive), repeated: false }];
    if (part === "*") return [ANYTHING];
    if (part === "?") return [{ set: NOT_SLASH, repeated: false }];
    return literal(part, caseInsensitive);
  };
  const asName = (part) => isNameInBrackets(part) ? literal(part, caseInsensitive) : asGlob(part);
  if (parts.filter(isNameInBrackets).length > MAX_BRACKETS) {
    return [parts.flatMap(asGlob), parts.flatMap(asName)];
  }
  return parts.reduce(
    (readings, part) => {
      const choices = isNameInBrackets(part) ? [asGlob(part), asName(part)] : [asGlob(part)];
      return readings.flatMap((steps2) => choices.map((choice) => [...steps2, ...choice]));
    },
    [[]]
  );
}
function isNameInBrackets(part) {
  return /^\[\[?(?:\.{3})?[a-z_$][\w$-]*\]$/i.test(part) && !/^\[(?:\w-\w)+\]$/.test(part);
}
function bracketSet(brackets, caseInsensitive) {
  const negated = /^\[[!^]/.test(brackets);
  const members = brackets.slice(negated ? 2 : 1, -1);
  const ranges = [];
  let at = 0;
  while (at < members.length) {
    const isRange = members[at + 1] === "-" && at + 2 < members.length;
    ranges.push([members.charCodeAt(at), members.charCodeAt(isRange ? at + 2 : at)]);
    at += isRange ? 3 : 1;
  }
  const set = caseInsensitive ? foldSet(union(ranges)) : union(ranges);
  return intersection(negated ? complement(set) : set, NOT_SLASH);
}
function literalName(text, caseInsensitive) {
  if (!caseInsensitive) return text;
  return String.fromCharCode(
    ...Array.from({ length: text.length }, (_, at) => foldCase(text.charCodeAt(at)))
  );
}
function literal(text, caseInsensitive) {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at);
    return { set: single(caseInsensitive ? foldCase(unit) : unit), repeated: false };
  });
}

// mcp-server/src/graph/scope/globs-meet.ts
var MAX_STATES = 1e6;
function overlap({ alternatives: ours }, { alternatives: theirs }) {
  if (ours === void 0 || theirs === void 0) return true;
  const budget = { states: MAX_STATES };
  return ours.some((one) => theirs.some((other) => pathsMeet(one, other, budget)));
}
function matches({ alternatives, caseInsensitive }, path) {
  if (alternatives === void 0) return true;
  const segments = path.split("/").map((segment) => [literal(segment, caseInsensitive)]);
  const unlimited = { states: Number.POSITIVE_INFINITY };
  return alternatives.some((alternative) => pathsMeet(alternative, segments, unlimited));
}
function pathsMeet(a, b, budget) {
  if (partAtNamedFolder(a, b)) return false;
  const width = b.length + 1;
  const seen = new Uint8Array((a.length + 1) * width);
  const open = [[0, 0]];
  for (let state = open.pop(); state !== void 0; state = open.pop()) {
    const [i, j] = state;
    if (seen[i * width + j] === 1) continue;
    seen[i * width + j] = 1;
    const ours = a[i];
    const theirs = b[j];
    if (ours === void 0 && theirs === void 0) return true;
    if (ours === "**") open.push([i + 1, j]);
    if (theirs === "**") open.push([i, j + 1]);
    if (ours === void 0 || theirs === void 0 || ours === "**" && theirs === "**") continue;
    if (segmentsMeet(ours === "**" ? ANY_SEGMENT : ours, theirs === "**" ? ANY_SEGMENT : theirs, budget)) {
      open.push([ours === "**" ? i : i + 1, theirs === "**" ? j : j + 1]);
    }
  }
  return false;
}
function partAtNamedFolder(a, b) {
  for (const [i, ours] of a.entries()) {
    const theirs = b[i];
    if (typeof ours !== "string" || typeof theirs !== "string" || ours === "**" || theirs === "**")
      return false;
    if (ours !== theirs) return true;
  }
  return false;
}
function segmentsMeet(a, b, budget) {
  if (typeof a === "string" && typeof b === "string") return a === b;
  return readingsOf(a).some((ours) => readingsOf(b).some((theirs) => readingsMeet(ours, theirs, budget)));
}
function readingsOf(segment) {
  return typeof segment === "string" ? [literal(segment, false)] : segment;
}
function readingsMeet(a, b, budget) {
  const width = b.length + 1;
  const seen = new Uint8Array((a.length + 1) * width * 4);
  const open = [[0, 0, 0]];
  for (let state = open.pop(); state !== void 0; state = open.pop()) {
    const [i, j, begun] = state;
    const place = (i * width + j) * 4 + begun;
    if (seen[place] === 1) continue;
    seen[place] = 1;
    budget.states -= 1;
    if (budget.states < 0) return true;
    const ours = a[i];
    const theirs = b[j];
    if (ours === void 0 && theirs === void 0 && begun === 3) return true;
    if (ours?.repeated) open.push([i + 1, j, begun]);
    if (theirs?.repeated) open.push([i, j + 1, begun]);
    if (ours === void 0 || theirs === void 0) continue;
    const common = intersection(ours.set, theirs.set);
    const next = [ours.repeated ? i : i + 1, theirs.repeated ? j : j + 1];
    if (intersection(common, DOT).length > 0) open.push([...next, Math.min(begun + 1, 3)]);
    if (intersection(common, NOT_DOT).length > 0) open.push([...next, 3]);
  }
  return false;
}

// import:text.mjs in graph.mjs
import { inlineCode, markdownLines } from "./text.mjs";

// mcp-server/src/graph/scope/path-use.ts
var WRITE_WORD = /\b(?:add|change|create|delete|edit|extend|fix|implement|modify|move|refactor|remove|rename|replace|rewrite|update|write)\b/i;
var MAX_CLAUSE = 300;
var FORBIDDEN_BEFORE = /\b(?:do not|don['’]t|must not|never)\s+(?:touch|modify|edit|change)(?:[\s,:*]|\b(?:and|any|either|file|files|in|or|the)\b|`[^`]*`)*$/i;
var READ_BEFORE = /(?:\b(?:see(?: also)?|refer(?:ring)? to|cf\.?|consult)\b|\breferences?:|^[\s\d.*-]*read\b|\b(?:first|to) read\b|\bpattern (?:in|of|from)\b|\bimport(?:s|ed|ing)? from\b)([^`]|`[^`]*`){0,80}$|\b(?:against|as in|consistent with|per|follow(?:s|ing)?|similar to|like|mirror(?:s|ing)?|modell?ed (?:on|after)|based on|same as|analogous to|inspired by|match(?:es)?|adapted from|according to|(?:patterns?|rules?|conventions?) (?:from|in|of))\s+$/i;
var UNCHANGED_AFTER = /^[\s*]*(?:[—–:-]\s*)?(?:\((?:read[- ]only|(?:for )?reference(?: only)?|unchanged|untouched|do not (?:modify|touch|edit|change))\b|(?:is|are|stays?|remains?) (?:unchanged|untouched)\b)/i;
var COMMAND_BEFORE = /(?:^|[\s(:])(?:\.\/)?(?:npm|npx|pnpm|yarn|bun|bunx|deno|node|pytest|python3?|uv|poetry|tox|cargo|go (?:test|run|vet)|make|mvnw?|gradlew?|dotnet|php|phpunit|bundle|rspec|jest|vitest|playwright|mocha|tsc|eslint|ruff|mypy|bash|sh)\s+(?:[\w@./:=-]+\s+)*$/;
var CITED_BEFORE = /\b(?:based on|defined (?:in|by)|described in|documented in|listed in|outlined in|required by|shown in|specified (?:in|by)|stated in|matching|from|satisf(?:y|ies|ying)|conform(?:s|ing)? to|validate[sd]? against)\s+(?:the\s+)?$|(?:^|[\s(*])(?:refs?|specs?|source|design|contract)(?:\*\*)?\s*[:：](?:\*\*)?\s*$/i;
var PLACE_AFTER = /^[`*\])]*[\s,:]*(?:["“'‘「『§#]|(?:section|chapter|line|lines|FR|NFR|SC|AC|US|req)\b[\s-]*\S)/i;
function isDocument(path) {
  return /\.(?:md|mdx|markdown|rst|adoc|txt|pdf|docx?)(?:[:#].*)?$/i.test(path);
}
function useIn(line, start, end, document) {
  const before = clauseBefore(line.slice(0, start));
  const after = line.slice(end);
  if (FORBIDDEN_BEFORE.test(before)) return "forbidden";
  if (/\bleave\b[^.;]*$/i.test(before) && /^[\s,*]*(?:alone|unchanged|untouched|as[- ]is)\b/i.test(after)) {
    return "forbidden";
  }
  if (UNCHANGED_AFTER.test(after) || COMMAND_BEFORE.test(before)) return "read";
  if (document && isCited(before, after)) return "read";
  const reading = READ_BEFORE.exec(before);
  return reading !== null && !WRITE_WORD.test(reading[0]) ? "read" : "maybe-written";
}
function isCited(before, after) {
  if (CITED_BEFORE.test(before)) return true;
  const [, outside = "", parenthesis] = /^(.*)[(（[]([^)）\]]*)$/.exec(before) ?? [];
  if (parenthesis === void 0 || WRITE_WORD.test(parenthesis)) return false;
  return PLACE_AFTER.test(after) || /\S\/\S|`/.test(outside);
}
function clauseBefore(text) {
  const near = text.slice(-MAX_CLAUSE);
  return near.split(/[.;!?]\s|[。；！？]|[—–]|\s-\s|\b(?:then|but)\b/).at(-1) ?? "";
}

// mcp-server/src/graph/scope/path-word.ts
var EXTENSIONS = new Set(
  `astro bash bat c cc cfg cjs clj cmake conf cpp cs css csv cts cxx dart ejs env erl ex exs fish gif go gql gradle
  graphql h hbs hpp hs htm html ico ini ipynb java jl jpeg jpg js json json5 jsonc jsonl jsx kt kts less lock
  lua m md mdx mjs ml mm mod mts php plist png prisma properties proto ps1 py pyi r rb rs rst sass scala scss sh
  snap sol sql sum svelte svg swift tf tfvars tmpl toml ts tsv tsx txt vue wasm webp xml yaml yml zig
  zsh`.split(/\s+/)
);
var KNOWN_FILES = new Set(
  `package.json package-lock.json pnpm-lock.yaml pnpm-workspace.yaml yarn.lock bun.lock turbo.json nx.json
  lerna.json tsconfig.json tsconfig.base.json jsconfig.json biome.json eslint.config.js eslint.config.mjs
  eslint.config.ts .eslintrc .eslintrc.json .prettierrc .prettierignore .editorconfig .npmrc .nvmrc .gitignore
  .gitattributes .dockerignore .env .env.example .env.local .mcp.json vite.config.ts vite.config.js
  vitest.config.ts vitest.workspace.ts jest.config.js jest.config.ts playwright.config.ts next.config.js
  next.config.mjs next.config.ts tailwind.config.js tailwind.config.ts postcss.config.js drizzle.config.ts
  Dockerfile docker-compose.yml docker-compose.yaml compose.yaml Makefile Procfile README.md CHANGELOG.md
  CONTRIBUTING.md AGENTS.md CLAUDE.md LICENSE CODEOWNERS Cargo.toml Cargo.lock go.mod go.sum pyproject.toml
  requirements.txt setup.py setup.cfg poetry.lock Gemfile Gemfile.lock Rakefile composer.json pom.xml
  build.gradle build.gradle.kts CMakeLists.txt mix.exs`.split(/\s+/)
);
var TOP_FOLDERS = new Set(
  `.claude .claude-plugin .github .husky .vscode app apps assets bench benches bin cmd config configs crates
  deploy doc docs e2e examples infra internal lib libs migrations packages pkg plugins prisma public scripts
  skills src test tests web workflows`.split(/\s+/)
);
var MEDIA_TYPES = /* @__PURE__ */ new Set(["application", "audio", "font", "image", "multipart", "text", "video"]);
function pathIn(word, setting) {
  const located = word.trim().replace(/^\.\/(?=([^/]+)\/)/, (dots, folder) => TOP_FOLDERS.has(folder) ? "" : dots).replace(/(?:::|[:#])[^/]*$/, "").replace(/\.{3}(?=\/)|…(?=\/)/g, "**").replace(/<[^<>/]+>|\$?\{[^{}/,.]+\}/g, "*");
  const segments = located.replace(/\/$/, "").split("/");
  const [first = ""] = segments;
  const last = segments.at(-1) ?? "";
  if (!/^\.?[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*$/u.test(first)) return void 0;
  if (!segments.every(isName)) return void 0;
  if (/^localhost$|\.(?:ai|app|com|dev|io|net|org)$/i.test(first) || segments.includes("node_modules"))
    return void 0;
  if (first === ".git" || segments.every((segment) => /^\d+$/.test(segment))) return void 0;
  if (segments.slice(0, -1).some(hasExtension)) return void 0;
  const isFile = segments.length === 1 ? KNOWN_FILES.has(first) : isFileName(last, first, setting);
  if (!isFile && !isFolder(located, segments, setting)) return void 0;
  try {
    return normaliseGlob(located);
  } catch (error) {
    if (error instanceof InvalidGlob) return void 0;
    throw error;
  }
}
function isBareFile(word) {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*$/u.test(word) && hasExtension(word) && !word.endsWith(".env");
}
function isKnownFile(word) {
  return KNOWN_FILES.has(word);
}
function isFileName(last, first, setting) {
  if (hasExtension(last) || KNOWN_FILES.has(last)) return true;
  const anyEnding = /^[\p{L}\p{N}_*][^/]*\.[a-z][a-z0-9]{1,11}$/iu.test(last);
  if (MEDIA_TYPES.has(first)) return false;
  return anyEnding && (setting !== "plain" || TOP_FOLDERS.has(first));
}
function isFolder(located, segments, setting) {
  const [first = ""] = segments;
  const top = TOP_FOLDERS.has(first);
  if (located.endsWith("/")) {
    const isNamed = setting !== "plain" && !/[^.]\./.test(first);
    return segments.length > 1 || isNamed || top;
  }
  return setting !== "plain" && segments.length > 1 && top;
}
function isName(segment) {
  if (/\*[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(segment)) return false;
  return /^(?:[\p{L}\p{N}_.@+$*~,{}[\]-]+|\([\p{L}\p{N}_.-]+\))$/u.test(segment) && !/^\.{1,2}$/.test(segment);
}
function hasExtension(segment) {
  const extension = /[^.]\.([a-z0-9]+|\{[a-z0-9,]+\})$/i.exec(segment)?.[1];
  return extension?.startsWith("{") || EXTENSIONS.has(extension?.toLowerCase() ?? "");
}

// mcp-server/src/graph/scope/infer-scope.ts
var MAX_PATHS = 60;
function inferWrites(description) {
  const { mentions, bare } = mentionsIn(description);
  const withUse = (use) => mentions.filter((mention) => mention.use === use).map(({ glob }) => glob);
  const forbidden = new Set(withUse("forbidden"));
  const written = [...new Set(withUse("maybe-written"))].filter((glob) => !forbidden.has(glob));
  if (written.every((glob) => isAfterthought(description, glob))) return [];
  const places = written.length > 0 ? [...new Set(bare)].map(anywhere) : [];
  const named = [
    ...written,
    ...places.filter((glob) => !mentions.some((other) => saysMore(other.glob, glob)))
  ];
  return named.filter((glob) => !named.some((other) => other !== glob && saysMore(other, glob))).slice(0, MAX_PATHS).sort();
}
function anywhere(name) {
  return isDocument(name) && name === name.replace(/^[^.]+/, (stem) => stem.toUpperCase()) ? name : `**/${name}`;
}
function isAfterthought(description, glob) {
  if (/^(?:README|CHANGELOG|CONTRIBUTING|AGENTS|CLAUDE|LICENSE)(?:\.\w+)?$/.test(glob))
    return !isAbout(description);
  if (!isDocument(glob)) return false;
  const name = glob.slice(glob.lastIndexOf("/") + 1);
  const at = sentencesOf(description).findIndex((text) => text.includes(name));
  return at > 0 && /\b(?:document|describe|explain|mention|note)(?:d|ed|s)?\b/i.test(sentencesOf(description)[at] ?? "");
}
function sentencesOf(description) {
  return description.split(/\n+|[.!?;]\s+|[。；]/).filter((text) => new RegExp("\\p{L}{2}", "u").test(text));
}
var OVERVIEW = /\b(?:README|CHANGELOG|CONTRIBUTING|AGENTS|CLAUDE|LICENSE)\b/i;
var ALSO = /\b(?:and|then|plus)\s+(?:then\s+)?(?:add|also|describe|document|explain|mention|note|update|write)\b/i;
function isAbout(description) {
  const [first = ""] = sentencesOf(description);
  const at = first.search(OVERVIEW);
  return at >= 0 && !ALSO.test(first.slice(0, at));
}
function saysMore(other, glob) {
  const name = glob.startsWith("**/") ? glob.slice("**/".length) : glob;
  if (other === name || other.endsWith(`/${name}`)) return other !== glob;
  if (!glob.endsWith("/**")) return other.startsWith(`${glob}/`);
  const folder = glob.slice(0, -"**".length);
  return other.startsWith(folder) || other.includes(`/${folder}`);
}
function mentionsIn(description) {
  const found = { mentions: [], bare: [] };
  let atFenceStart = false;
  let section = "maybe-written";
  for (const { text, kind, content } of markdownLines(description)) {
    if (kind === "opening") atFenceStart = true;
    else if (kind === "code" && content.trim() !== "") {
      found.mentions.push(...mentionsInCode(content, atFenceStart));
      atFenceStart = false;
    } else if (kind === "prose" || kind === "comment") {
      section = sectionAfter(text, section);
      addFromProse(found, text, section);
    }
  }
  return found;
}
function mentionsInCode(line, first) {
  const comment = first ? /^\s*(?:\/\/|\/\*+|#|--|<!--)\s*([^\s:*]+\/[^\s:*]+)(?=$|[\s:*])/.exec(line) : null;
  const command = /^\s*\$?\s*(?:git\s+(?:mv|rm|add)|mv|cp|rm|touch|mkdir)\s+(.+)$/.exec(line);
  const texts = [...comment?.[1] === void 0 ? [] : [comment[1]], ...command?.[1]?.split(/\s+/) ?? []];
  return texts.flatMap((text) => {
    const glob = pathIn(text, "code");
    return glob === void 0 ? [] : [{ glob, use: "maybe-written" }];
  });
}
var READ_SECTION = /\b(?:references?|read first|files? to read|pre-?reading|read[- ]only|see also|out of scope|non-goals)\b/i;
var FORBIDDEN_SECTION = /\b(?:do not|don't|must not|never) (?:touch|modify|edit|change)\b/i;
function sectionAfter(line, section) {
  const heading = /^\s*(?:#{1,6}\s+(.*)|\*\*([^*]+)\*\*:?\s*|([A-Z][A-Z ()&/-]{3,}):?\s*)$/.exec(line);
  const title = heading?.[1] ?? heading?.[2] ?? heading?.[3];
  if (title === void 0) return section;
  if (FORBIDDEN_SECTION.test(title)) return "forbidden";
  return READ_SECTION.test(title) && !WRITE_WORD.test(title) ? "read" : "maybe-written";
}
var BETWEEN = /^[\s`]*(?:[,;&+/、，；]|\band\b|\bor\b|\bwith\b)?[\s`]*(?:\band\b\s*)?$/i;
function addFromProse({ mentions, bare }, line, section) {
  let last = -1;
  for (const { text, setting, start, end } of wordsOf(line)) {
    const glob = pathIn(text, setting);
    const isBare = glob === void 0 && setting === "code" && isBareFile(text);
    if (glob === void 0 && !isBare) continue;
    const use = section === "maybe-written" ? useIn(line, start, end, isDocument(text)) : section;
    const isListed = last >= 0 && BETWEEN.test(line.slice(last, start));
    if (glob !== void 0) mentions.push({ glob, use });
    else if (use === "maybe-written" && (isListed || WRITE_WORD.test(clauseBefore(line.slice(0, start))))) {
      bare.push(text);
    }
    if (glob !== void 0 || isListed) last = end;
  }
}
var WORD = /\]\(([^)\s]+)\)|(?:(?!\]\()[^\s`"'“”‘’|（）【】「」『』《》〈〉，。、；：！？])+/g;
var SCRIPT_CHANGE = /(?<=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])(?=\w)|(?<=\w)(?=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])/gu;
var MAX_PLACE_WORD = 10;
var BEFORE_PLACE = /\b(?:in|under|into|inside|within|below|at|to|from|on)\s+$/i;
function* wordsOf(line) {
  const { spans } = inlineCode(line);
  let from = 0;
  for (const span of [...spans, void 0]) {
    for (const found of line.slice(from, span?.start).matchAll(WORD)) {
      const start = from + found.index;
      if (found[1] !== void 0) {
        yield { text: found[1], setting: "code", start, end: start + found[0].length };
        continue;
      }
      let at = start;
      for (const part of found[0].split(SCRIPT_CHANGE)) {
        const setting = BEFORE_PLACE.test(line.slice(Math.max(0, at - MAX_PLACE_WORD), at)) ? "place" : "plain";
        const text = withoutMarks(part);
        const inside = at + part.indexOf(text);
        yield { text, setting, start: inside, end: inside + text.length };
        at += part.length;
      }
    }
    if (span) yield { text: span.code, setting: "code", start: span.start, end: span.end };
    from = span?.end ?? line.length;
  }
}
function withoutMarks(word) {
  const bare = word.replace(/^[*(<]+|[*)>.,;!?]+$/g, "");
  return bare.startsWith("[") ? bare.replace(/^\[|\]$/g, "") : bare;
}

// mcp-server/src/graph/scope/scope.ts
var parsedBefore = {
  sensitive: /* @__PURE__ */ new WeakMap(),
  insensitive: /* @__PURE__ */ new WeakMap()
};
function parseScope(scope, caseInsensitive) {
  const known = caseInsensitive ? parsedBefore.insensitive : parsedBefore.sensitive;
  const before = known.get(scope);
  if (before) return before;
  const globs = (list) => list.map((glob) => parseGlob(glob, caseInsensitive));
  const parsed = { ...scope, writes: globs(scope.writes), reads: globs(scope.reads) };
  known.set(scope, parsed);
  return parsed;
}
function clashOf(a, b) {
  for (const clash of clashesOf(a, b)) return clash;
  return void 0;
}
function* clashesOf(a, b) {
  yield* meetings("write-write", a.writes, b.writes);
  yield* meetings("write-read", a.writes, b.reads);
  yield* meetings("write-read", a.reads, b.writes);
  for (const resource of a.resources)
    if (b.resources.includes(resource)) yield { kind: "resource", resource };
}
function* meetings(kind, ours, theirs) {
  for (const one of ours) {
    for (const other of theirs) {
      if (overlap(one, other)) yield { kind, ours: one.glob, theirs: other.glob };
    }
  }
}
function scopeMayWrite({ basis, writes }) {
  return basis !== "declared" || writes.length > 0;
}

// mcp-server/src/graph/task-cause.ts
var SPLIT = "split into ";
var ALTERNATIVE = "not needed after its alternative ";
var REMOVED = "removed";
function said(text) {
  return { kind: "said", text };
}
function causeText(cause) {
  switch (cause.kind) {
    case "split":
      return SPLIT + cause.parts.join(", ");
    case "alternative":
      return ALTERNATIVE + cause.taken;
    case "removed":
      return REMOVED;
    case "said":
      return cause.text;
  }
}
function causeOfText(text) {
  if (text === REMOVED) return { kind: "removed" };
  if (text.startsWith(SPLIT)) {
    return { kind: "split", parts: text.slice(SPLIT.length).split(", ") };
  }
  if (text.startsWith(ALTERNATIVE)) {
    return { kind: "alternative", taken: text.slice(ALTERNATIVE.length) };
  }
  return said(text);
}
function storedCause(text, value) {
  const cause = value;
  const isOfText = cause && ["split", "alternative", "removed"].includes(cause.kind) && causeText(cause) === text;
  return isOfText ? cause : causeOfText(text);
}
function causeValue(cause) {
  return cause?.kind === "said" ? void 0 : cause;
}

// import:node:crypto in graph.mjs
import { createHash } from "node:crypto";

// mcp-server/src/graph/token.ts
var ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
var TOKEN = /\b\d+-[a-z2-7]{26}\b/;
function newToken(attempt, randomBytes) {
  let text = "";
  let rest = 0;
  let bits = 2;
  for (const byte of randomBytes(16)) {
    rest = (rest << 8 | byte) & 4095;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt(rest >>> bits - 5 & 31);
  }
  return `${attempt}-${text}`;
}
function hashToken(token) {
  return createHash("sha256").update(token).digest("hex");
}
function agentOfToken(token) {
  const digest = createHash("sha256").update(`agent ${token}`).digest("hex");
  const variant = (Number.parseInt(digest.charAt(16), 16) & 3 | 8).toString(16);
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `4${digest.slice(13, 16)}`];
  return [...parts, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join("-");
}
function findToken(text) {
  return TOKEN.exec(text)?.[0];
}
var MAX_OFFERS = 2e3;
var OfferTokens = class {
  #tokens = /* @__PURE__ */ new Map();
  keep(attempt, token) {
    this.#tokens.delete(attempt);
    this.#tokens.set(attempt, token);
    const [oldest] = this.#tokens.keys();
    if (oldest !== void 0 && this.#tokens.size > MAX_OFFERS) this.#tokens.delete(oldest);
  }
  /** Undefined for an offer of another process. */
  of(attempt) {
    return this.#tokens.get(attempt);
  }
};

// mcp-server/src/graph/unrecognised.ts
var WordReader = class {
  #unrecognised;
  /** @param instead what stands for a word that is not in the list. */
  read(field, stored, known, instead) {
    if (this.note(field, stored, known)) return stored;
    return instead;
  }
  /** Remembers the word if it is not in the list. @returns whether it is. */
  note(field, stored, known) {
    const isKnown = known.includes(stored);
    if (!isKnown) this.#unrecognised = { ...this.#unrecognised, [field]: stored };
    return isKnown;
  }
  /** To be spread into what was read: nothing where every word was known. */
  get found() {
    return this.#unrecognised ? { unrecognised: this.#unrecognised } : {};
  }
};

// mcp-server/src/graph/usage.ts
var UNNAMED_MODEL = "";
var LONG_PROMPT = 1e5;
var NO_USAGE = { input: 0, cacheWrite: 0, cacheRead: 0, output: 0 };
function addTokens(a, b) {
  return {
    input: a.input + b.input,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheRead: a.cacheRead + b.cacheRead,
    output: a.output + b.output
  };
}
function addUsage(a, b) {
  const isTold = a.byModel !== void 0 || b.byModel !== void 0;
  const requests = a.requests ?? b.requests;
  return {
    ...addTokens(a, b),
    ...requests !== void 0 && { requests: (a.requests ?? 0) + (b.requests ?? 0) },
    ...isTold && { byModel: addModels(usageByModel(a), usageByModel(b)) }
  };
}
function usageByModel(usage) {
  if (usage.byModel) return usage.byModel;
  const { input, cacheWrite, cacheRead, output } = usage;
  return allTokens(usage) === 0 ? {} : { [UNNAMED_MODEL]: { input, cacheWrite, cacheRead, output } };
}
function addModels(a, b) {
  const sum = { ...a };
  for (const [model, usage] of Object.entries(b)) {
    const before = Object.hasOwn(sum, model) ? sum[model] : void 0;
    sum[model] = before ? addModelUsage(before, usage) : usage;
  }
  return sum;
}
function addModelUsage(a, b) {
  const long = a.longPrompts && b.longPrompts ? addHours(a.longPrompts, b.longPrompts) : void 0;
  const longPrompts = long ?? a.longPrompts ?? b.longPrompts;
  return { ...addHours(a, b), ...longPrompts && { longPrompts } };
}
function addHours(a, b) {
  const hour = (a.cacheWriteHour ?? 0) + (b.cacheWriteHour ?? 0);
  return { ...addTokens(a, b), ...hour > 0 && { cacheWriteHour: hour } };
}
function newTokens({ input, cacheWrite, output }) {
  return input + cacheWrite + output;
}
function allTokens(tokens) {
  return newTokens(tokens) + tokens.cacheRead;
}
function isSameUsage(a, b) {
  if (a === void 0 || b === void 0) return a === b;
  return a.input === b.input && a.cacheWrite === b.cacheWrite && a.cacheRead === b.cacheRead && a.output === b.output;
}
export {
  ABSENT,
  ANY_SEGMENT,
  CHOICE_WORDS,
  DELIVERY_TARGETS,
  DOT,
  EFFORTS,
  GlobIndex,
  INHERIT,
  ISOLATIONS,
  InvalidGlob,
  LONG_PROMPT,
  MAX_TASK_ID,
  MODELS,
  NOT_DOT,
  NO_USAGE,
  OUTCOMES,
  OfferTokens,
  PLAN_STATUSES,
  PRIORITIES,
  PURPOSES,
  PlanGraph,
  REVIEW_VERDICTS,
  RUNNER_LEASE_MS,
  SEVERITIES,
  SIZES,
  STANDINGS,
  TASK_STATUSES,
  UNNAMED_MODEL,
  WRITE_WORD,
  WordReader,
  addModelUsage,
  addTokens,
  addUsage,
  agentOfToken,
  allTokens,
  ancestors,
  brokenDependencies,
  callerName,
  canBeNamed,
  causeOfText,
  causeText,
  causeValue,
  clashOf,
  clashesOf,
  clauseBefore,
  commandRun,
  complement,
  expandBraces,
  extraFor,
  findCycle,
  findToken,
  foldCase,
  foldSet,
  hasEnded,
  hashToken,
  holdsScope,
  inferWrites,
  intersection,
  isAttempt,
  isBareFile,
  isDocument,
  isDraining,
  isForPlan,
  isForRole,
  isKnownFile,
  isLive,
  isReadable,
  isReviewStep,
  isSameUsage,
  labelsOf,
  levels,
  literal,
  literalGlob,
  machineLabels,
  matches,
  missingLabels,
  modelChoiceFrom,
  modelChoiceText,
  needsHold,
  newToken,
  newTokens,
  normaliseGlob,
  orderedDespiteParallelWith,
  outlineOf,
  overlap,
  parallelWith,
  parseGlob,
  parseScope,
  pathIn,
  pathKey,
  plainSubject,
  purposeOf,
  reachableIn,
  reachableTasks,
  recoveryOf,
  said,
  sameDefinition,
  scopeMayWrite,
  scopeOf,
  single,
  specificationPath,
  statusesOf,
  storedCause,
  storedPurpose,
  takesPlace,
  taskName,
  topologicalOrder,
  union,
  unknownNumber,
  unstarted,
  usageByModel,
  useIn,
  withCriterionText,
  withoutDescription,
  workedUntilMs
};
