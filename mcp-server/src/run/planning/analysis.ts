import { ancestors } from "../../graph/order/ancestors.ts";
import { levels } from "../../graph/order/levels.ts";
import { orderedDespiteParallelWith, parallelWith } from "../../graph/parallel-with.ts";
import type { Clash } from "../../graph/scope/scope.ts";
import { plainSubject, type Task } from "../../graph/task.ts";
import type { TaskEstimates } from "../../graph/task-estimates.ts";
import type { Policy } from "../../policy/policy.ts";
import { wantsReview } from "../../policy/review.ts";
import { chooseStrategy } from "../../policy/strategy.ts";
import type { Analysis } from "../../report/analysis.ts";
import { criticalPath } from "../../schedule/bounds/critical-path.ts";
import { headsAndTails } from "../../schedule/bounds/heads-and-tails.ts";
import { planSchedule } from "../../schedule/plan-schedule.ts";
import { planProblem } from "../../schedule/problem/plan-problem.ts";
import type { Situation } from "../../schedule/what-if.ts";
import { plural } from "../../text/format.ts";
import { overlappingRoles, unknownRoles } from "../project/role-warnings.ts";
import { MAX_COMPARED, minutes } from "./comparison.ts";
import { type PlannerContext, type Planning, planningOf } from "./planning.ts";
import { helpFor } from "./suggestions.ts";

export interface AnalysisInput {
  /** Name of the plan, or of the folder that the breakdown lies in. */
  readonly slug: string;
  /** Tasks that are still to be done. */
  readonly tasks: readonly Task[];
  /** Tasks of the plan, ended ones included. */
  readonly total: number;
  readonly policy: Policy;
  readonly estimates: TaskEstimates;
  readonly cap: number;
  /** Only such a plan is reviewed as a whole. */
  readonly isFromFile: boolean;
}

const MAX_CAP = 20;

const MAX_CONFLICTS = 10;

/** A bound that comes this close to the makespan is what holds the plan up. */
const HOLDS_UP = 0.95;

/** Looks at tasks as a planner: what can run at once, what keeps it from running, how long it takes, what would help. */
export function analyse(ctx: PlannerContext, input: AnalysisInput): Analysis {
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

function makespansByCap(now: Situation, size: number): number[] {
  const found: number[] = [];
  if (size > MAX_COMPARED) return found;
  for (let cap = 1; cap <= MAX_CAP; cap++) {
    const limits = { ...now.limits, cap };
    const { makespan, lowerBound } = planSchedule(planProblem(now.tasks, limits, now.clashes));
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
    .slice(0, MAX_CONFLICTS)
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
  return [...inOrder, ...clashing].slice(0, MAX_CONFLICTS);
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
