import { hasEnded } from "../../graph/readiness.ts";
import type { TaskId } from "../../graph/task.ts";
import { NOT_APPROVED } from "../approval/command-runner.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { existingGraph, planSlug } from "../plan/load-plan.ts";
import { readPlan } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";

/** A command by which tasks of a plan are accepted. */
export interface AcceptanceCommand {
  /** Without white space around it. */
  readonly command: string;
  /** The tasks that are accepted by it. */
  readonly tasks: readonly TaskId[];
  readonly isApproved: boolean;
}

/** The acceptance commands of tasks that have not ended, each once, in the order of the plan. */
export async function acceptanceCommands(ctx: RunContext, slug: string): Promise<AcceptanceCommand[]> {
  const store = await existingGraph(ctx, planSlug(slug));
  return commandsOfTasks(ctx, await readPlan(ctx, store, slug));
}

/** Says which acceptance commands the server does not run although the policy wants it to, and why. */
export async function notRunWarnings(ctx: RunContext, plan: LoadedPlan): Promise<string[]> {
  if (plan.policy.verify !== "run") return [];
  const numbers = new Map<string, number>();
  const commands = await commandsOfTasks(ctx, plan);
  for (const { command } of commands) {
    const why = await ctx.commands.whyNot(command);
    if (why !== undefined) numbers.set(why, (numbers.get(why) ?? 0) + 1);
  }
  const { slug } = plan.stored;
  return [...numbers].map(
    ([why, number]) =>
      `policy.verify is run, but the server does not run ${number} of ${commands.length} acceptance commands: ${why}.${why === NOT_APPROVED ? ` plan_update {plan: "${slug}", action: "approve"} asks the user; or the user runs parallel-tasks approve ${slug} in a terminal.` : ""} An agent has to be seen to run them.`,
  );
}

async function commandsOfTasks(ctx: RunContext, { graph }: LoadedPlan): Promise<AcceptanceCommand[]> {
  const tasksOf = new Map<string, TaskId[]>();
  for (const { id, status, acceptance } of graph.tasks.values()) {
    if (hasEnded(status)) continue;
    for (const { command } of acceptance) {
      const text = command?.trim() ?? "";
      if (text !== "") tasksOf.set(text, [...(tasksOf.get(text) ?? []), id]);
    }
  }
  return Promise.all(
    [...tasksOf].map(async ([command, tasks]) => ({
      command,
      tasks: [...new Set(tasks)],
      isApproved: await ctx.commands.approved.has(command),
    })),
  );
}
