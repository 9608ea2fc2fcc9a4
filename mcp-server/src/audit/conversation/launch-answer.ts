import {
  countOf,
  type ResultBlock,
  stringOf,
  type TranscriptRecord,
} from "../../host/transcripts/transcript-record.ts";
import type { LaunchAnswer, TranscriptPlace } from "./conversation.ts";

/** How hosts call an agent that has ended; of any other state they say more later. */
export const ENDED_STATUS =
  /^(?:completed|failed|error|errored|timed_out|killed|stopped|cancelled|interrupted|rejected|read)$/;
const TEAMMATE = /^teammate/;
export const LAUNCH_TEXT_LIMIT = 6_000;

/** What the host answered to the launch of an agent. */
export function launchAnswer(
  result: ResultBlock,
  { toolResult }: TranscriptRecord,
  place: TranscriptPlace,
  textLimit: number,
): LaunchAnswer {
  const status = stringOf(toolResult.status);
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
    durationMs: countOf(toolResult.totalDurationMs),
    tokens: countOf(toolResult.totalTokens),
    text: result.text.slice(0, textLimit),
  };
}
