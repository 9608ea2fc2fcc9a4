import { CallerError } from "../run/errors.ts";

/** Deeper than anything that a person means, and far above what a validator can follow. */
const MAX_DEPTH = 64;

/** @throws CallerError for arguments nested so deeply that looking at them would exhaust the stack. */
export function refuseDeepNesting(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      throw new CallerError(
        "bad_input",
        `The arguments are nested more than ${MAX_DEPTH} levels deep.`,
        "Flatten them.",
      );
    }
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
}
