/** The words with which an agent that has no tool to report with begins its last message. */
export const MESSAGE_DONE = "DONE";
export const MESSAGE_FAILED = "FAILED";

const FAILED = new RegExp(`^[^\\p{L}\\p{N}]*(?:${MESSAGE_FAILED}|BLOCKED)\\b`, "u");

/**
 * What the last message of an agent says that has no tool to report with. An empty one is no report, and no report is
 * no success.
 */
export function outcomeOfMessage(message: string): "completed" | "failed" | "unreported" {
  if (message.trim() === "") return "unreported";
  return FAILED.test(message) ? "failed" : "completed";
}
