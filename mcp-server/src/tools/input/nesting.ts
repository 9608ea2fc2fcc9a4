import { isTooDeep, MAX_DEPTH } from "../../breakdown/depth.ts";
import { CallerError } from "../../errors/caller-error.ts";

/** @throws CallerError for arguments nested so deeply that looking at them would exhaust the stack. */
export function refuseDeepNesting(value: unknown): void {
  if (!isTooDeep(value)) return;
  throw new CallerError(
    "bad_input",
    `The arguments are nested more than ${MAX_DEPTH} levels deep.`,
    "Flatten them.",
  );
}
