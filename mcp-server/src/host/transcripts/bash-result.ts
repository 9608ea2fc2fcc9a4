import type { CommandEnd } from "../../graph/command-run.ts";
import { type Json, stringOf } from "./transcript-record.ts";

const FAILED = /^(?:Error: )?Exit code (\d+)(?:\n|$)/;
const TIMED_OUT = /^Command timed out after /;

/**
 * How Bash ended, by the host's answer to a call that did not fail. The answer names no exit code: it is 0, but for a
 * `grep`, `diff` or `test` that found nothing, which the host tells in words and whose exit code is 1.
 */
export function endOfAnswer(response: Json): CommandEnd {
  if (stringOf(response.backgroundTaskId) !== "") return { kind: "unknown", inBackground: true };
  if (response.interrupted === true) return { kind: "stopped" };
  return { kind: "exited", exitCode: stringOf(response.returnCodeInterpretation) === "" ? 0 : 1 };
}

/** The host takes exit code 1 of these for an answer and not for a failure, and says so beside the text only. */
const ANSWERS_WITH_ONE =
  /(?:^|[;&|\n({!`]|\b(?:if|elif|while|until|then|do|else|time|command|env|sudo)\s)\s*(?:\w+=\S*\s+)*(?:\S*\/)?(?:(?:[ef]?grep|rg|find|diff|test|\[)(?=\s|$)|git\s[^;&|\n]*\b(?:diff|grep)\b)/;
const TO_BACKGROUND = /^Command .*\bbackground\b.*\bID: /m;

/** How Bash ended, by the text of an answer that is all that is left of it. An agent's transcript keeps no more. */
export function endOfText(command: string, text: string): CommandEnd {
  const inBackground = TO_BACKGROUND.test(text);
  if (inBackground || ANSWERS_WITH_ONE.test(command)) return { kind: "unknown", inBackground };
  return { kind: "exited", exitCode: 0 };
}

/** How Bash ended, by the host's words for a call that failed. */
export function endOfError(error: string): CommandEnd {
  const failed = FAILED.exec(error);
  if (failed === null) return { kind: "stopped" };
  const timedOut = TIMED_OUT.test(error.slice(failed[0].length));
  return { kind: "exited", exitCode: Number(failed[1]), ...(timedOut && { timedOut: true }) };
}

/** What the command printed, by the host's answer. */
export function outputOf(response: Json): string {
  return `${stringOf(response.stdout)}\n${stringOf(response.stderr)}`;
}
