import { readFileSync } from "node:fs";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { type CallToolResult, CallToolResultSchema, type Progress } from "@modelcontextprotocol/sdk/types.js";
import type { Answers, ToolError } from "./answers.ts";

export interface CallOptions {
  /** The id that Claude Code sends with a call that a model made. */
  readonly toolUseId?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** The tests call as the host for which the plugin is made; what other clients get is the subject of `test/protocol`. */
export const CLIENT_INFO = { name: "claude-code", version: "1.0.0" };

/** Calls the tools of one server, as an MCP client does, and checks what holds for every answer. */
export class ToolClient {
  protected constructor(protected readonly client: Client) {}

  /** The tools as a client sees them. */
  async tools() {
    return (await this.client.listTools()).tools;
  }

  instructions(): string | undefined {
    return this.client.getInstructions();
  }

  /** The answer of any tool, also of one that is not listed, as it came. */
  async raw(tool: string, input: unknown, options: CallOptions = {}): Promise<CallToolResult> {
    const meta = options.toolUseId === undefined ? {} : { "claudecode/toolUseId": options.toolUseId };
    return this.client.request(
      {
        method: "tools/call",
        params: { name: tool, arguments: input as Record<string, unknown>, _meta: meta },
      },
      CallToolResultSchema,
      { timeout: 300_000, ...(options.onProgress && { onprogress: options.onProgress }) },
    );
  }

  /** The data of a call that succeeds. */
  async call<Tool extends keyof Answers>(
    tool: Tool,
    input: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<Answers[Tool]> {
    const result = await this.raw(tool, input, options);
    if (result.isError) throw new Error(`${tool} was refused: ${JSON.stringify(result.content)}`);
    return withWholeReport(result.structuredContent) as unknown as Answers[Tool];
  }

  /** The error of a call that is refused, after checking what holds for every error. */
  async refused(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<ToolError> {
    const result = await this.raw(tool, input, options);
    if (!result.isError)
      throw new Error(`${tool} was not refused: ${JSON.stringify(result.structuredContent)}`);
    const { error } = result.structuredContent as { error: ToolError };
    const text = result.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
    for (const part of [error.message, error.remedy]) {
      if (!part || !text.includes(part)) throw new Error(`the text lacks ${JSON.stringify(part)}: ${text}`);
    }
    if (/\n\s+at |\.[mc]?[jt]s:\d/.test(text)) throw new Error(`a stack reaches the model: ${text}`);
    if (/\brm\b|\bdelete\b|\bremove the (file|folder|database)|--force|reset --hard/i.test(text)) {
      throw new Error(`the remedy destroys something: ${text}`);
    }
    return error;
  }

  /** The names of the prompts. */
  async prompts(): Promise<string[]> {
    return (await this.client.listPrompts()).prompts.map(({ name }) => name);
  }

  /** The text of a prompt. */
  async prompt(name: string, given: Record<string, string>): Promise<string> {
    const { messages } = await this.client.getPrompt({ name, arguments: given });
    return messages.map(({ content }) => (content.type === "text" ? content.text : "")).join("\n");
  }

  /** What the host's hooks tell the server. */
  async hook(event: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const result = await this.raw("hook", event);
    const [block] = result.content;
    if (result.isError || block?.type !== "text") throw new Error(JSON.stringify(result));
    return JSON.parse(block.text) as Record<string, unknown>;
  }

  /** Ends the connection, as a client does that closes it. */
  async close(): Promise<void> {
    await this.client.close();
  }
}

/** What is looked for in a report is looked for in all of it: in the file that the answer names. */
function withWholeReport(answer: Record<string, unknown> | undefined) {
  if (typeof answer?.report !== "string" || typeof answer.file !== "string") return answer;
  return { ...answer, brief: answer.report, report: readFileSync(answer.file, "utf8") };
}
