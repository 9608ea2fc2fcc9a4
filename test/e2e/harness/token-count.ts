import type { Conversation } from "./conversation.ts";
import type { HandedOutUsage } from "./recording.ts";
import type { Output } from "./turn.ts";

/** Roughly what a token is of the texts that are sent here. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * Counts tokens as a provider with a cache would: what stands in the same way at the beginning of an earlier request is
 * read from the cache, the rest is written to it. Nothing is ever thrown out of it.
 */
export class TokenCount {
  /** The last request of each conversation. */
  readonly #last = new Map<string, string>();
  /** The first request of each kind of conversation. */
  readonly #first = new Map<string, string>();

  /** What a request and its answer use. */
  readonly usageOf = (
    body: Record<string, unknown>,
    { sessionId, agentId = "main", model }: Conversation,
    outputs: readonly Output[],
  ): HandedOutUsage => {
    const prompt = promptOf(body);
    const own = `${sessionId} ${agentId}`;
    const kind = `${model} ${agentId === "main" ? "main" : "agent"}`;
    const known = [this.#last.get(own), this.#first.get(kind)].flatMap((text) => text ?? []);
    const cached = Math.max(0, ...known.map((text) => commonPrefix(text, prompt)));
    this.#last.set(own, prompt);
    if (!this.#first.has(kind)) this.#first.set(kind, prompt);
    return {
      input_tokens: 0,
      cache_creation_input_tokens: tokens(prompt.length - cached),
      cache_read_input_tokens: tokens(cached),
      output_tokens: tokens(JSON.stringify(outputs).length),
    };
  };
}

function tokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** In the provider's order, without the marks that tell it how far to cache, and without the host's own headline. */
function promptOf({ tools, system, messages }: Record<string, unknown>): string {
  const blocks = Array.isArray(system) ? system.filter(({ text }) => !/^x-anthropic/.test(text)) : system;
  return JSON.stringify([tools, blocks, messages], (key, value) =>
    key === "cache_control" ? undefined : (value as unknown),
  );
}

function commonPrefix(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}
