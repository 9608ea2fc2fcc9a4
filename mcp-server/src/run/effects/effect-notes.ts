import type { AttemptId } from "../../graph/attempt.ts";
import {
  ABSENT,
  type AttributedEffect,
  type CallId,
  type HeldFilesChanged,
  type NamedCall,
} from "../../graph/effect.ts";
import { type PlanSlug, type TaskId, taskName } from "../../graph/task.ts";
import { suspectsOf } from "../../policy/effects/attribute.ts";
import { cleanText } from "../../text/sanitize.ts";
import { fileNames } from "../checkout-watch/scope-notes.ts";

/** A name of a tool in a sentence for an agent, in characters. */
const TOOL_LIMIT = 60;
/** A sentence names at most this many calls. */
const NAMED_CALLS = 5;

/** What an agent is told of files that were changed while a claim held them. */
export interface EffectNote {
  readonly task: TaskId;
  readonly paths: readonly string[];
  /** Whoever changed them, or may have. */
  readonly by: readonly string[];
  readonly note: string;
}

/** What was seen between two looks, or a part of it. */
type Changes = Pick<HeldFilesChanged, "calls" | "files">;

/** Calls of others that changed files of one holder, or may have. */
interface Intrusion {
  readonly holder: AttemptId;
  readonly calls: readonly NamedCall[];
  readonly isCertain: boolean;
  readonly files: AttributedEffect[];
}

/**
 * Whom of a plan's agents to tell: the holder of each file that others have changed, and who is known to have done so. A
 * change that a call of the holder may have made is told to nobody: commands run side by side all the time.
 * @param taskOf the task of the plan that the attempt is of; undefined: it is of another plan.
 */
export function effectNotes(
  seen: Changes,
  plan: PlanSlug,
  taskOf: (attempt: AttemptId) => TaskId | undefined,
): EffectNote[] {
  return intrusions(seen).flatMap((intrusion) => {
    const { holder, calls, files, isCertain } = intrusion;
    const paths = files.map(({ path }) => path);
    const held = taskOf(holder);
    const notes: EffectNote[] = [];
    if (held !== undefined) {
      const note = `${wordsForHolder(intrusion)} Read it again before you write. ${wordsOfKept(files, plan, held)}`;
      notes.push({ task: held, paths, by: calls.map(callerName), note });
    }
    const [call] = calls;
    const own = isCertain && call?.caller.attempt !== undefined ? taskOf(call.caller.attempt) : undefined;
    if (own !== undefined && call) {
      const holderName = held === undefined ? "a task of another plan" : taskName(plan, held);
      const note = `${wordsOnIntrusion(call, paths, holderName)} If you need a change there, report blocked with task_report.`;
      notes.push({ task: own, paths, by: [callerName(call)], note });
    }
    return notes;
  });
}

/**
 * What a conversation without a task is told that is known to have changed what others hold.
 * @param nameOf the task that an attempt is of.
 */
export function wordsForCaller(
  seen: Changes,
  call: CallId,
  nameOf: (attempt: AttemptId) => string | undefined,
): string | undefined {
  const own = intrusions(seen).filter(
    ({ isCertain, calls: [one] }) => isCertain && one?.id === call && one.caller.attempt === undefined,
  );
  const lines = own.flatMap(({ holder, calls: [one], files }) => {
    const paths = files.map(({ path }) => path);
    return one ? [wordsOnIntrusion(one, paths, nameOf(holder) ?? "another task")] : [];
  });
  return lines.length === 0 ? undefined : lines.join("\n");
}

function wordsOnIntrusion(call: NamedCall, paths: readonly string[], holder: string): string {
  return `Your ${toolName(call)} changed ${fileNames(paths)}, which ${holder} holds and is at work on. Its agent was told, and what stood there is kept. Write there no more.`;
}

function intrusions({ files, calls }: Changes): Intrusion[] {
  const found = new Map<string, Intrusion>();
  for (const file of files) {
    if (file.by === "own") continue;
    const isCertain = file.by === "certain";
    const suspects = suspectsOf(file, calls);
    if (suspects.some(({ caller }) => caller.attempt === file.holder)) continue;
    const key = JSON.stringify([file.holder, file.by, file.call]);
    const known = found.get(key) ?? { holder: file.holder, calls: suspects, isCertain, files: [] };
    known.files.push(file);
    found.set(key, known);
  }
  return [...found.values()];
}

function wordsForHolder({ calls, files, isCertain }: Intrusion): string {
  const names = fileNames(files.map(({ path }) => path));
  const [call] = calls;
  if (call === undefined) return `A person or another program changed ${names}, in this task's scope.`;
  if (isCertain) return `${callerName(call)} changed ${names}, in this task's scope, with ${toolName(call)}.`;
  const named = calls.slice(0, NAMED_CALLS).map((one) => `${callerName(one)} (${toolName(one)})`);
  const more = calls.length - named.length;
  return `${names}, in this task's scope, changed while ${named.join(", ")}${more > 0 ? ` and ${more} more calls` : ""} ran: one of them wrote it.`;
}

function wordsOfKept(files: readonly AttributedEffect[], plan: PlanSlug, task: TaskId): string {
  const isKept = files.some(({ before }) => before !== ABSENT);
  return isKept ? `What stood there can be had back: parallel-tasks restore ${plan} --task ${task}` : "";
}

function toolName({ tool }: NamedCall): string {
  return cleanText(tool, TOOL_LIMIT);
}

/** A task, or what else makes calls. */
export function callerName({ caller }: NamedCall): string {
  if (caller.task !== undefined) return caller.task;
  return caller.agentId === undefined ? "the main conversation" : "an agent without a task";
}
