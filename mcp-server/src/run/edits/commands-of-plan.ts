import { hasEnded } from "../../graph/readiness.ts";
import type { TaskId } from "../../graph/task.ts";
import { NOT_APPROVED } from "../approval/command-runner.ts";
import { isolationsOf } from "../attempts/isolations-of.ts";
import { whyGateDoesNotRun } from "../gate/gate-step.ts";
import { notToldWarnings, receiversOf } from "../notify/receivers/receivers.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { existingGraph, planSlug } from "../plan/load-plan.ts";
import { readPlan } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { whySetUpIsNotRun } from "../worktrees/setup/refuse-set-up.ts";

/** Settings of a policy that are commands, and what they are for. */
const POLICY_COMMANDS = {
  setup: "the set-up of its worktrees",
  gate: "the gate before its branch",
  notify: "telling you of the plan",
} as const;

/** A command that a plan names. */
export interface PlanCommand {
  /** Without white space around it. */
  readonly command: string;
  /** The tasks that are accepted by it. */
  readonly tasks: readonly TaskId[];
  /** The settings of the policy that name it. */
  readonly settings: readonly (keyof typeof POLICY_COMMANDS)[];
  readonly isApproved: boolean;
}

/** The commands of the policy, and those by which tasks that have not ended are accepted, each once. */
export async function commandsOfPlan(ctx: RunContext, slug: string): Promise<PlanCommand[]> {
  const store = await existingGraph(ctx, planSlug(slug));
  return commandsIn(ctx, await readPlan(ctx, store, slug));
}

/** What a command is for, for whoever is to approve it: the names of tasks, or words. */
export function purposeOfCommand({ tasks, settings }: PlanCommand): string {
  return [...settings.map((setting) => POLICY_COMMANDS[setting]), ...tasks].join(", ");
}

/** Says which commands the server does not run although the policy wants it to, and why. */
export async function notRunWarnings(ctx: RunContext, plan: LoadedPlan): Promise<string[]> {
  const setUp = isolationsOf(plan).usesWorktrees ? await whySetUpIsNotRun(ctx, plan) : undefined;
  const first = [
    ...(setUp === undefined ? [] : [`${setUp.problem} ${setUp.remedy} Nothing starts in one before that.`]),
    ...(await gateWarnings(ctx, plan)),
    ...(await notToldWarnings(ctx, plan)),
  ];
  if (plan.policy.verify !== "run") return first;
  const numbers = new Map<string, number>();
  const commands = (await commandsIn(ctx, plan)).filter(({ tasks }) => tasks.length > 0);
  for (const { command } of commands) {
    const why = await ctx.commands.whyNot(command);
    if (why !== undefined) numbers.set(why, (numbers.get(why) ?? 0) + 1);
  }
  const { slug } = plan.stored;
  const ofTasks = [...numbers].map(
    ([why, number]) =>
      `policy.verify is run, but the server does not run ${number} of ${commands.length} acceptance commands: ${why}.${why === NOT_APPROVED ? ` plan_update {plan: "${slug}", action: "approve"} asks the user; or the user runs parallel-tasks approve ${slug} in a terminal.` : ""} An agent has to be seen to run them.`,
  );
  return [...first, ...ofTasks];
}

async function gateWarnings(ctx: RunContext, plan: LoadedPlan): Promise<string[]> {
  const { gate } = plan.policy;
  if (gate.trim() === "") return [];
  if (!isolationsOf(plan).usesWorktrees) {
    return ["policy.gate tests what is merged, and no task of this plan works in a worktree: it is not run."];
  }
  const whyNot = await ctx.commands.whyNot(gate);
  if (whyNot === undefined) return [];
  return [`policy.gate: ${whyGateDoesNotRun(plan.stored.slug, whyNot)}. Nothing is merged before that.`];
}

async function commandsIn(ctx: RunContext, plan: LoadedPlan): Promise<PlanCommand[]> {
  const { graph, policy } = plan;
  const usesOf = new Map<string, Pick<PlanCommand, "tasks" | "settings">>();
  const add = (command: string, uses: Partial<PlanCommand>) => {
    const text = command.trim();
    const { tasks, settings } = usesOf.get(text) ?? { tasks: [], settings: [] };
    if (text === "") return;
    usesOf.set(text, {
      tasks: [...new Set([...tasks, ...(uses.tasks ?? [])])],
      settings: [...settings, ...(uses.settings ?? [])],
    });
  };
  for (const setting of ["setup", "gate"] as const) add(policy[setting], { settings: [setting] });
  for (const { target } of receiversOf(ctx, policy.notify))
    if (target.kind === "command") add(target.command, { settings: ["notify"] });
  for (const { id, status, acceptance } of graph.tasks.values()) {
    if (hasEnded(status)) continue;
    for (const { command = "" } of acceptance) add(command, { tasks: [id] });
  }
  return Promise.all(
    [...usesOf].map(async ([command, uses]) => ({
      command,
      ...uses,
      isApproved: await ctx.commands.approved.has(command),
    })),
  );
}
