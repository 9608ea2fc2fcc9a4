import type { Evidence } from "../graph/attempt.ts";

/** Evidence of a command and how it ended. */
export type CommandEvidence = Extract<Evidence, { readonly command: string }>;

export function isCommand(item: Evidence): item is CommandEvidence {
  return "command" in item;
}

/** The standing of evidence in words, with what was seen; empty where nobody has judged it. */
export function standingText({ standing, seen }: Pick<CommandEvidence, "standing" | "seen">): string {
  if (standing === undefined) return "";
  return seen === undefined ? standing : `${standing}: ${seen}`;
}

/** A test run that tests nothing proves nothing. */
export const NO_TEST = "its output says that no test ran";
