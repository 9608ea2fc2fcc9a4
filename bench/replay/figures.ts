import type { Attribution } from "../../mcp-server/src/graph/effect.ts";
import type { Judged } from "./injection.ts";

/** Shares are of all writes, in per cent. */
export interface IntrusionFigures {
  readonly writes: number;
  /** Some call of the holder was in flight. */
  readonly holderTooPercent: number;
  readonly certainPercent: number;
  readonly falselyCertain: number;
  /** Sets without the call that wrote. */
  readonly untrueSets: number;
  /** How many calls are named where it is not certain. */
  readonly named: { readonly p50: number; readonly p90: number; readonly max: number };
}

export function intrusionFigures(judged: readonly Judged[]): IntrusionFigures {
  const certain = judged.filter(({ attribution }) => attribution.kind === "certain");
  const sizes = judged.flatMap(({ attribution }) =>
    attribution.kind === "uncertain" || attribution.kind === "own" ? [attribution.calls.length] : [],
  );
  return {
    writes: judged.length,
    holderTooPercent: percent(
      judged.filter(({ attribution, holder }) =>
        callsOf(attribution).some(({ caller }) => caller.attempt === holder),
      ).length,
      judged.length,
    ),
    certainPercent: percent(certain.length, judged.length),
    falselyCertain: certain.filter(({ attribution, call }) => !names(attribution, call?.id)).length,
    untrueSets: judged.filter(({ attribution, call }) => !names(attribution, call?.id)).length,
    named: { p50: at(sizes, 0.5), p90: at(sizes, 0.9), max: Math.max(0, ...sizes) },
  };
}

/** What is said of a person's writes, oldest first. Shares are of all of them, in per cent. */
export interface PersonFigures {
  readonly writes: number;
  readonly nobodyPercent: number;
  /** One call of somebody was in flight by chance: it is taken for its write. */
  readonly takenForCallPercent: number;
  /** The same, where no write of a person was seen so long before. */
  readonly takenUnseenPercent: number;
}

export function personFigures(people: readonly (readonly Judged[])[], seenForMs: number): PersonFigures {
  const all = people.flat();
  const unseen = people.flatMap((judged) => {
    let seenMs = Number.NEGATIVE_INFINITY;
    return judged.filter(({ attribution, atMs }) => {
      if (attribution.kind === "nobody") seenMs = atMs;
      return attribution.kind === "certain" && atMs - seenMs > seenForMs;
    });
  });
  const of = (kind: Attribution["kind"]) =>
    percent(all.filter(({ attribution }) => attribution.kind === kind).length, all.length);
  return {
    writes: all.length,
    nobodyPercent: of("nobody"),
    takenForCallPercent: of("certain"),
    takenUnseenPercent: percent(unseen.length, all.length),
  };
}

function callsOf(attribution: Attribution) {
  if (attribution.kind === "nobody") return [];
  return attribution.kind === "certain" ? [attribution.call] : attribution.calls;
}

function names(attribution: Attribution, call: string | undefined): boolean {
  return callsOf(attribution).some(({ id }) => id === call);
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
