import { BreakdownError } from "../../breakdown/errors.ts";
import { CallerError } from "../../errors/caller-error.ts";
import { fileRefusal } from "../../errors/file-refusal.ts";
import { StoreUnusable } from "../../errors/store-unusable.ts";
import { cleanLines } from "../../text/sanitize.ts";
import { escapeTags } from "../../text/tags.ts";

/** A call of a tool that does not exist. */
export class UnknownTool extends Error {
  constructor(name: string) {
    super(`There is no tool ${JSON.stringify(name.slice(0, 80))}.`);
  }
}

interface Problem {
  readonly kind: string;
  readonly field?: string;
  readonly message: string;
  readonly remedy: string;
}

/** A failed call, as every client can read it. */
export interface FailedAnswer {
  readonly content: { type: "text"; text: string }[];
  readonly structuredContent: { error: Problem };
  readonly isError: true;
  [key: string]: unknown;
}

/** Turns whatever was thrown into an answer that says what is wrong and what to do; never a stack. */
export function failure(error: unknown): FailedAnswer {
  const { message, remedy, ...rest } = problemOf(error);
  // What is wrong is often a text that somebody sent: it comes back as text, to a terminal or a prompt.
  const problem = {
    ...rest,
    message: escapeTags(cleanLines(message)),
    remedy: escapeTags(cleanLines(remedy)),
  };
  return {
    content: [{ type: "text", text: `${problem.message} ${problem.remedy}` }],
    structuredContent: { error: problem },
    isError: true,
  };
}

function problemOf(thrown: unknown): Problem {
  const error = fileRefusal(thrown) ?? thrown;
  if (error instanceof CallerError || error instanceof BreakdownError) {
    return {
      kind: error instanceof CallerError ? error.kind : "bad_input",
      ...(error.field !== undefined && { field: error.field }),
      message: error.message,
      remedy: error.remedy,
    };
  }
  if (error instanceof StoreUnusable) {
    return { kind: `store_${error.problem}`, message: error.message, remedy: error.remedy };
  }
  if (error instanceof UnknownTool) {
    return { kind: "unknown_tool", message: error.message, remedy: "Use one of the tools that are listed." };
  }
  // A defect of ours: the trace goes to the log of the client, not to its model.
  process.stderr.write(`parallel: ${cleanLines((error instanceof Error && error.stack) || String(error))}\n`);
  return {
    kind: "internal",
    message: `The server failed: ${error instanceof Error ? error.message.slice(0, 300) : "unknown reason"}.`,
    remedy: "Nothing was changed. Try once more; if it fails again, tell the user.",
  };
}
