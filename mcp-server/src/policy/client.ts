/** What answers depend on of the program that asks: the MCP client, known by the name that it gives. */
export interface McpClient {
  /** With its hooks or without: it starts agents with its Agent tool, wakes the conversation, and runs one server per session in the session's folder. */
  readonly isClaudeCode: boolean;
  /**
   * Which form of an answer its model reads. `data`: the structured content, and the text of an error at most.
   * `text`: the text, also where it would read the data as well. `unknown`: it gets both.
   */
  readonly reads: "data" | "text" | "unknown";
  /** Whether its agents have the tools of this server. */
  readonly agentsHaveTools: boolean;
  /** How long a call may be silent, in seconds: below the time after which the client gives it up. */
  readonly maxWaitSeconds: number;
}

/** The SDK's own limit for clients that set none is a minute. */
const WAIT_OF_A_MINUTE = 50;

const CLAUDE_CODE: McpClient = {
  isClaudeCode: true,
  reads: "data",
  agentsHaveTools: true,
  maxWaitSeconds: 1_500,
};
const OTHER = { isClaudeCode: false, reads: "text", agentsHaveTools: true } as const;

/** Known clients, by how their name begins. The limits were measured, and a sixth or more is kept free. */
const KNOWN: readonly (readonly [name: RegExp, client: McpClient])[] = [
  [/^claude-code/, CLAUDE_CODE],
  [/^codex/, { ...OTHER, reads: "data", maxWaitSeconds: 240 }],
  [/^gemini-cli/, { ...OTHER, maxWaitSeconds: 500 }],
  [/^qwen/, { ...OTHER, maxWaitSeconds: 800 }],
  [/^opencode/, { ...OTHER, maxWaitSeconds: 900 }],
  [/^(?:github-)?copilot/, { ...OTHER, maxWaitSeconds: 900 }],
  [/^@?cline/, { ...OTHER, agentsHaveTools: false, maxWaitSeconds: WAIT_OF_A_MINUTE }],
  [/^kimi/, { ...OTHER, maxWaitSeconds: WAIT_OF_A_MINUTE }],
  [/^continue/, { ...OTHER, maxWaitSeconds: WAIT_OF_A_MINUTE }],
];

const UNKNOWN: McpClient = { ...OTHER, reads: "unknown", maxWaitSeconds: WAIT_OF_A_MINUTE };

/** @param name as the client gives it at `initialize`, or with each request; clients put a suffix to it at times. */
export function clientNamed(name: string | undefined): McpClient {
  const known = KNOWN.find(([pattern]) => pattern.test(name?.toLowerCase() ?? ""));
  return known?.[1] ?? UNKNOWN;
}

/**
 * How long a call that waits may be silent, in seconds.
 * @param wanted what the caller asked for. An unknown client may know its own limit better.
 */
export function waitSecondsFor(client: McpClient, wanted: number | undefined): number {
  if (client.reads === "unknown") return wanted ?? client.maxWaitSeconds;
  return Math.min(wanted ?? client.maxWaitSeconds, client.maxWaitSeconds);
}
