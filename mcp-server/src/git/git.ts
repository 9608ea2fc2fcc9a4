import { setTimeout as sleep } from "node:timers/promises";
import { type ProgramFailure, runProgram } from "../host/run-program.ts";

/**
 * Git waits for no lock but that of packed refs, and stumbles over a worktree that another git is just making: whoever
 * finds one taken or half made tries again.
 */
const LOCK_TRIES = 25;
const LOCK_PAUSE_MS = 20;
const LOCKED =
  /\.lock': File exists|could not lock config file|unable to lock|failed to read \S*worktrees\/\S*(?:commondir|gitdir)/i;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Git refused, or is not there. */
export class GitFailed extends Error {
  override readonly name = "GitFailed";
  constructor(
    readonly command: string,
    /** Undefined when git could not be started. */
    readonly exitCode: number | undefined,
    /** What git said, without its prefixes and hints. */
    readonly reason: string,
    /** What it printed to its standard output. */
    readonly output: string,
    cause?: unknown,
  ) {
    super(`git ${command}: ${reason}`, { cause });
  }
}

export interface GitOptions {
  /** What git reads from its standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More than this is a failure; 256 MB where absent. */
  readonly maxOutputBytes?: number;
  /** How git's output is read; UTF-8 where absent. With `latin1` each character is one byte. */
  readonly encoding?: "latin1";
  /** Ends git at once when it is aborted. */
  readonly signal?: AbortSignal;
  /** The repository's hooks run, as for a command of the user. */
  readonly runHooks?: boolean;
}

/**
 * Runs git in a folder, without a shell and without the repository's hooks, and returns what it prints. A lock that
 * another git holds is waited for.
 * @throws GitFailed
 */
export async function git(
  folder: string,
  parameters: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(folder, parameters, options);
    } catch (error) {
      const locked = error instanceof GitFailed && LOCKED.test(error.reason);
      if (!locked || attempt === LOCK_TRIES) throw error;
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

/** The answer of a question that git answers by its exit code: 0 yes, 1 no. @throws GitFailed for any other. */
export async function gitSays(folder: string, parameters: readonly string[]): Promise<boolean> {
  try {
    await git(folder, parameters);
    return true;
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return false;
    throw error;
  }
}

async function once(
  folder: string,
  parameters: readonly string[],
  { runHooks = false, ...options }: GitOptions,
): Promise<string> {
  // Hooks are for the user's own commits: they may prompt, reformat files of other tasks or take minutes.
  const hooks = runHooks ? [] : ["-c", "core.hooksPath=/dev/null"];
  const settings = [...hooks, "-c", "commit.gpgSign=false"];
  try {
    return await runProgram("git", [...settings, ...parameters], {
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...options,
      folder,
      env: { ...plainEnvironment(), ...options.env },
    });
  } catch (error) {
    const { code, stderr, stdout } = error as ProgramFailure;
    throw new GitFailed(
      parameters[0] ?? "",
      typeof code === "number" ? code : undefined,
      reasonOf(stderr || (error instanceof Error ? error.message : String(error))),
      stdout ?? "",
      error,
    );
  }
}

/** What git tells its hooks and aliases of the repository that it works on, and how it reads paths for them. */
const OF_ANOTHER_CALL =
  /^GIT_(?:DIR|WORK_TREE|IMPLICIT_WORK_TREE|COMMON_DIR|PREFIX|INDEX_FILE|SHALLOW_FILE|GRAFT_FILE|NAMESPACE|(?:ALTERNATE_)?OBJECT_DIRECTOR(?:Y|IES)|QUARANTINE_PATH|(?:LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS)$/;

/**
 * A server that was started from a git hook must not work on that hook's index or repository. Whoever only reads takes
 * no lock, or a git command of the user or of an agent would fail at that moment.
 */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_ANOTHER_CALL.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };
}

function reasonOf(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("hint:"));
  return lines
    .map((line) => line.replace(/^(fatal|error): /, ""))
    .join(" ")
    .slice(0, 400);
}

/**
 * Every path in which the checkout or its index differs from the last commit, new files included. A submodule is one if
 * another commit of it is checked out; what else changed in it are its own files.
 */
export async function changedFiles(root: string): Promise<string[]> {
  const entries = await statusEntries(root, "--ignore-submodules=dirty");
  // A path that ends with a slash is another repository inside this one: its files are its own.
  return entries.flatMap((entry) => (entry.endsWith("/") ? [] : [entry.slice(3)]));
}

/** What `git status` tells of each path that differs: two letters, a blank and the path. */
export async function statusEntries(root: string, ...options: readonly string[]): Promise<string[]> {
  const command = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"];
  return (await git(root, [...command, ...options])).split("\0").filter((entry) => entry !== "");
}
