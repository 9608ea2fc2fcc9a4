import type * as z from "zod";
import type { McpClient } from "../policy/client.ts";
import type { Counts } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { Asked, Asking } from "./answer/question.ts";
import type { Waits } from "./answer/wait-form.ts";

/** What a tool's handler is given beside its input. */
export interface ToolContext {
  readonly run: RunContext;
  readonly session: SessionMemory;
  /** Who calls, for the log: `main`, or the agent. */
  readonly actor: string;
  /** The calling agent, when the host's hooks told who it is. */
  readonly agentId: string | undefined;
  /** The call, as Claude Code names it in its transcript; undefined: another client. */
  readonly toolUseId: string | undefined;
  readonly client: McpClient;
  readonly asking: Asking;
  /** Whether this very call may be answered with a task of the protocol, which the client waits for by itself. */
  readonly hasTasks: boolean;
  readonly signal: AbortSignal;
  readonly progress: (counts: Counts) => void;
}

/** An answer: the whole of it as data, and as text for clients that show only that. */
export interface Answer {
  readonly data: Readonly<Record<string, unknown>>;
  /** Absent: the data as compact JSON. */
  readonly text?: string;
}

/** One tool of the server. */
export interface Tool<Input extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly title: string;
  /** When to use it, not how it works. */
  readonly description: string;
  readonly input: Input;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
  };
  /** Its answer grows with the plan: the host is to hand all of it to the model, and not only its beginning. */
  readonly hasLongAnswer?: boolean;
  readonly handle: (input: z.infer<Input>, context: ToolContext) => Promise<Answer | Asked | Waits>;
}

/** Gives a tool's handler the type of its input. */
export function defineTool<Input extends z.ZodType>(tool: Tool<Input>): Tool {
  return tool as unknown as Tool;
}

export const READ = { readOnlyHint: true, destructiveHint: false, idempotentHint: true } as const;
export const WRITE = { readOnlyHint: false, destructiveHint: false, idempotentHint: false } as const;
export const IDEMPOTENT = { readOnlyHint: false, destructiveHint: false, idempotentHint: true } as const;
