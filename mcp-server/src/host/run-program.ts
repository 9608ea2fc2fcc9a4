import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

const DEFAULT_MAX_OUTPUT_BYTES = 1024 * 1024;

export interface ProgramOptions {
  /** Where it runs; this process's folder where absent. */
  readonly folder?: string;
  /** Its whole environment; this process's where absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input, which is closed after it. */
  readonly input?: string;
  /** A program that prints more is ended and counts as failed. */
  readonly maxOutputBytes?: number;
  /** How its output is read; UTF-8 where absent. With `latin1` each character is one byte. */
  readonly encoding?: "latin1";
  /** Ends the program at once when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** How a program that failed ended, as far as it is known. */
export interface ProgramFailure {
  /** The exit code, or Node's name for why it could not run or had to be ended. */
  readonly code?: number | string | null;
  readonly stdout?: string;
  readonly stderr?: string;
}

/**
 * Runs a program without a shell and returns what it prints to its standard output.
 * @throws an Error that is a `ProgramFailure`: the program cannot be started, fails, prints too much or is aborted
 */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  {
    folder,
    env,
    input = "",
    maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES,
    signal,
    encoding,
  }: ProgramOptions = {},
): Promise<string> {
  const running = run(program, [...parameters], {
    ...(folder !== undefined && { cwd: folder }),
    ...(env !== undefined && { env }),
    ...(signal !== undefined && { signal }),
    ...(encoding !== undefined && { encoding }),
    maxBuffer: maxOutputBytes,
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  // It may end before it has read everything; how it ended says what is wrong.
  running.child.stdin?.on("error", () => undefined).end(input);
  return (await running).stdout;
}
