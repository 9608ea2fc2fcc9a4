/** The database cannot be used as it is; the person who runs the session must act. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
  constructor(
    readonly problem:
      | "corrupt"
      | "newer"
      | "read-only"
      | "busy"
      | "moved"
      | "no-driver"
      | "unreachable"
      | "refused",
    message: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
