import type { AttemptId } from "../../graph/attempt.ts";
import {
  ABSENT,
  type AttributedEffect,
  type CallId,
  callerName,
  type HeldFilesChanged,
  type NamedCall,
} from "../../graph/effect.ts";
import { type PlanSlug, type TaskId, taskName } from "../../graph/task.ts";
import { suspectsOf } from "../../policy/effects/attribute.ts";
import { cleanText } from "../../text/sanitize.ts";
import { fileNames } from "../checkout-watch/scope-notes.ts";
import { shortDigest } from "./file-content.ts";
import { restoreLine } from "./restore-line.ts";

/** A name of a tool in a sentence for an agent, in characters. */
const TOOL_LIMIT = 60;
/** A sentence names at most this many callers. */
const NAMED_CALLERS = 5;

/** What an agent is told of files that were changed while a claim held them. */
export interface EffectNote {
  readonly task: TaskId;
  readonly paths: readonly string[];
  /** Whoever changed them, or may have. */
  readonly by: readonly string[];
  readonly note: string;
  /** Something stood there: no report of the task is taken before its agent has read this. */
  readonly beforeReport?: true;
}

/** What was seen between two looks, or a part of it. */
type Changes = Pick<HeldFilesChanged, "calls" | "files" | "doubts">;
/** Why somebody else may have written as well; undefined: nobody can have. */
type Doubts = HeldFilesChanged["doubts"];

/** Calls of others that changed files of one holder, or may have. */
interface Intrusion {
  readonly holder: AttemptId;
  readonly calls: readonly NamedCall[];
  readonly isCertain: boolean;
  readonly isUndone: boolean;
  readonly files: AttributedEffect[];
}

/**
 * Whom of a plan's agents to tell: the holder of each file that others have changed, or may have, and whoever did it, or
 * may have. A change that a call of the holder may have made is told to the holder alone, and only where it is to be told.
 * @param taskOf the task of the plan that the attempt is of; undefined: it is of another plan.
 * @param isToBeTold of a change that a call of the holder may have made, beside calls of these others.
 */
export function effectNotes(
  seen: Changes,
  plan: PlanSlug,
  taskOf: (attempt: AttemptId) => TaskId | undefined,
  isToBeTold: (file: AttributedEffect, by: readonly string[]) => boolean,
): EffectNote[] {
  return intrusions(seen).flatMap((intrusion) => {
    const { holder, calls, isUndone } = intrusion;
    const held = taskOf(holder);
    const isHolders = ({ caller }: NamedCall) => caller.attempt === holder;
    const by = callersOf(calls.filter((call) => !isHolders(call)));
    const mayBeOwn = calls.some(isHolders);
    const files = intrusion.files.filter((file) => !mayBeOwn || isToBeTold(file, by));
    if (files.length === 0) return [];
    const paths = files.map(({ path }) => path);
    const notes: EffectNote[] = [];
    if (held !== undefined) {
      const kept = isUndone ? wordsOfPutAside(files, plan) : wordsOfKept(files, plan, held);
      const note = `${wordsForHolder({ ...intrusion, files }, seen.doubts)}${kept}`;
      notes.push({ task: held, paths, by, note, ...(hasKept(files) && !isUndone && { beforeReport: true }) });
    }
    if (mayBeOwn) return notes;
    const holderName = held === undefined ? "a task of another plan" : taskName(plan, held);
    for (const attempt of new Set(calls.map(({ caller }) => caller.attempt))) {
      const task = attempt === undefined ? undefined : taskOf(attempt);
      if (task === undefined) continue;
      const isOwn = ({ caller }: NamedCall) => caller.attempt === attempt;
      const note = `${wordsForCaller(intrusion, isOwn, holderName, seen.doubts)} If your task needs a change there, report blocked with task_report.`;
      notes.push({ task, paths, by, note });
    }
    return notes;
  });
}

/**
 * What a conversation without a task is told that has changed what others hold, or may have.
 * @param nameOf the task that an attempt is of.
 */
export function notesForTaskless(
  seen: Changes,
  call: CallId,
  nameOf: (attempt: AttemptId) => string | undefined,
): string | undefined {
  const isOwn = ({ id, caller }: NamedCall) => id === call && caller.attempt === undefined;
  const lines = intrusions(seen).flatMap((intrusion) => {
    const { holder, calls } = intrusion;
    if (!calls.some(isOwn) || calls.some(({ caller }) => caller.attempt === holder)) return [];
    return [wordsForCaller(intrusion, isOwn, nameOf(holder) ?? "another task", seen.doubts)];
  });
  return lines.length === 0 ? undefined : lines.join("\n");
}

function intrusions({ files, calls }: Changes): Intrusion[] {
  const found = new Map<string, Intrusion>();
  for (const file of files) {
    if (file.by === "own") continue;
    const isUndone = file.undone === true;
    const key = JSON.stringify([file.holder, file.by, file.call, isUndone]);
    const known = found.get(key) ?? {
      holder: file.holder,
      calls: suspectsOf(file, calls),
      isCertain: file.by === "certain",
      isUndone,
      files: [],
    };
    known.files.push(file);
    found.set(key, known);
  }
  return [...found.values()];
}

/** The host adds of its own that changes on disk are usually on purpose: this says whether this one was. */
function wordsForHolder({ holder, calls, files, isCertain, isUndone }: Intrusion, doubts: Doubts): string {
  const names = namesOf(files);
  const [call] = calls;
  const look = "Read what is there now before you go on.";
  if (call === undefined && doubts) {
    return `${names}, which your task holds, changed, and by whom is not known (${doubts.join("; ")}). ${look}`;
  }
  if (call === undefined) {
    return `A person or another program changed ${names}, which your task holds. ${look} Keep what is new in it, unless your task says otherwise.`;
  }
  if (isCertain) {
    const undone = isUndone ? "This was undone: what stood there before is there again. " : "";
    return `${callerName(call)} changed ${names} with ${toolName(call)}, though only your task may write there. ${undone}${look}`;
  }
  const isHolders = ({ caller }: NamedCall) => caller.attempt === holder;
  const ran = whoRan(calls, isHolders, doubts);
  return `${names}, where only your task may write, changed ${ran}. ${calls.some(isHolders) ? `If you did not do it: r${look.slice(1)}` : look}`;
}

function wordsForCaller(
  { calls, files, isCertain, isUndone }: Intrusion,
  isOwn: (call: NamedCall) => boolean,
  holder: string,
  doubts: Doubts,
): string {
  const names = `${namesOf(files)}, which ${holder} holds`;
  const told = `Its agent is told${hasKept(files) ? " and can put it back" : ""}`;
  if (isUndone) {
    return `Your ${toolsOf(calls)} changed ${names}. This was undone: what its agent had not committed is there again, and what you wrote is kept. Write there no more.`;
  }
  if (isCertain) {
    return `Your ${toolsOf(calls)} changed ${names}. ${told}: write there no more, not even to undo it.`;
  }
  return `${names}, changed ${whoRan(calls, isOwn, doubts)}. ${told}. If it was your call, write there no more, not even to undo it.`;
}

/** `while your Bash and demo/3 (Bash, Edit) ran: one of them wrote it`, told to whoever made the own calls. */
function whoRan(calls: readonly NamedCall[], isOwn: (call: NamedCall) => boolean, doubts: Doubts): string {
  const own = toolsOf(calls.filter(isOwn));
  const others = calls.filter((call) => !isOwn(call));
  const all = callersOf(others);
  const named = all
    .slice(0, NAMED_CALLERS)
    .map((name) => `${name} (${toolsOf(others.filter((call) => callerName(call) === name))})`);
  const more = all.length > named.length ? [`${all.length - named.length} more`] : [];
  const names = [...(own === "" ? [] : [`your ${own}`]), ...named, ...more];
  const who = names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  if (doubts) return `while ${who} ran, or by somebody else (${doubts.join("; ")})`;
  return `while ${who} ran${calls.length > 1 ? ": one of them wrote it" : ""}`;
}

function toolsOf(calls: readonly NamedCall[]): string {
  return [...new Set(calls.map(toolName))].join(", ");
}

function callersOf(calls: readonly NamedCall[]): string[] {
  return [...new Set(calls.map(callerName))];
}

function namesOf(files: readonly AttributedEffect[]): string {
  return fileNames(files.map(({ path }) => path));
}

function hasKept(files: readonly AttributedEffect[]): boolean {
  return files.some(({ before }) => before !== ABSENT);
}

function wordsOfKept(files: readonly AttributedEffect[], plan: PlanSlug, task: TaskId): string {
  const paths = files.flatMap(({ path, before }) => (before === ABSENT ? [] : [path]));
  if (paths.length === 0) return "";
  return ` What stood there is kept, and you may put it back: ${restoreLine(plan, task, paths)}`;
}

/** The beginning of a digest is enough for a command that names no file. */
function wordsOfPutAside(files: readonly AttributedEffect[], plan: PlanSlug): string {
  const [digits] = files.flatMap(({ after }) => shortDigest(after) ?? []);
  if (digits === undefined) return "";
  return ` What was put aside is kept; should it be right after all: parallel-tasks restore ${plan} --content ${digits}`;
}

function toolName({ tool }: NamedCall): string {
  return cleanText(tool, TOOL_LIMIT);
}
