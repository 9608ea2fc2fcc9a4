import { hostFigure } from "../../host/task-notification.ts";
import {
  countOf,
  type ResultBlock,
  stringOf,
  type TranscriptRecord,
} from "../../host/transcripts/transcript-record.ts";
import { withoutFrame } from "./agent-message.ts";
import type { LaunchAnswer, TranscriptPlace } from "./conversation.ts";

/** How hosts call an agent that has ended; of any other state they say more later. */
export const ENDED_STATUS =
  /^(?:completed|failed|error|errored|timed_out|killed|stopped|cancelled|interrupted|rejected|read)$/;
const TEAMMATE = /^teammate/;
export const LAUNCH_TEXT_LIMIT = 6_000;
const FIGURES_LENGTH = 300;

/** What the host answered to the launch of an agent. */
export function launchAnswer(
  result: ResultBlock,
  { toolResult }: TranscriptRecord,
  place: TranscriptPlace,
  textLimit: number,
): LaunchAnswer {
  const status = stringOf(toolResult.status);
  // Some hosts write their figures only at the end of the text.
  const end = result.text.slice(-FIGURES_LENGTH);
  return {
    ...place,
    isError: result.isError,
    isBackground: toolResult.isAsync === true || (status !== "" && !ENDED_STATUS.test(status)),
    isTeammate: TEAMMATE.test(status),
    agentId:
      stringOf(toolResult.agentId) ||
      stringOf(toolResult.agent_id) ||
      (/\bagent_?[iI]d: ([\w-]+(?:@[\w-]+)?)/.exec(result.text)?.[1] ?? ""),
    status,
    durationMs: countOf(toolResult.totalDurationMs) || hostFigure(end, "duration_ms"),
    tokens: countOf(toolResult.totalTokens) || hostFigure(end, "subagent_tokens"),
    text: withoutFrame(result.text).slice(0, textLimit),
  };
}
