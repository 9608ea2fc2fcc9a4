import { isTaskNotification } from "../task-notification.ts";
import { parseRecord } from "./transcript-record.ts";
import { untilEnd } from "./until-written.ts";

const INTERRUPTED = /^\s*\[Request interrupted by user/;
/** Half a second: the host writes an interruption down before it tells of anything else, but not at once to the disk. */
const MAX_LOOKS = 20;

/**
 * Whether the user has interrupted a conversation that has not gone on since. The host calls no hook for that.
 * @throws an error where the transcript cannot be read.
 */
export function isInterrupted(transcript: string): Promise<boolean> {
  return untilEnd(transcript, MAX_LOOKS, endsInterrupted);
}

/** @param end the last bytes of a transcript, which may begin in the middle of a line. */
export function endsInterrupted(end: Buffer): boolean {
  for (let to = end.length; to > 0; ) {
    const from = end.lastIndexOf("\n", to - 1) + 1;
    const text = spokenIn(end.subarray(from, to));
    if (text !== undefined && !isTaskNotification(text)) return INTERRUPTED.test(text);
    to = from - 1;
  }
  return false;
}

/** What user or model say in a line; empty for a call or its result, undefined for what nobody of them has written. */
function spokenIn(line: Buffer): string | undefined {
  const record = parseRecord(line);
  if (record === undefined || record === "broken") return undefined;
  if (record.role === "notification" || record.isSidechain || record.isFromHost) return undefined;
  const [block] = record.blocks;
  return block?.kind === "text" ? block.text : "";
}
