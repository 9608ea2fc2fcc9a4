import type { Conversation } from "./conversation.ts";

/** The plugin's tools as Claude Code names them, and what they answered, as a model reads it. */

const PREFIX = "mcp__plugin_parallel_tasks__";

/** The name under which Claude Code offers a tool of the plugin's server. */
export function taskTool(name: string): string {
  return PREFIX + name;
}

/** Whether a tool belongs to the plugin's server. */
export function isTaskTool(tool: string): boolean {
  return tool.startsWith(PREFIX);
}

export interface Answer {
  tool: string;
  callId: string;
  /** Position among the blocks of the conversation. */
  at: number;
  isError: boolean;
  text: string;
  /** The structured answer; an empty object where the text holds none. */
  value: Record<string, unknown>;
}

/** All answers of the plugin's tools from a position of the conversation on, oldest first. */
export function answers(conversation: Conversation, from = 0): Answer[] {
  return conversation.blocks.flatMap((block, at) =>
    at >= from && block.kind === "result" && isTaskTool(block.tool)
      ? [
          {
            tool: block.tool.slice(PREFIX.length),
            callId: block.callId,
            at,
            isError: block.isError,
            text: block.text,
            value: parseAnswer(block.text),
          },
        ]
      : [],
  );
}

/** Hosts show the structured answer as compact JSON, or the text block, which then is not JSON. */
function parseAnswer(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

const TOKEN = /\b\d+-[a-z2-7]{26}\b/;
const TASK_LINE = /^Task: *(\S+)/m;
const TASK_NAME = /\b[a-z0-9][a-z0-9-]{0,63}\/[A-Za-z0-9][\w.+-]*/;

/** The claim token in a text, wherever it stands. */
export function findToken(text: string): string | undefined {
  return text.match(TOKEN)?.[0];
}

/** The task (`plan/id`) that a brief or a one-line prompt is about. */
export function findTask(text: string): string | undefined {
  const named = text.match(TASK_LINE)?.[1] ?? text.match(TASK_NAME)?.[0];
  return named?.replace(/[.,:;]+$/, "");
}
