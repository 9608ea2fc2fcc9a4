import type { AttemptId } from "./attempt.ts";

/** An attempt that was at work in a checkout, with the task's name outside its plan (`<plan>/<id>`). */
export interface AtWork {
  readonly attempt: AttemptId;
  readonly task: string;
}

/** A file whose content is another one than at the look before. */
export interface ChangedFile {
  /** Relative to the checkout's top level, with forward slashes. */
  readonly path: string;
  readonly how: "written" | "removed";
}

/** A changed file with the attempts at work whose scope or granted paths cover it. */
export interface AttributedFile extends ChangedFile {
  readonly inScopeOf: readonly AttemptId[];
}
