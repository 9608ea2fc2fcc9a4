import { setTimeout as sleep } from "node:timers/promises";
import type { JournalFile, Sent } from "./journal.ts";
import { ServerGone, StdioServer, type ToolAnswer } from "./stdio-server.ts";

/** What it takes to start a server. */
export interface ServerPlace {
  readonly entry: string;
  readonly checkout: string;
  readonly env: NodeJS.ProcessEnv;
  /** Kinds of errors after which a call is made again: nobody is to blame for a bad network. */
  readonly repeated?: readonly string[];
  /** Only what hangs takes so long to answer; else two minutes. */
  readonly answerWithinMs?: number;
  /** As the client calls itself. */
  readonly clientName?: string;
}

/** Whatever makes the calls of a token's holder. */
export interface TokenCalls {
  /** Makes a call with a token and writes down that it was sent and what became of it. */
  useToken(
    sent: Omit<Sent, "kind">,
    args?: Readonly<Record<string, unknown>>,
    mayBeRefusedAs?: readonly string[],
  ): Promise<ToolAnswer>;
}

export const TOOL_OF = { brief: "task_get", report: "task_report", note: "task_update" } as const;
/** Much longer than the server waits for another process's transaction. */
const ANSWER_WITHIN_MS = 120_000;
/** A server that cannot start is not started as fast as the machine can, and what is out of reach not asked so fast. */
const AGAIN_AFTER_MS = 500;

/** The server of one client: started again whenever it was killed, with the calls repeated that it left open. */
export class Connection implements TokenCalls {
  readonly #place: ServerPlace;
  readonly #journal: JournalFile;
  #server: StdioServer;

  constructor(place: ServerPlace, journal: JournalFile) {
    this.#place = place;
    this.#journal = journal;
    this.#server = this.#start();
  }

  /** @param mayBeRefusedAs the kinds of errors that the call may get; any other is a defect. */
  async call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    mayBeRefusedAs: readonly string[] = [],
    beforeEachTry: () => void = () => undefined,
    toolUseId?: string,
  ): Promise<ToolAnswer> {
    for (;;) {
      const used = this.#server;
      beforeEachTry();
      try {
        const answer = await this.#inTime(tool, used.call(tool, args, toolUseId));
        const kind = answer.isError ? String(answer.data.error?.kind) : undefined;
        if (kind !== undefined && this.#place.repeated?.includes(kind)) {
          await sleep(AGAIN_AFTER_MS);
          continue;
        }
        if (kind !== undefined && !mayBeRefusedAs.includes(kind)) {
          this.#unexpected(`${tool} ${JSON.stringify(args).slice(0, 300)} was answered: ${answer.text}`);
        }
        return answer;
      } catch (error) {
        if (!(error instanceof ServerGone)) throw error;
        if (used !== this.#server) continue;
        if (!used.mayEnd) {
          this.#unexpected("a server ended by itself");
          await sleep(AGAIN_AFTER_MS);
          if (used !== this.#server) continue;
        }
        this.#server = this.#start();
      }
    }
  }

  async useToken(
    sent: Omit<Sent, "kind">,
    args: Readonly<Record<string, unknown>> = {},
    mayBeRefusedAs: readonly string[] = ["refused_token"],
    toolUseId?: string,
  ): Promise<ToolAnswer> {
    const { call, nonce, task, token } = sent;
    const send = () => this.#journal.write({ kind: "sent", ...sent });
    const answer = await this.call(TOOL_OF[call], { task, token, ...args }, mayBeRefusedAs, send, toolUseId);
    this.#journal.write({ kind: "answered", nonce, accepted: !answer.isError });
    return answer;
  }

  killServer(): void {
    this.#server.kill();
  }

  /** Says good-bye to the server and waits until it has ended. */
  async end(): Promise<void> {
    this.#server.endInput();
    await this.#server.exited;
  }

  #start(): StdioServer {
    const { entry, checkout, env, clientName } = this.#place;
    const server = new StdioServer(entry, checkout, env, clientName);
    this.#journal.write({ kind: "server", pid: server.pid });
    return server;
  }

  #inTime(tool: string, answer: Promise<ToolAnswer>): Promise<ToolAnswer> {
    const { answerWithinMs = ANSWER_WITHIN_MS } = this.#place;
    const late = setTimeout(
      () => this.#unexpected(`${tool} was not answered within ${answerWithinMs / 1000} s`),
      answerWithinMs,
    );
    return answer.finally(() => clearTimeout(late));
  }

  #unexpected(text: string): void {
    this.#journal.write({ kind: "unexpected", text });
  }
}
