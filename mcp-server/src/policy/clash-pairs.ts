import { type Clash, clashOf, type Scope } from "../graph/scope.ts";
import { runsAlone } from "./exclusivity.ts";

/** Two tasks, by index, that may not run at the same time, and why. */
export interface ClashPair {
  readonly a: number;
  readonly b: number;
  readonly clash: Clash;
}

/** Characters that make more of a glob than the path that it looks like. */
const WILD = /[*?[\]{}()!\\]/;

/**
 * All pairs of scopes that clash. Tasks that run alone clash with every other and are left out. Scopes of plain
 * paths are found by those paths, so that the cost grows with the clashes; only globs are compared with all others.
 */
export function clashPairs(scopes: readonly Scope[], caseInsensitive: boolean): ClashPair[] {
  const candidates = new Map<number, Set<number>>();
  const suspect = (a: number, b: number) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    const known = candidates.get(low);
    if (known) known.add(high);
    else candidates.set(low, new Set([high]));
  };
  const holders = new Map<string, number[]>();
  const wild: number[] = [];
  scopes.forEach((scope, at) => {
    if (runsAlone(scope)) return;
    const globs = [...scope.writes, ...scope.reads];
    if (globs.some((glob) => WILD.test(glob))) wild.push(at);
    const names = [
      ...globs.map((glob) => `/${caseInsensitive ? glob.toLowerCase() : glob}`),
      ...scope.resources,
    ];
    for (const name of new Set(names)) {
      const earlier = holders.get(name) ?? [];
      for (const other of earlier) suspect(other, at);
      holders.set(name, [...earlier, at]);
    }
  });
  for (const at of wild) {
    scopes.forEach((scope, other) => {
      if (other !== at && !runsAlone(scope)) suspect(at, other);
    });
  }
  const pairs: ClashPair[] = [];
  for (const [a, others] of [...candidates].sort(([one], [two]) => one - two)) {
    for (const b of [...others].sort((one, two) => one - two)) {
      const clash = clashOf(scopes[a] as Scope, scopes[b] as Scope, caseInsensitive);
      if (clash) pairs.push({ a, b, clash });
    }
  }
  return pairs;
}
