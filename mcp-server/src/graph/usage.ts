/** Tokens as the model's provider counts them. */
export interface Tokens {
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
}

/** What was used of one model. */
export interface ModelUsage extends Tokens {
  /** Of the cache writes, those that are kept for an hour and cost more; absent: none. */
  readonly cacheWriteHour?: number;
  /** Of all of it, the requests whose prompt was a long one; absent: there were none. */
  readonly longPrompts?: Tokens & { readonly cacheWriteHour?: number };
}

/** What agents and conversations used. */
export interface Usage extends Tokens {
  /** Answers of the model; absent: an earlier version did not count them. */
  readonly requests?: number;
  /**
   * The same by model, as its provider names it, or `UNNAMED_MODEL`; absent: an earlier version did not tell them apart.
   */
  readonly byModel?: Readonly<Record<string, ModelUsage>>;
}

/** Of what was measured by a version that did not ask for the model, or where a transcript does not name it. */
export const UNNAMED_MODEL = "";

/** A prompt of more tokens, cache included, is a long one: it has another price with some models. */
export const LONG_PROMPT = 100_000;

/** What a main conversation used. */
export interface ConversationUsage {
  /** For a plan: from its first claim to the report. */
  readonly usage: Usage;
  /** Before that; absent where an earlier version did not measure it. */
  readonly before?: Usage;
}

export const NO_USAGE: Usage = { input: 0, cacheWrite: 0, cacheRead: 0, output: 0 };

export function addTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheRead: a.cacheRead + b.cacheRead,
    output: a.output + b.output,
  };
}

/** The sum; what one of both does not tell apart by model is that of a model without a name. */
export function addUsage(a: Usage, b: Usage): Usage {
  const isTold = a.byModel !== undefined || b.byModel !== undefined;
  const requests = a.requests ?? b.requests;
  return {
    ...addTokens(a, b),
    ...(requests !== undefined && { requests: (a.requests ?? 0) + (b.requests ?? 0) }),
    ...(isTold && { byModel: addModels(usageByModel(a), usageByModel(b)) }),
  };
}

/** By model, everything included. */
export function usageByModel(usage: Usage): Readonly<Record<string, ModelUsage>> {
  if (usage.byModel) return usage.byModel;
  const { input, cacheWrite, cacheRead, output } = usage;
  return allTokens(usage) === 0 ? {} : { [UNNAMED_MODEL]: { input, cacheWrite, cacheRead, output } };
}

function addModels(
  a: Readonly<Record<string, ModelUsage>>,
  b: Readonly<Record<string, ModelUsage>>,
): Record<string, ModelUsage> {
  const sum = { ...a };
  for (const [model, usage] of Object.entries(b)) {
    const before = Object.hasOwn(sum, model) ? sum[model] : undefined;
    sum[model] = before ? addModelUsage(before, usage) : usage;
  }
  return sum;
}

/** What was used of one model, added up. */
export function addModelUsage(a: ModelUsage, b: ModelUsage): ModelUsage {
  const long = a.longPrompts && b.longPrompts ? addHours(a.longPrompts, b.longPrompts) : undefined;
  const longPrompts = long ?? a.longPrompts ?? b.longPrompts;
  return { ...addHours(a, b), ...(longPrompts && { longPrompts }) };
}

function addHours(
  a: Tokens & { readonly cacheWriteHour?: number },
  b: Tokens & { readonly cacheWriteHour?: number },
): Tokens & { readonly cacheWriteHour?: number } {
  const hour = (a.cacheWriteHour ?? 0) + (b.cacheWriteHour ?? 0);
  return { ...addTokens(a, b), ...(hour > 0 && { cacheWriteHour: hour }) };
}

/** What was new to the model: reading the same context again from the cache is left out. */
export function newTokens({ input, cacheWrite, output }: Tokens): number {
  return input + cacheWrite + output;
}

/** Everything, cache reads included. */
export function allTokens(tokens: Tokens): number {
  return newTokens(tokens) + tokens.cacheRead;
}

export function isSameUsage(a: Usage | undefined, b: Usage | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.input === b.input &&
    a.cacheWrite === b.cacheWrite &&
    a.cacheRead === b.cacheRead &&
    a.output === b.output
  );
}
