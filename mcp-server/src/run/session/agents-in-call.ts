import { isRenewalDue } from "../../policy/liveness/lease.ts";

/** Since when an agent has calls that have not ended, and what is known of its lease. */
interface AgentInCall {
  readonly leaseMs: number;
  renewedAtMs: number;
}

/**
 * Agents with a tool call that has begun and not ended: it may wait for a person for an hour, and the agent lives. All
 * calls of an agent's message end together, because it says nothing more before.
 */
export class AgentsInCall {
  readonly #agents = new Map<string, AgentInCall>();

  /** The agent, which works at an attempt, begins a call. That has renewed its lease if it was due. */
  begins(agentId: string, leaseMs: number, nowMs: number): void {
    this.#agents.set(agentId, { leaseMs, renewedAtMs: nowMs });
  }

  /** All calls of the agent have ended, or it has. */
  ends(agentId: string): void {
    this.#agents.delete(agentId);
  }

  /** A turn was broken off, and with it calls whose end nobody tells: the agents that go on call again. */
  forget(): void {
    this.#agents.clear();
  }

  /** The agents whose lease is to be renewed because they are in a call. */
  due(nowMs: number): string[] {
    const due = [...this.#agents].filter(([, agent]) =>
      isRenewalDue(agent.leaseMs, agent.renewedAtMs, nowMs),
    );
    for (const [, agent] of due) agent.renewedAtMs = nowMs;
    return due.map(([agentId]) => agentId);
  }
}
