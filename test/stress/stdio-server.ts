import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a tool answered. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of many tools, of which a few fields are read
  readonly data: any;
}

/** The server's process is gone; what became of the call is not known. */
export class ServerGone extends Error {}

/**
 * One real server process behind MCP over stdio. The protocol is spoken by hand, line by line: a client library
 * takes longer to load than the processes of a chaos run live.
 */
export class StdioServer {
  readonly #child: ChildProcess;
  readonly #open = new Map<
    number,
    { resolve: (answer: ToolAnswer) => void; reject: (error: Error) => void }
  >();
  #lastId = 0;
  #gone = false;
  #mayEnd = false;
  readonly exited: Promise<void>;

  /** Its standard error is this process's. */
  constructor(entry: string, cwd: string, env: NodeJS.ProcessEnv, clientName = "stress") {
    this.#child = spawn(process.execPath, [entry], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    this.exited = new Promise((resolve) => {
      const ended = () => {
        this.#fail();
        resolve();
      };
      this.#child.on("exit", ended);
      this.#child.on("error", ended);
    });
    // Writing to a server that was just killed is part of the game.
    this.#child.stdin?.on("error", () => this.#fail());
    if (this.#child.stdout)
      createInterface({ input: this.#child.stdout }).on("line", (line) => this.#take(line));
    this.#send({
      id: 0,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: clientName, version: "1.0.0" },
      },
    });
    this.#send({ method: "notifications/initialized" });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether its end was this process's doing. */
  get mayEnd(): boolean {
    return this.#mayEnd;
  }

  /**
   * @param toolUseId by which Claude Code's hooks and its calls belong together.
   * @throws ServerGone when the process ended before it answered.
   */
  call(name: string, args: Readonly<Record<string, unknown>>, toolUseId?: string): Promise<ToolAnswer> {
    if (this.#gone) return Promise.reject(new ServerGone("the server is gone"));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      const meta = toolUseId === undefined ? {} : { _meta: { "claudecode/toolUseId": toolUseId } };
      this.#send({ id, method: "tools/call", params: { name, arguments: args, ...meta } });
    });
  }

  kill(): void {
    this.#mayEnd = true;
    this.#child.kill("SIGKILL");
  }

  /** Ends the input, which is how a client says good-bye. */
  endInput(): void {
    this.#mayEnd = true;
    this.#child.stdin?.end();
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  #take(line: string): void {
    const message = JSON.parse(line);
    const waiting = this.#open.get(message.id);
    if (!waiting) return;
    this.#open.delete(message.id);
    if (message.error) {
      waiting.resolve({ isError: true, text: JSON.stringify(message.error), data: {} });
      return;
    }
    const { isError, content, structuredContent } = message.result;
    waiting.resolve({
      isError: isError === true,
      text: content?.[0]?.text ?? "",
      data: structuredContent ?? {},
    });
  }

  #fail(): void {
    this.#gone = true;
    for (const { reject } of this.#open.values()) reject(new ServerGone("the server is gone"));
    this.#open.clear();
  }
}
