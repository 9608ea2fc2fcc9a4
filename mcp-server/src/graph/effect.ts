import type { AttemptId } from "./attempt.ts";

/** The host's id of a tool call. */
export type CallId = string;

/** Who makes a tool call. */
export interface ToolCaller {
  readonly session: string;
  /** Undefined: the session's main conversation. */
  readonly agentId?: string;
  /** The attempt that the agent works at, with the task's name outside its plan. */
  readonly attempt?: AttemptId;
  readonly task?: string;
}

/** A tool call that may have written, as an effect names it. Times are milliseconds since the epoch. */
export interface NamedCall {
  readonly id: CallId;
  readonly tool: string;
  readonly caller: ToolCaller;
  readonly fromMs: number;
  /** Absent: it ran on. */
  readonly untilMs?: number;
}

/**
 * What stands in a file: `sha256:` and the digest of its bytes, or words for what has none: that it is not there, is a
 * link, or is too large to be read. Two are equal only where nobody could have changed the file.
 */
export type ContentId = string;

/** There is no file. */
export const ABSENT: ContentId = "absent";

/** A file that a live claim holds, whose bytes are others than at the look before. */
export interface HeldFileEffect {
  /** Relative to the checkout's top level, with forward slashes. */
  readonly path: string;
  readonly holder: AttemptId;
  /** Absent: what stood there before was not read yet; it was as in the last commit. */
  readonly before?: ContentId;
  readonly after: ContentId;
  /** Why the bytes that are there now were not kept; absent: they were, or there are none. */
  readonly notKept?: string;
}

/** Who changed a file that a claim holds. */
export type Attribution =
  /** Only calls of the holder ran. */
  | { readonly kind: "own"; readonly calls: readonly NamedCall[] }
  /** Exactly one call of anybody ran, and it is not the holder's; or a file tool that was told just these bytes. */
  | { readonly kind: "certain"; readonly call: NamedCall }
  /** One of these calls, or of what the doubts name. */
  | {
      readonly kind: "uncertain";
      readonly calls: readonly NamedCall[];
      readonly doubts: readonly string[];
    }
  /** No call ran: a person or another program. */
  | { readonly kind: "nobody" };

/** A changed file with who changed it; of a certain attribution, the call. */
export interface AttributedEffect extends HeldFileEffect {
  readonly by: Attribution["kind"];
  readonly call?: CallId;
  /** What stood there before was put back at once. */
  readonly undone?: true;
}

/** What two looks at held files differ in. Times are milliseconds since the epoch. */
export interface HeldFilesChanged {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly atWork?: undefined;
  /** All calls that may have run between the looks. */
  readonly calls: readonly NamedCall[];
  /** Why something else may have written as well; absent: nothing was seen that did. */
  readonly doubts?: readonly string[];
  readonly files: readonly AttributedEffect[];
  /** Changed files beyond those that are listed; absent: none. */
  readonly unlisted?: number;
  /** So much is held that some of it was not looked at: there may be more changes. */
  readonly isIncomplete?: true;
}

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

/**
 * What two looks at a whole checkout differ in, beyond what looks at held files have told between them. Times are
 * milliseconds since the epoch.
 */
export interface CheckoutChanged {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Who was at work between the looks: one of them wrote a file, the main conversation, or another program. */
  readonly atWork: readonly AtWork[];
  /** With the attempt at work in whose scope the file lies; absent: in that of none, or of more than one task. */
  readonly files: readonly (ChangedFile & { readonly holder?: AttemptId })[];
  /** Changed files beyond those that are listed; absent: none. */
  readonly unlisted?: number;
}

/** What is other in a repository than it was at the look before. Commits are whole names. */
export type GitMove = {
  /** Folder of a repository inside the checkout, such as a submodule; absent: the checkout's own. */
  readonly repository?: string;
} & (
  | {
      /** Another branch, or a commit without one, is checked out. A branch is a full name of a ref. */
      readonly what: "head";
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly what: "branch" | "tag";
      readonly name: string;
      /** Absent: it was not there before, or is not there any more. */
      readonly from?: string;
      readonly to?: string;
      /** By what git's own log says it was moved, such as `commit` or `reset`; absent: it says nothing. */
      readonly how?: string;
    }
  /** Entries of the stash. */
  | { readonly what: "stash"; readonly added: number; readonly gone: number }
  /** What is staged is other than before, and no commit or switch explains it. */
  | { readonly what: "index" }
  /** The repository inside the checkout is not there any more. */
  | { readonly what: "gone" }
);

/** Moves that were seen between two looks. Times are milliseconds since the epoch. */
export interface GitMoved {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly moves: readonly GitMove[];
  /** Moves beyond those that are listed; absent: none. */
  readonly unlisted?: number;
  /** All calls that may have run between the looks. */
  readonly calls: readonly NamedCall[];
  /** As of a changed file; whose calls may make such a move is left out. */
  readonly by: Exclude<Attribution["kind"], "own">;
  /** Why something else may have moved it as well; absent: nothing was seen that did. */
  readonly doubts?: readonly string[];
}

/** Who made a call: a task, or what else makes calls. */
export function callerName({ caller }: NamedCall): string {
  if (caller.task !== undefined) return caller.task;
  return caller.agentId === undefined ? "the main conversation" : "an agent without a task";
}
