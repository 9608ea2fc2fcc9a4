import { setTimeout as sleep } from "node:timers/promises";
import type { RunningAgent } from "./running-agent.ts";

/** The agents of a runner, from before their clients are started until what follows from their ends is written. */
export class RunnerChildren {
  readonly #lives = new Set<Promise<void>>();
  readonly #agents = new Map<string, RunningAgent>();

  get count(): number {
    return this.#lives.size;
  }

  /** Those whose clients run. */
  get agents(): readonly RunningAgent[] {
    return [...this.#agents.values()];
  }

  of(agentId: string): RunningAgent | undefined {
    return this.#agents.get(agentId);
  }

  /** @param life all that happens with one agent; it must not fail. */
  begin(life: () => Promise<void>): void {
    const ended = life().finally(() => this.#lives.delete(ended));
    this.#lives.add(ended);
  }

  /**
   * Remembers an agent while its client runs.
   * @param ended when that has ended.
   */
  async during<T>(agent: RunningAgent, ended: Promise<T>): Promise<T> {
    this.#agents.set(agent.agentId, agent);
    try {
      return await ended;
    } finally {
      this.#agents.delete(agent.agentId);
    }
  }

  /** @returns when an agent is gone, or the time is over. */
  async untilOneIsGone(maxMs: number): Promise<void> {
    await Promise.race([...this.#lives, sleep(maxMs, undefined, { ref: false })]);
  }

  /** Ends all of them, those that are about to be started too. */
  async stopAll(why: string): Promise<void> {
    while (this.count > 0) {
      await Promise.all(this.agents.map((agent) => agent.stop(why)));
      await this.untilOneIsGone(200);
    }
  }
}
