import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ClaudeCode, furnishHome } from "../e2e/harness/claude-code.ts";

/** What a session tells its model before anything has happened. */
export interface FirstRequest {
  /** The system prompt, and all that is said before the user's own words, line by line. */
  readonly lines: string[];
  /** Tool definitions as they are sent. */
  readonly tools: string[];
}

interface Body {
  readonly model?: string;
  readonly system?: unknown;
  readonly tools?: readonly { readonly name: string }[];
  readonly messages?: readonly { readonly content: unknown }[];
}

/** Starts a session with these plugins and nothing else, and returns its first request. */
export async function firstRequest(plugins: string[], prompt = "Hello."): Promise<FirstRequest> {
  const bodies: Body[] = [];
  const server = createServer((request, response) => void answer(request, response, bodies));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "parallel-rest-"));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const place = { project: join(folder, "project"), home: join(folder, "home"), endpoint, plugins };
  try {
    mkdirSync(place.project);
    execFileSync("git", ["init", "-q", place.project]);
    furnishHome(place);
    const session = new ClaudeCode(place, prompt);
    await session.wait(45_000);
    await session.end();
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
  const main = bodies.find(({ tools }) => tools?.some(({ name }) => name === "Agent"));
  if (main === undefined) throw new Error("the session made no request");
  const texts = [
    ...textsOf(main.system),
    ...(main.messages ?? []).flatMap(({ content }) => textsOf(content)),
  ];
  return {
    // Each session has a folder of its own, which the host also names with other separators.
    lines: texts.flatMap((text) => text.replaceAll(basename(folder), "FOLDER").split("\n")),
    tools: (main.tools ?? []).map((tool) => JSON.stringify(tool)),
  };
}

function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [content];
  return Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? "") : [];
}

async function answer(request: IncomingMessage, response: ServerResponse, bodies: Body[]): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (!request.url?.startsWith("/v1/messages?")) {
    response.end('{"input_tokens":10}');
    return;
  }
  const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Body;
  bodies.push(body);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const usage = { input_tokens: 10, output_tokens: 1 };
  const message = { id: "msg_1", type: "message", role: "assistant", model: body.model, content: [], usage };
  for (const event of [
    { type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello." } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage },
    { type: "message_stop" },
  ]) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  response.end();
}
