import { type ChildProcess, spawn } from "node:child_process";

/** So much of what a command printed is kept: its end, in characters. */
const MAX_OUTPUT = 20_000;

/** How a shell command ended. */
export interface ShellResult {
  /** The exit code; of a command that a signal ended 128 and more, as shells say it. */
  readonly exitCode: number;
  /** It was ended at its time limit. */
  readonly timedOut: boolean;
  /** The end of what it printed, to both of its outputs. */
  readonly output: string;
}

export interface ShellLimits {
  /** Where it runs. */
  readonly folder: string;
  /** Its whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** What it reads from its standard input; absent: nothing. */
  readonly input?: string;
  /** In milliseconds. */
  readonly limitMs: number;
  /** Ends it at once when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command with bash, as agents do. It is ended at its time limit, and what it started is ended with it, also where
 * it ended by itself and where this process exits.
 * @throws an Error where there is no bash, or no such folder.
 */
export function runShellCommand(
  command: string,
  { folder, env, input, limitMs, signal: stop }: ShellLimits,
): Promise<ShellResult> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that it can be ended with all that it started.
    const isGroup = process.platform !== "win32";
    const child = spawn("bash", ["-c", command], {
      cwd: folder,
      env,
      detached: isGroup,
      windowsHide: true,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    // It may end before it has read everything, or read nothing.
    child.stdin?.on("error", () => undefined).end(input);
    const endAll = () => endProcesses(child, isGroup);
    let output = "";
    let timedOut = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-MAX_OUTPUT);
      });
    }
    const limit = setTimeout(() => {
      timedOut = true;
      endAll();
    }, limitMs);
    stop?.addEventListener("abort", endAll);
    if (stop?.aborted) endAll();
    const forget = () => {
      clearTimeout(limit);
      stop?.removeEventListener("abort", endAll);
      process.off("exit", endAll);
    };
    process.on("exit", endAll);
    child.on("error", (error) => {
      forget();
      reject(error);
    });
    child.on("exit", endAll);
    child.on("close", (code, signal) => {
      forget();
      resolve({ exitCode: code ?? 128 + (SIGNALS[signal ?? ""] ?? 0), timedOut, output });
    });
  });
}

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

function endProcesses({ pid }: ChildProcess, isGroup: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(isGroup ? -pid : pid, "SIGKILL");
  } catch {
    // All of them have ended.
  }
}
