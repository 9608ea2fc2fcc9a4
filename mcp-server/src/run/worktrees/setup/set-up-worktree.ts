import { git, statusEntries } from "../../../git/git.ts";
import { shownPath } from "../../../text/display-path.ts";
import { exactLine, foreignLine } from "../../../text/untrusted-text.ts";
import type { CommandNotRun, CommandRunHere } from "../../approval/command-runner.ts";
import type { RunContext } from "../../project/run-context.ts";
import { copyIncluded, ignoredPaths } from "./included-files.ts";
import { linkFolders } from "./linked-folders.ts";
import { PORT_VARIABLE, reservePort } from "./port.ts";
import { readSetUp, type SetUp, writeSetUp } from "./set-up-record.ts";

/** So much of what a failed command printed is told: its end, in characters. */
const MAX_TOLD_OUTPUT = 800;
/** A registry that does not answer once is no reason to give up. */
const MAX_RUNS = 2;
/** For all runs together, in milliseconds; the hook that holds an agent's start back for it has a minute more. */
const MAX_SET_UP_MS = 10 * 60_000;

/** A worktree could not be made able to run, for a reason that the next one would meet too. */
export class SetUpFailed extends Error {
  override readonly name = "SetUpFailed";
}

/**
 * Makes a worktree able to run the project: folders that all share, files that `.worktreeinclude` names, a port of its
 * own, and what the policy's command makes. All of it can be done again in a worktree that is used again; the command
 * then finds what it has made.
 * @param worktree a real path; nobody works there yet.
 * @param command empty: none.
 * @param limitMs for all its runs together.
 * @throws SetUpFailed, CallerError, GitFailed
 */
export async function setUpWorktree(
  ctx: RunContext,
  worktree: string,
  command: string,
  limitMs = MAX_SET_UP_MS,
): Promise<SetUp> {
  const before = await readSetUp(worktree);
  const links = await linkFolders(ctx, worktree);
  const included = await copyIncluded(ctx.checkout.root, worktree);
  const port = await reservePort(worktree);
  const made = command === "" ? [] : await runSetUp(ctx, worktree, command, { port, limitMs });
  const outputs = [...new Set([...(before?.outputs ?? []), ...made])];
  const record = { port, links, included, outputs };
  await writeSetUp(worktree, record);
  return record;
}

/** @returns files that git ignores and that were not there before. */
async function runSetUp(
  ctx: RunContext,
  worktree: string,
  command: string,
  { port, limitMs }: { readonly port: number; readonly limitMs: number },
): Promise<string[]> {
  const changedBefore = new Set(await statusEntries(worktree));
  const ignoredBefore = new Set(await ignoredPaths(worktree));
  const endMs = performance.now() + limitMs;
  const env = { [PORT_VARIABLE]: String(port) };
  let result: CommandRunHere | CommandNotRun | undefined;
  for (let run = 1; run <= MAX_RUNS && !isOver(result); run++) {
    const limits = { env, limitMs: endMs - performance.now() };
    result = (await ctx.commands.run([command], worktree, limits)).get(command);
  }
  const problem = problemOf(result);
  if (problem !== undefined) throw new SetUpFailed(`the set-up ${exactLine(command)} ${problem}`);
  await restoreTracked(worktree, changedBefore, command);
  return (await ignoredPaths(worktree)).filter((path) => !ignoredBefore.has(path));
}

function isOver(result: CommandRunHere | CommandNotRun | undefined): boolean {
  return result !== undefined && ("whyNot" in result || result.exitCode === 0);
}

function problemOf(result: CommandRunHere | CommandNotRun | undefined): string | undefined {
  if (result === undefined || ("exitCode" in result && result.exitCode === 0)) return undefined;
  const what =
    "whyNot" in result ? `was not done: ${result.whyNot}` : `failed with exit code ${result.exitCode}`;
  const output = (result.output ?? "").trim().slice(-MAX_TOLD_OUTPUT);
  return `${what}${output === "" ? "" : `. The end of its output: ${foreignLine(output, MAX_TOLD_OUTPUT)}`}`;
}

/**
 * What the command changes of the commit's files is no task's work, and is put back as it was: a lock file, most often.
 * @throws SetUpFailed for a new file that git does not ignore: it would be committed with the first task
 */
async function restoreTracked(
  worktree: string,
  changedBefore: ReadonlySet<string>,
  command: string,
): Promise<void> {
  const changed = (await statusEntries(worktree)).filter((entry) => !changedBefore.has(entry));
  const pathOf = (entry: string) => entry.slice(3);
  const strange = changed.filter((entry) => entry.startsWith("??")).map(pathOf);
  if (strange.length > 0) {
    throw new SetUpFailed(
      `the set-up ${exactLine(command)} makes ${strange.slice(0, 3).map(shownPath).join(", ")}${strange.length > 3 ? " and more" : ""}, which git does not ignore: it would be committed as a task's work. Name it in .gitignore`,
    );
  }
  const paths = changed.map(pathOf);
  if (paths.length === 0) return;
  const restore = ["restore", "--source=HEAD", "--staged", "--worktree", "--pathspec-from-file=-"];
  await git(worktree, [...restore, "--pathspec-file-nul"], {
    input: paths.join("\0"),
    env: { GIT_LITERAL_PATHSPECS: "1" },
  });
}
