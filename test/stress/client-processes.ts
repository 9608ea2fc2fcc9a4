import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command, Message } from "./orders.ts";
import type { Random } from "./random.ts";

/** A client or a server that was told to go, or lost its parent, hangs if it is there after this long. */
const GONE_WITHIN_MS = 120_000;

/** What a server says whose client was killed while it waited for a database or a network; a busy machine makes it wait. */
const LATE = /^The server ended although not everything was answered within \d+ s\.\n/gm;

/** How the processes of a run are started. */
export interface ProcessOptions {
  /** The client's program, which gets its orders as its only argument. */
  readonly script: string;
  /** How many of them. */
  readonly count: number;
  /** @param life how often this client was started, this time included. */
  readonly ordersOf: (client: number, life: number) => { readonly env: NodeJS.ProcessEnv };
  /** So often one is killed, on average, in milliseconds. */
  readonly killEveryMs: number;
  /** Takes what they write to their standard error. */
  readonly errorLog: string;
  readonly random: Random;
}

/** One client's process and how it is expected to end. */
interface ClientProcess {
  readonly child: ChildProcess;
  mayEnd: boolean;
}

/** The clients of a run, each with a server of its own: they are killed at random, and started again until they may go. */
export class ClientProcesses {
  kills = 0;
  /** A client has seen that every task of every plan is completed. */
  allCompleted = false;
  readonly #problems: string[] = [];
  readonly #options: ProcessOptions;
  readonly #clients = new Map<number, ClientProcess>();
  #behaving = false;
  #leaving = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
    for (let client = 1; client <= options.count; client++) this.#start(client, 1);
  }

  /** Kills the server, the client that owns the claims, or both, of a random client, again and again. */
  async killUntil(end: number): Promise<void> {
    const { random, count, killEveryMs } = this.#options;
    for (;;) {
      const leftMs = end - performance.now();
      await sleep(Math.min(leftMs, killEveryMs * (0.5 + random.next())));
      if (performance.now() >= end) return;
      const client = this.#clients.get(random.between(1, count));
      if (!client?.child.connected) continue;
      this.kills += 1;
      const which = random.pick(["server", "server", "client", "both"]);
      if (which !== "server") client.mayEnd = true;
      if (which === "client") client.child.kill("SIGKILL");
      else client.child.send((which === "both" ? "kill-both" : "kill-server") satisfies Command);
    }
  }

  /** From now on they do what they should. */
  behave(): void {
    this.#behaving = true;
    this.#tellAll("behave");
  }

  /** They end what they have begun, and go. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#tellAll("leave");
    await this.gone("a client did not leave", () => this.#clients.size === 0);
  }

  async gone(otherwise: string, isGone: () => boolean): Promise<void> {
    const end = performance.now() + GONE_WITHIN_MS;
    while (!isGone()) {
      if (performance.now() > end) {
        this.#problems.push(`${otherwise} within ${GONE_WITHIN_MS / 1000} s`);
        return;
      }
      await sleep(50);
    }
  }

  killAll(): void {
    this.#leaving = true;
    for (const { child } of this.#clients.values()) child.kill("SIGKILL");
  }

  /** What should not have happened to them. */
  get problems(): string[] {
    const said = readFileSync(this.#options.errorLog, "utf8").replaceAll(LATE, "");
    return [...(said ? [`a process wrote: ${said.slice(0, 2_000)}`] : []), ...this.#problems];
  }

  #start(client: number, life: number): void {
    const { script, ordersOf, errorLog } = this.#options;
    const orders = ordersOf(client, life);
    const errors = openSync(errorLog, "a");
    const child = fork(script, [JSON.stringify(orders)], {
      execArgv: [],
      env: orders.env,
      stdio: ["ignore", "ignore", errors, "ipc"],
    });
    closeSync(errors);
    const started: ClientProcess = { child, mayEnd: false };
    this.#clients.set(client, started);
    // One that was killed last starts when the others have been told already.
    if (this.#behaving) child.send("behave" satisfies Command);
    child.on("message", (message: Message) => {
      if (message === "done") this.allCompleted = true;
    });
    child.once("exit", () => {
      this.#clients.delete(client);
      if (!started.mayEnd) this.#problems.push(`client ${client} ended by itself with ${child.exitCode}`);
      if (!this.#leaving) this.#start(client, life + 1);
    });
  }

  #tellAll(command: Command): void {
    for (const client of this.#clients.values()) {
      if (command === "leave") client.mayEnd = true;
      // Who is killed at this very moment needs no command any more.
      if (client.child.connected) client.child.send(command, () => undefined);
    }
  }
}

/** A process that has ended and only was not reaped yet, as an orphan's in some containers, is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.charAt(stat.lastIndexOf(")") + 2) !== "Z";
  } catch {
    return false;
  }
}
