import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import * as z from "zod";
import type { ToolCaller } from "../graph/effect.ts";
import { taskName } from "../graph/task.ts";
import { couldWrite } from "../policy/effects/writing-tools.ts";
import type { Heard } from "../run/effects/call-watch.ts";
import { notesForTaskless } from "../run/effects/effect-notes.ts";
import type { HeardSignal } from "../run/effects/effect-watch.ts";
import { idOfBytes } from "../run/effects/file-content.ts";
import { type AgentCall, readAgentCall } from "../run/guard/agent-call.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import {
  addContext,
  deny,
  type HookAnswer,
  type HookEvent,
  isDenied,
  isMainCall,
  json,
  NOTHING,
  tell,
} from "./hook-event.ts";

const REPORT = "mcp__plugin_parallel_tasks__task_report";

const writeInput = z.looseObject({ file_path: z.string(), content: z.string() });
const editResponse = z.looseObject({
  filePath: z.string(),
  originalFile: z.string(),
  oldString: z.string(),
  newString: z.string(),
  replaceAll: z.boolean().optional(),
});
const backgroundTasks = z.array(z.looseObject({ id: z.string() }));
const background = z.looseObject({ backgroundTaskId: z.string().min(1) });

/**
 * The call may run from now on: whatever changes after this look may be its doing. A report writes nothing, and is looked
 * at all the same: its agent is to know what became of its files.
 * @param atOnce without waiting for the graph.
 * @returns whether something has changed since the last look.
 */
export async function watchBegin(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  call: AgentCall | undefined,
  atOnce = false,
): Promise<boolean> {
  if (event.use === "") return false;
  const watch = session.callWatch(run);
  const hear = (heard: Heard) => (atOnce ? watch.hearAtOnce(heard) : watch.hear(heard));
  if (event.tool === REPORT) return (await hear({ kind: "ended", call: event.use })) !== undefined;
  if (!couldWrite(event.tool)) return false;
  const seen = await hear((held) => {
    const own = call?.isAtWork
      ? call.standing.own
      : isMainCall(event)
        ? session.pulledAmong(held)
        : undefined;
    const caller: ToolCaller = {
      session: event.session,
      ...(event.agent !== "" && { agentId: event.agent }),
      ...(own && { attempt: own.claim.id, task: taskName(own.plan, own.claim.task) }),
    };
    return { kind: "began", call: event.use, tool: event.tool, caller };
  });
  return seen !== undefined;
}

/**
 * The call has ended, or has left something running.
 * @returns what the caller is to be told of files that others hold, or that others have changed.
 */
export async function watchEnd(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  if (event.use === "" || !couldWrite(event.tool)) return NOTHING;
  const watch = session.callWatch(run);
  const seen = await watch.hear(endOf(run, event));
  if (!watch.takeNews(event.use) && !seen) return NOTHING;
  const store = await run.graph();
  const call = store && event.agent !== "" ? await readAgentCall(run, store, event.agent) : undefined;
  if (call) return withNotes(session, event, call, NOTHING);
  if (!seen) return NOTHING;
  const words = notesForTaskless(seen, event.use, (attempt) => watch.nameOf(attempt));
  return words === undefined ? NOTHING : tell(event.event, words);
}

function endOf(run: RunContext, event: HookEvent): HeardSignal {
  const work = json(background, event.response)?.backgroundTaskId;
  if (work !== undefined) return { kind: "left-running", call: event.use, work };
  const wrote = event.event === "PostToolUse" ? writtenBy(run, event) : undefined;
  return { kind: "ended", call: event.use, ...(wrote && { wrote }) };
}

/** The file that a file tool has written, with what it was told to write; undefined where that is not told. */
function writtenBy(run: RunContext, event: HookEvent): { path: string; content: string } | undefined {
  const write = event.tool === "Write" ? json(writeInput, event.input) : undefined;
  if (write) return writtenFile(run, write.file_path, write.content);
  const edit = event.tool === "Edit" ? json(editResponse, event.response) : undefined;
  if (!edit || edit.oldString === "") return undefined;
  const { originalFile, oldString, newString } = edit;
  const text = edit.replaceAll
    ? originalFile.split(oldString).join(newString)
    : originalFile.replace(oldString, () => newString);
  return writtenFile(run, edit.filePath, text);
}

function writtenFile(
  run: RunContext,
  file: string,
  text: string,
): { path: string; content: string } | undefined {
  try {
    const path = relative(run.checkout.root, realpathSync(file));
    if (path === "" || path.startsWith("..")) return undefined;
    return { path: path.split(sep).join("/"), content: idOfBytes(Buffer.from(text)) };
  } catch {
    return undefined;
  }
}

/** All calls of one message, those that never ran among them, have ended. */
export async function watchBatchEnd(
  run: RunContext,
  session: SessionMemory,
  calls: readonly string[],
): Promise<void> {
  const watch = session.callWatch(run);
  for (const call of calls) if (watch.isInFlight(call)) await watch.hear({ kind: "ended", call });
}

/** An agent, or without one the turn of the main conversation, is over. */
export async function watchCallerEnd(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<void> {
  const agent = event.agent === "" ? {} : { agentId: event.agent };
  const running = json(backgroundTasks, event.background);
  if (running) {
    session.callWatch(run).keepWork(
      event.session,
      running.map(({ id }) => id),
    );
  }
  await session.callWatch(run).hear({ kind: "caller-ended", session: event.session, ...agent });
}

/** What a call had left running has ended. */
export async function watchWorkEnd(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  work: string,
): Promise<void> {
  await session.callWatch(run).hear({ kind: "work-ended", session: event.session, work });
}

/**
 * The answer with what an agent is to be told of its task's files, each note once. It may go on in what it does, unless
 * that is a report: what it says of a file that another has changed since would not be true.
 */
export function withNotes(
  session: SessionMemory,
  event: HookEvent,
  call: AgentCall,
  answer: HookAnswer,
): HookAnswer {
  if (session.answeredLate.has(event)) return NOTHING;
  const news = call.notes.filter(({ seq }) => !session.toldNotes.has(seq));
  if (news.length === 0) return answer;
  for (const { seq } of news) session.toldNotes.add(seq);
  const notes = news.map(({ note }) => note).join("\n");
  if (event.tool === REPORT && !isDenied(answer) && news.some(({ isBeforeReport }) => isBeforeReport)) {
    return deny(`Look at this first, then report again. ${notes}`);
  }
  return addContext(answer, event.event, notes);
}
