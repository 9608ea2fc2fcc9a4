import { ancestors } from "../../graph/ancestors.ts";
import { levels } from "../../graph/levels.ts";
import { orderedDespiteParallelWith, parallelWith } from "../../graph/parallel-with.ts";
import type { Clash } from "../../graph/scope/scope.ts";
import { plainSubject, type Task, type TaskId } from "../../graph/task.ts";
import type { Policy } from "../../policy/policy.ts";
import { wantsReview } from "../../policy/review.ts";
import { chooseStrategy, type Strategy } from "../../policy/strategy.ts";
import { criticalPath } from "../../schedule/critical-path.ts";
import type { Estimates } from "../../schedule/estimate.ts";
import { headsAndTails } from "../../schedule/heads-and-tails.ts";
import { planProblem } from "../../schedule/plan-problem.ts";
import { planSchedule, promptEffort } from "../../schedule/plan-schedule.ts";
import { type Change, freed, gainsOf, type Situation, split, without } from "../../schedule/what-if.ts";
import { plural } from "../../text/format.ts";
import { overlappingRoles, unknownRoles } from "../project/role-warnings.ts";
import { type Planning, planningOf, SEED, type Surroundings } from "./planning.ts";

/** What can be said of tasks before they run. Times are minutes with one decimal. */
export interface Analysis {
  readonly strategy: Strategy;
  readonly reasons: readonly string[];
  readonly levels: readonly (readonly string[])[];
  readonly criticalPath: readonly string[];
  /** How much later each task could start without making the longest chain longer. */
  readonly slackMinutes: Readonly<Record<string, number>>;
  /** Pairs that dependencies would allow to run together and files do not, with the path or resource. */
  readonly conflicts: readonly string[];
  /** Where the breakdown's `parallelWith` says what dependencies or files do not allow. */
  readonly contradictions: readonly string[];
  /** Tasks of which nobody knows what they write. */
  readonly unscoped: readonly string[];
  /** Roles that no agent has, with near names; a general one stands in. */
  readonly unknownRoles: readonly string[];
  /** Roles of which it is not plain which agent has them, or that one agent has together. */
  readonly overlappingRoles: readonly string[];
  /** What keeps the plan from being shorter. */
  readonly bottleneck: string;
  /** What would make it shorter, the best first. */
  readonly help: readonly string[];
  readonly estimate: {
    readonly cap: number;
    readonly sequentialMinutes: number;
    readonly makespanMinutes: number;
    readonly lowerBoundMinutes: number;
    readonly speedup: number;
    /** Of all agents, without what is read from a cache. */
    readonly tokens: number;
    readonly tokensBasis: string;
    /** Where the estimates come from, and which reviews they leave out. */
    readonly basis: string;
  };
  /** The makespan for each cap from 1 on, as far as more makes it shorter; of very large plans none. */
  readonly minutesByCap: readonly number[];
  /** When the plan starts and ends each task, counted from its beginning. */
  readonly schedule: readonly Planned[];
}

export interface Planned {
  readonly task: TaskId;
  readonly startMs: number;
  readonly endMs: number;
}

export interface AnalysisInput {
  /** Tasks that are still to be done. */
  readonly tasks: readonly Task[];
  /** Tasks of the plan, ended ones included. */
  readonly total: number;
  readonly policy: Policy;
  readonly estimates: Estimates;
  readonly cap: number;
  /** Only such a plan is reviewed as a whole. */
  readonly isFromFile: boolean;
}

const MOST_CAP = 20;
/** With more tasks, plans for other caps and changes would take longer than anybody waits. */
const MOST_COMPARED = 2_000;
const MOST_CONFLICTS = 10;
const MOST_HELP = 3;
/** So many tasks, files and dependencies are tried as what would help. */
const MOST_TRIED = 6;
/** A bound that comes this close to the makespan is what holds the plan up. */
const HOLDS_UP = 0.95;

/** Looks at tasks as a planner: what can run at once, what keeps it from running, how long it takes, what would help. */
export function analyse(ctx: Surroundings, input: AnalysisInput): Analysis {
  const { tasks: open, policy, estimates, cap } = input;
  const planning = planningOf(ctx, open, policy, estimates);
  const openIds = new Set<string>(open.map((task) => task.id));
  const nodes = planning.tasks.map((task) => ({
    ...task,
    dependencies: task.dependencies.filter((id) => openIds.has(id)),
  }));
  const now: Situation = {
    tasks: nodes,
    limits: { cap, capacity: policy.capacity },
    clashes: planning.clashes,
  };
  const problem = planProblem(now.tasks, now.limits, now.clashes);
  const plan = planSchedule(problem, { schedules: promptEffort(open.length), seed: SEED });
  const { head, tail, criticalPath: longest } = headsAndTails(problem);
  const sequentialMs = nodes.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const speedup = sequentialMs / Math.max(1, plan.makespan);
  const inLevels = levels(nodes);
  const path = criticalPath(nodes).ids;
  const unscoped = nodes.filter((_, i) => planning.scopes[i]?.basis === "unscoped").map(({ id }) => id);
  const minutesByCap = makespansByCap(now, open.length);
  const { strategy, reasons } = chooseStrategy({
    tasks: open.map((task, i) => ({
      subject: plainSubject(task.subject),
      durationMs: estimates.durationMs(task),
      isStated: task.estimateMs !== undefined,
      dependencies: nodes[i]?.dependencies ?? [],
      writes: task.writes ?? (task.inferredWrites.length > 0 ? task.inferredWrites : undefined),
    })),
    total: input.total,
    speedup,
    levels: inLevels.length,
  });
  return {
    strategy,
    reasons,
    levels: inLevels.map((level) => level.map(({ id }) => id)),
    criticalPath: path,
    slackMinutes: Object.fromEntries(
      nodes.map(({ id }, i) => [
        id,
        minutes(longest - (head[i] ?? 0) - (problem.duration[i] ?? 0) - (tail[i] ?? 0)),
      ]),
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
      basis: `${estimates.basis(open)}${reviewsLeftOut(input)}`,
    },
    minutesByCap,
    schedule: open.map((task, i) => {
      const startMs = plan.start[i] ?? 0;
      return { task: task.id, startMs, endMs: startMs + (problem.duration[i] ?? 0) };
    }),
  };
}

/** The reviews that the policy will add have no estimate yet: how many rounds they take, nobody knows. */
function reviewsLeftOut({ tasks, policy, isFromFile }: AnalysisInput): string {
  const reviewed = tasks.filter((task) => wantsReview(task, policy)).length;
  if (reviewed > 0) return `; without the reviews of ${plural(reviewed, "task")}`;
  return policy.review === "end" && isFromFile && tasks.length > 0 ? "; without the review at the end" : "";
}

function minutes(ms: number): number {
  return Math.round(ms / 6_000) / 10;
}

/** Effort for a plan that is one of many which are compared. */
function smallEffort(size: number): { schedules: number; seed: number } {
  return { schedules: Math.max(4, Math.round(promptEffort(size) / 20)), seed: SEED };
}

function makespansByCap(now: Situation, size: number): number[] {
  const found: number[] = [];
  if (size > MOST_COMPARED) return found;
  for (let cap = 1; cap <= MOST_CAP; cap++) {
    const limits = { ...now.limits, cap };
    const { makespan, lowerBound } = planSchedule(
      planProblem(now.tasks, limits, now.clashes),
      smallEffort(size),
    );
    found.push(Math.min(minutes(makespan), found.at(-1) ?? Number.POSITIVE_INFINITY));
    // More agents have nothing to do.
    if (cap >= size || (makespan === lowerBound && isChain(now, makespan))) break;
  }
  while (found.length > 1 && found.at(-1) === found.at(-2)) found.pop();
  return found;
}

function isChain(now: Situation, makespan: number): boolean {
  return criticalPath(now.tasks).lengthMs >= makespan;
}

/** Pairs of one level first: those would otherwise start together. */
function conflictsOf(
  { clashes }: Planning,
  nodes: readonly { id: string; dependencies: readonly string[] }[],
): string[] {
  const before = ancestors(nodes);
  const open = clashes.filter(({ a, b }) => {
    const [one, other] = [nodes[a]?.id ?? "", nodes[b]?.id ?? ""];
    return !before.get(one)?.has(other) && !before.get(other)?.has(one);
  });
  const lines = open
    .slice(0, MOST_CONFLICTS)
    .map(({ a, b, clash }) => `${nodes[a]?.id} and ${nodes[b]?.id}: ${whatOf(clash)}`);
  const more = open.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more pairs`] : lines;
}

/** Where `parallelWith` says what dependencies or files do not allow. */
function contradictionsOf({ clashes }: Planning, tasks: readonly Task[]): string[] {
  const inOrder = orderedDespiteParallelWith(tasks).map(
    ({ task, others }) => `${task} is not beside ${others.join(", ")}: dependencies put them in order`,
  );
  const claims = (one: Task | undefined, other: Task | undefined) =>
    one !== undefined && other !== undefined && parallelWith(one).includes(other.id);
  const clashing = clashes.flatMap(({ a, b, clash }) =>
    claims(tasks[a], tasks[b]) || claims(tasks[b], tasks[a])
      ? [`${tasks[a]?.id} is not beside ${tasks[b]?.id}: ${whatOf(clash)}`]
      : [],
  );
  return [...inOrder, ...clashing].slice(0, MOST_CONFLICTS);
}

function whatOf(clash: Clash): string {
  if (clash.kind === "resource") return clash.resource;
  return clash.ours === clash.theirs ? clash.ours : `${clash.ours} and ${clash.theirs}`;
}

function bottleneckOf(
  { tasks, limits }: Situation,
  makespanMs: number,
  longestMs: number,
  sequentialMs: number,
  { clashes }: Planning,
): string {
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
    return alone > (sequentialMs - alone) / limits.cap
      ? "tasks that run alone, because nobody declared what they write"
      : `the cap: ${limits.cap} at once`;
  }
  return clashes.length > 0 ? "files that several tasks write" : "dependencies";
}

/** What could be changed, in words; a hint where the text needs the gain. */
function helpFor(
  now: Situation,
  planning: Planning,
  path: readonly string[],
  minutesByCap: readonly number[],
): string[] {
  if (now.tasks.length > MOST_COMPARED) return [];
  const gains = gainsOf(now, changesOf(now, planning, path), smallEffort(now.tasks.length)).map(
    ({ what, gainMs }) => ({
      what,
      gain: minutes(gainMs),
    }),
  );
  const cap = now.limits.cap;
  const withOneMore = (minutesByCap[cap - 1] ?? 0) - (minutesByCap[cap] ?? minutesByCap.at(-1) ?? 0);
  const all = [
    ...gains,
    ...(withOneMore > 0.03 * (minutesByCap[cap - 1] ?? 0)
      ? [{ what: `a cap of ${cap + 1}`, gain: Math.round(withOneMore * 10) / 10 }]
      : []),
  ];
  return all
    .sort((a, b) => b.gain - a.gain)
    .slice(0, MOST_HELP)
    .map(({ what, gain }) => `${what}: ${gain} min shorter`);
}

function* changesOf(
  now: Situation,
  { clashes, scopes }: Planning,
  path: readonly string[],
): Generator<Change<string>> {
  const { tasks, limits } = now;
  const indexOf = new Map(tasks.map(({ id }, i) => [id, i]));
  const alone = tasks.flatMap((task, i) => (task.alone && scopes[i]?.basis === "unscoped" ? [i] : []));
  if (alone.length > 0) {
    const names = alone.slice(0, 5).map((i) => tasks[i]?.id);
    const more = alone.length > names.length ? ` and ${alone.length - names.length} more` : "";
    yield { what: `declare what ${names.join(", ")}${more} write`, situation: freed(now, new Set(alone)) };
  }
  const onPath = path.flatMap((id) => indexOf.get(id) ?? []);
  const longest = [...onPath].sort((a, b) => (tasks[b]?.durationMs ?? 0) - (tasks[a]?.durationMs ?? 0));
  for (const at of longest.slice(0, MOST_TRIED)) {
    yield { what: `split ${tasks[at]?.id} in two`, situation: split(now, at) };
  }
  for (const [name, sharers] of sharedNames(clashes).slice(0, MOST_TRIED)) {
    yield {
      what: `let only one task write ${name}`,
      situation: { tasks, limits, clashes: clashes.filter((pair) => !sharers.has(pair)) },
    };
  }
  for (const [role, most] of Object.entries(limits.capacity)) {
    if (most >= limits.cap) continue;
    yield {
      what: `one more ${role}`,
      situation: { ...now, limits: { ...limits, capacity: { ...limits.capacity, [role]: most + 1 } } },
    };
  }
  for (const [place, at] of onPath.slice(1, MOST_TRIED + 1).entries()) {
    const dependency = tasks[onPath[place] as number]?.id ?? "";
    yield {
      what: `${tasks[at]?.id} without its dependency on ${dependency}, if it does not need its result`,
      situation: without(now, at, dependency),
    };
  }
}

/** Paths and resources that keep tasks apart, with the pairs; those with the most pairs first. */
function sharedNames(clashes: Planning["clashes"]): [string, Set<Planning["clashes"][number]>][] {
  const pairs = new Map<string, Set<Planning["clashes"][number]>>();
  for (const pair of clashes) {
    const name = pair.clash.kind === "resource" ? pair.clash.resource : pair.clash.ours;
    const known = pairs.get(name);
    if (known) known.add(pair);
    else pairs.set(name, new Set([pair]));
  }
  return [...pairs].sort(([, a], [, b]) => b.size - a.size);
}
