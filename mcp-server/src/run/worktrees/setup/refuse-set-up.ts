import { CallerError } from "../../../errors/caller-error.ts";
import { exactLine } from "../../../text/untrusted-text.ts";
import { NOT_APPROVED } from "../../approval/command-runner.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import type { RunContext } from "../../project/run-context.ts";

/** Why the server does not run the set-up of a plan's worktrees, and what helps; undefined: it does, or there is none. */
export async function whySetUpIsNotRun(
  ctx: RunContext,
  { policy, stored: { slug } }: LoadedPlan,
): Promise<{ readonly problem: string; readonly remedy: string } | undefined> {
  const why = policy.setup.trim() === "" ? undefined : await ctx.commands.whyNot(policy.setup);
  if (why === undefined) return undefined;
  const remedy =
    why === NOT_APPROVED
      ? `plan_update {plan: "${slug}", action: "approve"} asks the user; or the user runs parallel-tasks approve ${slug} in a terminal.`
      : `Ask the user to change that, or to do without: plan_update {plan: "${slug}", policy: {setup: ""}}.`;
  return {
    problem: `The server does not run the set-up of worktrees, ${exactLine(policy.setup)}: ${why}.`,
    remedy,
  };
}

/** @throws CallerError where worktrees of the plan could not be set up: no attempt is spent on finding that out. */
export async function refuseSetUp(ctx: RunContext, plan: LoadedPlan): Promise<void> {
  const why = await whySetUpIsNotRun(ctx, plan);
  if (why) throw new CallerError("wrong_state", why.problem, why.remedy);
}
