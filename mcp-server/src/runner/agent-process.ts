import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** What is started, with its whole environment. */
export interface ProcessStart {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly stdin: string;
}

/** How it ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it printed to its error output. */
  readonly errors: string;
}

/** What it started may hold its output open for longer than it lives: that is waited for no longer than this. */
const MAX_LAST_OUTPUT_MS = 500;
/** So long it has to end by itself before it is killed. */
const MAX_ENDING_MS = 5_000;
const MAX_ERRORS = 2_000;
/** A longer line is told in pieces: no client's event is so long. */
const MAX_LINE = 32 * 1024 * 1024;

/** A client at work, in a group of processes of its own: what a terminal sends its runner does not reach it. */
export class AgentProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  #errors = "";
  #hasEnded = false;

  /** @param onLine called with each line that it prints. */
  constructor({ program, args, env, folder, stdin }: ProcessStart, onLine: (line: string) => void) {
    const child = spawn(program, [...args], {
      cwd: folder,
      env,
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    this.#child = child;
    // It may end before it has read everything; how it ended says what is wrong.
    child.stdin.on("error", () => undefined).end(stdin);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-MAX_ERRORS);
    });
    const rest = readLines(child.stdout, onLine);
    this.ended = new Promise((resolve) => {
      const end = (exitCode: number | null, signal: NodeJS.Signals | null) => {
        this.#hasEnded = true;
        resolve({ exitCode, signal, errors: this.#errors.trim() });
      };
      child.once("error", (error) => {
        this.#errors += error.message;
        end(null, null);
      });
      child.once("exit", async (exitCode, signal) => {
        const closed = new Promise((done) => child.once("close", done));
        await Promise.race([closed, sleep(MAX_LAST_OUTPUT_MS, undefined, { ref: false })]);
        rest();
        end(exitCode, signal);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it, and what is left of its group. @returns when it has ended. */
  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    const late = sleep(MAX_ENDING_MS, "late", { ref: false });
    if ((await Promise.race([this.ended, late])) === "late") this.#signal("SIGKILL");
    await this.ended;
    this.#signal("SIGKILL");
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform !== "win32") process.kill(-pid, signal);
      else if (!this.#hasEnded) this.#child.kill(signal);
    } catch {
      // The group is gone.
    }
  }
}

/** @returns what is to be called for a last line that was not ended. */
function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => void {
  let begun = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (begun + text).split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
    if (begun.length > MAX_LINE) {
      onLine(begun);
      begun = "";
    }
  });
  return () => {
    if (begun !== "") onLine(begun);
    begun = "";
  };
}
