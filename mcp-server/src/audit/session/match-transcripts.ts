import { teammateName } from "../conversation/agent-message.ts";
import type { AgentLaunch } from "../conversation/conversation.ts";
import type { AgentTranscript } from "./agent-run.ts";

/** A transcript begins with the launch; clocks and the order of writing leave some room. */
const MAX_START_DIFFERENCE_MS = 60_000;

/** Finds the transcripts of launches, each of which belongs to one launch. */
export class TranscriptMatcher {
  readonly #free: Set<AgentTranscript>;
  readonly #byCall = new Map<string, AgentTranscript>();
  readonly #byAgent = new Map<string, AgentTranscript>();

  constructor(agents: readonly AgentTranscript[]) {
    this.#free = new Set(agents);
    for (const agent of agents) {
      if (agent.launchedBy !== "") this.#byCall.set(agent.launchedBy, agent);
      this.#byAgent.set(agent.agentId, agent);
    }
  }

  /** Those that no launch has taken. */
  get free(): readonly AgentTranscript[] {
    return [...this.#free];
  }

  /** @param agentId what the host called the agent; empty where it did not say */
  take(launch: AgentLaunch, agentId: string): AgentTranscript | undefined {
    const found =
      this.#ifFree(this.#byCall.get(launch.callId)) ??
      this.#ifFree(agentId === "" ? undefined : this.#byAgent.get(agentId)) ??
      this.#guess(launch, agentId);
    if (found !== undefined) this.#free.delete(found);
    return found;
  }

  #ifFree(agent: AgentTranscript | undefined): AgentTranscript | undefined {
    return agent !== undefined && this.#free.has(agent) ? agent : undefined;
  }

  #guess(launch: AgentLaunch, agentId: string): AgentTranscript | undefined {
    // A launch that was cut off left no id; hosts of long ago wrote nothing beside the transcript; a teammate's
    // transcript has an id of its own.
    const { answer } = launch;
    if (answer !== undefined && !answer.isTeammate) return undefined;
    const unnamed = [...this.#free].filter(
      (agent) =>
        agent.launchedBy === "" &&
        agent.workflow === undefined &&
        agent.conversation.startMs >= launch.atMs - MAX_START_DIFFERENCE_MS,
    );
    const told = unnamed.filter(({ prompt }) => launch.prompt !== "" && prompt.includes(launch.prompt));
    if (answer === undefined) return told.find((agent) => agent.prompt === launch.prompt);
    const name = teammateName(agentId || launch.teammate).toLowerCase();
    const named = unnamed.filter(({ agentId: id }) => name !== "" && id.toLowerCase().includes(name));
    return (
      named.find((agent) => told.includes(agent)) ?? named[0] ?? (told.length === 1 ? told[0] : undefined)
    );
  }
}
