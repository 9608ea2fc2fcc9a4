import { NO_USAGE, UNNAMED_MODEL } from "../../graph/usage.ts";
import type { MessageUsage } from "./usage-counter.ts";

/** Any JSON object; nothing in a transcript is trusted to have the type that it should have. */
export type Json = Readonly<Record<string, unknown>>;

export interface TextBlock {
  readonly kind: "text";
  readonly text: string;
}

export interface CallBlock {
  readonly kind: "call";
  readonly id: string;
  readonly tool: string;
  readonly input: Json;
}

export interface ResultBlock {
  readonly kind: "result";
  readonly callId: string;
  readonly isError: boolean;
  readonly text: string;
}

export type Block = TextBlock | CallBlock | ResultBlock;

/** An agent whose steps the host showed while its launcher waited. */
export interface ShownAgent {
  readonly id: string;
  /** The call that launched it. */
  readonly launchedBy: string;
}

/** What the audit reads of one line of a transcript. */
export interface TranscriptRecord {
  readonly role: "assistant" | "user" | "notification";
  /** `undefined` where the record has no valid time. */
  readonly atMs: number | undefined;
  readonly blocks: readonly Block[];
  /** What the host keeps of a tool's result beside the text. */
  readonly toolResult: Json;
  /** Written by the host and not by the user: reminders, feedback of hooks, a summary of the conversation. */
  readonly isFromHost: boolean;
  /** The agent whose last word it is, where the host says so beside the text; else empty. */
  readonly handBackFrom: string;
  readonly isSidechain: boolean;
  /** The agent that did this, where the record stands between those of the conversation that launched it. */
  readonly agent: ShownAgent | undefined;
  /** Written in place of a model's answer that did not come. */
  readonly isApiError: boolean;
  /** Of an assistant's record. */
  readonly messageId: string;
  readonly usage: MessageUsage;
  /** The model that said it, as its provider names it; `UNNAMED_MODEL` where it is not told. */
  readonly model: string;
  readonly directory: string;
  /** Of a notification: whether it reached the model, or was only put into the queue. */
  readonly isDelivered: boolean;
}

/** These hold what is read, and other kinds of record are most of a transcript: they need no parsing. */
const WORTH_PARSING = ['"assistant"', '"user"', "task-notification"].map((text) => Buffer.from(text));
/** Copies of what was sent to the model, with everything in it once more. */
const COPIES = Buffer.from('{"type":"api-request');

/**
 * Reads one line. @returns `undefined` for records that the audit has no use for, `"broken"` for what is no
 * JSON object, which is what a line that is still being written looks like.
 */
export function parseRecord(line: Buffer): TranscriptRecord | "broken" | undefined {
  if (line.length === 0 || line.subarray(0, COPIES.length).equals(COPIES)) return undefined;
  if (!WORTH_PARSING.some((text) => line.includes(text))) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line.toString("utf8"));
  } catch {
    return "broken";
  }
  if (!isJson(value)) return "broken";
  if (value.type === "assistant" || value.type === "user") return spoken(value, value.type);
  const data = objectOf(value.data);
  if (value.type === "progress" && data.type === "agent_progress") return shown(value, data);
  const announced = announcement(value);
  return announced === undefined ? undefined : notification(value, announced);
}

function spoken(value: Json, role: "assistant" | "user"): TranscriptRecord {
  const message = objectOf(value.message);
  const isNotification = objectOf(value.origin).kind === "task-notification";
  return {
    ...common(value),
    role,
    blocks: blocksOf(message.content),
    toolResult: objectOf(value.toolUseResult),
    handBackFrom: handBackFrom(objectOf(value.origin)),
    isApiError: value.isApiErrorMessage === true,
    isFromHost: (value.isMeta === true || value.isCompactSummary === true) && !isNotification,
    messageId: stringOf(message.id),
    usage: usageOf(objectOf(message.usage)),
    model: stringOf(message.model),
    isDelivered: true,
  };
}

/** A step of an agent, without what it used: its last words are not among the steps, nor is their share. */
function shown(value: Json, data: Json): TranscriptRecord | undefined {
  const said = objectOf(data.message);
  if (said.type !== "assistant" && said.type !== "user") return undefined;
  const timestamp = stringOf(said.timestamp) || value.timestamp;
  return {
    ...spoken({ ...said, timestamp, cwd: value.cwd, isSidechain: true }, said.type),
    usage: NO_USAGE,
    agent: { id: stringOf(data.agentId), launchedBy: stringOf(value.parentToolUseID) },
  };
}

function handBackFrom({ kind, handback, senderTaskId, from }: Json): string {
  return kind === "peer" && handback === true ? stringOf(senderTaskId) || stringOf(from) : "";
}

/** What a notification says that is kept elsewhere than in a user's message, and whether the model saw it. */
function announcement(value: Json): { text: string; isDelivered: boolean } | undefined {
  if (value.type === "queue-operation" && value.operation === "enqueue") {
    return { text: stringOf(value.content), isDelivered: false };
  }
  const attachment = objectOf(value.attachment);
  if (value.type !== "attachment" || attachment.type !== "queued_command") return undefined;
  return { text: contentText(attachment.prompt), isDelivered: true };
}

function notification(value: Json, { text, isDelivered }: { text: string; isDelivered: boolean }) {
  return {
    ...common(value),
    role: "notification" as const,
    blocks: [{ kind: "text" as const, text }],
    toolResult: {},
    isFromHost: false,
    handBackFrom: "",
    isApiError: false,
    messageId: "",
    usage: NO_USAGE,
    model: UNNAMED_MODEL,
    isDelivered,
  };
}

function common(value: Json) {
  const atMs = Date.parse(stringOf(value.timestamp));
  return {
    atMs: Number.isNaN(atMs) ? undefined : atMs,
    isSidechain: value.isSidechain === true,
    agent: undefined,
    directory: stringOf(value.cwd),
  };
}

function blocksOf(content: unknown): Block[] {
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown): Block[] => {
    const block = objectOf(part);
    if (block.type === "text") return [{ kind: "text", text: stringOf(block.text) }];
    if (block.type === "tool_use") {
      return [
        { kind: "call", id: stringOf(block.id), tool: stringOf(block.name), input: objectOf(block.input) },
      ];
    }
    if (block.type === "tool_result") {
      const callId = stringOf(block.tool_use_id);
      return [{ kind: "result", callId, isError: block.is_error === true, text: contentText(block.content) }];
    }
    return [];
  });
}

/** The text of what is either a string or a list of blocks. */
function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: unknown) => stringOf(objectOf(part).text)).join("\n");
}

function usageOf(usage: Json): MessageUsage {
  const hour = countOf(objectOf(usage.cache_creation).ephemeral_1h_input_tokens);
  return {
    ...(hour > 0 && { cacheWriteHour: hour }),
    input: countOf(usage.input_tokens),
    cacheWrite: countOf(usage.cache_creation_input_tokens),
    cacheRead: countOf(usage.cache_read_input_tokens),
    output: countOf(usage.output_tokens),
  };
}

export function objectOf(value: unknown): Json {
  return isJson(value) ? value : {};
}

export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A whole number that is not negative; 0 for anything else. */
export function countOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
