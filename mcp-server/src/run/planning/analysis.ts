import { levels } from "../../graph/order/levels.ts";
import { plainSubject, type Task, type TaskId } from "../../graph/task.ts";
import type { TaskEstimates } from "../../graph/task-estimates.ts";
import type { Policy } from "../../policy/policy.ts";
import { wantsReview } from "../../policy/review.ts";
import { type Launcher, weighWays } from "../../policy/spending/ways.ts";
import { chooseStrategy } from "../../policy/strategy.ts";
import type { Analysis } from "../../report/analysis.ts";
import { headsAndTails, longestChainOf } from "../../schedule/bounds/heads-and-tails.ts";
import { type PlanBound, planBounds } from "../../schedule/bounds/plan-bounds.ts";
import { type PlanTask, planProblem, planResources } from "../../schedule/problem/plan-problem.ts";
import { remainingOf } from "../../schedule/problem/problem.ts";
import type { Situation } from "../../schedule/what-if.ts";
import { plural } from "../../text/format.ts";
import { overlappingRoles, unknownRoles } from "../project/role-warnings.ts";
import { bottleneckOf, limitText } from "./bottleneck.ts";
import { minutes } from "./comparison.ts";
import { conflictsOf, contradictionsOf } from "./conflicts.ts";
import { type ExpectedMoney, shareOfTokens, waysText } from "./expected-money.ts";
import { plansByCap } from "./makespans.ts";
import { modelsOf } from "./models.ts";
import { type PlannerContext, planningOf } from "./planning.ts";
import { helpFor } from "./suggestions.ts";

/** How far a plan has come. */
export interface PlanProgress {
  /** For how many milliseconds tasks that run have been claimed. */
  readonly running: ReadonlyMap<TaskId, number>;
  readonly completed: ReadonlySet<TaskId>;
  /** What waits for a task that failed or was cancelled, with the reasons: nothing runs it unless somebody acts. */
  readonly cannotStart: readonly { readonly task: string; readonly reasons: readonly string[] }[];
}

export const NOT_BEGUN: PlanProgress = { running: new Map(), completed: new Set(), cannotStart: [] };

export interface AnalysisInput {
  /** Name of the plan, or of the folder that the breakdown lies in. */
  readonly slug: string;
  /** Tasks that are still to be done and can be. */
  readonly tasks: readonly Task[];
  readonly progress: PlanProgress;
  /** Tasks of the plan, ended ones included. */
  readonly total: number;
  readonly policy: Policy;
  readonly estimates: TaskEstimates;
  readonly cap: number;
  /** What things are expected to cost; absent: nobody asks. */
  readonly money?: ExpectedMoney;
  /** The shapes of tasks that agents do one after another, and how many agents each has; absent: one for each task. */
  readonly inTurn?: {
    readonly shapes: ReadonlyMap<TaskId, string>;
    readonly agents: ReadonlyMap<string, number>;
  };
  /** Who is to launch the agents; absent: the conversation. */
  readonly engine?: Launcher | undefined;
  /** Only such a plan is reviewed as a whole. */
  readonly isFromFile: boolean;
}

/**
 * Looks at tasks as a planner: what can run at once, what keeps it from running, how long it takes from now on, what
 * would help. What runs counts with the time that it is expected to go on, what has ended with none. What each figure
 * means, and which hold of each other, is in docs/figures.md.
 */
export function analyse(ctx: PlannerContext, input: AnalysisInput): Analysis {
  const { tasks: open, policy, estimates, cap, progress } = input;
  const { shapes, agents } = input.inTurn ?? { shapes: new Map(), agents: new Map() };
  const { running, completed, cannotStart } = progress;
  const planning = planningOf(ctx, open, policy, estimates);
  const openIds = new Set<string>(open.map((task) => task.id));
  const nodes = open.map((task, i): PlanTask => {
    const elapsedMs = running.get(task.id);
    const { durationMs, ...node } = planning.tasks[i] as PlanTask;
    const shape = shapes.get(task.id);
    return {
      ...node,
      ...(shape !== undefined && { shape }),
      ...(elapsedMs === undefined
        ? { ...waitsFor(task, completed, openIds), durationMs: Math.round(durationMs) }
        : {
            dependencies: [],
            needs: "all",
            running: true,
            durationMs: remainingOf(Math.round(durationMs), Math.max(0, elapsedMs)),
          }),
    };
  });
  const now: Situation = {
    tasks: nodes,
    limits: { cap, capacity: policy.capacity, inTurn: agents },
    clashes: planning.clashes,
  };
  const problem = planProblem(now.tasks, now.limits, now.clashes);
  const plans = plansByCap(now);
  const { plan } = plans;
  const known = headsAndTails(problem);
  const bounds = planBounds(nodes, planResources(now.limits, now.clashes), problem, known);
  const path = longestChainOf(problem, known);
  const idsOf = (indices: readonly number[]) => indices.map((i) => open[i]?.id ?? "");
  const sequentialMs = nodes.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const speedup = sequentialMs / Math.max(1, plan.makespan);
  const inLevels = levels(nodes);
  const used = open.map((task, i) => ({
    task,
    share: shareLeft(planning.tasks[i]?.durationMs ?? 0, nodes[i]?.durationMs ?? 0),
  }));
  const ways = weighWays(
    used.map(({ task, share }) => shareOfTokens(estimates.usage(task), share)),
    {
      makespanMs: plan.makespan,
      sequentialMs,
      launchesMs: estimates.launchMs * open.length,
      engine: input.engine,
      agents: open.length - shapes.size + [...agents.values()].reduce((sum, count) => sum + count, 0),
    },
  );
  const choice = chooseStrategy({
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
    inTurn: shapes.size,
    ways,
  });
  const words = { tasks: open, clashes: planning.clashes };
  return {
    strategy: choice.strategy,
    reasons:
      open.length === 0 && cannotStart.length > 0
        ? ["What is left waits for tasks that failed or were cancelled."]
        : choice.reasons,
    levels: inLevels.map((level) => level.map(({ id }) => id)),
    criticalPath: idsOf(path),
    slackMinutes: Object.fromEntries(
      nodes.map(({ id, durationMs }, i) => [
        id,
        minutes(known.criticalPath - (known.head[i] ?? 0) - durationMs - (known.tail[i] ?? 0)),
      ]),
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
      lowerBoundBy: open.length === 0 ? "nothing" : limitText((bounds[0] as PlanBound).by, words),
      speedup: Math.round(speedup * 10) / 10,
      tokens: open.reduce((sum, task, i) => {
        const [wholeMs, leftMs] = [planning.tasks[i]?.durationMs ?? 0, nodes[i]?.durationMs ?? 0];
        return sum + tokensLeft(estimates, task, wholeMs, leftMs);
      }, 0),
      cost: input.money?.costText(used) ?? "",
      ways: waysText(ways, input.money?.wayCost),
      tokensBasis: open.length === 0 ? NOTHING_LEFT : estimates.tokensBasis(open),
      basis: open.length === 0 ? NOTHING_LEFT : `${estimates.basis(open)}${reviewsLeftOut(input)}`,
    },
    minutesByCap: plans.makespanByCap.map(minutes),
    schedule: open.map((task, i) => {
      const startMs = plan.start[i] ?? 0;
      return { task: task.id, startMs, endMs: startMs + (problem.duration[i] ?? 0) };
    }),
  };
}

/** Of a running task the share of its time that is left. */
function tokensLeft(estimates: TaskEstimates, task: Task, wholeMs: number, leftMs: number): number {
  return Math.round(estimates.tokens(task) * shareLeft(wholeMs, leftMs));
}

function shareLeft(wholeMs: number, leftMs: number): number {
  return wholeMs > 0 ? Math.min(1, leftMs / wholeMs) : 1;
}

const NOTHING_LEFT = "nothing is left to estimate";

/** What a task still waits for: nothing where enough of its dependencies have completed. */
function waitsFor(
  { needs, dependencies }: Task,
  completed: ReadonlySet<string>,
  open: ReadonlySet<string>,
): Pick<PlanTask, "dependencies" | "needs"> {
  const left = dependencies.filter((id) => open.has(id));
  if (needs === "all" || needs === "settled") return { dependencies: left, needs };
  const wanted =
    (needs === "any" ? 1 : needs.atLeast) - dependencies.filter((id) => completed.has(id)).length;
  return wanted <= 0
    ? { dependencies: [], needs: "all" }
    : { dependencies: left, needs: { atLeast: wanted } };
}

/** The reviews that the policy will add have no estimate yet: how many rounds they take, nobody knows. */
function reviewsLeftOut({ tasks, policy, isFromFile }: AnalysisInput): string {
  const reviewed = tasks.filter((task) => wantsReview(task, policy)).length;
  const isWholeReviewed = policy.review !== "off" && isFromFile && tasks.length > 0;
  const reviews = [
    ...(reviewed > 0 ? [`the reviews of ${plural(reviewed, "task")}`] : []),
    ...(isWholeReviewed ? ["the review at the end"] : []),
  ];
  return reviews.length === 0 ? "" : `; without ${reviews.join(" and ")}`;
}
