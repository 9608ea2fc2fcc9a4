import type { McpClient } from "../../policy/client.ts";
import { escapeTags } from "../../text/tags.ts";
import type { FailedAnswer } from "./failure.ts";

/** What MCP calls the result of a call, as this server fills it. */
interface CallAnswer {
  readonly content: { type: "text"; text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  [key: string]: unknown;
}

/**
 * The answer in the form that the client's model reads, so that a long text (a brief, a report) does not reach it
 * twice: some clients show text and data both, and cut off what is too long together. Text is read by every client
 * that is given nothing else.
 */
export function answerFor(
  { reads }: Pick<McpClient, "reads">,
  { data, text }: { readonly data: Record<string, unknown>; readonly text?: string },
): CallAnswer {
  // Data has been cleaned; a text is of several sources.
  const whole = text === undefined ? JSON.stringify(data) : escapeTags(text);
  if (reads === "text") return { content: [{ type: "text", text: whole }] };
  const shown = reads === "data" && text !== undefined ? String(data.next) : whole;
  return { content: [{ type: "text", text: shown }], structuredContent: data };
}

/** A failure: Claude Code shows of it the text alone and Codex the data alone, so that only readers of text get less. */
export function answerForFailure(
  { reads }: Pick<McpClient, "reads">,
  failed: FailedAnswer,
): CallAnswer & { isError: true } {
  if (reads !== "text") return { ...failed };
  return { content: failed.content, isError: true };
}
