/** What a scripted model answers to one request. */

export type Output = { text: string } | { tool: string; input: Record<string, unknown> };

export interface Turn {
  outputs: Output[];
  /** How long the model takes over this turn; a scenario's latency where absent; Infinity never answers. */
  latencyMs?: number;
  /** The model answers as soon as this holds, when its latency is over. */
  when?: () => boolean;
  /** The endpoint refuses the request with this error instead of letting the model answer. */
  refusal?: { status: number; type: string; message: string };
}

/** Ends the model's turn with words. */
export function says(text: string): Turn {
  return { outputs: [{ text }] };
}

/** Calls one tool. */
export function calls(tool: string, input: Record<string, unknown>): Turn {
  return { outputs: [{ tool, input }] };
}

/** Calls several tools in one message. */
export function callsTogether(calls: { tool: string; input: Record<string, unknown> }[]): Turn {
  return { outputs: calls };
}
