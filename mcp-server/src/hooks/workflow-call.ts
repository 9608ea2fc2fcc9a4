import * as z from "zod";
import { BreakdownError } from "../breakdown/errors.ts";
import { CallerError } from "../errors/caller-error.ts";
import { openPlan } from "../run/edits/open-plan.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { isOwnRun } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { workflowStep } from "../run/session/workflow-step.ts";
import { cleanAnswer } from "../tools/answer/clean-answer.ts";
import { deny, type HookAnswer, type HookEvent, json, NOTHING } from "./hook-event.ts";

/** The script of this plugin, as the host names it. */
export const WORKFLOW = "parallel:execute";

const workflowInput = z.looseObject({ name: z.string(), args: z.unknown() });
const named = z.union([z.string(), z.looseObject({ plan: z.string() }).transform(({ plan }) => plan)]);

/**
 * The model calls the script that runs a plan: the plan is imported or taken up where it stands, and the script gets
 * what it is to start first in place of the name. So nothing of the plan passes through the conversation.
 */
export async function onWorkflowCall(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const input = json(workflowInput, event.input);
  if (input?.name !== WORKFLOW) return NOTHING;
  const { name, args, ...more } = input;
  if (Object.keys(more).length > 0) {
    return deny("Call Workflow with name and args only: the graph knows how far the plan is.");
  }
  // Without the user's command or consent the host asks, and the script begins nothing.
  if (!session.workflows.wanted && !(await isOwnRun(run, session))) return NOTHING;
  const wanted = named.safeParse(args);
  if (!wanted.success) return deny('args is to be the plan\'s name, for example "auth".');
  try {
    await run.roles.refresh();
    const { slug } = await openPlan(run, "main", wanted.data);
    const step = await workflowStep(run, "main", slug);
    session.plans.add(slug);
    session.goesOn();
    session.workflows.called(event.use, slug);
    return {
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "allow",
        permissionDecisionReason: "the user's own command runs this plan",
        updatedInput: { name, args: cleanAnswer({ plan: slug, ...step }) },
      },
    };
  } catch (error) {
    // A mistake in the plan or its name is the caller's to fix; anything else fails open, and the script says so.
    if (error instanceof CallerError || error instanceof BreakdownError)
      return deny(`${error.message} ${error.remedy}`);
    throw error;
  }
}
