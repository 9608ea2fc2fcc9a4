import { CallerError } from "../errors/caller-error.ts";
import { StoreUnusable } from "../errors/store-unusable.ts";
import { launchesAgent } from "../host/launching-tools.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { cleanAnswer } from "../tools/answer/clean-answer.ts";
import { endedAgentIn } from "./ended-agent.ts";
import type { HookAnswer, HookEvent, HookHandler } from "./hook-event.ts";
import { hookInput, isMainCall, NOTHING } from "./hook-event.ts";
import { onPostToolBatch } from "./post-tool-batch.ts";
import { onPostToolUse, onPostToolUseFailure } from "./post-tool-use.ts";
import { answerWithoutGraph, onPreToolUse } from "./pre-tool-use.ts";
import { onStop } from "./stop.ts";
import { onStopFailure } from "./stop-failure.ts";
import { onSubagentStart } from "./subagent-start.ts";
import { onSubagentStop } from "./subagent-stop.ts";
import { onUserPromptSubmit } from "./user-prompt-submit.ts";

export type { HookEvent };

/** The tool that hooks.json calls. It is answered but not listed: no model needs to know of it. */
export const HOOK_TOOL = "hook";

const HANDLERS: Readonly<Record<string, HookHandler>> = {
  PreToolUse: onPreToolUse,
  PostToolUse: onPostToolUse,
  PostToolUseFailure: onPostToolUseFailure,
  PostToolBatch: onPostToolBatch,
  SubagentStart: onSubagentStart,
  SubagentStop: onSubagentStop,
  StopFailure: onStopFailure,
  UserPromptSubmit: onUserPromptSubmit,
  Stop: onStop,
};

/**
 * The event of one call of the hooks' tool.
 * @param ownAgent the agent that the main conversation is; undefined: it is none.
 * @throws CallerError for a call that carries a tool-use id: that is a model's, and hooks vouch for identity.
 */
export function readHookEvent(input: unknown, toolUseId: string | undefined, ownAgent?: string): HookEvent {
  if (toolUseId !== undefined) {
    throw new CallerError("bad_input", 'There is no tool "hook".', "Use the tools that are listed.");
  }
  const event = hookInput.safeParse(input);
  if (!event.success)
    throw new CallerError("bad_input", "This is not a hook event.", "Check hooks/hooks.json.");
  return ownAgent === undefined ? event.data : asAgentEvent(event.data, ownAgent);
}

/** What the host calls the end of the main conversation's turn is the end of the agent that it is. */
const AGENT_EVENTS: Readonly<Record<string, string>> = { Stop: "SubagentStop", UserPromptSubmit: "" };

/**
 * The host knows no agent where its main conversation was started for one task: from here on the event is that agent's,
 * and whatever holds for an agent holds for it.
 */
function asAgentEvent(event: HookEvent, agent: string): HookEvent {
  if (event.agent !== "" || !isMainCall(event)) return event;
  return { ...event, agent, event: AGENT_EVENTS[event.event] ?? event.event };
}

/** Whether agents are launched by the call that is about to happen, or by what the answer says: not without the graph. */
export function mayTakeLong({ event, tool, prompt }: HookEvent): boolean {
  if (event === "PreToolUse") return launchesAgent(tool) || tool === "Workflow";
  return event === "UserPromptSubmit" && endedAgentIn(prompt) !== undefined;
}

/** Answers an event with the text that the host reads like a command hook's output. */
export async function answerHook(run: RunContext, session: SessionMemory, event: HookEvent): Promise<string> {
  const handler = Object.hasOwn(HANDLERS, event.event) ? HANDLERS[event.event] : undefined;
  return JSON.stringify(handler ? harmless(await handler(run, session, event)) : NOTHING);
}

/**
 * The answer to an event that `answerHook` has not answered in time, from what is known without the graph; what it
 * answers later reaches nobody.
 */
export async function answerLateHook(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<string> {
  session.answeredLate.add(event);
  if (event.event !== "PreToolUse") return JSON.stringify(NOTHING);
  const late = new StoreUnusable(
    "busy",
    "It has not answered in time; another process may hold it locked.",
    "Try again in a moment.",
  );
  return JSON.stringify(harmless(await answerWithoutGraph(run, session, event, late)));
}

/** What is said in an answer may name files and quote notes; what goes on to a tool is what the tool gets. */
function harmless(answer: HookAnswer): HookAnswer {
  if (!("hookSpecificOutput" in answer)) return cleanAnswer(answer) as HookAnswer;
  const { updatedInput, ...said } = answer.hookSpecificOutput;
  const output = cleanAnswer(said) as typeof said;
  return { hookSpecificOutput: { ...output, ...(updatedInput && { updatedInput }) } };
}
