import { setTimeout as sleep } from "node:timers/promises";
import { keepNewest } from "../../host/keep-newest.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";

/** Agents are remembered until so many newer ones came. */
const MAX_AGENTS = 2_000;

/** Which claim each launched agent works at, for whoever has to know it before the host tells it. */
export class AgentClaims {
  readonly #known = new Map<string, HeldClaim | undefined>();
  readonly #waiting = new Map<string, (held: HeldClaim | undefined) => void>();

  /** @param held undefined: the agent was launched for none. */
  note(agentId: string, held: HeldClaim | undefined): void {
    this.#known.set(agentId, held);
    keepNewest(this.#known, MAX_AGENTS);
    this.#waiting.get(agentId)?.(held);
  }

  /**
   * The claim of an agent as soon as it is known.
   * @returns undefined for an agent without one, and when it does not become known in time.
   */
  async of(agentId: string, limitMs: number): Promise<HeldClaim | undefined> {
    if (this.#known.has(agentId)) return this.#known.get(agentId);
    const noted = new Promise<HeldClaim | undefined>((resolve) => this.#waiting.set(agentId, resolve));
    const tooLong = new AbortController();
    try {
      const limit = sleep(limitMs, undefined, { ref: false, signal: tooLong.signal });
      return await Promise.race([noted, limit.catch(() => undefined)]);
    } finally {
      tooLong.abort();
      this.#waiting.delete(agentId);
    }
  }
}
