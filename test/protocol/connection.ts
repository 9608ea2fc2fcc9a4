import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { type Repository, SERVER } from "./repository.ts";

/** A message of the server. */
export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Which of the two ways of beginning a conversation a connection takes. */
export type Era = "2025" | "2026";

/** Only a server that hangs takes so long to answer or to end, however busy the machine is. */
const HANGS_AFTER_MS = 120_000;

const CLIENT = { name: "protocol-tests", version: "1.0.0" };
const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": CLIENT,
  "io.modelcontextprotocol/clientCapabilities": {},
};

/**
 * A server process and both ends of its stdio, without a client between: what no client would send can be sent,
 * and what a client would swallow is seen.
 */
export class Connection {
  readonly era: Era;
  /** Everything that the server sent and that was not the awaited answer to a request. */
  readonly others: Message[] = [];
  /** What the server wrote for the host's log. */
  log = "";
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string | number, (message: Message) => void>();
  #rest: string[] = [];
  #nextId = 1;

  private constructor(era: Era, repository: Repository) {
    this.era = era;
    this.#child = spawn(SERVER.command, SERVER.args, {
      cwd: repository.root,
      env: repository.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    // A server that has ended is noticed by the answer that does not come, not by an exception here.
    this.#child.stdin?.on("error", () => undefined);
  }

  static async open(era: Era, repository: Repository): Promise<Connection> {
    const connection = new Connection(era, repository);
    if (era === "2025") {
      const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: CLIENT };
      await connection.request("initialize", params);
      connection.send(JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }));
    } else {
      await connection.request("server/discover", connection.params({}));
    }
    return connection;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Memory that the process occupies, in MB. */
  get memory(): number {
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(this.pid)], { encoding: "utf8" })) / 1024;
  }

  /** The parameters of a request with what the era wants in every request. */
  params(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
    if (this.era === "2025") return params;
    return { ...params, _meta: { ...ENVELOPE, ...(params._meta as object | undefined) } };
  }

  newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  /** Writes one line as it is. */
  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  request(method: string, params: Readonly<Record<string, unknown>>): Promise<Message> {
    const id = this.newId();
    const answer = this.answerTo(id);
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return answer;
  }

  /** The answer to the request with this id, which is about to be sent. */
  answerTo(id: string | number): Promise<Message> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(
          new Error(`no answer within ${HANGS_AFTER_MS} ms${this.isAlive ? "" : ": the server has ended"}`),
        );
      }, HANGS_AFTER_MS);
      this.#waiting.set(id, (message) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(message);
      });
    });
  }

  /** Calls a tool as the era demands. */
  call(tool: string, input: unknown, meta?: Readonly<Record<string, unknown>>): Promise<Message> {
    return this.request(
      "tools/call",
      this.params({ name: tool, arguments: input, ...(meta && { _meta: meta }) }),
    );
  }

  /** Ends the server as a host does, by closing its input. */
  async close(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), HANGS_AFTER_MS);
    await ended;
    clearTimeout(timer);
  }

  #read(text: string): void {
    // Lines of a megabyte come in many pieces, which are joined once.
    const [head = "", ...tail] = text.split("\n");
    this.#rest.push(head);
    for (const next of tail) {
      this.#receive(this.#rest.join(""));
      this.#rest = [next];
    }
  }

  #receive(line: string): void {
    const message = JSON.parse(line) as Message;
    const resolve = message.id != null && message.method === undefined && this.#waiting.get(message.id);
    if (resolve) resolve(message);
    else this.others.push(message);
  }
}
