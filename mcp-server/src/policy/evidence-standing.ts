import type { EvidenceStanding } from "../graph/attempt.ts";
import type { CommandRun } from "../graph/command-run.ts";
import { andList, type ListedCommand } from "../shell/lists/and-list.ts";
import { type CommandEvidence, NO_TEST } from "./evidence-text.ts";

/** What a piece of evidence is worth, and what was seen that says so. */
export interface Judgement {
  readonly standing: EvidenceStanding;
  /** One phrase; absent where the standing says all. It may quote a command. */
  readonly seen?: string;
}

/** A file of the task that changed, and when, in milliseconds since the epoch. */
export interface FileChange {
  readonly path: string;
  readonly atMs: number;
}

/**
 * How a run bears on a reported command: it is the same text; a part of an `&&` list; or the text stands in it in
 * another way, so that its exit code may be another's.
 */
type Relation = "same" | "part" | "within";

interface Related {
  readonly run: CommandRun;
  readonly relation: Relation;
}

/** So much of a command is quoted. */
const MAX_QUOTED = 200;

/**
 * Compares a reported command with what its attempt ran. `contradicted` is only said when the last run that has to do
 * with it is of the very same text and ended in another way: after it, the same command may have succeeded in a pipe,
 * in the background, or in a list that failed elsewhere.
 * @param runs those of the attempt, oldest first; undefined: nobody could see them.
 * @param lastChange of a file of the task; undefined: none is known.
 */
export function standingOf(
  reported: Pick<CommandEvidence, "command" | "exitCode">,
  runs: readonly CommandRun[] | undefined,
  lastChange: FileChange | undefined,
): Judgement {
  if (runs === undefined) return { standing: "claimed" };
  const wanted = commandText(reported.command);
  const related = runs.flatMap((run): Related[] => {
    const relation = relationOf(wanted, run);
    return relation === undefined ? [] : [{ run, relation }];
  });
  const decisive = related.findLast(isDecisive);
  if (related.length === 0)
    return { standing: "claimed", seen: ranInParts(wanted, runs) ? IN_PARTS : NEVER_RUN };
  if (decisive?.run.end.kind !== "exited") return claimed(related.at(-1));
  const { exitCode, timedOut } = decisive.run.end;
  if (exitCode === reported.exitCode) return seen(decisive.run, wanted, lastChange);
  const isLast = related.slice(related.indexOf(decisive) + 1).every(({ run }) => run.end.kind === "stopped");
  const isOtherSignal = timedOut && reported.exitCode !== 0;
  if (!isLast || exitCode === 0 || isOtherSignal) return claimed(isLast ? decisive : related.at(-1));
  return { standing: "contradicted", seen: endOf(decisive.run) };
}

/** Whether the run tells the exit code of the reported command itself. */
function isDecisive({ run: { end }, relation }: Related): boolean {
  if (end.kind !== "exited") return false;
  return relation === "same" || (relation === "part" && end.exitCode === 0);
}

function seen(run: CommandRun, wanted: CommandText, lastChange: FileChange | undefined): Judgement {
  if (lastChange !== undefined && lastChange.atMs > run.atMs) {
    return { standing: "stale", seen: `${lastChange.path} changed after it ran` };
  }
  const isSuccess = run.end.kind === "exited" && run.end.exitCode === 0;
  if (isSuccess && run.ranNoTest) return { standing: "seen", seen: NO_TEST };
  if (isSuccess && !hasOwnExitCode(wanted)) {
    return { standing: "seen", seen: "the exit code is that of the last command in it" };
  }
  return { standing: "seen" };
}

function claimed(last: Related | undefined): Judgement {
  if (last === undefined) return { standing: "claimed" };
  const { run, relation } = last;
  if (relation === "same") return { standing: "claimed", seen: endOf(run) };
  return { standing: "claimed", seen: `seen only within \`${quoted(run.command)}\`: ${endOf(run)}` };
}

/** Something could be seen of what the agent ran, and it was not this. */
export const NEVER_RUN = "it was not seen to run";
const IN_PARTS = "only commands of it were seen to run, each by itself";

function ranInParts({ list = [] }: CommandText, runs: readonly CommandRun[]): boolean {
  return list.length > 1 && list.some(({ text }) => runs.some(({ command }) => mentions(command, text)));
}

function endOf({ end }: CommandRun): string {
  switch (end.kind) {
    case "exited":
      return end.timedOut
        ? `it was ended at its time limit (exit code ${end.exitCode})`
        : `it ended with exit code ${end.exitCode}`;
    case "stopped":
      return "it was refused or interrupted";
    case "unknown":
      return end.inBackground ? "it ran in the background and its end was not seen" : "its end was not seen";
  }
}

function quoted(command: string): string {
  const line = command.replace(/\s+/g, " ").trim();
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)} …` : line;
}

interface CommandText {
  readonly line: string;
  readonly list: readonly ListedCommand[] | undefined;
}

function commandText(command: string): CommandText {
  return { line: command.trim(), list: andList(command) };
}

function hasOwnExitCode({ list }: CommandText): boolean {
  return list?.every(({ isPipeline }) => !isPipeline) ?? false;
}

function relationOf(wanted: CommandText, run: CommandRun): Relation | undefined {
  if (wanted.line === "") return undefined;
  const ran = commandText(run.command);
  if (!run.isCut) {
    if (ran.line === wanted.line) return "same";
    if (ran.list && wanted.list) {
      if (isEqual(ran.list, wanted.list)) return "same";
      if (isPartOf(wanted.list, ran.list)) return "part";
    }
  }
  return mentions(ran.line, wanted.line) ? "within" : undefined;
}

function isEqual(some: readonly ListedCommand[], others: readonly ListedCommand[]): boolean {
  return some.length === others.length && some.every(({ text }, i) => text === others[i]?.text);
}

/** Whether the commands stand in the list, one after the other, with or without redirections. */
function isPartOf(part: readonly ListedCommand[], list: readonly ListedCommand[]): boolean {
  return list.some((_, from) =>
    part.every(({ text }, i) => {
      const there = list[from + i];
      return there !== undefined && (there.text === text || there.bare === text);
    }),
  );
}

/** Whether a text stands in another as words of its own, however they are spaced. */
function mentions(whole: string, part: string): boolean {
  const [text, wanted] = [whole, part].map((line) => line.replace(/\s+/g, " ")) as [string, string];
  const isWord = (character: string | undefined) => character !== undefined && /[\w./-]/.test(character);
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    const isWhole =
      !(isWord(text[at - 1]) && isWord(wanted[0])) &&
      !(isWord(text[at + wanted.length]) && isWord(wanted.at(-1)));
    if (isWhole) return true;
  }
  return false;
}
