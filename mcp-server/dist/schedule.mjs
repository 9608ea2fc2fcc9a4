// mcp-server/src/schedule/problem/needed-by-all.ts
function neededByAll({ size, demand, amount, capacity }) {
  const takers = new Int32Array(capacity.length);
  const least = new Int32Array(capacity.length).fill(2 ** 31 - 1);
  for (let at = 0; at < demand.item.length; at++) {
    const resource = demand.item[at];
    takers[resource] = takers[resource] + 1;
    least[resource] = Math.min(least[resource], amount[at]);
  }
  return [...capacity.keys()].filter((resource) => size > 0 && takers[resource] === size).map((resource) => ({ resource, amount: least[resource] }));
}

// mcp-server/src/schedule/bounds/heads-and-tails.ts
function headsAndTails({ size, duration, after, topological, pinned }) {
  const head = new Float64Array(size);
  const tail = new Float64Array(size);
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  for (const activity of topological) {
    const end = head[activity] + duration[activity];
    for (let at = after.first[activity]; at < after.first[activity + 1]; at++) {
      const next = after.item[at];
      if (isPinned[next] === 0 && end > head[next]) head[next] = end;
    }
  }
  let criticalPath2 = 0;
  for (let place = size - 1; place >= 0; place--) {
    const activity = topological[place];
    let longest = 0;
    for (let at = after.first[activity]; at < after.first[activity + 1]; at++) {
      const next = after.item[at];
      if (isPinned[next] === 1) continue;
      longest = Math.max(longest, duration[next] + tail[next]);
    }
    tail[activity] = longest;
    const through = head[activity] + duration[activity] + longest;
    criticalPath2 = Math.max(criticalPath2, through);
  }
  return { head, tail, criticalPath: criticalPath2 };
}
function longestChainOf({ size, duration, after, pinned }, { head, tail, criticalPath: criticalPath2 }) {
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  const isOnIt = (activity, start) => head[activity] === start && start + duration[activity] + tail[activity] === criticalPath2;
  const chain = [];
  let at = 0;
  while (at < size && !isOnIt(at, 0)) at++;
  while (at < size) {
    chain.push(at);
    const end = head[at] + duration[at];
    const next = after.item.subarray(after.first[at], after.first[at + 1]);
    at = next.find((other) => isPinned[other] === 0 && isOnIt(other, end)) ?? size;
  }
  return chain;
}

// mcp-server/src/schedule/bounds/work-bound.ts
var STEPS = 3e4;
var MIN_THRESHOLDS = 10;
function workBound(problem, known) {
  return workBounds(problem, known).reduce((longest, bound) => Math.max(longest, bound), 0);
}
function workBounds(problem, known) {
  const takers = takersOf(problem, known);
  const bounds = new Float64Array(problem.capacity.length);
  for (let resource = 0; resource < problem.capacity.length; resource++) {
    const [from, to] = [takers.first[resource], takers.first[resource + 1]];
    const heads = takers.head.subarray(from, to);
    const tails = takers.tail.subarray(from, to);
    const work = takers.work.subarray(from, to);
    for (const threshold of thresholds(heads)) {
      const length = workAfter(threshold, problem.capacity[resource], heads, tails, work);
      if (length > bounds[resource]) bounds[resource] = length;
    }
  }
  return bounds;
}
function workAfter(threshold, capacity, heads, tails, work) {
  let sum = 0;
  let longest = 0;
  for (let at = 0; at < heads.length; at++) {
    if (heads[at] < threshold) continue;
    sum += work[at];
    const length = Math.ceil(sum / capacity) + tails[at];
    if (length > longest) longest = length;
  }
  return threshold + longest;
}
function takersOf(problem, { head, tail }) {
  const { capacity, demand, amount, duration } = problem;
  const isExcess = excessOfPinned(problem);
  const first = new Int32Array(capacity.length + 1);
  for (let at = 0; at < amount.length; at++) {
    const after = demand.item[at] + 1;
    if (isExcess[at] === 0) first[after] = first[after] + 1;
  }
  for (let resource = 0; resource < capacity.length; resource++) {
    first[resource + 1] = first[resource + 1] + first[resource];
  }
  const count = first[capacity.length];
  const takers = {
    first,
    head: new Float64Array(count),
    tail: new Float64Array(count),
    work: new Float64Array(count)
  };
  const next = first.slice();
  const byTail = problem.topological.slice().sort((a, b) => tail[b] - tail[a]);
  for (const activity of byTail) {
    for (let at = demand.first[activity]; at < demand.first[activity + 1]; at++) {
      if (isExcess[at] === 1) continue;
      const resource = demand.item[at];
      const place = next[resource];
      next[resource] = place + 1;
      takers.head[place] = head[activity];
      takers.tail[place] = tail[activity];
      takers.work[place] = duration[activity] * amount[at];
    }
  }
  return takers;
}
function excessOfPinned({ capacity, demand, amount, duration, pinned }) {
  const taken = new Float64Array(capacity.length);
  const isExcess = new Uint8Array(amount.length);
  const eachDemand = (visit) => {
    for (const activity of pinned) {
      if (duration[activity] === 0) continue;
      for (let at = demand.first[activity]; at < demand.first[activity + 1]; at++) {
        visit(at, demand.item[at]);
      }
    }
  };
  eachDemand((at, resource) => {
    taken[resource] = taken[resource] + amount[at];
  });
  eachDemand((at, resource) => {
    if (taken[resource] > capacity[resource]) isExcess[at] = 1;
  });
  return isExcess;
}
function thresholds(heads) {
  const sorted = heads.slice().sort();
  const distinct = sorted.filter((head, at) => at === 0 || head !== sorted[at - 1]);
  const affordable = Math.max(MIN_THRESHOLDS, Math.floor(STEPS / heads.length));
  if (distinct.length <= affordable) return distinct;
  return Float64Array.from(
    { length: affordable },
    (_, n) => distinct[Math.floor(n * distinct.length / affordable)]
  );
}

// mcp-server/src/schedule/bounds/alone-bound.ts
function aloneBound(problem) {
  const alone = activitiesAlone(problem);
  if (alone.length === 0) return 0;
  const duration = problem.duration.slice();
  let total = 0;
  for (const activity of alone) {
    total += duration[activity];
    duration[activity] = 0;
  }
  const rest = { ...problem, duration };
  const known = headsAndTails(rest);
  return total + Math.max(known.criticalPath, workBound(rest, known));
}
function activitiesAlone(problem) {
  const { size, demand, amount, capacity, pinned } = problem;
  const most = new Map(
    neededByAll(problem).map(({ resource, amount: least }) => [
      resource,
      capacity[resource] - least
    ])
  );
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  const alone = [];
  for (let i = 0; i < size; i++) {
    if (isPinned[i] === 1) continue;
    for (let at = demand.first[i]; at < demand.first[i + 1]; at++) {
      const beside = most.get(demand.item[at]);
      if (beside === void 0 || amount[at] <= beside) continue;
      alone.push(i);
      break;
    }
  }
  return alone;
}

// import:graph.mjs in schedule.mjs
import { INHERIT, NO_USAGE, addTokens, newTokens, topologicalOrder } from "./graph.mjs";

// mcp-server/src/schedule/bounds/critical-path.ts
function upwardRanks(nodes) {
  const tail = /* @__PURE__ */ new Map();
  const rank = /* @__PURE__ */ new Map();
  for (const node of topologicalOrder(nodes).reverse()) {
    const own = node.durationMs + (tail.get(node.id) ?? 0);
    rank.set(node.id, own);
    for (const id of node.dependencies) tail.set(id, Math.max(tail.get(id) ?? 0, own));
  }
  return rank;
}
function criticalPath(nodes) {
  const ranks = upwardRanks(nodes);
  const dependents = /* @__PURE__ */ new Map();
  for (const node of nodes) {
    for (const id of node.dependencies) {
      const list = dependents.get(id);
      if (list) list.push(node.id);
      else dependents.set(id, [node.id]);
    }
  }
  const longest = (ids2) => ids2.reduce(
    (best, id) => best === void 0 || (ranks.get(id) ?? 0) > (ranks.get(best) ?? 0) ? id : best,
    void 0
  );
  const ids = [];
  for (let id = longest(nodes.map((node) => node.id)); id !== void 0; id = longest(dependents.get(id) ?? [])) {
    ids.push(id);
  }
  return { ids, lengthMs: ids[0] === void 0 ? 0 : ranks.get(ids[0]) ?? 0 };
}

// mcp-server/src/schedule/bounds/plan-bounds.ts
function planBounds(tasks, resources, problem, known) {
  const alone = tasks.filter(({ alone: alone2 }) => alone2);
  const work = (of) => of.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const byWork = [...workBounds(problem, known)].flatMap((lengthMs, i) => {
    const by = resources[i];
    if (by === void 0) return [];
    const isAlone = by.kind === "cap" && alone.length > 0 && (1 + by.capacity) * work(alone) > work(tasks);
    return [{ by: isAlone ? { kind: "alone" } : by, lengthMs }];
  });
  const bounds = [{ by: { kind: "chain" }, lengthMs: known.criticalPath }, ...byWork];
  if (alone.length > 0) bounds.push({ by: { kind: "alone" }, lengthMs: aloneBound(problem) });
  return bounds.sort((a, b) => b.lengthMs - a.lengthMs);
}

// mcp-server/src/schedule/dispatch.ts
function chooseBatch(candidates, running, limits, whyNot) {
  const chosen = [];
  const refused = [];
  const ofRole = /* @__PURE__ */ new Map();
  for (const { role } of running) ofRole.set(role, (ofRole.get(role) ?? 0) + 1);
  const isFull = () => running.length + chosen.length >= limits.cap;
  if (isFull()) return { chosen, refused, full: true };
  if (limits.most === 0) return { chosen, refused, full: false };
  for (const candidate of candidates) {
    const { role } = candidate;
    const taken = ofRole.get(role) ?? 0;
    const most = Object.hasOwn(limits.capacity, role) ? limits.capacity[role] : void 0;
    if (taken >= (most ?? limits.cap)) {
      refused.push({ candidate, why: { kind: "role", role } });
      continue;
    }
    const why = whyNot(candidate, chosen);
    if (why) {
      refused.push({ candidate, why });
      continue;
    }
    chosen.push(candidate);
    ofRole.set(role, taken + 1);
    if (isFull()) return { chosen, refused, full: true };
    if (chosen.length === limits.most) break;
  }
  return { chosen, refused, full: false };
}

// mcp-server/src/schedule/median.ts
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

// mcp-server/src/schedule/estimate.ts
var DEFAULT_MINUTES = { xs: 3, small: 6, medium: 12, large: 25, xl: 45 };
function defaultMinutes(size) {
  return DEFAULT_MINUTES[size] ?? DEFAULT_MINUTES.medium;
}
var DEFAULT_LAUNCH_MS = 5e3;
var TOKENS_PER_MINUTE = 8e3;
var DEFAULT_SHARES = { input: 0.02, cacheWrite: 0.73, output: 0.25, cacheRead: 8 };
var KNOWN_FROM = 10;
var PRIOR_WEIGHT = 2;
var Estimates = class {
  #bySize;
  #byRole;
  #byModel;
  #tokensByModel;
  #tokensBySize;
  #tokensByRole;
  /** For each token that was new, how many of each kind; undefined: nothing was measured. */
  #shares;
  #measured;
  /** What stated estimates turned out to be multiplied by. */
  #ratio;
  launchMs;
  /** @param history completed attempts; the order does not matter. */
  constructor(history = []) {
    const ofSize = ({ size = "medium" }) => size;
    const ofRole = ({ agent, size = "medium" }) => keyOf(agent, size);
    this.#bySize = seenBy(history, ofSize, ({ durationMs }) => durationMs);
    this.#byRole = seenBy(history, ofRole, ({ durationMs }) => durationMs);
    this.#tokensBySize = seenBy(history, ofSize, ({ tokens }) => tokens);
    this.#tokensByRole = seenBy(history, ofRole, ({ tokens }) => tokens);
    const several = ofSeveralModels(history, ofRole);
    const ofModels = (sample) => several.has(ofRole(sample)) ? modelsOf(sample).map((model) => modelKey(ofRole(sample), model)) : [];
    this.#byModel = seenBySome(history, ofModels, ({ durationMs }) => durationMs);
    this.#tokensByModel = seenBySome(history, ofModels, ({ tokens }) => tokens);
    const usages = history.flatMap(({ usage }) => usage ?? []);
    this.#measured = usages.length;
    this.#shares = sharesOf(usages);
    const ratioOf = ({ durationMs, estimateMs = 0 }) => estimateMs > 0 ? durationMs / estimateMs : void 0;
    this.#ratio = seen(history.flatMap((sample) => ratioOf(sample) ?? []));
    this.launchMs = drawn(DEFAULT_LAUNCH_MS, seen(history.map(({ launchMs }) => launchMs)));
  }
  /** How long one attempt is expected to take, in milliseconds, without its launch. */
  durationMs({ estimateMs, size = "medium", agent, model }) {
    if (estimateMs !== void 0) return estimateMs;
    const ofAll = drawn(defaultMinutes(size) * 6e4, this.#bySize.get(size));
    const key = keyOf(agent, size);
    const ofRole = drawn(ofAll, this.#byRole.get(key));
    return Math.round(drawn(ofRole, this.#byModel.get(modelKey(key, model))));
  }
  /**
   * How many tokens one attempt is expected to use, without what is read from a cache: by the attempts of the same
   * role and size in this repository, as durations are, else by its duration.
   */
  tokens(task) {
    const { size = "medium", agent, model } = task;
    const key = keyOf(agent, size);
    const byTime = Math.max(1, this.durationMs(task) / 6e4 * TOKENS_PER_MINUTE);
    const ofAll = drawn(byTime, this.#tokensBySize.get(size));
    const ofRole = drawn(ofAll, this.#tokensByRole.get(key));
    return Math.round(drawn(ofRole, this.#tokensByModel.get(modelKey(key, model))));
  }
  /** Whether that rests on what was stated, or on several attempts of the same role and size. */
  knowsTokens({ estimateMs, size = "medium", agent }) {
    const measured = this.#tokensByRole.get(keyOf(agent, size))?.count ?? 0;
    return estimateMs !== void 0 || measured >= KNOWN_FROM;
  }
  /** The same by kind, with what is read from a cache, as attempts in this repository divided it. */
  usage(task) {
    const all = this.tokens(task);
    const { input, cacheWrite, output, cacheRead } = this.#shares ?? DEFAULT_SHARES;
    const part = (share) => Math.round(all * share);
    return {
      input: part(input),
      cacheWrite: part(cacheWrite),
      output: part(output),
      cacheRead: part(cacheRead)
    };
  }
  /** Says where the kinds come from. */
  usageBasis() {
    return this.#shares ? `kinds of tokens as in ${this.#measured} attempts in this repository` : "kinds of tokens as in an agent of twelve turns, not measured in this repository";
  }
  /** Says where the estimated tokens of these tasks come from. */
  tokensBasis(tasks) {
    const measured = tasks.filter(({ size = "medium" }) => this.#tokensBySize.has(size)).length;
    const rest = tasks.length - measured;
    const parts = [
      ...measured > 0 ? [`${measured} by attempts in this repository`] : [],
      ...rest > 0 ? [`${rest} task${rest === 1 ? "" : "s"} at ${TOKENS_PER_MINUTE.toLocaleString("en-US")} a minute`] : []
    ];
    return `${parts.join(", ")}${measured === 0 ? "; nothing of it was measured in this repository" : ""}`;
  }
  /** Says where the estimates of these tasks come from. */
  basis(tasks) {
    const counts = { stated: 0, measured: 0, sized: 0, medium: 0 };
    for (const task of tasks) counts[this.#sourceOf(task)] += 1;
    const parts = [
      counts.stated > 0 ? `${counts.stated} stated in the breakdown${this.#statedTook()}` : "",
      counts.measured > 0 ? `${counts.measured} by attempts in this repository` : "",
      counts.sized > 0 ? `${counts.sized} by size with this plugin's defaults` : "",
      counts.medium > 0 ? `${counts.medium} taken as medium` : ""
    ].filter((part) => part !== "");
    const unmeasured = counts.measured === 0 && this.#ratio === void 0;
    return `${parts.join(", ")}${unmeasured ? "; nothing of it was measured in this repository" : ""}`;
  }
  #sourceOf({ estimateMs, size }) {
    if (estimateMs !== void 0) return "stated";
    if (this.#bySize.has(size ?? "medium")) return "measured";
    return size === void 0 ? "medium" : "sized";
  }
  #statedTook() {
    if (!this.#ratio) return "";
    const { count, median: median2 } = this.#ratio;
    return ` (${count} such took ${median2.toFixed(1)} times that here)`;
  }
};
function sharesOf(usages) {
  const sum = usages.reduce(addTokens, NO_USAGE);
  const all = newTokens(sum);
  if (all === 0) return void 0;
  return {
    input: sum.input / all,
    cacheWrite: sum.cacheWrite / all,
    output: sum.output / all,
    cacheRead: sum.cacheRead / all
  };
}
function drawn(expected, samples) {
  if (!samples) return expected;
  const median2 = Math.max(1, samples.median);
  const weight = PRIOR_WEIGHT + samples.count;
  return Math.exp((PRIOR_WEIGHT * Math.log(expected) + samples.count * Math.log(median2)) / weight);
}
function ofSeveralModels(history, key) {
  const models = /* @__PURE__ */ new Map();
  const several = /* @__PURE__ */ new Set();
  for (const sample of history) {
    const of = modelsOf(sample).join(" ");
    const before = models.get(key(sample));
    if (before !== void 0 && before !== of) several.add(key(sample));
    models.set(key(sample), of);
  }
  return several;
}
function seenBy(history, key, value) {
  return seenBySome(history, (sample) => [key(sample)], value);
}
function seenBySome(history, keys, value) {
  const lists = /* @__PURE__ */ new Map();
  for (const sample of history) {
    const one = value(sample);
    if (one === void 0) continue;
    for (const key of keys(sample)) lists.set(key, [...lists.get(key) ?? [], one]);
  }
  return new Map(
    [...lists].flatMap(([of, list]) => {
      const samples = seen(list);
      return samples ? [[of, samples]] : [];
    })
  );
}
function seen(values) {
  return values.length === 0 ? void 0 : { count: values.length, median: median(values) };
}
function modelsOf({ models = [INHERIT] }) {
  return models;
}
function modelKey(key, model = INHERIT) {
  return `${key} ${model}`;
}
function keyOf(agent, size) {
  return `${size} ${agent ?? ""}`;
}
var estimatesFrom = (history) => new Estimates(history);

// mcp-server/src/schedule/generation/end-queue.ts
var EndQueue = class {
  #at;
  #activity;
  #size = 0;
  constructor(activities) {
    this.#at = new Float64Array(activities);
    this.#activity = new Int32Array(activities);
  }
  get isEmpty() {
    return this.#size === 0;
  }
  clear() {
    this.#size = 0;
  }
  /** When the next one ends; the queue must not be empty. */
  get next() {
    return this.#at[0];
  }
  push(at, activity) {
    let hole = this.#size++;
    while (hole > 0) {
      const parent = hole - 1 >> 1;
      if (this.#at[parent] <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#at[hole] = at;
    this.#activity[hole] = activity;
  }
  /** Takes the activity out that ends next; the queue must not be empty. */
  pop() {
    const first = this.#activity[0];
    this.#size -= 1;
    const at = this.#at[this.#size];
    const activity = this.#activity[this.#size];
    let hole = 0;
    for (let child = 1; child < this.#size; child = 2 * hole + 1) {
      if (child + 1 < this.#size && this.#at[child + 1] < this.#at[child]) child += 1;
      if (this.#at[child] >= at) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#at[hole] = at;
    this.#activity[hole] = activity;
    return first;
  }
  #move(from, to) {
    this.#at[to] = this.#at[from];
    this.#activity[to] = this.#activity[from];
  }
};

// mcp-server/src/schedule/generation/rank-heaps.ts
var NONE = -1;
var RankHeaps = class {
  #root;
  #left;
  #right;
  #rank;
  constructor(activities, heaps) {
    this.#root = new Int32Array(heaps).fill(NONE);
    this.#left = new Int32Array(activities);
    this.#right = new Int32Array(activities);
    this.#rank = new Int32Array(activities);
  }
  /** Empties all of them; from now on the activity with the least rank comes first. */
  reset(rank) {
    this.#root.fill(NONE);
    this.#rank = rank;
  }
  push(heap, activity) {
    this.#left[activity] = NONE;
    this.#right[activity] = NONE;
    this.#root[heap] = this.#merge(this.#root[heap], activity);
  }
  isEmpty(heap) {
    return this.#root[heap] === NONE;
  }
  /** The rank of the first activity of a heap that is not empty. */
  firstRank(heap) {
    return this.#rank[this.#root[heap]];
  }
  /** Takes the first activity out of a heap that is not empty. */
  pop(heap) {
    const first = this.#root[heap];
    this.#root[heap] = this.#merge(this.#left[first], this.#right[first]);
    return first;
  }
  #merge(one, other) {
    if (one === NONE) return other;
    if (other === NONE) return one;
    const rank = this.#rank;
    const left = this.#left;
    const right = this.#right;
    const oneFirst = rank[one] <= rank[other];
    const root = oneFirst ? one : other;
    let above = root;
    let below = oneFirst ? other : one;
    for (; ; ) {
      const displaced = right[above];
      right[above] = left[above];
      if (displaced === NONE) {
        left[above] = below;
        return root;
      }
      if (rank[displaced] <= rank[below]) {
        left[above] = displaced;
        above = displaced;
      } else {
        left[above] = below;
        above = below;
        below = displaced;
      }
    }
  }
};

// mcp-server/src/schedule/generation/parallel-generation.ts
var NONE2 = -1;
var ARRIVALS = 0;
var ParallelGenerator = class {
  #problem;
  #duration;
  #free;
  #missing;
  #spots;
  /** Spots that may have room for what waits there; one may be empty or full again by the time it is looked at. */
  #open;
  #openCount = 0;
  #isOpen;
  /** With less than this free, nothing can start. */
  #least;
  #waiting;
  #ends;
  constructor(problem) {
    const { size, capacity } = problem;
    this.#problem = problem;
    this.#duration = problem.duration;
    this.#free = new Int32Array(capacity.length);
    this.#missing = new Int32Array(size);
    this.#spots = spotsOf(problem);
    const heaps = this.#spots.amount.length;
    this.#open = new Int32Array(heaps);
    this.#isOpen = new Uint8Array(heaps);
    this.#least = neededByAll(problem);
    this.#waiting = new RankHeaps(size, heaps);
    this.#ends = new EndQueue(size);
  }
  /**
   * @param rank the priority of each activity: whole numbers without equals, the least comes first.
   * @param state what is left of the generator's problem, if some of it was done.
   */
  generate(rank, state = this.#problem) {
    const start = new Float64Array(state.size);
    this.#duration = state.duration;
    this.#reset(rank, state.pinned);
    for (const activity of state.pinned) this.#begin(activity, 0, start);
    let now = 0;
    for (; ; ) {
      for (let next = this.#nextThatFits(); next !== NONE2; next = this.#nextThatFits()) {
        this.#begin(next, now, start);
      }
      if (this.#ends.isEmpty) return { start, makespan: now };
      now = this.#ends.next;
      while (!this.#ends.isEmpty && this.#ends.next === now) this.#end(this.#ends.pop());
    }
  }
  #reset(rank, pinned) {
    const { size, capacity, before } = this.#problem;
    this.#free.set(capacity);
    this.#ends.clear();
    this.#waiting.reset(rank);
    this.#isOpen.fill(0);
    this.#open[0] = ARRIVALS;
    this.#openCount = 1;
    for (let i = 0; i < size; i++) {
      this.#missing[i] = before.first[i + 1] - before.first[i];
    }
    for (const activity of pinned) this.#missing[activity] = size + 1;
    for (let i = 0; i < size; i++) {
      if (this.#missing[i] === 0) this.#waiting.push(ARRIVALS, i);
    }
  }
  /** The activity of the highest priority that can start now. What comes before it is parked where it lacks. */
  #nextThatFits() {
    for (; ; ) {
      for (const { resource, amount } of this.#least) {
        if (this.#free[resource] < amount) return NONE2;
      }
      const spot = this.#bestOpenSpot();
      if (spot === NONE2) return NONE2;
      const activity = this.#waiting.pop(spot);
      const lacking = this.#lacking(activity);
      if (lacking === NONE2) return activity;
      this.#waiting.push(lacking, activity);
    }
  }
  /** The open spot whose first activity has the highest priority; forgets those that are empty or full. */
  #bestOpenSpot() {
    let best = NONE2;
    let bestRank = 0;
    for (let at = this.#openCount - 1; at >= 0; at--) {
      const spot = this.#open[at];
      const isEmpty = this.#waiting.isEmpty(spot);
      if (spot !== ARRIVALS && (isEmpty || this.#isFull(spot))) {
        this.#isOpen[spot] = 0;
        this.#openCount -= 1;
        this.#open[at] = this.#open[this.#openCount];
      } else if (!isEmpty) {
        const rank = this.#waiting.firstRank(spot);
        if (best === NONE2 || rank < bestRank) {
          best = spot;
          bestRank = rank;
        }
      }
    }
    return best;
  }
  #isFull(spot) {
    const { resource, amount } = this.#spots;
    return this.#free[resource[spot]] < amount[spot];
  }
  /** The spot of the first demand that cannot be met now. */
  #lacking(activity) {
    const { first, item } = this.#problem.demand;
    const amount = this.#problem.amount;
    for (let at = first[activity]; at < first[activity + 1]; at++) {
      if (this.#free[item[at]] < amount[at]) {
        return this.#spots.ofDemand[at];
      }
    }
    return NONE2;
  }
  #begin(activity, now, start) {
    const { demand, amount } = this.#problem;
    start[activity] = now;
    for (let at = demand.first[activity]; at < demand.first[activity + 1]; at++) {
      const resource = demand.item[at];
      this.#free[resource] = this.#free[resource] - amount[at];
    }
    this.#ends.push(now + this.#duration[activity], activity);
  }
  #end(activity) {
    const { demand, amount, after } = this.#problem;
    for (let at = demand.first[activity]; at < demand.first[activity + 1]; at++) {
      const resource = demand.item[at];
      this.#free[resource] = this.#free[resource] + amount[at];
      this.#openSpots(resource);
    }
    for (let at = after.first[activity]; at < after.first[activity + 1]; at++) {
      const next = after.item[at];
      this.#missing[next] = this.#missing[next] - 1;
      if (this.#missing[next] === 0) this.#waiting.push(ARRIVALS, next);
    }
  }
  #openSpots(resource) {
    const { first, item } = this.#spots.ofResource;
    for (let at = first[resource]; at < first[resource + 1]; at++) {
      const spot = item[at];
      if (this.#isFull(spot)) return;
      if (this.#isOpen[spot] === 0 && !this.#waiting.isEmpty(spot)) {
        this.#isOpen[spot] = 1;
        this.#open[this.#openCount++] = spot;
      }
    }
  }
};
function spotsOf({ demand, amount, capacity }) {
  const amounts = Array.from(capacity, () => /* @__PURE__ */ new Set());
  for (let at = 0; at < amount.length; at++) amounts[demand.item[at]]?.add(amount[at]);
  const first = new Int32Array(capacity.length + 1);
  const resources = [NONE2];
  const wanted = [0];
  const spotOf = amounts.map((set, resource) => {
    const byAmount = /* @__PURE__ */ new Map();
    for (const one of [...set].sort((a, b) => a - b)) {
      byAmount.set(one, wanted.length);
      resources.push(resource);
      wanted.push(one);
    }
    first[resource + 1] = wanted.length - 1;
    return byAmount;
  });
  return {
    resource: Int32Array.from(resources),
    amount: Int32Array.from(wanted),
    ofResource: { first, item: Int32Array.from(wanted.keys()).subarray(1) },
    ofDemand: demand.item.map((resource, at) => spotOf[resource]?.get(amount[at]))
  };
}

// mcp-server/src/schedule/generation/priority-rules.ts
var RULES = ["upward rank", "latest finish"];
function urgency(rule, problem, { tail }) {
  if (rule === "latest finish") return tail.map((length) => -length);
  return tail.map((length, activity) => -length - problem.duration[activity]);
}
function ranksOf(urgencies, { topological }) {
  const order = topological.slice().sort((a, b) => urgencies[a] - urgencies[b]);
  const rank = new Int32Array(order.length);
  order.forEach((activity, place) => {
    rank[activity] = place;
  });
  return rank;
}
function listByRank(rank, { size, before, after }) {
  const ready = new RankHeaps(size, 1);
  ready.reset(rank);
  const missing = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    missing[i] = before.first[i + 1] - before.first[i];
    if (missing[i] === 0) ready.push(0, i);
  }
  const list = new Int32Array(size);
  for (let place = 0; !ready.isEmpty(0); place++) {
    const activity = ready.pop(0);
    list[place] = activity;
    for (let at = after.first[activity]; at < after.first[activity + 1]; at++) {
      const next = after.item[at];
      missing[next] = missing[next] - 1;
      if (missing[next] === 0) ready.push(0, next);
    }
  }
  return list;
}

// mcp-server/src/schedule/generation/profile-nodes.ts
function profileNodes(count, free) {
  return {
    used: 0,
    freeUsed: 0,
    time: new Float64Array(count),
    next: new Int32Array(count),
    freeAt: new Int32Array(count),
    free: new Int32Array(free),
    skip: new Int32Array(free)
  };
}

// mcp-server/src/schedule/generation/resource-profiles.ts
var NONE3 = -1;
var COMMON = 1 / 8;
function resourceProfiles({ size, capacity, demand, amount }) {
  const takers = new Int32Array(capacity.length);
  for (const resource of demand.item) takers[resource] = takers[resource] + 1;
  const column = new Int32Array(capacity.length).fill(NONE3);
  const profile = new Int32Array(capacity.length);
  const width = [0];
  const full = [];
  for (let resource = 0; resource < capacity.length; resource++) {
    if (takers[resource] < COMMON * size) continue;
    column[resource] = width[0];
    width[0] = width[0] + 1;
    full.push(capacity[resource]);
  }
  const fullAt = [0];
  for (let resource = 0; resource < capacity.length; resource++) {
    if (column[resource] !== NONE3 || takers[resource] === 0) continue;
    profile[resource] = width.length;
    fullAt.push(full.length);
    width.push(1);
    full.push(capacity[resource]);
  }
  const sharedFirst = new Int32Array(size + 1);
  const ownFirst = new Int32Array(size + 1);
  const shared = [];
  const sharedAmount = [];
  const own = [];
  const ownAmount = [];
  for (let i = 0; i < size; i++) {
    for (let at = demand.first[i]; at < demand.first[i + 1]; at++) {
      const resource = demand.item[at];
      if (column[resource] !== NONE3) {
        shared.push(column[resource]);
        sharedAmount.push(amount[at]);
      } else {
        own.push(profile[resource]);
        ownAmount.push(amount[at]);
      }
    }
    sharedFirst[i + 1] = shared.length;
    ownFirst[i + 1] = own.length;
  }
  const least = new Int32Array(width[0]).fill(2 ** 31 - 1);
  for (let at = 0; at < shared.length; at++) {
    const taken = shared[at];
    least[taken] = Math.min(least[taken], sharedAmount[at]);
  }
  return {
    width: Int32Array.from(width),
    full: Int32Array.from(full),
    fullAt: Int32Array.from(fullAt),
    sharedFirst,
    sharedColumn: Int32Array.from(shared),
    sharedAmount: Int32Array.from(sharedAmount),
    ownFirst,
    ownProfile: Int32Array.from(own),
    ownAmount: Int32Array.from(ownAmount),
    least
  };
}

// mcp-server/src/schedule/generation/serial-generation.ts
var NONE4 = -1;
var SerialGenerator = class {
  #problem;
  #nodes;
  #profiles;
  #head;
  #finish;
  #finishNode;
  #isPinned;
  constructor(problem) {
    this.#problem = problem;
    this.#profiles = resourceProfiles(problem);
    const { width, ownProfile } = this.#profiles;
    const { size } = problem;
    this.#head = new Int32Array(width.length);
    this.#finish = new Float64Array(size);
    this.#finishNode = new Int32Array(size);
    this.#isPinned = new Uint8Array(size);
    for (const activity of problem.pinned) this.#isPinned[activity] = 1;
    const sharedNodes = 2 * size + 1;
    const ownNodes = 2 * ownProfile.length + width.length;
    this.#nodes = profileNodes(sharedNodes + ownNodes, sharedNodes * width[0] + ownNodes);
  }
  /** Places the activities in the order of the list, in which none may come before one that it waits for. */
  generate(list) {
    const start = new Float64Array(this.#problem.size);
    this.#reset();
    let makespan = 0;
    for (const activity of this.#problem.pinned) {
      start[activity] = 0;
      makespan = Math.max(makespan, this.#occupy(activity, 0, this.#head[0]));
    }
    for (let at = 0; at < list.length; at++) {
      const activity = list[at];
      if (this.#isPinned[activity] === 1) continue;
      const end = this.#place(activity, start);
      if (end > makespan) makespan = end;
    }
    return { start, makespan };
  }
  #reset() {
    const nodes = this.#nodes;
    nodes.used = 0;
    nodes.freeUsed = 0;
    for (let profile = 0; profile < this.#head.length; profile++) {
      const width = this.#profiles.width[profile];
      const node = nodes.used++;
      nodes.time[node] = 0;
      nodes.next[node] = NONE4;
      nodes.freeAt[node] = nodes.freeUsed;
      const full = this.#profiles.fullAt[profile];
      for (let i = 0; i < width; i++) {
        nodes.free[nodes.freeUsed + i] = this.#profiles.full[full + i];
        nodes.skip[nodes.freeUsed + i] = NONE4;
      }
      nodes.freeUsed += width;
      this.#head[profile] = node;
    }
  }
  #place(activity, start) {
    const { first, item } = this.#problem.before;
    const { time, next } = this.#nodes;
    let from = 0;
    let node = this.#head[0];
    for (let at = first[activity]; at < first[activity + 1]; at++) {
      const other = item[at];
      const end = this.#finish[other];
      if (end > from) {
        from = end;
        node = this.#finishNode[other];
      }
    }
    const duration = this.#problem.duration[activity];
    const alone = this.#profiles.ownFirst[activity] === this.#profiles.ownFirst[activity + 1];
    for (; ; ) {
      node = this.#fitShared(activity, node, from, duration);
      const fits = Math.max(from, time[node]);
      if (alone) {
        from = fits;
        break;
      }
      const later = this.#fitOwn(activity, fits, duration);
      from = later;
      if (later === fits) break;
      for (let after = next[node]; after !== NONE4 && time[after] <= later; ) {
        node = after;
        after = next[node];
      }
    }
    start[activity] = from;
    return this.#occupy(activity, from, node);
  }
  /** The node of the shared profile in or at which the activity can start, `from` being within `node`. */
  #fitShared(activity, node, from, duration) {
    const { time, next, freeAt, free } = this.#nodes;
    const columns = this.#profiles.sharedColumn;
    const amounts = this.#profiles.sharedAmount;
    const firstDemand = this.#profiles.sharedFirst[activity];
    const endDemand = this.#profiles.sharedFirst[activity + 1];
    let begin = node;
    let end = from + duration;
    let now = node;
    let at = from;
    while (at < end) {
      const base = freeAt[now];
      let lacking = NONE4;
      for (let i = firstDemand; i < endDemand; i++) {
        const column = columns[i];
        if (free[base + column] < amounts[i]) {
          lacking = column;
          break;
        }
      }
      now = lacking === NONE4 ? next[now] : this.#afterFull(now, lacking);
      if (now === NONE4) break;
      at = time[now];
      if (lacking !== NONE4) {
        begin = now;
        end = at + duration;
      }
    }
    return begin;
  }
  /**
   * The node after this one, or further on if nothing that takes of the column fits before. What is full stays full,
   * so the way is halved for the next time (path halving; Tarjan & van Leeuwen 1984).
   */
  #afterFull(node, column) {
    const { next, freeAt, skip } = this.#nodes;
    let place = freeAt[node] + column;
    let now = skip[place];
    if (now === NONE4) return next[node];
    for (; ; ) {
      const placeOfNow = freeAt[now] + column;
      const further = skip[placeOfNow];
      if (further === NONE4) return now;
      skip[place] = further;
      place = placeOfNow;
      now = further;
    }
  }
  /** The earliest time from `from` on at which all of the activity's own profiles have room for it. */
  #fitOwn(activity, from, duration) {
    const { time, next, freeAt, free } = this.#nodes;
    let begin = from;
    for (let at = this.#profiles.ownFirst[activity]; at < this.#profiles.ownFirst[activity + 1]; at++) {
      const amount = this.#profiles.ownAmount[at];
      let node = this.#head[this.#profiles.ownProfile[at]];
      while (node !== NONE4 && time[node] < begin + duration) {
        const after = next[node];
        if (free[freeAt[node]] < amount && after !== NONE4) {
          begin = Math.max(begin, time[after]);
        }
        node = after;
      }
    }
    return begin;
  }
  /** Takes what the activity demands from `start` on; `node` is the shared node that holds `start`. */
  #occupy(activity, start, node) {
    const { time, next, freeAt, free, skip } = this.#nodes;
    const end = start + this.#problem.duration[activity];
    const firstDemand = this.#profiles.sharedFirst[activity];
    const endDemand = this.#profiles.sharedFirst[activity + 1];
    let now = node;
    if (time[now] < start) now = this.#split(now, start, 0);
    while (time[now] < end) {
      const after = next[now];
      if (after === NONE4 || time[after] > end) this.#split(now, end, 0);
      const base = freeAt[now];
      const following = next[now];
      for (let i = firstDemand; i < endDemand; i++) {
        const column = this.#profiles.sharedColumn[i];
        const left = free[base + column] - this.#profiles.sharedAmount[i];
        free[base + column] = left;
        if (left < this.#profiles.least[column]) skip[base + column] = following;
      }
      now = following;
    }
    this.#finish[activity] = end;
    this.#finishNode[activity] = now;
    for (let at = this.#profiles.ownFirst[activity]; at < this.#profiles.ownFirst[activity + 1]; at++) {
      this.#occupyOwn(
        this.#profiles.ownProfile[at],
        this.#profiles.ownAmount[at],
        start,
        end
      );
    }
    return end;
  }
  #occupyOwn(profile, amount, start, end) {
    const { time, next, freeAt, free } = this.#nodes;
    let node = this.#head[profile];
    for (let after = next[node]; after !== NONE4 && time[after] <= start; ) {
      node = after;
      after = next[node];
    }
    if (time[node] < start) node = this.#split(node, start, profile);
    while (time[node] < end) {
      const after = next[node];
      if (after === NONE4 || time[after] > end) this.#split(node, end, profile);
      const base = freeAt[node];
      free[base] = free[base] - amount;
      node = next[node];
    }
  }
  /** A new node at `at`, behind the one that holds that time. */
  #split(node, at, profile) {
    const nodes = this.#nodes;
    const width = this.#profiles.width[profile];
    const added = nodes.used++;
    nodes.time[added] = at;
    nodes.next[added] = nodes.next[node];
    nodes.next[node] = added;
    const from = nodes.freeAt[node];
    const to = nodes.freeUsed;
    nodes.freeAt[added] = to;
    for (let i = 0; i < width; i++) {
      nodes.free[to + i] = nodes.free[from + i];
      nodes.skip[to + i] = nodes.skip[from + i];
    }
    nodes.freeUsed = to + width;
    return added;
  }
};

// mcp-server/src/schedule/held-back.ts
function heldBack(state, start, rank) {
  const { size, before, demand, amount, duration } = state;
  const free = state.capacity.slice();
  const take = (activity) => {
    for (let at = demand.first[activity]; at < demand.first[activity + 1]; at++) {
      const resource = demand.item[at];
      free[resource] = free[resource] - amount[at];
    }
  };
  const fits = (activity) => {
    for (let at = demand.first[activity]; at < demand.first[activity + 1]; at++) {
      if (free[demand.item[at]] < amount[at]) return false;
    }
    return true;
  };
  const hasEnded = new Uint8Array(size);
  for (const activity of state.pinned) if (duration[activity] === 0) hasEnded[activity] = 1;
  const waiting = [];
  for (let i = 0; i < size; i++) {
    if (start[i] === 0) {
      if (hasEnded[i] === 0) take(i);
    } else if (before.item.subarray(before.first[i], before.first[i + 1]).every((other) => hasEnded[other])) {
      waiting.push(i);
    }
  }
  waiting.sort((a, b) => rank[a] - rank[b]);
  return waiting.filter((activity) => {
    const isFree = fits(activity);
    if (isFree) take(activity);
    return isFree;
  });
}

// mcp-server/src/schedule/plan-schedule.ts
var MAX_FOR_SERIAL = 3e4;
function planSchedule(problem) {
  const known = headsAndTails(problem);
  const lowerBound = Math.max(known.criticalPath, workBound(problem, known), aloneBound(problem));
  let best;
  for (const schedule of schedulesOf(problem, known)) {
    if (best === void 0 || schedule.makespan < best.makespan) best = schedule;
    if (best.makespan <= lowerBound) break;
  }
  return { ...best, lowerBound };
}
function* schedulesOf(problem, known) {
  const ranks = RULES.map((rule) => ranksOf(urgency(rule, problem, known), problem));
  const parallel = new ParallelGenerator(problem);
  for (const rank of ranks) yield parallel.generate(rank);
  if (problem.size > MAX_FOR_SERIAL) return;
  const serial = new SerialGenerator(problem);
  for (const rank of ranks) yield serial.generate(listByRank(rank, problem));
}

// mcp-server/src/schedule/problem/clash-cover.ts
function clashCover(pairs) {
  const clashes = /* @__PURE__ */ new Map();
  const clashesOf = (activity) => {
    const known = clashes.get(activity) ?? /* @__PURE__ */ new Set();
    clashes.set(activity, known);
    return known;
  };
  for (const [one, other] of pairs) {
    if (one === other) continue;
    clashesOf(one).add(other);
    clashesOf(other).add(one);
  }
  const open = new Map([...clashes].map(([activity, others]) => [activity, new Set(others)]));
  const groups = [];
  for (const [activity, others] of open) {
    for (const other of others) {
      const group = [activity, other];
      for (const third of clashesOf(other)) {
        if (group.every((member) => clashesOf(member).has(third))) group.push(third);
      }
      for (const member of group) {
        for (const partner of group) if (partner !== member) open.get(member)?.delete(partner);
      }
      groups.push(group);
    }
  }
  return groups;
}

// mcp-server/src/schedule/problem/problem.ts
function compileProblem({ activities, capacities, clashes = [] }) {
  const size = activities.length;
  activities.forEach((activity, index) => {
    check(activity, index, size, capacities);
  });
  for (const pair of clashes) {
    const unknown = pair.find((activity) => activities[activity] === void 0);
    if (unknown !== void 0) throw new RangeError(`a clash names activity ${unknown}, which is none`);
  }
  const waitsFor = activities.map(({ running, predecessors }) => running ? [] : predecessors);
  const needed = activities.map(({ needs, running }, index) => {
    const all = waitsFor[index].length;
    return running ? 0 : Math.min(needs ?? all, all);
  });
  const duration = Float64Array.from(activities, (activity) => activity.duration);
  const before = listsOf(firstToEnd(duration, waitsFor, needed));
  const after = opposite(before, size);
  const takes = activities.map(({ demands }) => demands.filter(({ amount }) => amount > 0));
  const groups = clashCover(clashes);
  for (const [n, group] of groups.entries()) {
    for (const activity of group) takes[activity]?.push({ resource: capacities.length + n, amount: 1 });
  }
  return {
    size,
    duration,
    before,
    after,
    demand: listsOf(takes.map((demands) => demands.map(({ resource }) => resource))),
    amount: Int32Array.from(takes.flatMap((demands) => demands.map(({ amount }) => amount))),
    capacity: Int32Array.from([...capacities, ...groups.map(() => 1)]),
    pinned: Int32Array.from(activities.keys()).filter((index) => activities[index]?.running === true),
    topological: topologicalOrder2(before, after, size)
  };
}
var LATE = 1 / 2;
function atProgress(problem, { ended, running }) {
  const duration = problem.duration.map((planned) => Math.max(1, planned));
  const pinned = [];
  for (const activity of ended) {
    duration[activity] = 0;
    pinned.push(activity);
  }
  for (const [activity, elapsed] of running) {
    duration[activity] = remainingOf(duration[activity], elapsed);
    pinned.push(activity);
  }
  return { ...problem, duration, pinned: Int32Array.from(pinned) };
}
function remainingOf(planned, elapsed) {
  return planned > elapsed ? planned - elapsed : Math.ceil(LATE * planned);
}
function check(activity, index, size, capacities) {
  const refuse = (what) => {
    throw new RangeError(`activity ${index} ${what}`);
  };
  if (!Number.isSafeInteger(activity.duration) || activity.duration < 0) {
    refuse(`has the duration ${activity.duration}, which is no whole number from 0 up`);
  }
  for (const other of activity.predecessors) {
    if (!(Number.isInteger(other) && other >= 0 && other < size)) refuse(`waits for ${other}, which is none`);
  }
  const seen2 = /* @__PURE__ */ new Set();
  for (const { resource, amount } of activity.demands) {
    if (seen2.has(resource)) refuse(`takes of resource ${resource} twice`);
    seen2.add(resource);
    const capacity = capacities[resource];
    if (capacity === void 0) refuse(`takes of resource ${resource}, which is none`);
    else if (!Number.isInteger(amount) || amount < 0 || amount > capacity && !activity.running) {
      refuse(`takes ${amount} of resource ${resource}, of which there is ${capacity}`);
    }
  }
}
function listsOf(lists) {
  const first = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => {
    first[index + 1] = first[index] + list.length;
  });
  const item = new Int32Array(first[lists.length]);
  lists.forEach((list, index) => {
    item.set(list, first[index]);
  });
  return { first, item };
}
function opposite({ first, item }, size) {
  const counts = new Int32Array(size + 1);
  for (const other of item) counts[other + 1] = counts[other + 1] + 1;
  for (let i = 0; i < size; i++) counts[i + 1] = counts[i + 1] + counts[i];
  const free = counts.slice();
  const result = new Int32Array(item.length);
  for (let i = 0; i < size; i++) {
    for (let at = first[i]; at < first[i + 1]; at++) {
      const other = item[at];
      result[free[other]] = i;
      free[other] = free[other] + 1;
    }
  }
  return { first: counts, item: result };
}
function topologicalOrder2(before, after, size) {
  const missing = new Int32Array(size);
  const order = new Int32Array(size);
  let found = 0;
  for (let i = 0; i < size; i++) {
    missing[i] = before.first[i + 1] - before.first[i];
    if (missing[i] === 0) order[found++] = i;
  }
  for (let done = 0; done < found; done++) {
    const activity = order[done];
    for (let at = after.first[activity]; at < after.first[activity + 1]; at++) {
      const next = after.item[at];
      missing[next] = missing[next] - 1;
      if (missing[next] === 0) order[found++] = next;
    }
  }
  if (found !== size) throw new RangeError("the activities wait for each other in a circle");
  return order;
}
function firstToEnd(duration, waitsFor, needed) {
  if (waitsFor.every((list, index) => list.length === needed[index])) return waitsFor;
  const all = listsOf(waitsFor);
  const order = topologicalOrder2(all, opposite(all, waitsFor.length), waitsFor.length);
  const finish = new Float64Array(waitsFor.length);
  const kept = [];
  for (const activity of order) {
    const list = [...waitsFor[activity]].sort((a, b) => finish[a] - finish[b] || a - b).slice(0, needed[activity]);
    kept[activity] = list;
    const last = list[list.length - 1];
    finish[activity] = duration[activity] + (last === void 0 ? 0 : finish[last]);
  }
  return kept;
}

// mcp-server/src/schedule/problem/plan-problem.ts
function planResources({ cap, capacity, inTurn = /* @__PURE__ */ new Map() }, clashes) {
  const roles = Object.entries(capacity).filter(([, most]) => most < cap);
  const shapes = [...inTurn].filter(([, most]) => most < cap);
  const groups = clashCover(clashes.map(({ a, b }) => [a, b]));
  return [
    { kind: "cap", capacity: cap },
    ...roles.map(([role, most]) => ({ kind: "role", role, capacity: most })),
    ...shapes.map(([shape, most]) => ({ kind: "turn", shape, capacity: most })),
    ...groups.map((members) => ({ kind: "clash", members, capacity: 1 }))
  ];
}
function planProblem(tasks, limits, clashes) {
  return compileProblem(planProblemInput(tasks, limits, clashes));
}
function planProblemInput(tasks, limits, clashes) {
  const indexOf = new Map(tasks.map((task, i) => [task.id, i]));
  const resources = planResources(limits, clashes);
  const demands = tasks.map(() => []);
  for (const [resource, of] of resources.entries()) {
    const take = (task, amount = 1) => demands[task]?.push({ resource, amount });
    if (of.kind === "clash") for (const member of of.members) take(member);
    else if (of.kind === "cap") {
      tasks.forEach(({ alone }, i) => {
        take(i, alone ? of.capacity : 1);
      });
    } else if (of.kind === "turn") {
      tasks.forEach(({ shape }, i) => {
        if (shape === of.shape) take(i);
      });
    } else {
      tasks.forEach(({ role }, i) => {
        if (role === of.role) take(i);
      });
    }
  }
  const activities = tasks.map((task, i) => {
    const predecessors = task.dependencies.flatMap((id) => indexOf.get(id) ?? []);
    const needs = neededOf(task, predecessors.length);
    return {
      duration: Math.round(task.durationMs),
      predecessors,
      ...needs !== void 0 && { needs },
      ...task.running && { running: true },
      demands: demands[i] ?? []
    };
  });
  return { activities, capacities: resources.map(({ capacity }) => capacity) };
}
function neededOf({ needs, dependencies }, open) {
  if (needs === "all" || needs === "settled") return void 0;
  const wanted = needs === "any" ? 1 : needs.atLeast;
  return Math.max(0, Math.min(open, wanted - (dependencies.length - open)));
}

// mcp-server/src/schedule/replan.ts
var MIN_GAIN_OF_WAITING = 0.01;
var MAX_WITH_WAITING = 2e3;
var Replanner = class {
  #problem;
  #generator;
  #rank;
  constructor(problem) {
    this.#problem = problem;
    this.#generator = new ParallelGenerator(problem);
    this.#rank = ranksOf(urgency("upward rank", problem, headsAndTails(problem)), problem);
  }
  replan(progress) {
    const state = atProgress(this.#problem, progress);
    const schedule = this.#schedule(state);
    return {
      ...schedule,
      startNow: startingNow(schedule, this.#rank, state),
      heldBack: heldBack(state, schedule.start, this.#rank)
    };
  }
  /** How long what is left takes, and when each activity is expected to start. */
  outlook(progress) {
    const state = atProgress(this.#problem, progress);
    const known = headsAndTails(state);
    return {
      ...this.#schedule(state),
      left: state.duration,
      lowerBound: Math.max(known.criticalPath, workBound(state, known)),
      longestChain: longestChainOf(state, known)
    };
  }
  #schedule(state) {
    const atOnce = this.#generator.generate(this.#rank, state);
    if (state.size > MAX_WITH_WAITING) return atOnce;
    const waiting = new SerialGenerator(state).generate(listByRank(this.#rank, state));
    return waiting.makespan < atOnce.makespan * (1 - MIN_GAIN_OF_WAITING) ? waiting : atOnce;
  }
};
function startingNow({ start }, rank, { size, pinned }) {
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  const result = [];
  for (let i = 0; i < size; i++) if (start[i] === 0 && isPinned[i] === 0) result.push(i);
  return result.sort((a, b) => rank[a] - rank[b]);
}

// mcp-server/src/schedule/what-if.ts
var MIN_GAIN = 0.03;
function gainsOf(beforeMs, changes) {
  const gains = [];
  for (const { what, situation } of changes) {
    const { makespan } = planSchedule(planProblem(situation.tasks, situation.limits, situation.clashes));
    const gainMs = beforeMs - makespan;
    if (isWorthSaying(gainMs, beforeMs)) gains.push({ what, gainMs });
  }
  return gains.sort((a, b) => b.gainMs - a.gainMs);
}
function isWorthSaying(gainMs, beforeMs) {
  return gainMs > MIN_GAIN * beforeMs;
}
function split({ tasks, limits, clashes }, at) {
  const task = tasks[at];
  const half = { ...task, durationMs: task.durationMs / 2 };
  const second = { ...half, id: `${task.id} (second half)` };
  const waits = (other) => other.dependencies.includes(task.id) && other.needs === "all" ? { ...other, dependencies: [...other.dependencies, second.id] } : other;
  const ofSecond = clashes.flatMap(
    (pair) => pair.a === at ? [{ a: pair.b, b: tasks.length }] : pair.b === at ? [{ a: pair.a, b: tasks.length }] : []
  );
  return {
    limits,
    clashes: [...clashes, ...ofSecond],
    tasks: [...tasks.map((other, i) => i === at ? half : waits(other)), second]
  };
}
function freed({ tasks, limits, clashes }, indices) {
  return {
    limits,
    tasks: tasks.map((task, i) => indices.has(i) ? { ...task, alone: false } : task),
    clashes: clashes.filter(({ a, b }) => !indices.has(a) && !indices.has(b))
  };
}
function without({ tasks, limits, clashes }, at, dependency) {
  return {
    limits,
    clashes,
    tasks: tasks.map(
      (task, i) => i === at ? { ...task, dependencies: task.dependencies.filter((id) => id !== dependency) } : task
    )
  };
}
export {
  EndQueue,
  Estimates,
  MIN_GAIN,
  ParallelGenerator,
  RULES,
  RankHeaps,
  Replanner,
  SerialGenerator,
  aloneBound,
  atProgress,
  chooseBatch,
  clashCover,
  compileProblem,
  criticalPath,
  estimatesFrom,
  freed,
  gainsOf,
  headsAndTails,
  heldBack,
  isWorthSaying,
  listByRank,
  longestChainOf,
  median,
  neededByAll,
  planBounds,
  planProblem,
  planProblemInput,
  planResources,
  planSchedule,
  profileNodes,
  ranksOf,
  remainingOf,
  resourceProfiles,
  split,
  upwardRanks,
  urgency,
  without,
  workBound,
  workBounds
};
