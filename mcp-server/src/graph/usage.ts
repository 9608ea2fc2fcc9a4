/** Tokens as the model's provider counts them. */
export interface Usage {
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
}

/** What a main conversation used. */
export interface ConversationUsage {
  /** For a plan: from its first claim to the report. */
  readonly usage: Usage;
  /** Before that; absent where an earlier version did not measure it. */
  readonly before?: Usage;
}

export const NO_USAGE: Usage = { input: 0, cacheWrite: 0, cacheRead: 0, output: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheRead: a.cacheRead + b.cacheRead,
    output: a.output + b.output,
  };
}

/** What was new to the model: reading the same context again from the cache is left out. */
export function newTokens({ input, cacheWrite, output }: Usage): number {
  return input + cacheWrite + output;
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
