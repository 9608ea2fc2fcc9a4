import { CallerError } from "../errors/caller-error.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { cleanAnswer } from "../tools/answer/clean-answer.ts";
import type { HookAnswer, HookHandler } from "./hook-event.ts";
import { hookInput, NOTHING } from "./hook-event.ts";
import { onPostToolBatch } from "./post-tool-batch.ts";
import { onPostToolUse, onPostToolUseFailure } from "./post-tool-use.ts";
import { onPreToolUse } from "./pre-tool-use.ts";
import { onStop } from "./stop.ts";
import { onStopFailure } from "./stop-failure.ts";
import { onSubagentStart } from "./subagent-start.ts";
import { onSubagentStop } from "./subagent-stop.ts";
import { onUserPromptSubmit } from "./user-prompt-submit.ts";

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
 * Answers one hook call with the text that the host reads like a command hook's output.
 * @throws CallerError for a call that carries a tool-use id: that is a model's, and hooks vouch for identity.
 */
export async function answerHook(
  run: RunContext,
  session: SessionMemory,
  input: unknown,
  toolUseId: string | undefined,
): Promise<string> {
  if (toolUseId !== undefined) {
    throw new CallerError("bad_input", 'There is no tool "hook".', "Use the tools that are listed.");
  }
  const event = hookInput.safeParse(input);
  if (!event.success)
    throw new CallerError("bad_input", "This is not a hook event.", "Check hooks/hooks.json.");
  const { event: name } = event.data;
  const handler = Object.hasOwn(HANDLERS, name) ? HANDLERS[name] : undefined;
  return JSON.stringify(handler ? harmless(await handler(run, session, event.data)) : NOTHING);
}

/** What is said in an answer may name files and quote notes; what goes on to a tool is what the tool gets. */
function harmless(answer: HookAnswer): HookAnswer {
  if (!("hookSpecificOutput" in answer)) return cleanAnswer(answer) as HookAnswer;
  const { updatedInput, ...said } = answer.hookSpecificOutput;
  const output = cleanAnswer(said) as typeof said;
  return { hookSpecificOutput: { ...output, ...(updatedInput && { updatedInput }) } };
}
