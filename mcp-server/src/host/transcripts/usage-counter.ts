import { NO_USAGE, type Usage } from "../../graph/usage.ts";

/** A message's blocks follow each other closely; only tool results of the same message stand between them. */
const REMEMBERED_MESSAGES = 64;

/**
 * Adds up usage, each message once: a transcript repeats a message's usage with each of its blocks, and what
 * it says of the output grows until the last of them.
 */
export class UsageCounter {
  #total = NO_USAGE;
  readonly #recent = new Map<string, Usage>();

  get total(): Usage {
    return this.#total;
  }

  add(messageId: string, usage: Usage): void {
    const before = this.#recent.get(messageId) ?? NO_USAGE;
    const most: Usage = {
      input: Math.max(before.input, usage.input),
      cacheWrite: Math.max(before.cacheWrite, usage.cacheWrite),
      cacheRead: Math.max(before.cacheRead, usage.cacheRead),
      output: Math.max(before.output, usage.output),
    };
    this.#total = {
      input: this.#total.input + most.input - before.input,
      cacheWrite: this.#total.cacheWrite + most.cacheWrite - before.cacheWrite,
      cacheRead: this.#total.cacheRead + most.cacheRead - before.cacheRead,
      output: this.#total.output + most.output - before.output,
    };
    this.#recent.delete(messageId);
    this.#recent.set(messageId, most);
    const oldest = this.#recent.keys().next().value;
    if (this.#recent.size > REMEMBERED_MESSAGES && oldest !== undefined) this.#recent.delete(oldest);
  }
}
