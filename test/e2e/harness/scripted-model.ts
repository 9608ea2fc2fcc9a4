import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Conversation, isMainConversation, parseConversation } from "./conversation.ts";
import { type HandedOutUsage, Recording } from "./recording.ts";
import type { TokenCount } from "./token-count.ts";
import type { Output, Turn } from "./turn.ts";

export interface Script {
  /** Answers the main conversation. */
  main: (conversation: Conversation) => Turn;
  /** Answers a subagent; the task, where it is known, labels the request in the recording. */
  agent: (conversation: Conversation) => { turn: Turn; task?: string };
  /** How long a turn takes that does not say so itself. */
  latencyMs: { main: number; agent: number };
  /** What a request and its answer are said to have used; small figures, other ones for each turn, where absent. */
  usageOf?: TokenCount["usageOf"];
  /** No agent's model answers before so many agents have begun: they are at work at once, however slow the machine is. */
  beginTogether?: number;
}

/** A Messages endpoint on loopback whose model is a script. */
export class ScriptedModel {
  readonly recording = new Recording();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #script: Script;
  #issued = 0;

  constructor(script: Script) {
    this.#script = script;
  }

  /** Lets another script answer from now on, for a scenario that starts Claude Code more than once. */
  follow(script: Script): void {
    this.#script = script;
  }

  /** Starts listening and returns the base URL. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends the server together with every request that still hangs. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startMs = Date.now();
    const text = await readAll(request);
    const body = parseBody(text);
    const path = request.url?.split("?")[0] ?? "";
    if (path !== "/v1/messages" || request.method !== "POST") {
      sendJson(response, 200, { input_tokens: 10 });
      return;
    }
    const harmless = autoModeAnswer(body);
    if (harmless !== undefined) {
      this.recording.checks += 1;
      const message = this.#message([{ text: harmless }], String(body.model));
      if (body.stream === true) stream(response, message);
      else sendJson(response, 200, message);
      return;
    }
    const conversation = parseConversation(body, request.headers);
    const entry = this.recording.open(conversation, startMs, text.length);
    response.on("close", () => this.recording.end(entry, Date.now()));
    try {
      const turn = this.#turnFor(conversation, entry);
      await pause(turn.latencyMs ?? 0, response);
      while (turn.when?.() === false && !response.destroyed) await pause(25, response);
      if (response.destroyed) return;
      if (turn.refusal !== undefined) {
        const { status, ...error } = turn.refusal;
        // The host may try again on its own, but not for longer than a test has.
        sendJson(response, status, { type: "error", error }, { "x-should-retry": "false" });
        return;
      }
      const usage = this.#script.usageOf?.(body, conversation, turn.outputs);
      const message = this.#message(turn.outputs, conversation.model, usage);
      if (isToBeChecked(body)) this.#check(message);
      this.recording.answered(entry, turn.outputs, message.usage);
      if (body.stream === true) stream(response, message);
      else sendJson(response, 200, message);
    } catch (error) {
      // A script that does not know what to do is a failure of the run, not a quirk of the model.
      this.recording.failures.push(error instanceof Error ? error : new Error(String(error)));
      sendJson(response, 400, {
        type: "error",
        error: { type: "invalid_request_error", message: `script failed: ${String(error)}` },
      });
    }
  }

  #turnFor(conversation: Conversation, entry: { task?: string }): Turn {
    if (conversation.agentId !== undefined) {
      const { turn, task } = this.#script.agent(conversation);
      if (task !== undefined) entry.task = task;
      const haveBegun = () => this.recording.agents().length >= (this.#script.beginTogether ?? 0);
      const when = () => haveBegun() && turn.when?.() !== false;
      return { latencyMs: this.#script.latencyMs.agent, ...turn, when };
    }
    if (isMainConversation(conversation)) {
      return { latencyMs: this.#script.latencyMs.main, ...this.#script.main(conversation) };
    }
    // The host's own questions expect a line or a small object; this is both.
    return { outputs: [{ text: '{"title":"Session","isNewTopic":false}' }] };
  }

  /** Says of each call that the provider's check of auto mode has nothing against it. */
  #check(message: Message): void {
    const calls = message.content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
    const passed = calls.map((id) => [id, { type: "evaluated", outcome: "not_flagged" }] as const);
    const status = { type: "available", tool_uses: Object.fromEntries(passed) };
    message.safeguard_results = [{ type: CHECK, status }];
    this.recording.checks += calls.length;
  }

  #message(outputs: Output[], model: string, usage?: HandedOutUsage): Message {
    const turn = ++this.#issued;
    const content = outputs.map(
      (output, index): Content =>
        "text" in output
          ? { type: "text", text: output.text }
          : { type: "tool_use", id: `toolu_${turn}_${index}`, name: output.tool, input: output.input },
    );
    return {
      id: `msg_${turn}`,
      type: "message",
      role: "assistant",
      model,
      content,
      stop_reason: content.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn",
      stop_sequence: null,
      usage: usage ?? usageOfTurn(turn),
    };
  }
}

/** What a turn is said to have used: other figures for each of the turns of a run, and small, so that none is long. */
function usageOfTurn(turn: number): HandedOutUsage {
  return {
    input_tokens: 10 + turn,
    cache_creation_input_tokens: 100 + 3 * turn,
    cache_read_input_tokens: 500 + 5 * turn,
    output_tokens: 20 + 7 * turn,
  };
}

/** The provider's check of the calls in an answer, as Claude Code wants it in auto mode; here it lets all pass. */
const CHECK = "dangerous_tool_use";

function isToBeChecked({ safeguards }: Record<string, unknown>): boolean {
  return JSON.stringify(safeguards ?? "").includes(CHECK);
}

/**
 * The same check where Claude Code makes it by requests of its own, as older ones do.
 * @returns undefined for every other request.
 */
function autoModeAnswer(body: Record<string, unknown>): string | undefined {
  const system = JSON.stringify(body.system ?? "");
  const asks = (tag: string) =>
    JSON.stringify(body.stop_sequences ?? []).includes(`</${tag}>`) || system.includes(`<${tag}>`);
  if (Array.isArray(body.tools) && body.tools.length > 0) return undefined;
  if (asks("severity")) return "<severity>0</severity>";
  return asks("block") ? "<block>no</block>" : undefined;
}

type Content =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; input: Record<string, unknown> };

interface Message {
  id: string;
  type: "message";
  role: "assistant";
  model: string;
  content: Content[];
  stop_reason: string;
  stop_sequence: null;
  usage: HandedOutUsage;
  safeguard_results?: { type: string; status: Record<string, unknown> }[];
}

function stream(response: ServerResponse, message: Message): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (type: string, data: Record<string, unknown>) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  // How much a model puts out is known when it has: until then the provider says 1.
  const usage = { ...message.usage, output_tokens: 1 };
  const { safeguard_results, ...begun } = message;
  send("message_start", { message: { ...begun, content: [], stop_reason: null, usage } });
  message.content.forEach((block, index) => {
    const isText = block.type === "text";
    send("content_block_start", {
      index,
      content_block: isText ? { type: "text", text: "" } : { ...block, input: {} },
    });
    send("content_block_delta", {
      index,
      delta: isText
        ? { type: "text_delta", text: block.text }
        : { type: "input_json_delta", partial_json: JSON.stringify(block.input) },
    });
    send("content_block_stop", { index });
  });
  send("message_delta", {
    delta: {
      ...{ stop_reason: message.stop_reason, stop_sequence: null },
      ...(safeguard_results !== undefined && { safeguard_results }),
    },
    usage: message.usage,
  });
  send("message_stop", {});
  response.end();
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}

/** Waits for the latency, or until the client has hung up. */
async function pause(latencyMs: number, response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off("close", done);
      resolve();
    };
    const timer = Number.isFinite(latencyMs) ? setTimeout(done, latencyMs) : undefined;
    response.on("close", done);
  });
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
