import * as z from "zod";
import { isModulesCall } from "../host/module-calls.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";

/**
 * What hooks.json passes of an event. The host turns objects into JSON text and missing fields into empty
 * strings.
 */
export const hookInput = z.object({
  event: z.string(),
  session: z.string().default(""),
  transcript: z.string().default(""),
  /** The folder in which the caller's tools run. */
  cwd: z.string().default(""),
  agent: z.string().default(""),
  agentType: z.string().default(""),
  agentTranscript: z.string().default(""),
  /** The session's permission mode. */
  mode: z.string().default(""),
  tool: z.string().default(""),
  use: z.string().default(""),
  input: z.string().default(""),
  response: z.string().default(""),
  calls: z.string().default(""),
  last: z.string().default(""),
  error: z.string().default(""),
  /** What runs beside the conversation, as a list. */
  background: z.string().default(""),
  stopActive: z.string().default(""),
  prompt: z.string().default(""),
  promptId: z.string().default(""),
});
export type HookEvent = z.infer<typeof hookInput>;

/** What a hook answers; `{}` says nothing and changes nothing. */
export type HookAnswer =
  | Record<string, never>
  | { readonly decision: "block"; readonly reason: string }
  /** Shown to the user, not to the model. */
  | { readonly systemMessage: string }
  /** The turn ends here, without a word of the model; the user is shown the reason. */
  | { readonly continue: false; readonly stopReason: string }
  | {
      readonly hookSpecificOutput: {
        readonly hookEventName: string;
        readonly permissionDecision?: "allow" | "deny";
        readonly permissionDecisionReason?: string;
        readonly updatedInput?: Readonly<Record<string, unknown>>;
        readonly additionalContext?: string;
      };
    };

export const NOTHING: HookAnswer = {};

/** Whether the main conversation makes the call: neither an agent nor a module in the host. */
export function isMainCall({ agent, use }: Pick<HookEvent, "agent" | "use">): boolean {
  return agent === "" && !isModulesCall(use);
}

export function isNothing(answer: HookAnswer): boolean {
  return Object.keys(answer).length === 0;
}

/** Whether the answer refuses the call. */
export function isDenied(answer: HookAnswer): boolean {
  return "hookSpecificOutput" in answer && answer.hookSpecificOutput?.permissionDecision === "deny";
}

/** Parses a field that holds JSON; undefined when it holds none, because hooks must never fail a call. */
export function json<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function deny(reason: string): HookAnswer {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason,
    },
  };
}

export function allow(reason: string): HookAnswer {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "allow",
      permissionDecisionReason: reason,
    },
  };
}

export function tell(hookEventName: string, additionalContext: string): HookAnswer {
  return { hookSpecificOutput: { hookEventName, additionalContext } };
}

/** The answer with more for the model to read; a refusal reaches it by its reason alone. */
export function addContext(answer: HookAnswer, hookEventName: string, context: string): HookAnswer {
  if (!("hookSpecificOutput" in answer)) return isNothing(answer) ? tell(hookEventName, context) : answer;
  const { hookSpecificOutput: output } = answer;
  const { permissionDecisionReason: reason, additionalContext: before } = output;
  const added = isDenied(answer)
    ? { permissionDecisionReason: `${reason}\n${context}` }
    : { additionalContext: before === undefined ? context : `${before}\n${context}` };
  return { hookSpecificOutput: { ...output, ...added } };
}

/** Answers the calls of one kind of hook. */
export type HookHandler = (run: RunContext, session: SessionMemory, event: HookEvent) => Promise<HookAnswer>;
