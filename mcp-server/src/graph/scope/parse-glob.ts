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
  readonly alternatives: readonly GlobPattern[] | undefined;
}

/** One character of a set, or any number of them. */
export interface GlobStep {
  readonly set: CharSet;
  readonly repeated: boolean;
}

/** A plain name with its case folded where it does not count; or the ways to read a segment, each a sequence of steps. */
export type GlobSegment = string | readonly (readonly GlobStep[])[];

/** One alternative of a glob: `**` is any number of segments. */
export type GlobPattern = readonly (GlobSegment | "**")[];

/** `]` is a member of the brackets where it comes first. */
const BRACKETS_OR_CHARACTER = /\[[!^]?\]?[^\]]*\]|[\s\S]/g;

const NOT_SLASH = complement(single("/".charCodeAt(0)));

const ANYTHING: GlobStep = { set: NOT_SLASH, repeated: true };

export const ANY_SEGMENT: GlobSegment = [[ANYTHING]];

export const DOT = single(".".charCodeAt(0));

export const NOT_DOT = complement(DOT);

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

function alternativesOf(glob: Glob, caseInsensitive: boolean): readonly GlobPattern[] | undefined {
  const braced = groupsAsBraces(glob);
  const undecided = glob.length > MAX_GLOB || glob.startsWith("!") || /[@?*+!]\(|\[:/.test(braced);
  const texts = undecided ? undefined : expandBraces(braced);
  if (texts === undefined) return undefined;
  const patterns: GlobPattern[] = [];
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

function parseAlternative(text: string, caseInsensitive: boolean): GlobPattern | undefined {
  const pattern: (GlobSegment | "**")[] = [];
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

function parseSegment(text: string, caseInsensitive: boolean): GlobSegment {
  if (!/[*?[]/.test(text)) return literalName(text, caseInsensitive);
  const parts = text.match(BRACKETS_OR_CHARACTER) ?? [];
  const asGlob = (part: string): readonly GlobStep[] => {
    if (part.length > 1) return [{ set: bracketSet(part, caseInsensitive), repeated: false }];
    if (part === "*") return [ANYTHING];
    if (part === "?") return [{ set: NOT_SLASH, repeated: false }];
    return literal(part, caseInsensitive);
  };
  const asName = (part: string) => (isNameInBrackets(part) ? literal(part, caseInsensitive) : asGlob(part));
  if (parts.filter(isNameInBrackets).length > MAX_BRACKETS) {
    return [parts.flatMap(asGlob), parts.flatMap(asName)];
  }
  return parts.reduce<GlobStep[][]>(
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

export function literal(text: string, caseInsensitive: boolean): readonly GlobStep[] {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at);
    return { set: single(caseInsensitive ? foldCase(unit) : unit), repeated: false };
  });
}
