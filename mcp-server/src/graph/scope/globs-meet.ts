import { intersection } from "./char-set.ts";
import {
  ANY_SEGMENT,
  DOT,
  type GlobPattern,
  type GlobSegment,
  type GlobStep,
  literal,
  NOT_DOT,
  type ParsedGlob,
} from "./parse-glob.ts";

/** States that one comparison of two globs may visit before it counts as undecided: some 100 ms. */
const MAX_STATES = 1_000_000;

/** Whether some path could match both globs, which are of one checkout. When that cannot be decided, it is true. */
export function overlap({ alternatives: ours }: ParsedGlob, { alternatives: theirs }: ParsedGlob): boolean {
  if (ours === undefined || theirs === undefined) return true;
  const budget = { states: MAX_STATES };
  return ours.some((one) => theirs.some((other) => pathsMeet(one, other, budget)));
}

/** Whether the glob matches the path, which is relative to the checkout and has forward slashes. */
export function matches({ alternatives, caseInsensitive }: ParsedGlob, path: string): boolean {
  if (alternatives === undefined) return true;
  // As steps: a file may be called `**`.
  const segments = path.split("/").map((segment) => [literal(segment, caseInsensitive)]);
  const unlimited = { states: Number.POSITIVE_INFINITY };
  return alternatives.some((alternative) => pathsMeet(alternative, segments, unlimited));
}

/** How many states a search may still visit; when there are none left it answers yes. */
interface Budget {
  states: number;
}

/** Whether some sequence of segments satisfies both patterns: a search of their product automaton. */
function pathsMeet(a: GlobPattern, b: GlobPattern, budget: Budget): boolean {
  if (partAtNamedFolder(a, b)) return false;
  const width = b.length + 1;
  const seen = new Uint8Array((a.length + 1) * width);
  const open: [number, number][] = [[0, 0]];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const [i, j] = state;
    if (seen[i * width + j] === 1) continue;
    seen[i * width + j] = 1;
    const ours = a[i];
    const theirs = b[j];
    if (ours === undefined && theirs === undefined) return true;
    if (ours === "**") open.push([i + 1, j]);
    if (theirs === "**") open.push([i, j + 1]);
    if (ours === undefined || theirs === undefined || (ours === "**" && theirs === "**")) continue;
    if (segmentsMeet(ours === "**" ? ANY_SEGMENT : ours, theirs === "**" ? ANY_SEGMENT : theirs, budget)) {
      open.push([ours === "**" ? i : i + 1, theirs === "**" ? j : j + 1]);
    }
  }
  return false;
}

/** Whether both begin with plain names that are not the same: so do most, and no search is needed. */
function partAtNamedFolder(a: GlobPattern, b: GlobPattern): boolean {
  for (const [i, ours] of a.entries()) {
    const theirs = b[i];
    if (typeof ours !== "string" || typeof theirs !== "string" || ours === "**" || theirs === "**")
      return false;
    if (ours !== theirs) return true;
  }
  return false;
}

function segmentsMeet(a: GlobSegment, b: GlobSegment, budget: Budget): boolean {
  if (typeof a === "string" && typeof b === "string") return a === b;
  return readingsOf(a).some((ours) => readingsOf(b).some((theirs) => readingsMeet(ours, theirs, budget)));
}

function readingsOf(segment: GlobSegment): readonly (readonly GlobStep[])[] {
  return typeof segment === "string" ? [literal(segment, false)] : segment;
}

/**
 * Whether some name satisfies both readings. Names are neither empty nor `.` nor `..`, so the search also
 * knows how it has begun: 0 nothing, 1 one dot, 2 two dots, 3 anything else.
 */
function readingsMeet(a: readonly GlobStep[], b: readonly GlobStep[], budget: Budget): boolean {
  const width = b.length + 1;
  const seen = new Uint8Array((a.length + 1) * width * 4);
  const open: [number, number, number][] = [[0, 0, 0]];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const [i, j, begun] = state;
    const place = (i * width + j) * 4 + begun;
    if (seen[place] === 1) continue;
    seen[place] = 1;
    budget.states -= 1;
    if (budget.states < 0) return true;
    const ours = a[i];
    const theirs = b[j];
    if (ours === undefined && theirs === undefined && begun === 3) return true;
    if (ours?.repeated) open.push([i + 1, j, begun]);
    if (theirs?.repeated) open.push([i, j + 1, begun]);
    if (ours === undefined || theirs === undefined) continue;
    const common = intersection(ours.set, theirs.set);
    const next: [number, number] = [ours.repeated ? i : i + 1, theirs.repeated ? j : j + 1];
    if (intersection(common, DOT).length > 0) open.push([...next, Math.min(begun + 1, 3)]);
    if (intersection(common, NOT_DOT).length > 0) open.push([...next, 3]);
  }
  return false;
}
