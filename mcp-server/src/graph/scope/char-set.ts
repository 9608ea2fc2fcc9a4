/**
 * A set of UTF-16 code units as sorted, disjoint, inclusive ranges: `[lo, hi, lo, hi, …]`. Code units and
 * not code points, because that is what regular expressions of glob libraries count in.
 */
export type CharSet = readonly number[];

const LAST = 0xffff;
const EMPTY: CharSet = [];

/** The set with one member. */
export function single(unit: number): CharSet {
  return [unit, unit];
}

/** The set of all members of the given inclusive ranges, which may overlap or be empty (`lo > hi`). */
export function union(ranges: readonly (readonly [number, number])[]): CharSet {
  const sorted = ranges.filter(([lo, hi]) => lo <= hi).sort(([a], [b]) => a - b);
  const set: number[] = [];
  for (const [lo, hi] of sorted) {
    const lastHi = set.at(-1);
    if (lastHi !== undefined && lo <= lastHi + 1) set[set.length - 1] = Math.max(lastHi, hi);
    else set.push(lo, hi);
  }
  return set;
}

/** Everything that is not in the set. */
export function complement(set: CharSet): CharSet {
  const rest: (readonly [number, number])[] = [];
  let from = 0;
  for (const [lo, hi] of rangesOf(set)) {
    rest.push([from, lo - 1]);
    from = hi + 1;
  }
  rest.push([from, LAST]);
  return union(rest);
}

/** The members that both sets have. */
export function intersection(a: CharSet, b: CharSet): CharSet {
  // Nearly all sets of a search are single characters.
  if (isSingle(a)) return contains(b, a[0] as number) ? a : EMPTY;
  if (isSingle(b)) return contains(a, b[0] as number) ? b : EMPTY;
  const common: (readonly [number, number])[] = [];
  for (const [aLo, aHi] of rangesOf(a)) {
    for (const [bLo, bHi] of rangesOf(b)) common.push([Math.max(aLo, bLo), Math.min(aHi, bHi)]);
  }
  return union(common);
}

function isSingle(set: CharSet): boolean {
  return set.length === 2 && set[0] === set[1];
}

function contains(set: CharSet, unit: number): boolean {
  for (let at = 0; at < set.length; at += 2) {
    if (unit >= (set[at] as number) && unit <= (set[at + 1] as number)) return true;
  }
  return false;
}

/** Every member in its case-insensitive form (see `foldCase`). */
export function foldSet(set: CharSet): CharSet {
  const folded: (readonly [number, number])[] = [];
  for (const [lo, hi] of rangesOf(set)) {
    for (let unit = lo; unit <= hi; unit += 1) {
      const one = foldCase(unit);
      folded.push([one, one]);
    }
  }
  return union(folded);
}

/**
 * The unit that stands for all its cases: upper case, except where that would be several units or would
 * turn a letter outside ASCII into one inside. These are the rules of a regular expression's `i` flag.
 */
export function foldCase(unit: number): number {
  const upper = String.fromCharCode(unit).toUpperCase();
  const folded = upper.charCodeAt(0);
  return upper.length === 1 && !(unit >= 128 && folded < 128) ? folded : unit;
}

function* rangesOf(set: CharSet): Generator<readonly [number, number]> {
  for (let at = 0; at + 1 < set.length; at += 2) yield [set[at] as number, set[at + 1] as number];
}
