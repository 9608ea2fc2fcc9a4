import { failure } from "../tools/answer/failure.ts";

/** Tells the user what is wrong, and the remedy, on the error output. */
export function showFailure(error: unknown): void {
  const { message, remedy } = failure(error).structuredContent.error;
  process.stderr.write(`parallel: ${message}\n${remedy}\n`);
}
