import { clashCover } from "./clash-cover.ts";

/** What an activity takes of a resource while it runs. */
export interface Demand {
  readonly resource: number;
  readonly amount: number;
}

/** One task as the planner sees it. Activities and resources are named by their index. */
export interface Activity {
  /** In any unit, a whole number and at least 0; of a running activity the time that remains. */
  readonly duration: number;
  readonly predecessors: readonly number[];
  /** How many of the predecessors it waits for; all of them unless stated. */
  readonly needs?: number;
  readonly demands: readonly Demand[];
  /** It has started already: it begins at 0, whatever its predecessors and the capacities say. */
  readonly running?: boolean;
}

/**
 * The resource-constrained project scheduling problem (RCPSP; Pritsker, Watters & Wolfe 1969): activities that
 * cannot be interrupted, precedence, renewable resources, and the shortest makespan as the aim. The cap on agents
 * is a resource that everything takes one of, a role's capacity one that its tasks take one of, a named resource one
 * of capacity 1. Scopes that clash are pairs in `clashes`; a task that runs alone takes the whole cap.
 */
export interface ProblemInput {
  readonly activities: readonly Activity[];
  /** What there is of each resource at any time. */
  readonly capacities: readonly number[];
  /** Pairs of activities that must not run at the same time, besides those that the resources keep apart. */
  readonly clashes?: readonly (readonly [number, number])[];
}

/** Lists of numbers, one per index, one after another: those of `i` are `item[first[i]]` up to `first[i + 1]`. */
export interface Lists {
  readonly first: Int32Array;
  readonly item: Int32Array;
}

/** The problem in flat arrays, as the inner loops read it. */
export interface Problem {
  readonly size: number;
  readonly duration: Float64Array;
  /** The predecessors that an activity is planned to wait for. */
  readonly before: Lists;
  /** The same arcs from the other side. */
  readonly after: Lists;
  /** The resources that an activity takes something of, at the same places as the amounts in `amount`. */
  readonly demand: Lists;
  readonly amount: Int32Array;
  readonly capacity: Int32Array;
  /** Activities that are held at 0, whatever else is said of them: they run already, or have ended. */
  readonly pinned: Int32Array;
  /** Every activity after all that it waits for. */
  readonly topological: Int32Array;
}

/**
 * Compiles the problem. Of the predecessors of an activity that needs only some, those are kept that could end
 * first if there were enough of every resource; a running activity waits for nothing.
 * @throws RangeError when a duration, an index or an amount is impossible, or the precedence has a cycle.
 */
export function compileProblem({ activities, capacities, clashes = [] }: ProblemInput): Problem {
  const size = activities.length;
  activities.forEach((activity, index) => {
    check(activity, index, size, capacities);
  });
  for (const pair of clashes) {
    const unknown = pair.find((activity) => activities[activity] === undefined);
    if (unknown !== undefined) throw new RangeError(`a clash names activity ${unknown}, which is none`);
  }
  const waitsFor = activities.map(({ running, predecessors }) => (running ? [] : predecessors));
  const needed = activities.map(({ needs, running }, index) => {
    const all = (waitsFor[index] as readonly number[]).length;
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
    topological: topologicalOrder(before, after, size),
  };
}

/** How far an execution has come. */
export interface Progress {
  readonly ended: Iterable<number>;
  /** The activities that run, each with the time for which its attempt has run. */
  readonly running: Iterable<readonly [activity: number, elapsed: number]>;
}

/** What has taken the time planned for it, or more, is expected to go on for this part of it. */
const LATE = 1 / 2;

/**
 * What is left of the problem: times count from now, what has ended takes no more time. What has not ended takes
 * at least 1, however late it is: nothing that waits for it, or for what it holds, can start now.
 */
export function atProgress(problem: Problem, { ended, running }: Progress): Problem {
  const duration = problem.duration.map((planned) => Math.max(1, planned));
  const pinned: number[] = [];
  for (const activity of ended) {
    duration[activity] = 0;
    pinned.push(activity);
  }
  for (const [activity, elapsed] of running) {
    duration[activity] = remainingOf(duration[activity] as number, elapsed);
    pinned.push(activity);
  }
  return { ...problem, duration, pinned: Int32Array.from(pinned) };
}

/** What is expected to be left of something that runs, in the unit of its arguments; more than 0 for what takes time. */
export function remainingOf(planned: number, elapsed: number): number {
  return planned > elapsed ? planned - elapsed : Math.ceil(LATE * planned);
}

function check(activity: Activity, index: number, size: number, capacities: readonly number[]): void {
  const refuse = (what: string): never => {
    throw new RangeError(`activity ${index} ${what}`);
  };
  if (!Number.isSafeInteger(activity.duration) || activity.duration < 0) {
    refuse(`has the duration ${activity.duration}, which is no whole number from 0 up`);
  }
  for (const other of activity.predecessors) {
    if (!(Number.isInteger(other) && other >= 0 && other < size)) refuse(`waits for ${other}, which is none`);
  }
  const seen = new Set<number>();
  for (const { resource, amount } of activity.demands) {
    if (seen.has(resource)) refuse(`takes of resource ${resource} twice`);
    seen.add(resource);
    const capacity = capacities[resource];
    if (capacity === undefined) refuse(`takes of resource ${resource}, which is none`);
    else if (!Number.isInteger(amount) || amount < 0 || (amount > capacity && !activity.running)) {
      refuse(`takes ${amount} of resource ${resource}, of which there is ${capacity}`);
    }
  }
}

function listsOf(lists: readonly (readonly number[])[]): Lists {
  const first = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => {
    first[index + 1] = (first[index] as number) + list.length;
  });
  const item = new Int32Array(first[lists.length] as number);
  lists.forEach((list, index) => {
    item.set(list, first[index]);
  });
  return { first, item };
}

function opposite({ first, item }: Lists, size: number): Lists {
  const counts = new Int32Array(size + 1);
  for (const other of item) counts[other + 1] = (counts[other + 1] as number) + 1;
  for (let i = 0; i < size; i++) counts[i + 1] = (counts[i + 1] as number) + (counts[i] as number);
  const free = counts.slice();
  const result = new Int32Array(item.length);
  for (let i = 0; i < size; i++) {
    for (let at = first[i] as number; at < (first[i + 1] as number); at++) {
      const other = item[at] as number;
      result[free[other] as number] = i;
      free[other] = (free[other] as number) + 1;
    }
  }
  return { first: counts, item: result };
}

/** Kahn's order, by index among equals. */
function topologicalOrder(before: Lists, after: Lists, size: number): Int32Array {
  const missing = new Int32Array(size);
  const order = new Int32Array(size);
  let found = 0;
  for (let i = 0; i < size; i++) {
    missing[i] = (before.first[i + 1] as number) - (before.first[i] as number);
    if (missing[i] === 0) order[found++] = i;
  }
  for (let done = 0; done < found; done++) {
    const activity = order[done] as number;
    for (let at = after.first[activity] as number; at < (after.first[activity + 1] as number); at++) {
      const next = after.item[at] as number;
      missing[next] = (missing[next] as number) - 1;
      if (missing[next] === 0) order[found++] = next;
    }
  }
  if (found !== size) throw new RangeError("the activities wait for each other in a circle");
  return order;
}

/** Per activity the predecessors it needs, those that could end first. */
function firstToEnd(
  duration: Float64Array,
  waitsFor: readonly (readonly number[])[],
  needed: readonly number[],
): readonly (readonly number[])[] {
  if (waitsFor.every((list, index) => list.length === needed[index])) return waitsFor;
  const all = listsOf(waitsFor);
  const order = topologicalOrder(all, opposite(all, waitsFor.length), waitsFor.length);
  const finish = new Float64Array(waitsFor.length);
  const kept: (readonly number[])[] = [];
  for (const activity of order) {
    const list = [...(waitsFor[activity] as readonly number[])]
      .sort((a, b) => (finish[a] as number) - (finish[b] as number) || a - b)
      .slice(0, needed[activity]);
    kept[activity] = list;
    const last = list[list.length - 1];
    finish[activity] = (duration[activity] as number) + (last === undefined ? 0 : (finish[last] as number));
  }
  return kept;
}
