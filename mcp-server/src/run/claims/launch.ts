import type { AnyClaim } from "../../graph/attempt.ts";
import type { Effort, Model } from "../../graph/model/model-choice.ts";
import { plainSubject, type Task } from "../../graph/task.ts";
import { cleanText } from "../../text/sanitize.ts";
import { launchLine } from "../briefs/brief.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";

/** One agent to launch, as the host's Agent tool wants it. */
export interface BatchLaunch {
  readonly task: string;
  readonly subagent_type: string;
  readonly description: string;
  readonly prompt: string;
  readonly model?: Model;
  readonly effort?: Effort;
}

/** At most this many characters of a subject go into an agent's description, which the user sees. */
const MAX_DESCRIPTION = 28;

/** What of a claim is launched. */
export type LaunchedClaim = Pick<AnyClaim, "agentType" | "chosenModel">;

export function launchOf(
  loaded: LoadedPlan,
  task: Task,
  { agentType, chosenModel }: LaunchedClaim,
  token: string,
): BatchLaunch {
  const subject = cleanText(plainSubject(task, loaded.stored.slug), MAX_DESCRIPTION);
  return {
    task: task.id,
    subagent_type: agentType,
    description: `${task.id} ${subject}`,
    prompt: launchLine(loaded.stored.slug, task.id, token),
    ...chosenModel,
  };
}
