import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { bindByTranscript } from "./bind-by-transcript.ts";
import { type HookAnswer, type HookEvent, NOTHING, tell } from "./hook-event.ts";
import { placeAgent } from "./worktree-agent.ts";

/** An agent starts: its attempt is under way even if it never calls a tool. */
export async function onSubagentStart(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  if (event.agent === "") return NOTHING;
  const { held } = await bindByTranscript(run, session, event.agent, event.transcript);
  const placed = held && placeAgent(run, session, held, event);
  if (!placed) return NOTHING;
  // The agent's first request waits for this hook, which has a time-out of its own.
  session.answersMayTakeLong.add(event);
  const told = await placed;
  return told === "" ? NOTHING : tell("SubagentStart", told);
}
