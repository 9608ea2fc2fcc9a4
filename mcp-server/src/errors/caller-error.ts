/**
 * The call cannot be carried out as it was made: whoever made it (usually a model) can fix it.
 * The message says what is wrong with which field, the remedy what to do instead.
 */
export class CallerError extends Error {
  override readonly name = "CallerError";
  constructor(
    readonly kind: "bad_input" | "unknown_plan" | "unknown_task" | "refused_token" | "wrong_state",
    message: string,
    readonly remedy: string,
    readonly field?: string,
  ) {
    super(message);
  }
}
