import type { AttemptId } from "../../graph/attempt.ts";

/** Far more than a plan's cap: an older offer has lapsed long ago. */
const MAX_OFFERS = 2_000;

/**
 * The tokens of the offers that this process has made. An offer that nobody took up is made again with its token, of
 * which the graph has only the hash, so that no other process can hand it out.
 */
export class OfferTokens {
  readonly #tokens = new Map<AttemptId, string>();

  keep(attempt: AttemptId, token: string): void {
    this.#tokens.delete(attempt);
    this.#tokens.set(attempt, token);
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined && this.#tokens.size > MAX_OFFERS) this.#tokens.delete(oldest);
  }

  /** Undefined for an offer of another process. */
  of(attempt: AttemptId): string | undefined {
    return this.#tokens.get(attempt);
  }
}
