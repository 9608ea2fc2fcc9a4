import type { Conversation } from "./conversation.ts";
import { answers, taskTool } from "./task-tools.ts";
import { calls as callsTool, type Turn } from "./turn.ts";

/**
 * What an agent of the plugin's script does besides its task, as the one line of its prompt says: it claims the task, or
 * waits for others, and ends with the tool of the script engine.
 */
export interface ScriptAgent {
  /** Ends the agent. */
  end: Turn;
  /** What it does before its work; absent when that is done. */
  first?: Turn;
  /** The brief of the task that it has claimed. */
  brief?: string;
}

const ENDS_WITH = "StructuredOutput";

/** @returns undefined for every other agent. */
export function scriptAgent(conversation: Conversation, prompt: string): ScriptAgent | undefined {
  if (!conversation.tools.includes(ENDS_WITH)) return undefined;
  const end = callsTool(ENDS_WITH, argumentsIn(prompt, /StructuredOutput with (\{[^{}]*\})/) ?? {});
  for (const tool of ["task_claim", "batch_collect"]) {
    const input = argumentsIn(prompt, new RegExp(`${tool} with (\\{[^{}]*\\})`));
    if (input === undefined) continue;
    const answer = answers(conversation).find((given) => given.tool === tool);
    if (answer === undefined) return { end, first: callsTool(taskTool(tool), input) };
    const claim = answer.value.claim as { brief: string } | null | undefined;
    return claim ? { end, brief: claim.brief } : { end };
  }
  return { end };
}

function argumentsIn(prompt: string, pattern: RegExp): Record<string, unknown> | undefined {
  const text = prompt.match(pattern)?.[1];
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
}
