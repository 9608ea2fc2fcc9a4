import { CallerError } from "../../errors/caller-error.ts";
import type { AnyClaim, AttemptId } from "../../graph/attempt.ts";
import { type Task, type TaskStatus, taskName } from "../../graph/task.ts";
import { causeText } from "../../graph/task-cause.ts";
import { newerParts } from "../../policy/newer-parts.ts";
import { foreignLine } from "../../text/untrusted-text.ts";
import { choose } from "../claims/choose.ts";
import { type Wait, waitingTasks } from "../claims/waiting-tasks.ts";
import { countsNow, deadClaims, type InterruptedTask, interruptedTasks } from "../plan/interrupted.ts";
import { type Liveness, livenessOf } from "../plan/liveness.ts";
import { existingGraph, type LoadedPlan, stateOf } from "../plan/load-plan.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import { type Counts, isDone, shortCounts, whyPlanIsHeld } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";

/** Of what an agent said, as much as shows what went wrong; `task_get` and the report have the rest. */
const MAX_SAID = 200;

export interface ListInput {
  readonly plan?: string | undefined;
  readonly status?: TaskStatus | undefined;
  readonly ready?: boolean | undefined;
  readonly agent?: string | undefined;
  readonly limit: number;
  /** The name of the last task of the page before. */
  readonly cursor?: string | undefined;
}

/** A task without its description: a list must not fill anybody's context. One in progress shows its signs of life. */
export interface ListedTask extends Partial<Liveness> {
  readonly task: string;
  readonly subject: string;
  readonly status: TaskStatus;
  readonly ready: boolean;
  readonly blockedBy: readonly string[];
  readonly agent?: string;
  /** It was reported, and its work is on its way onto a branch. */
  readonly delivering?: true;
  /** It is ready and does not start: for what, and until when. */
  readonly waits?: { readonly for: string; readonly until: string };
  /** Why it has its status; where it did not succeed, with what its last agent said. */
  readonly cause?: string;
}

export interface TaskList {
  readonly plans: readonly {
    readonly plan: string;
    readonly status: string;
    readonly counts: Partial<Counts>;
    readonly done: boolean;
    /** Why nothing starts now, whatever is ready. */
    readonly held?: string;
    /** Tasks whose agents are gone: they run again with the next call that claims. */
    readonly interrupted?: readonly InterruptedTask[];
  }[];
  readonly tasks: readonly ListedTask[];
  readonly cursor?: string;
  /** What only a newer version understands of these plans; absent: nothing. */
  readonly warnings?: readonly string[];
}

/** The tasks of one plan, or of all plans of the repository, newest plan first. */
export async function listTasks(ctx: RunContext, input: ListInput): Promise<TaskList> {
  const store = input.plan === undefined ? await ctx.graph() : await existingGraph(ctx, input.plan);
  if (!store) return { plans: [], tasks: [] };
  return readGraph(ctx, store, async (view) => {
    const loaded = input.plan === undefined ? await view.plans() : [await view.plan(input.plan)];
    const found = loaded.flatMap((plan) =>
      [...plan.graph.tasks.values()]
        .filter(
          (task) =>
            (input.status === undefined || task.status === input.status) &&
            (input.ready === undefined || plan.graph.isReady(task.id) === input.ready) &&
            (input.agent === undefined ||
              ctx.roles.resolve(task.agent).role === ctx.roles.resolve(input.agent).role),
        )
        .map((task) => ({ plan, task, name: taskName(plan.stored.slug, task.id) })),
    );
    const from = input.cursor === undefined ? 0 : found.findIndex(({ name }) => name === input.cursor) + 1;
    if (from === 0 && input.cursor !== undefined) {
      throw new CallerError(
        "bad_input",
        `cursor: no such row ${JSON.stringify(input.cursor.slice(0, 80))}.`,
        "Use the cursor of the page before, with the same filters, or leave it out to start again.",
        "cursor",
      );
    }
    const dead = await deadClaims(view.reader, ctx.now());
    const page = found.slice(from, from + input.limit);
    const signs = await livenessOf(view.reader, ctx.now());
    const waits = input.plan === undefined ? [] : await waitsOf(loaded[0], ctx.now(), input.limit);
    const last = page.at(-1);
    const warnings = loaded.flatMap((plan) => newerParts(stateOf(plan)));
    return {
      plans: loaded.map((plan) => {
        const held = whyPlanIsHeld(plan);
        const interrupted = interruptedTasks(plan, dead);
        return {
          plan: plan.stored.slug,
          status: plan.stored.status,
          counts: shortCounts(countsNow(plan, dead)),
          ...(interrupted.length > 0 && { interrupted }),
          done: isDone(plan),
          ...(held !== undefined && { held }),
        };
      }),
      tasks: page.map(({ plan, task }) => rowOf(plan, task, signs, waits)),
      ...(last && from + input.limit < found.length && { cursor: last.name }),
      ...(warnings.length > 0 && { warnings }),
    };
  });
}

async function waitsOf(plan: PlanView | undefined, nowMs: number, most: number): Promise<readonly Wait[]> {
  return plan && plan.graph.readyCount > 0 ? waitingTasks(plan, await choose(plan, nowMs), nowMs, most) : [];
}

function rowOf(
  { stored, graph }: LoadedPlan,
  task: Task,
  signs: ReadonlyMap<AttemptId, Liveness>,
  waits: readonly Wait[],
): ListedTask {
  const wait = waits.find((one) => one.task === task.id);
  const claims = graph.claimsOf(task.id);
  const cause = causeOf(task, claims);
  const running = claims.find((claim) => claim.state === "running");
  return {
    task: taskName(stored.slug, task.id),
    subject: task.subject,
    status: task.status,
    ready: graph.isReady(task.id),
    blockedBy: task.dependencies.filter((id) => graph.tasks.get(id)?.status !== "completed"),
    ...(task.agent !== undefined && { agent: task.agent }),
    ...(wait && { waits: { for: wait.for, until: wait.until } }),
    ...(cause !== undefined && { cause }),
    ...(running && signs.get(running.id)),
    ...(claims.some((claim) => claim.state === "delivering") && { delivering: true as const }),
  };
}

function causeOf({ status, cause: why }: Task, claims: readonly AnyClaim[]): string | undefined {
  const cause = why && causeText(why);
  if (cause === undefined || (status !== "pending" && status !== "failed")) return cause;
  const last = claims.findLast((claim) => claim.state === "ended");
  if (last === undefined || last.outcome === "completed") return cause;
  const said = foreignLine(last.report?.summary ?? last.lastMessage ?? "", MAX_SAID);
  return said === "" ? cause : `${cause}. Its agent said: ${said}`;
}
