import { expandBraces } from "./brace-expansion.ts";
import { type CharSet, complement, foldCase, foldSet, intersection, single, union } from "./char-set.ts";
import type { Glob } from "./glob.ts";

/**
 * The globs of scopes. A glob is read as an automaton over path segments whose steps are automata over
 * characters, so that whether two globs can meet is computed, never sampled, in time bounded by the product
 * of their lengths. A path is matched by the same automata, and not by the regular expression that a glob
 * library makes: so what both globs match is always an overlap, and no glob can backtrack without end.
 *
 * Differences from a plain glob, all of which make a scope cover more: an entry without `*` and `?` covers
 * what is below it, since it may be a folder; `[slug]` also stands for itself, since frameworks name files
 * so; `**.ts` covers every depth. Parentheses are literal unless they follow `@ ? * + !`. What is not decided
 * (repeated and negated groups, too many alternatives) is taken for a glob that matches everything: such a
 * scope meets every other, so its task runs where no other writes.
 */

const MAX_GLOB = 1024;
/** Bracket expressions in one segment that are read independently; each doubles the readings. */
const MAX_BRACKETS = 4;
/** Steps of all alternatives of a glob together. */
const MAX_STEPS = 16_384;
/** States that one comparison of two globs may visit before it counts as undecided: some 100 ms. */
const MAX_STATES = 1_000_000;
const MAX_REMEMBERED = 4096;

/** A glob that cannot be a scope. */
export class InvalidGlob extends Error {
  override readonly name = "InvalidGlob";
  readonly glob: string;
  readonly remedy: string;

  constructor(glob: string, problem: string, remedy: string) {
    super(`${JSON.stringify(glob)} ${problem}: ${remedy}`);
    this.glob = glob;
    this.remedy = remedy;
  }
}

/** The glob as scopes hold it, or an `InvalidGlob`. What it returns it returns unchanged. */
export function normaliseGlob(input: string): Glob {
  const refuse = (problem: string, remedy: string) => new InvalidGlob(input, problem, remedy);
  const trimmed = input.trim();
  if (trimmed === "") throw refuse("is empty", 'name a file, or a folder as in "src/"');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  if (/[\u0000-\u001f\u007f]/.test(trimmed)) {
    throw refuse("has a control character", "write the name without it");
  }
  // `\[id\]` escapes what is literal anyway; every other backslash is a Windows separator.
  const slashed = trimmed
    .replace(/\\\[([^\\/[\]]*)\\\]/g, "[$1]")
    .replace(/\\\(([^\\/()]*)\\\)/g, "($1)")
    .replaceAll("\\", "/");
  const segments = resolveDots(slashed, refuse);
  if (segments.length === 0 || slashed.endsWith("/")) segments.push("**");
  const glob = segments.filter((segment, at) => segment !== "**" || segments[at - 1] !== "**").join("/");
  if (slashed.startsWith("/") || /^(?:[a-z]:|~(?:\/|$))/i.test(glob)) {
    throw refuse("is not relative", "write it relative to the checkout's top level");
  }
  if (/^!(?!\()/.test(glob))
    throw refuse("is a negated pattern, which a scope cannot use", "name what is meant instead");
  if (glob.length > MAX_GLOB) {
    throw refuse(`is longer than ${MAX_GLOB} characters`, "split it into several globs");
  }
  if (expandBraces(glob)?.some((text) => text.split("/").includes(".."))) {
    throw refuse('has ".." among its alternatives', "write each alternative as a glob of its own");
  }
  return glob;
}

function resolveDots(path: string, refuse: (problem: string, remedy: string) => InvalidGlob): string[] {
  const segments: string[] = [];
  for (const part of path.split("/")) {
    const segment = part.trim();
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") {
      segments.push(segment);
      continue;
    }
    const parent = segments.pop();
    if (parent === undefined) {
      throw refuse("leaves the checkout", "write a path below the checkout's top level");
    }
    if (/[*?[{(]/.test(parent)) throw refuse('has ".." behind a glob', "write the path that is meant");
  }
  return segments;
}

/** A glob as the file system of a checkout takes it. */
export interface ParsedGlob {
  readonly glob: Glob;
  /** Whether `A` and `a` are the same name. */
  readonly caseInsensitive: boolean;
  /** Undefined where the glob uses what is not decided here. */
  readonly alternatives: readonly Pattern[] | undefined;
}

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

/** One character of a set, or any number of them. */
interface Step {
  readonly set: CharSet;
  readonly repeated: boolean;
}
/** A plain name with its case folded where it does not count; or the ways to read a segment, each a sequence of steps. */
type Segment = string | readonly (readonly Step[])[];
/** One alternative of a glob: `**` is any number of segments. */
type Pattern = readonly (Segment | "**")[];
/** How many states a search may still visit; when there are none left it answers yes. */
interface Budget {
  states: number;
}

/** `]` is a member of the brackets where it comes first. */
const BRACKETS_OR_CHARACTER = /\[[!^]?\]?[^\]]*\]|[\s\S]/g;
const NOT_SLASH = complement(single("/".charCodeAt(0)));
const ANYTHING: Step = { set: NOT_SLASH, repeated: true };
const ANY_SEGMENT: Segment = [[ANYTHING]];
const DOT = single(".".charCodeAt(0));
const NOT_DOT = complement(DOT);

const remembered = new Map<string, ParsedGlob>();

/**
 * Reads a glob for the file system of one checkout, on which it depends whether the case of letters counts. Whoever
 * compares globs or paths needs this, so that nobody can forget it. The last ones are remembered.
 */
export function parseGlob(glob: Glob, caseInsensitive: boolean): ParsedGlob {
  const key = `${caseInsensitive ? "i" : "s"}${glob}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const parsed = { glob, caseInsensitive, alternatives: alternativesOf(glob, caseInsensitive) };
  if (remembered.size >= MAX_REMEMBERED) {
    const oldest = remembered.keys().next();
    if (!oldest.done) remembered.delete(oldest.value);
  }
  remembered.set(key, parsed);
  return parsed;
}

function alternativesOf(glob: Glob, caseInsensitive: boolean): readonly Pattern[] | undefined {
  const braced = groupsAsBraces(glob);
  const undecided = glob.length > MAX_GLOB || glob.startsWith("!") || /[@?*+!]\(|\[:/.test(braced);
  const texts = undecided ? undefined : expandBraces(braced);
  if (texts === undefined) return undefined;
  const patterns: Pattern[] = [];
  let steps = 0;
  for (const text of texts) {
    const pattern = parseAlternative(text, caseInsensitive);
    if (pattern === undefined) return undefined;
    patterns.push(pattern);
    for (const segment of pattern)
      steps += typeof segment === "string" ? segment.length : segment.flat().length;
    if (steps > MAX_STEPS) return undefined;
  }
  return patterns;
}

/** `@(a|b)` and `?(a|b)` say what braces say. */
function groupsAsBraces(glob: Glob): Glob {
  return glob.replace(/([@?])\(([^(){},/]*)\)/g, (_group, operator: string, body: string) => {
    const choices = operator === "?" ? ["", ...body.split("|")] : body.split("|");
    return choices.length === 1 ? body : `{${choices.join(",")}}`;
  });
}

function parseAlternative(text: string, caseInsensitive: boolean): Pattern | undefined {
  const pattern: (Segment | "**")[] = [];
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") return undefined;
    if (part.startsWith("**")) pattern.push("**");
    if (part === "**") continue;
    pattern.push(parseSegment(part.replace(/\*+/g, "*"), caseInsensitive));
  }
  if (text.endsWith("/") || !/[*?]/.test(text)) pattern.push("**");
  return pattern;
}

function parseSegment(text: string, caseInsensitive: boolean): Segment {
  if (!/[*?[]/.test(text)) return literalName(text, caseInsensitive);
  const parts = text.match(BRACKETS_OR_CHARACTER) ?? [];
  const asGlob = (part: string): readonly Step[] => {
    if (part.length > 1) return [{ set: bracketSet(part, caseInsensitive), repeated: false }];
    if (part === "*") return [ANYTHING];
    if (part === "?") return [{ set: NOT_SLASH, repeated: false }];
    return literal(part, caseInsensitive);
  };
  const asName = (part: string) => (isNameInBrackets(part) ? literal(part, caseInsensitive) : asGlob(part));
  if (parts.filter(isNameInBrackets).length > MAX_BRACKETS) {
    return [parts.flatMap(asGlob), parts.flatMap(asName)];
  }
  return parts.reduce<Step[][]>(
    (readings, part) => {
      const choices = isNameInBrackets(part) ? [asGlob(part), asName(part)] : [asGlob(part)];
      return readings.flatMap((steps) => choices.map((choice) => [...steps, ...choice]));
    },
    [[]],
  );
}

/** `[slug]`, `[...slug]`, the first half of `[[...slug]]`; but not `[a-z]` and `[A-Za-z]`. */
function isNameInBrackets(part: string): boolean {
  return /^\[\[?(?:\.{3})?[a-z_$][\w$-]*\]$/i.test(part) && !/^\[(?:\w-\w)+\]$/.test(part);
}

function bracketSet(brackets: string, caseInsensitive: boolean): CharSet {
  const negated = /^\[[!^]/.test(brackets);
  const members = brackets.slice(negated ? 2 : 1, -1);
  const ranges: (readonly [number, number])[] = [];
  let at = 0;
  while (at < members.length) {
    const isRange = members[at + 1] === "-" && at + 2 < members.length;
    ranges.push([members.charCodeAt(at), members.charCodeAt(isRange ? at + 2 : at)]);
    at += isRange ? 3 : 1;
  }
  const set = caseInsensitive ? foldSet(union(ranges)) : union(ranges);
  return intersection(negated ? complement(set) : set, NOT_SLASH);
}

function literalName(text: string, caseInsensitive: boolean): string {
  if (!caseInsensitive) return text;
  return String.fromCharCode(
    ...Array.from({ length: text.length }, (_, at) => foldCase(text.charCodeAt(at))),
  );
}

function literal(text: string, caseInsensitive: boolean): readonly Step[] {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at);
    return { set: single(caseInsensitive ? foldCase(unit) : unit), repeated: false };
  });
}

/** Whether some sequence of segments satisfies both patterns: a search of their product automaton. */
function pathsMeet(a: Pattern, b: Pattern, budget: Budget): boolean {
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

function segmentsMeet(a: Segment, b: Segment, budget: Budget): boolean {
  if (typeof a === "string" && typeof b === "string") return a === b;
  return readingsOf(a).some((ours) => readingsOf(b).some((theirs) => readingsMeet(ours, theirs, budget)));
}

function readingsOf(segment: Segment): readonly (readonly Step[])[] {
  return typeof segment === "string" ? [literal(segment, false)] : segment;
}

/**
 * Whether some name satisfies both readings. Names are neither empty nor `.` nor `..`, so the search also
 * knows how it has begun: 0 nothing, 1 one dot, 2 two dots, 3 anything else.
 */
function readingsMeet(a: readonly Step[], b: readonly Step[], budget: Budget): boolean {
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
