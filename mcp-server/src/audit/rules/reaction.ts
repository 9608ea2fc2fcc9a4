import { allSteps, type Step } from "../conversation/conversation.ts";
import type { AgentRun } from "../session/agent-run.ts";
import { isSameTask } from "./independence.ts";

const REPAIR =
  /\b(?:fix\w*|retry|re-?try|re-?run|again|re-?do|debug\w*|investigat\w*|repair\w*|recover\w*)\b/i;

/** What a launcher did after it had learnt that one of its agents failed. */
export interface Reaction {
  /** It said something about a failure, asked the user, or told the agent to go on. */
  readonly mentioned: boolean;
  /** The task was given to another agent, or the launcher did the work itself. */
  readonly recovered: boolean;
  /** It did anything at all, so that silence means something. */
  readonly continued: boolean;
}

/**
 * How the launcher of a failed agent reacted, up to a moment.
 * @param runs all runs of the session
 */
export function reactionTo(failed: AgentRun, runs: readonly AgentRun[], untilMs: number): Reaction {
  const { by, reportedAt } = failed;
  if (reportedAt === undefined) return { mentioned: false, recovered: false, continued: false };
  const after = allSteps(by).filter((step) => step.line >= reportedAt.line && step.atMs <= untilMs);
  const repairs = runs.filter(
    (run) =>
      run !== failed &&
      run.by === by &&
      run.startMs >= reportedAt.atMs &&
      run.startMs <= untilMs &&
      (isSameTask(failed, run) || REPAIR.test(`${run.name} ${run.launch?.prompt ?? ""}`)),
  );
  return {
    mentioned: after.some((step) => isMention(step, failed)),
    recovered:
      repairs.some((run) => run.outcome === "completed") ||
      after.some((step) => step.kind === "work" && step.writes > 0),
    continued:
      repairs.length === 0 && after.some((step) => step.kind === "statement" || step.kind === "launch"),
  };
}

function isMention(step: Step, failed: AgentRun): boolean {
  if (step.kind === "statement") return step.admitsFailure;
  if (step.kind === "message") return !step.isStop && step.agentId === failed.agentId;
  return false;
}
