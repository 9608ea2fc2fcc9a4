import { join } from "node:path";
import { runShellCommand, type ShellLimits } from "../../host/run-shell-command.ts";
import { type HostSettings, readHostSettings, sandboxOf } from "../../host/settings.ts";
import { saysNoTestRan } from "../../host/transcripts/no-tests.ts";
import { formatDuration } from "../../text/format.ts";
import { type ApprovalPlace, ApprovedCommands } from "./approved-commands.ts";

/** All commands of one call together may take so long, in milliseconds. */
const MAX_RUNNING_MS = 10 * 60_000;
/** The database's password and the host's tokens are none of a command's business. */
const WITHHELD = /^(?:PARALLEL_|CLAUDE)/i;

/** Why the server does not run a command that the user could still approve. */
export const NOT_APPROVED = "the user has not approved it";

/** A command that the server ran. */
export interface CommandRunHere {
  readonly exitCode: number;
  /** The end of what it printed. */
  readonly output: string;
  /** Its output says that it looked for tests and ran none. */
  readonly ranNoTest: boolean;
}

/** A command that was not run to its end, and why: in a phrase. */
export interface CommandNotRun {
  readonly whyNot: string;
  /** The end of what it had printed, where it was begun. */
  readonly output?: string;
}

export interface RunLimits {
  /** Variables that it gets beside the user's. */
  readonly env?: Readonly<Record<string, string>>;
  /** What each reads from its standard input; absent: nothing. */
  readonly input?: string;
  /** For all of them together, in milliseconds; ten minutes where absent. */
  readonly limitMs?: number;
  /** Ends what runs when it is aborted. */
  readonly signal?: AbortSignal;
}

export interface RunnerPlace extends ApprovalPlace {
  /** The folder that the host was started for, whose settings hold. */
  readonly directory: string;
  /** Where the machine's administrator puts settings. */
  readonly managedFolder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The only way in which the server runs a command that a plan names. It runs those that the user has approved, and only
 * where it is known that the host has no sandbox on: the server itself lies outside of it.
 */
export class CommandRunner {
  readonly approved: ApprovedCommands;

  constructor(private readonly place: RunnerPlace) {
    this.approved = new ApprovedCommands(place);
  }

  /** Why the server does not run the command, in a phrase; undefined: it may. */
  async whyNot(command: string): Promise<string | undefined> {
    return (await this.approved.has(command)) ? this.#whyNone() : NOT_APPROVED;
  }

  /**
   * Runs commands one after the other, each that may run.
   * @param folder top level of the checkout or worktree.
   */
  async run(
    commands: readonly string[],
    folder: string,
    { env = {}, input, limitMs: allMs = MAX_RUNNING_MS, signal }: RunLimits = {},
  ): Promise<Map<string, CommandRunHere | CommandNotRun>> {
    const results = new Map<string, CommandRunHere | CommandNotRun>();
    const endMs = performance.now() + allMs;
    for (const command of commands) {
      const limitMs = endMs - performance.now();
      const whyNot = limitMs <= 0 ? "the time for commands was over" : await this.whyNot(command);
      results.set(
        command,
        whyNot === undefined
          ? await this.#run(command, {
              ...{ folder, env, limitMs },
              ...(input !== undefined && { input }),
              ...(signal && { signal }),
            })
          : { whyNot },
      );
    }
    return results;
  }

  async #run(command: string, { env, ...limits }: ShellLimits): Promise<CommandRunHere | CommandNotRun> {
    const given = Object.entries(this.place.env).filter(([name]) => !WITHHELD.test(name));
    try {
      const result = await runShellCommand(command, {
        ...limits,
        env: { ...Object.fromEntries(given), ...env },
      });
      const { exitCode, output, timedOut } = result;
      if (timedOut) {
        const whyNot = `it did not end within ${formatDuration(limits.limitMs)}, which was left of the time for commands`;
        return { whyNot, output };
      }
      return { exitCode, output, ranNoTest: exitCode === 0 && saysNoTestRan(output) };
    } catch (error) {
      return { whyNot: `it could not be started (${(error as NodeJS.ErrnoException).code})` };
    }
  }

  /**
   * What the user's own settings give a variable. A file of the project, or whatever started this process, says nothing of
   * that: whoever works in the project may have written it.
   */
  async setByUser(variable: string): Promise<string | undefined> {
    const own = join(this.place.hostFolder, "settings.json");
    const { files } = await this.hostSettings();
    const isOutside = this.approved.isOutsideCheckout;
    return isOutside ? files.find(({ path }) => path === own)?.settings.env?.[variable] : undefined;
  }

  /** Claude Code's settings for this project, as they are now. */
  hostSettings(): Promise<HostSettings> {
    const { directory, hostFolder, managedFolder } = this.place;
    return readHostSettings(directory, hostFolder, join(managedFolder, "managed-settings.json"));
  }

  async #whyNone(): Promise<string | undefined> {
    const isClaudeCode = Boolean(this.place.env.CLAUDE_CODE_SESSION_ID);
    if (!isClaudeCode) return "only of Claude Code is it known whether its sandbox is on";
    return sandboxOf(await this.hostSettings());
  }
}
