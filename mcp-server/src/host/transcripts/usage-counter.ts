import {
  addModelUsage,
  allTokens,
  LONG_PROMPT,
  type ModelUsage,
  NO_USAGE,
  type Tokens,
  type Usage,
} from "../../graph/usage.ts";

/** A message's blocks follow each other closely; only tool results of the same message stand between them. */
const REMEMBERED_MESSAGES = 64;

/** What a block says that its message used. */
export interface MessageUsage extends Tokens {
  /** Of the cache writes, those that are kept for an hour. */
  readonly cacheWriteHour?: number;
}

/**
 * Adds up usage, each message once: a transcript repeats a message's usage with each of its blocks, and what
 * it says of the output grows until the last of them.
 */
export class UsageCounter {
  #total: Tokens = NO_USAGE;
  #requests = 0;
  readonly #models = new Map<string, ModelUsage>();
  readonly #recent = new Map<string, MessageUsage>();

  get total(): Tokens {
    return this.#total;
  }

  /** The same with the requests, and by model. */
  get usage(): Usage {
    return { ...this.#total, requests: this.#requests, byModel: Object.fromEntries(this.#models) };
  }

  /** @param model as its provider names it; `UNNAMED_MODEL` where that is not told. */
  add(messageId: string, usage: MessageUsage, model: string): void {
    const known = this.#recent.get(messageId);
    const before: MessageUsage = known ?? NO_USAGE;
    const most: MessageUsage = {
      input: Math.max(before.input, usage.input),
      cacheWrite: Math.max(before.cacheWrite, usage.cacheWrite),
      cacheRead: Math.max(before.cacheRead, usage.cacheRead),
      output: Math.max(before.output, usage.output),
      cacheWriteHour: Math.max(before.cacheWriteHour ?? 0, usage.cacheWriteHour ?? 0),
    };
    if (!known) this.#requests += 1;
    const added = addedSince(before, most);
    this.#total = {
      input: this.#total.input + added.input,
      cacheWrite: this.#total.cacheWrite + added.cacheWrite,
      cacheRead: this.#total.cacheRead + added.cacheRead,
      output: this.#total.output + added.output,
    };
    const isLong = allTokens({ ...most, output: 0 }) > LONG_PROMPT;
    const ofModel: ModelUsage = isLong ? { ...added, longPrompts: added } : added;
    const soFar = this.#models.get(model);
    this.#models.set(model, soFar ? addModelUsage(soFar, ofModel) : ofModel);
    this.#recent.delete(messageId);
    this.#recent.set(messageId, most);
    const oldest = this.#recent.keys().next().value;
    if (this.#recent.size > REMEMBERED_MESSAGES && oldest !== undefined) this.#recent.delete(oldest);
  }
}

function addedSince(before: MessageUsage, most: MessageUsage): MessageUsage {
  const hour = (most.cacheWriteHour ?? 0) - (before.cacheWriteHour ?? 0);
  return {
    input: most.input - before.input,
    cacheWrite: most.cacheWrite - before.cacheWrite,
    cacheRead: most.cacheRead - before.cacheRead,
    output: most.output - before.output,
    ...(hour > 0 && { cacheWriteHour: hour }),
  };
}
