/** Whether a call of the host's tool launches one agent. `Task` is what `Agent` was called once. */
export function launchesAgent(tool: string): boolean {
  return tool === "Agent" || tool === "Task";
}

/** What came of a launch, as far as the answer to its call tells. */
export type LaunchResult =
  | { readonly kind: "started"; readonly agentId: string }
  | { readonly kind: "refused" }
  | { readonly kind: "unknown" };

const STARTED = /^Async agent launched/;
const AGENT_ID = /\bagentId"?: *"?([\w-]+)/;

/**
 * Reads what the model is answered to a call that launches an agent. Only an answer that names no agent says that there
 * is none: one that has ended by then is named as well.
 * @param response text, or blocks of it; undefined where the host tells none.
 */
export function launchResult(response: unknown): LaunchResult {
  if (response === undefined || response === null) return { kind: "unknown" };
  const text = textOf(response);
  const agentId = AGENT_ID.exec(text)?.[1];
  if (agentId === undefined) return { kind: "refused" };
  // What an agent that has ended said last is not the host's.
  return STARTED.test(text) ? { kind: "started", agentId } : { kind: "unknown" };
}

function textOf(response: unknown): string {
  if (typeof response === "string") return response;
  if (!Array.isArray(response)) return JSON.stringify(response);
  return response.map((block: { readonly text?: unknown } | null) => String(block?.text ?? "")).join("\n");
}
