import { GlobIndex } from "../graph/scope/glob-index.ts";
import type { ParsedGlob } from "../graph/scope/parse-glob.ts";
import { type Clash, clashOf, type ParsedScope } from "../graph/scope/scope.ts";
import { runsAlone } from "./exclusivity.ts";

/** Two tasks, by index, that may not run at the same time, and why. */
export interface ClashPair {
  readonly a: number;
  readonly b: number;
  readonly clash: Clash;
}

/**
 * All pairs of scopes that clash. Tasks that run alone clash with every other and are left out. Only scopes whose
 * globs begin alike are compared, so that the cost grows with the clashes.
 */
export function clashPairs(scopes: readonly ParsedScope[]): ClashPair[] {
  const candidates = new Map<number, Set<number>>();
  const suspect = (a: number, b: number) => {
    if (a === b) return;
    const [low, high] = a < b ? [a, b] : [b, a];
    const known = candidates.get(low);
    if (known) known.add(high);
    else candidates.set(low, new Set([high]));
  };
  const index = new GlobIndex();
  const users = new Map<string, number[]>();
  scopes.forEach((scope, at) => {
    if (runsAlone(scope)) return;
    for (const glob of globsOf(scope)) index.add(glob, at);
    for (const resource of new Set(scope.resources)) {
      const earlier = users.get(resource) ?? [];
      for (const other of earlier) suspect(other, at);
      users.set(resource, earlier);
      earlier.push(at);
    }
  });
  scopes.forEach((scope, at) => {
    if (runsAlone(scope)) return;
    for (const glob of globsOf(scope)) for (const other of index.near(glob)) suspect(at, other);
  });
  const pairs: ClashPair[] = [];
  for (const [a, others] of [...candidates].sort(([one], [two]) => one - two)) {
    for (const b of [...others].sort((one, two) => one - two)) {
      const clash = clashOf(scopes[a] as ParsedScope, scopes[b] as ParsedScope);
      if (clash) pairs.push({ a, b, clash });
    }
  }
  return pairs;
}

function globsOf({ writes, reads }: ParsedScope): ReadonlySet<ParsedGlob> {
  return new Set([...writes, ...reads]);
}
