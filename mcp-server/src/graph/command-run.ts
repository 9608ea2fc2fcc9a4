/** How a command that the host ran for an agent ended, as far as that was seen. */
export type CommandEnd =
  /** @property timedOut the host ended it, and the exit code is that of its signal. */
  | { readonly kind: "exited"; readonly exitCode: number; readonly timedOut?: true }
  /** It was refused, or ended before it had an exit code: it did not succeed. */
  | { readonly kind: "stopped" }
  /** It runs on, or nobody saw its end. */
  | { readonly kind: "unknown"; readonly inBackground: boolean };

/** A shell command as the host was told to run it. Times are milliseconds since the epoch. */
export interface CommandRun {
  /** The host's id of the tool call. */
  readonly use: string;
  readonly command: string;
  /** More follows in the command that was not kept. */
  readonly isCut: boolean;
  /** When it began, as long as it has no end; else when that was seen. */
  readonly atMs: number;
  readonly end: CommandEnd;
  /** Its output says that it looked for tests and ran none. */
  readonly ranNoTest: boolean;
}

/** So much of a command is kept, in characters: as much as a report may name. */
const MAX_COMMAND = 4_000;

export function commandRun(
  run: Pick<CommandRun, "use" | "command" | "atMs" | "end"> & Partial<Pick<CommandRun, "ranNoTest">>,
): CommandRun {
  const { command } = run;
  return {
    ranNoTest: false,
    ...run,
    command: command.slice(0, MAX_COMMAND),
    isCut: command.length > MAX_COMMAND,
  };
}
