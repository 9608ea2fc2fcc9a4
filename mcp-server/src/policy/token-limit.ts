import type { AnyClaim } from "../graph/attempt.ts";
import { newTokens } from "../graph/usage.ts";
import type { Policy } from "./policy.ts";

/** A plan whose agents have used as many tokens as its policy allows them. */
export interface SpentTokens {
  readonly used: number;
  readonly max: number;
}

/** Tokens of all attempts that were measured, without what was read from a cache. */
function usedTokens(claims: readonly AnyClaim[]): number {
  return claims.reduce(
    (sum, claim) => sum + ("usage" in claim && claim.usage !== undefined ? newTokens(claim.usage) : 0),
    0,
  );
}

/** @returns undefined as long as more may be launched. */
export function spentTokens(
  { maxTokens }: Pick<Policy, "maxTokens">,
  claims: () => readonly AnyClaim[],
): SpentTokens | undefined {
  if (maxTokens === 0) return undefined;
  const used = usedTokens(claims());
  return used >= maxTokens ? { used, max: maxTokens } : undefined;
}

/** What there is to say of it. */
export function spentText({ used, max }: SpentTokens): string {
  const [of, all] = [used, max].map((tokens) => tokens.toLocaleString("en-US"));
  return `The agents have used ${of} tokens, maxTokens is ${all}: nothing more is launched.`;
}

/** How a plan goes on that has used its tokens. */
export function raiseLimit(plan: string): string {
  return `plan_update {plan: "${plan}", policy: {maxTokens: MORE}} lets it go on.`;
}
