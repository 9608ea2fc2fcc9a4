import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { bindByTranscript, startsInOwnWorktree } from "./bind-by-transcript.ts";
import { type HookAnswer, type HookEvent, NOTHING, tell } from "./hook-event.ts";
import { placeAgent } from "./worktree-agent.ts";

/** In milliseconds; the host's answer to the launch comes within hundredths of a second. */
const MAX_WAIT_MS = 3_000;

/** An agent starts: its attempt is under way even if it never calls a tool. */
export async function onSubagentStart(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  if (event.agent === "") return NOTHING;
  const { held: bound } = await bindByTranscript(run, session, event.agent, event.transcript);
  const held = bound ?? (await claimOfIsolated(session, event));
  const placed = held && placeAgent(run, session, held, event);
  if (!placed) return NOTHING;
  // The agent's first request waits for this hook, which has a time-out of its own.
  session.answersMayTakeLong.add(event);
  const { claim } = held;
  // It cannot say a word until then, and is alive as in a call.
  if (claim.state === "running")
    session.inCall.begins(event.agent, claim.leaseUntilMs - claim.lastSeenMs, run.now());
  const told = await placed;
  session.inCall.ends(event.agent);
  return told === "" ? NOTHING : tell("SubagentStart", told);
}

/**
 * The claim of an agent in a worktree: the host writes down which launch it came from only after this hook, but answers
 * the launch of a background agent at the same moment. Whoever is not known by then is placed with its first call.
 */
async function claimOfIsolated(session: SessionMemory, event: HookEvent): Promise<HeldClaim | undefined> {
  if (!session.hasLaunches || !startsInOwnWorktree(event)) return undefined;
  session.answersMayTakeLong.add(event);
  return session.agentClaims.of(event.agent, MAX_WAIT_MS);
}
