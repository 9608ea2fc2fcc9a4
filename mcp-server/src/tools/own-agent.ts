import * as z from "zod";
import { CallerError } from "../errors/caller-error.ts";
import { agentOfToken } from "../graph/token.ts";
import { startedByRunner } from "../run/session/runner-child.ts";

/** The agent of one task that the whole conversation of a client is, because a runner has started it for that. */
export interface OwnAgent {
  readonly id: string;
  /** What the server is about: the runner answers for the claims, and the plan is that of its checkout. */
  readonly place: { readonly parentPid: number; readonly directory: string };
}

/** Undefined where a person has started the client. */
export function ownAgentIn(env: NodeJS.ProcessEnv): OwnAgent | undefined {
  const started = startedByRunner(env);
  if (!started) return undefined;
  const { token, runnerPid: parentPid, directory } = started;
  return { id: agentOfToken(token), place: { parentPid, directory } };
}

/** What an agent needs for its task; the rest is the orchestrator's. */
const AGENT_TOOLS: ReadonlySet<string> = new Set([
  "task_get",
  "task_list",
  "task_report",
  "task_update",
  "task_claim",
  "task_create",
]);

const trialInput = z.looseObject({ dryRun: z.literal(true) });

/** Whether an agent of a task may call the tool with this input: whoever writes a breakdown has it checked until it is right. */
function mayAgentCall(tool: string, input: unknown): boolean {
  return AGENT_TOOLS.has(tool) || (tool === "plan_create" && trialInput.safeParse(input).success);
}

/** Why an agent of a task may not call the tool with this input; undefined where it may. */
export function refusalForAgent(tool: string, input: unknown): CallerError | undefined {
  if (mayAgentCall(tool, input)) return undefined;
  return new CallerError(
    "wrong_state",
    "Only the main conversation plans and launches.",
    "Finish your own task and report it with task_report.",
  );
}

/**
 * The tools that a client is shown.
 * @param agent absent: a person has started it.
 */
export function listedFor<Tool extends { readonly name: string }>(
  agent: OwnAgent | undefined,
  tools: readonly Tool[],
): readonly Tool[] {
  return agent === undefined ? tools : tools.filter(({ name }) => AGENT_TOOLS.has(name));
}
