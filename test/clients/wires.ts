/** The four ways in which the clients talk to their models, reduced to what a script needs to know. */

type Json = Record<string, unknown>;

export interface OfferedTool {
  readonly name: string;
  /** Codex has the tools of a server in a namespace of their own. */
  readonly namespace?: string;
  readonly properties: Readonly<Record<string, { readonly type?: unknown }>>;
  readonly required: readonly string[];
}

export interface ToolCall {
  readonly name: string;
  readonly namespace?: string;
  readonly input: Json;
}

/** What one request shows the model. */
export interface Request {
  readonly tools: readonly OfferedTool[];
  /** The calls that the model has made, in order. */
  readonly calls: readonly ToolCall[];
  /** What they returned, in the same order. */
  readonly results: readonly string[];
  /** What the user has said. */
  readonly prompts: readonly string[];
}

export type Turn = { readonly call: ToolCall } | { readonly say: string };

interface Wire {
  /** Whether a request goes to this endpoint. */
  readonly matches: (path: string) => boolean;
  readonly read: (body: Json) => Request;
  /** The answer; as server-sent events where the client streams. */
  readonly answer: (turn: Turn, id: string, isStream: boolean) => string;
}

/** The wire of a request, by its path. */
export function wireOf(path: string): Wire | undefined {
  return [CHAT, RESPONSES, GEMINI, MESSAGES].find(({ matches }) => matches(path));
}

const CHAT: Wire = {
  matches: (path) => path.endsWith("/chat/completions"),
  read: (body) => {
    const messages = list(body.messages);
    return {
      tools: list(body.tools).map(({ function: tool }) => toolOf(record(tool), record(tool).parameters)),
      calls: messages.flatMap(({ tool_calls }) =>
        list(tool_calls).map(({ function: call }) => ({
          name: String(record(call).name),
          input: parsed(record(call).arguments),
        })),
      ),
      results: messages.filter(({ role }) => role === "tool").map(({ content }) => textOf(content)),
      prompts: messages.filter(({ role }) => role === "user").map(({ content }) => textOf(content)),
    };
  },
  answer: (turn, id, isStream) => {
    const call = "call" in turn && {
      tool_calls: [
        {
          index: 0,
          id: `call_${id}`,
          type: "function",
          function: { name: turn.call.name, arguments: JSON.stringify(turn.call.input) },
        },
      ],
    };
    const message = { role: "assistant", content: "say" in turn ? turn.say : null, ...call };
    const reason = call ? "tool_calls" : "stop";
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const base = { id: `chat-${id}`, created: 1_700_000_000, model: "scripted" };
    if (!isStream) {
      const choices = [{ index: 0, message, finish_reason: reason }];
      return JSON.stringify({ ...base, object: "chat.completion", choices, usage });
    }
    const chunk = (delta: Json, finish_reason: string | null, more: Json = {}) =>
      `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`;
    return `${chunk(message, null)}${chunk({}, reason, { usage })}data: [DONE]\n\n`;
  },
};

const RESPONSES: Wire = {
  matches: (path) => path.endsWith("/responses"),
  read: (body) => {
    const items = list(body.input);
    return {
      tools: list(body.tools).flatMap((tool) =>
        tool.type === "namespace"
          ? list(tool.tools).map((inner) => toolOf(inner, inner.parameters, String(tool.name)))
          : [toolOf(tool, tool.parameters)],
      ),
      calls: items
        .filter(({ type }) => type === "function_call")
        .map((call) => ({ name: String(call.name), input: parsed(call.arguments) })),
      results: items
        .filter(({ type }) => type === "function_call_output")
        .map(({ output }) => textOf(output)),
      prompts: items.filter(({ role }) => role === "user").map(({ content }) => textOf(content)),
    };
  },
  answer: (turn, id) => {
    const item =
      "call" in turn
        ? {
            type: "function_call",
            id: `fc_${id}`,
            call_id: `call_${id}`,
            name: turn.call.name,
            ...(turn.call.namespace !== undefined && { namespace: turn.call.namespace }),
            arguments: JSON.stringify(turn.call.input),
          }
        : {
            type: "message",
            id: `msg_${id}`,
            role: "assistant",
            content: [{ type: "output_text", text: turn.say }],
          };
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
    return events([
      { type: "response.created", response: { id: `resp_${id}` } },
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: { id: `resp_${id}`, usage } },
    ]);
  },
};

const GEMINI: Wire = {
  matches: (path) => /:(?:stream)?generateContent$/i.test(path),
  read: (body) => {
    const parts = list(body.contents).flatMap(({ parts }) => list(parts));
    return {
      tools: list(body.tools).flatMap(({ functionDeclarations }) =>
        list(functionDeclarations).map((tool) => toolOf(tool, tool.parametersJsonSchema ?? tool.parameters)),
      ),
      calls: parts.flatMap(({ functionCall }) =>
        functionCall === undefined
          ? []
          : [{ name: String(record(functionCall).name), input: record(record(functionCall).args) }],
      ),
      results: parts.flatMap(({ functionResponse }) =>
        functionResponse === undefined ? [] : [textOf(record(record(functionResponse).response).output)],
      ),
      prompts: parts.flatMap(({ text }) => (typeof text === "string" ? [text] : [])),
    };
  },
  answer: (turn, _id, isStream) => {
    const part =
      "call" in turn ? { functionCall: { name: turn.call.name, args: turn.call.input } } : { text: turn.say };
    const answer = {
      candidates: [{ index: 0, content: { role: "model", parts: [part] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    };
    return isStream ? `data: ${JSON.stringify(answer)}\n\n` : JSON.stringify(answer);
  },
};

const MESSAGES: Wire = {
  matches: (path) => path.endsWith("/messages"),
  read: (body) => {
    const blocks = list(body.messages).flatMap(({ content }) => list(content));
    return {
      tools: list(body.tools).map((tool) => toolOf(tool, tool.input_schema)),
      calls: blocks
        .filter(({ type }) => type === "tool_use")
        .map(({ name, input }) => ({ name: String(name), input: record(input) })),
      results: blocks.filter(({ type }) => type === "tool_result").map(({ content }) => textOf(content)),
      prompts: blocks.filter(({ type }) => type === "text").map(({ text }) => textOf(text)),
    };
  },
  answer: (turn, id, isStream) => {
    const block =
      "call" in turn
        ? { type: "tool_use", id: `toolu_${id}`, name: turn.call.name, input: turn.call.input }
        : { type: "text", text: turn.say };
    const usage = { input_tokens: 10, output_tokens: 5 };
    const stop_reason = "call" in turn ? "tool_use" : "end_turn";
    const message = { id: `msg_${id}`, type: "message", role: "assistant", model: "scripted", usage };
    if (!isStream) return JSON.stringify({ ...message, content: [block], stop_reason, stop_sequence: null });
    const [empty, delta] =
      "call" in turn
        ? [
            { ...block, input: {} },
            { type: "input_json_delta", partial_json: JSON.stringify(turn.call.input) },
          ]
        : [
            { ...block, text: "" },
            { type: "text_delta", text: turn.say },
          ];
    return events([
      { type: "message_start", message: { ...message, content: [], stop_reason: null, stop_sequence: null } },
      { type: "content_block_start", index: 0, content_block: empty },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
      { type: "message_stop" },
    ]);
  },
};

type Event = Json & { readonly type: string };

function events(all: readonly Event[]): string {
  return all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

function toolOf(tool: Json, schema: unknown, namespace?: string): OfferedTool {
  const { properties, required } = record(schema);
  return {
    name: String(tool.name),
    ...(namespace !== undefined && { namespace }),
    properties: record(properties) as OfferedTool["properties"],
    required: Array.isArray(required) ? required.map(String) : [],
  };
}

/** A result is a string, a list of parts, or something of the client's own. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return JSON.stringify(content ?? "");
  return list(content)
    .map((part) => (typeof part.text === "string" ? part.text : JSON.stringify(part)))
    .join("\n");
}

function parsed(text: unknown): Json {
  return typeof text === "string" && text !== "" ? record(JSON.parse(text)) : record(text);
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
