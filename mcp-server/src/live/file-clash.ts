/** Two tasks that may not run at once, though neither waits for the other, as JSON for the page. */
export interface FileClash {
  readonly tasks: readonly [string, string];
  /** The globs that could meet, or the resource. */
  readonly what: string;
}
