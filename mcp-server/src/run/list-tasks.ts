import { type TaskStatus, taskName } from "../graph/task.ts";
import type { RunContext } from "./context.ts";
import { CallerError } from "./errors.ts";
import { existingGraph, load, loadPlan } from "./plan-access.ts";
import { type Counts, countsOf, isDone, shortCounts } from "./progress.ts";

export interface ListInput {
  readonly plan?: string | undefined;
  readonly status?: TaskStatus | undefined;
  readonly ready?: boolean | undefined;
  readonly agent?: string | undefined;
  readonly limit: number;
  /** The name of the last task of the page before. */
  readonly cursor?: string | undefined;
}

/** A task without its description: a list must not fill anybody's context. */
export interface TaskRow {
  readonly task: string;
  readonly subject: string;
  readonly status: TaskStatus;
  readonly ready: boolean;
  readonly blockedBy: readonly string[];
  readonly agent?: string;
  readonly cause?: string;
}

export interface TaskList {
  readonly plans: readonly {
    readonly plan: string;
    readonly status: string;
    readonly counts: Partial<Counts>;
    readonly done: boolean;
  }[];
  readonly tasks: readonly TaskRow[];
  readonly cursor?: string;
}

/** The tasks of one plan, or of all plans of the repository, newest plan first. */
export async function listTasks(ctx: RunContext, input: ListInput): Promise<TaskList> {
  const store = input.plan === undefined ? await ctx.graph() : await existingGraph(ctx, input.plan);
  if (!store) return { plans: [], tasks: [] };
  return store.read(async (reader) => {
    const loaded =
      input.plan === undefined
        ? await Promise.all((await reader.plans(ctx.repository)).map((stored) => load(ctx, reader, stored)))
        : [await loadPlan(ctx, reader, input.plan)];
    const rows = loaded.flatMap((plan) => {
      const ready = new Set(plan.graph.ready);
      return [...plan.graph.tasks.values()]
        .filter(
          (task) =>
            (input.status === undefined || task.status === input.status) &&
            (input.ready === undefined || ready.has(task) === input.ready) &&
            (input.agent === undefined ||
              ctx.roles.resolve(task.agent).role === ctx.roles.resolve(input.agent).role),
        )
        .map(
          (task): TaskRow => ({
            task: taskName(plan.stored.slug, task.id),
            subject: task.subject,
            status: task.status,
            ready: ready.has(task),
            blockedBy: task.dependencies.filter((id) => plan.graph.tasks.get(id)?.status !== "completed"),
            ...(task.agent !== undefined && { agent: task.agent }),
            ...(task.cause !== undefined && { cause: task.cause }),
          }),
        );
    });
    const from = input.cursor === undefined ? 0 : rows.findIndex((row) => row.task === input.cursor) + 1;
    if (from === 0 && input.cursor !== undefined) {
      throw new CallerError(
        "bad_input",
        `cursor: no such row ${JSON.stringify(input.cursor.slice(0, 80))}.`,
        "Use the cursor of the page before, with the same filters, or leave it out to start again.",
        "cursor",
      );
    }
    const page = rows.slice(from, from + input.limit);
    const last = page.at(-1);
    return {
      plans: loaded.map((plan) => ({
        plan: plan.stored.slug,
        status: plan.stored.status,
        counts: shortCounts(countsOf(plan)),
        done: isDone(plan),
      })),
      tasks: page,
      ...(last && from + input.limit < rows.length && { cursor: last.task }),
    };
  });
}
