import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import * as z from "zod";
import type { ToolCaller } from "../graph/effect.ts";
import { taskName } from "../graph/task.ts";
import { couldWrite } from "../policy/effects/writing-tools.ts";
import { wordsForCaller } from "../run/effects/effect-notes.ts";
import type { HeardSignal } from "../run/effects/effect-watch.ts";
import { idOfBytes } from "../run/effects/file-content.ts";
import { type AgentCall, readAgentCall } from "../run/guard/agent-call.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { type HookAnswer, type HookEvent, json, NOTHING, tell } from "./hook-event.ts";

const writeInput = z.looseObject({ file_path: z.string(), content: z.string() });
const editResponse = z.looseObject({
  filePath: z.string(),
  originalFile: z.string(),
  oldString: z.string(),
  newString: z.string(),
  replaceAll: z.boolean().optional(),
});
const background = z.looseObject({ backgroundTaskId: z.string().min(1) });

/**
 * The call may run from now on: whatever changes after this look may be its doing.
 * @param atOnce without waiting for the graph.
 */
export async function watchBegin(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  call: AgentCall | undefined,
  atOnce = false,
): Promise<void> {
  if (event.use === "" || !couldWrite(event.tool)) return;
  const watch = session.callWatch(run);
  const began = (held: readonly HeldClaim[]): HeardSignal => {
    const own = call?.isAtWork
      ? call.standing.own
      : event.agent === ""
        ? session.pulledAmong(held)
        : undefined;
    const caller: ToolCaller = {
      session: event.session,
      ...(event.agent !== "" && { agentId: event.agent }),
      ...(own && { attempt: own.claim.id, task: taskName(own.plan, own.claim.task) }),
    };
    return { kind: "began", call: event.use, tool: event.tool, caller };
  };
  await (atOnce ? watch.hearAtOnce(began) : watch.hear(began));
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
  if (!seen) return NOTHING;
  const store = await run.graph();
  const call = store && event.agent !== "" ? await readAgentCall(run, store, event.agent) : undefined;
  if (call) return tellNotes(session, event, call);
  const words = wordsForCaller(seen, event.use, (attempt) => watch.nameOf(attempt));
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

/** Where nothing else is to be said to an agent, it is told who wrote in its task's scope meanwhile, once. */
export function tellNotes(session: SessionMemory, event: HookEvent, call: AgentCall): HookAnswer {
  if (session.answeredLate.has(event)) return NOTHING;
  const news = call.notes.filter(({ seq }) => !session.toldNotes.has(seq));
  if (news.length === 0) return NOTHING;
  for (const { seq } of news) session.toldNotes.add(seq);
  return tell(event.event, news.map(({ note }) => note).join("\n"));
}
