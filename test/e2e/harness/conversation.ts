/** What one request of the Messages API shows of a conversation, as one flat list in reading order. */

export interface TextBlock {
  kind: "text";
  role: "user" | "assistant" | "system";
  message: number;
  text: string;
}

export interface CallBlock {
  kind: "call";
  role: "assistant";
  message: number;
  id: string;
  tool: string;
  input: Record<string, unknown>;
}

export interface ResultBlock {
  kind: "result";
  role: "user";
  message: number;
  callId: string;
  tool: string;
  text: string;
  isError: boolean;
}

export type Block = TextBlock | CallBlock | ResultBlock;

export interface Conversation {
  sessionId: string;
  /** Absent in the main conversation. */
  agentId?: string;
  parentAgentId?: string;
  model: string;
  /** Absent: the request names none. */
  effort?: string;
  tools: string[];
  blocks: Block[];
}

/** Parses a request body; anything in it that no script needs (thinking, images) is left out. */
export function parseConversation(
  body: Record<string, unknown>,
  headers: Record<string, string | string[] | undefined>,
): Conversation {
  const sessionId = header(headers, "x-claude-code-session-id") ?? "";
  const blocks = parseBlocks(list(body.messages));
  const tools = list(body.tools).map((tool) => String(tool.name));
  const agentId =
    header(headers, "x-claude-code-agent-id") ?? (isOfOneTask(tools, blocks) ? sessionId : undefined);
  const effort = (body.output_config as { effort?: unknown } | undefined)?.effort;
  const parentAgentId = header(headers, "x-claude-code-parent-agent-id");
  return {
    sessionId,
    ...(agentId === undefined ? {} : { agentId }),
    ...(parentAgentId === undefined ? {} : { parentAgentId }),
    model: String(body.model ?? ""),
    ...(typeof effort === "string" && { effort }),
    tools,
    blocks,
  };
}

/** Whether a runner has started the session for one task: its agent is called like the session. */
function isOfOneTask(tools: readonly string[], blocks: readonly Block[]): boolean {
  const firstReply = blocks.findIndex((block) => block.role === "assistant");
  const opening = firstReply === -1 ? blocks : blocks.slice(0, firstReply);
  const text = textOf(opening.filter((block) => block.kind === "text"));
  return tools.length > 0 && /^You execute one task of the plan/m.test(text) && /^Token: \d+-/m.test(text);
}

/** The side requests of the host (titles, summaries, classifiers) come without an agent and without its tools. */
export function isMainConversation(conversation: Conversation): boolean {
  return conversation.agentId === undefined && conversation.tools.includes("Agent");
}

/** What came in since the model last spoke. */
export function arrivals(conversation: Conversation): Block[] {
  const last = conversation.blocks.findLastIndex((block) => block.role === "assistant");
  return conversation.blocks.slice(last + 1);
}

/** How often the model has spoken in this conversation. */
export function turnsTaken(conversation: Conversation): number {
  return new Set(
    conversation.blocks.filter((block) => block.role === "assistant").map((block) => block.message),
  ).size;
}

/** Everything that a user message or a system message said, joined. */
export function textOf(blocks: Block[]): string {
  return blocks
    .filter((block) => block.kind === "text" && block.role !== "assistant")
    .map((block) => (block.kind === "text" ? block.text : ""))
    .join("\n");
}

/** The tools that a conversation has or can load: older hosts list them all at once, newer ones name some as deferred. */
export function offeredTools({ tools, blocks }: Conversation): string[] {
  const deferred = textOf(blocks).matchAll(/available via ToolSearch\..*\n((?:\S+\n?)*)/g);
  return [...tools, ...[...deferred].flatMap(([, names = ""]) => names.trim().split("\n"))];
}

/** The ids of the agents whose end the host has told a conversation. */
export function agentsToldOf(conversation: Conversation): ReadonlySet<string> {
  const told = textOf(conversation.blocks).matchAll(/<task-id>(\w+)<\/task-id>/g);
  return new Set([...told].map(([, id]) => id ?? ""));
}

function parseBlocks(messages: Record<string, unknown>[]): Block[] {
  const tools = new Map<string, string>();
  const blocks: Block[] = [];
  messages.forEach((message, index) => {
    const role = message.role === "assistant" || message.role === "system" ? message.role : "user";
    for (const part of parts(message.content)) {
      if (part.type === "text") {
        blocks.push({ kind: "text", role, message: index, text: String(part.text ?? "") });
      } else if (part.type === "tool_use") {
        const call: CallBlock = {
          kind: "call",
          role: "assistant",
          message: index,
          id: String(part.id),
          tool: String(part.name),
          input: isRecord(part.input) ? part.input : {},
        };
        tools.set(call.id, call.tool);
        blocks.push(call);
      } else if (part.type === "tool_result") {
        const callId = String(part.tool_use_id);
        blocks.push({
          kind: "result",
          role: "user",
          message: index,
          callId,
          tool: tools.get(callId) ?? "",
          text: parts(part.content)
            .map((piece) => String(piece.text ?? ""))
            .join("\n"),
          isError: part.is_error === true,
        });
      }
    }
  });
  return blocks;
}

/** Content is either a string or a list of parts; both mean the same. */
function parts(content: unknown): Record<string, unknown>[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : list(content);
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function header(headers: Record<string, string | string[] | undefined>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
