import { canBeNamed } from "../../graph/runner.ts";
import { cleanText, NAME_LIMIT } from "../../text/sanitize.ts";
import { LABELS_VARIABLE } from "../project/settings-from-environment.ts";

/** The machine that a task waits for. @param labels what it is to have: a breakdown's words. */
export function machineWith(labels: readonly string[]): string {
  return `a machine with ${labels.map((label) => cleanText(label, NAME_LIMIT)).join(", ")}`;
}

/** Why a task cannot start on this machine, and what is to be done about that. */
export function whyNotOnThisMachine(missing: readonly string[]): string {
  const named = missing.every(canBeNamed) ? `; where this one has it, ${LABELS_VARIABLE} says so` : "";
  return `it waits for ${machineWith(missing)}: claim it there, or run parallel worker there${named}`;
}
