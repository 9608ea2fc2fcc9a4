import type { Change } from "../../graph/event.ts";
import { hasEnded, reachableTasks } from "../../graph/readiness.ts";
import { plainSubject, type Task, type TaskId, type TaskStatus } from "../../graph/task.ts";
import type { EngineChoice } from "../../policy/engine.ts";
import type { Analysis, Planned } from "../../report/analysis.ts";
import { renderTimeline } from "../../report/timeline/timeline.ts";
import { timelineOfSchedule } from "../../report/timeline/timeline-rows.ts";
import { existingGraph, type LoadedPlan } from "../plan/load-plan.ts";
import { readGraph } from "../plan/plan-view.ts";
import { type Counts, countsOf, stuckTasks } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { pushNotice } from "../remote/shared-plans.ts";
import { lookAtModels } from "../spending/models-used.ts";
import { analyse, type PlanProgress } from "./analysis.ts";
import { agentsByShape, shapesInTurn, togetherText } from "./done-in-turn.ts";
import { expectedMoney } from "./expected-money.ts";

export interface PlanAnalysis {
  /** Which tasks one agent does one after another, in words; undefined: each has its own. */
  readonly together: string | undefined;
  readonly loaded: LoadedPlan;
  readonly counts: Counts;
  readonly analysis: Analysis;
  readonly timeline: string;
  /** How many tasks are left to do, and how many of them at once. */
  readonly open: number;
  readonly cap: number;
  /** What is to launch its agents; undefined: nobody asked. */
  readonly engine: EngineChoice | undefined;
  /** Where its tasks work and why, as it was decided; undefined: in the checkout, as nobody wanted anything else. */
  readonly isolation: Extract<Change, { type: "isolation.decided" }> | undefined;
  /** Where its work is pushed; undefined: nowhere. */
  readonly remote: string | undefined;
}

const TIMELINE_WIDTH = 72;
/** A larger timeline is for people, not for an answer that a model reads. */
const MAX_TIMELINE_ROWS = 12;

/**
 * What is left of a plan: what can run at once, what cannot and why, and what to expect of it.
 * @param chooseEngine says what launches so many agents, with this cap; absent: the conversation does.
 */
export async function analyzePlan(
  ctx: RunContext,
  slug: string,
  maxParallel: number | undefined,
  chooseEngine?: (plan: LoadedPlan, open: number, cap: number) => Promise<EngineChoice>,
): Promise<PlanAnalysis> {
  const store = await existingGraph(ctx, slug);
  const { loaded, isolation } = await readGraph(
    ctx,
    store,
    async (view) => {
      const plan = await view.plan(slug);
      const decided = await plan.reader.events(plan.id, { types: ["isolation.decided"] });
      return { loaded: plan, isolation: decided.at(-1)?.change };
    },
    { plan: { repository: ctx.repository, slug } },
  );
  const { graph, policy, estimates } = loaded;
  const open = tasksLeft(loaded);
  const cap = maxParallel ?? policy.maxParallel;
  await lookAtModels(ctx);
  const engine = await chooseEngine?.(loaded, open.length, cap);
  // Where no hook says who an agent is, none is given a second task.
  const shapes = ctx.owner.session === undefined ? new Map() : shapesInTurn(ctx.roles, loaded, open);
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
    slug: loaded.stored.slug,
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
    isolation: isolation?.type === "isolation.decided" ? isolation : undefined,
    remote: await pushNotice(ctx, loaded.stored.slug, graph),
  };
}

/** The tasks that are still to be done and can be: what waits for a failed or cancelled one cannot. */
export function tasksLeft({ graph }: Pick<LoadedPlan, "graph">): Task[] {
  const isBroken = graph.count("failed") + graph.count("cancelled") > 0;
  const reachable = isBroken ? reachableTasks(graph.tasks) : undefined;
  return [...graph.tasks.values()].filter(
    ({ id, status }) => !hasEnded(status) && (status !== "pending" || reachable?.has(id) !== false),
  );
}

function progressOf(loaded: LoadedPlan, nowMs: number): PlanProgress {
  const { tasks, live } = loaded.graph;
  const having = (wanted: TaskStatus) =>
    [...tasks.values()].flatMap(({ id, status }) => (status === wanted ? [id] : []));
  return {
    // One in progress without a claim is one of a newer version: nobody knows for how long.
    running: new Map([
      ...having("in_progress").map((id) => [id, 0] as const),
      ...live.map(({ task, offeredAtMs }) => [task, nowMs - offeredAtMs] as const),
    ]),
    completed: new Set(having("completed")),
    cannotStart: stuckTasks(loaded, tasks.size),
  };
}

/** The schedule as bars; of a large one, the rows that start first. */
function timelineText(slug: string, schedule: readonly Planned[], tasks: readonly Task[]): string {
  const subjects = new Map<TaskId, string>(tasks.map((task) => [task.id, plainSubject(task, slug)]));
  const rows = timelineOfSchedule(
    schedule.map((planned) => ({ ...planned, subject: subjects.get(planned.task) ?? "" })),
  );
  const text = renderTimeline(rows.slice(0, MAX_TIMELINE_ROWS), { width: TIMELINE_WIDTH, colour: false });
  return rows.length > MAX_TIMELINE_ROWS ? `${text}\n… and ${rows.length - MAX_TIMELINE_ROWS} more` : text;
}
