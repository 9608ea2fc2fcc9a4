import type { Report } from "../../graph/attempt.ts";
import { withCriterionText } from "../../graph/criterion.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Judgement } from "../../policy/evidence-standing.ts";
import { type CommandEvidence, isCommand, NO_TEST } from "../../policy/evidence-text.ts";
import { cleanText } from "../../text/sanitize.ts";
import type { CommandRunHere } from "../approval/command-runner.ts";
import { shownCriterion } from "../briefs/brief.ts";
import type { ClaimedWork } from "../checkout-watch/record-changes.ts";

/** Commands that are named one by one. */
const MAX_NAMED = 3;
const MAX_COMMAND = 120;
/** So much of the end of what a command printed is told, in characters. */
const MAX_OUTPUT = 300;

/** Why a report that claims to be complete is not believed. */
export interface Objection {
  /** What is wrong, in a sentence without its stop. */
  readonly why: string;
  /** What the agent is to do before it reports again. */
  readonly remedy: string;
  /** Why the attempt failed, where the agent reports the same once more. */
  readonly cause: string;
}

/** A command of the plan, with the end that has to be seen. */
export interface CommandToSee {
  /** The text of the criterion. */
  readonly criterion: string;
  readonly command: string;
  readonly exitCode: number;
  /** Whether a run that tested nothing will do. */
  readonly mayTestNothing: boolean;
}

/**
 * The acceptance commands that a completed report is only believed with if they were seen to end as it says: by the
 * policies `verify: seen` and `run` all of them but those of criteria that it reports as not verified. With `run`, what
 * the server has run itself need not be seen.
 */
export function commandsToSee({ task, policy }: ClaimedWork, report: Report): CommandToSee[] {
  if (policy.verify === "claimed" || report.outcome !== "completed" || report.verdict === "rejected")
    return [];
  const evidence = report.evidence.map((item) => withCriterionText(item, task.acceptance));
  return task.acceptance.flatMap(({ criterion, command }): CommandToSee[] => {
    const names = [criterion, shownCriterion(criterion)];
    const isOpen = evidence.some(
      (item) => "notVerified" in item && item.criterion !== undefined && names.includes(item.criterion),
    );
    if (command === undefined || isOpen) return [];
    const same = evidence.filter(isCommand).find((item) => item.command.trim() === command.trim());
    const mayTestNothing = purposeOf(task)?.kind === "verify";
    // Which failures a completed report may hold is decided where the report is checked.
    return [{ criterion, command: command.trim(), exitCode: same?.exitCode ?? 0, mayTestNothing }];
  });
}

/** Says of a command that has to be seen how it was not; undefined: it was. */
export function unseenCommand(
  { command, exitCode, mayTestNothing }: CommandToSee,
  { standing, seen }: Judgement,
): string | undefined {
  if (standing === "seen" && (mayTestNothing || seen !== NO_TEST)) return undefined;
  const end = exitCode === 0 ? "pass" : `end with exit code ${exitCode}`;
  return `${quoted(command)} was not seen to ${end}${seen === undefined ? "" : `: ${seen}`}`;
}

/** @param unseen what `unseenCommand` says of each command that has to be seen. */
export function objectionTo(report: Report, unseen: readonly string[]): Objection | undefined {
  return (
    objection(
      contradictionsIn(report),
      "what it reports is contradicted",
      'Fix the work, run the command again and report how it ends; or report outcome "failed".',
    ) ??
    objection(
      unseen,
      "this plan wants its acceptance commands seen",
      "After your last change run the command as it stands with Bash, in the foreground and by itself (no pipe, ; or ||), then report again. If it cannot be run, give its criterion as {criterion, notVerified: why}.",
    )
  );
}

/** @param ran what came of acceptance commands when the server ran them. */
export function objectionToRun(
  due: readonly CommandToSee[],
  ran: ReadonlyMap<string, CommandRunHere>,
): Objection | undefined {
  const failed = due.flatMap(({ command, mayTestNothing }) => {
    const run = ran.get(command);
    const end =
      run === undefined || (run.exitCode === 0 && (mayTestNothing || !run.ranNoTest))
        ? undefined
        : run.exitCode === 0
          ? NO_TEST
          : `it ended with exit code ${run.exitCode}`;
    if (run === undefined || end === undefined) return [];
    return [
      `${quoted(command)} was run by the server, and ${end} (${cleanText(run.output.slice(-MAX_OUTPUT), MAX_OUTPUT)})`,
    ];
  });
  return objection(
    failed,
    "this plan has its acceptance commands run",
    'Fix the work and report again: the server runs the command again. Or report outcome "failed"; or, if it cannot succeed here, give its criterion as {criterion, notVerified: why}.',
  );
}

function objection(problems: readonly string[], cause: string, remedy: string): Objection | undefined {
  if (problems.length === 0) return undefined;
  const why = problems.slice(0, MAX_NAMED).join("; ");
  return { why, remedy: `${remedy} The same once more fails the attempt.`, cause: `${cause}: ${why}` };
}

function contradictionsIn({ outcome, evidence }: Report): string[] {
  if (outcome !== "completed") return [];
  return evidence.filter(isCommand).filter(isContradicted).map(contradictionOf);
}

function isContradicted({ standing }: CommandEvidence): boolean {
  return standing === "contradicted";
}

function contradictionOf({ command, exitCode, seen = "" }: CommandEvidence): string {
  return `${quoted(command)} is reported with exit code ${exitCode}, but ${seen}`;
}

function quoted(command: string): string {
  return JSON.stringify(command.slice(0, MAX_COMMAND));
}
