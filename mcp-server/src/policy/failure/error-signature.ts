import { stripVTControlCharacters } from "node:util";

/** Words that mark the line which says what went wrong. */
const TELLS =
  /\b(error|exception|fatal|panic|fail(ed|ure|s)?|cannot|can't|could not|unable|undefined|missing|not found|no such|denied|refused|rejected|unauthorized|forbidden|timed? ?out|unreachable|E[A-Z]{4,}|TS\d{4})\b/i;
const MAX_SIGNATURE = 160;
/** Where compilers and linters say that it is, before what it is: `src/a.ts:14:3 - `, `src/a.ts(14,3): `. */
const PLACE = /^\S{1,300}[:(]\d+[:,]\d+\)?[\s:-]*/;
/** What many messages have in common, whatever they are about. */
const COMMON = new Set(
  "a an and are at be by can cannot could does error exist fail failed failing failure fatal find for found from has have in is its module no not of on or pass passed passing property skipped such test tests that the this to ts type undefined unable unexpected was with".split(
    " ",
  ),
);
const COMMON_WEIGHT = 0.25;
/** Two signatures mean the same when they share this part of their words, by weight. */
const SAME_CAUSE = 0.6;
const MIN_WORDS = 3;

/**
 * What is left of a message about a failure when everything is taken out that differs from place to place: the line
 * that says what went wrong, without folders, numbers and colours.
 */
export function errorSignature(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const telling = lines.find((line) => TELLS.test(line)) ?? lines[0] ?? "";
  return telling
    .slice(0, 2_000)
    .replace(PLACE, "")
    .toLowerCase()
    .replace(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b|\b0x[\da-f]+\b|\b(?=[a-f]*\d)[\da-f]{7,}\b/g, "#")
    .replace(/(?:[a-z]:)?(?:[\w@.~-]*[\\/])+([\w@.-]*)/g, (_, name: string) => name)
    .replace(/\d+(\.\d+)*/g, "#")
    .replace(/[^\p{L}#]+/gu, " ")
    .trim()
    .slice(0, MAX_SIGNATURE);
}

/**
 * Whether two signatures are likely to have one cause: most of their words are the same. A few words have to be the
 * same, and to speak of something that went wrong: that two agents both said "could be better" tells nothing, and
 * neither does it that of both some tests passed and one failed.
 */
export function sameCause(a: string, b: string): boolean {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  if (![...one].some((word) => other.has(word) && !COMMON.has(word))) return false;
  if (one.size < MIN_WORDS || other.size < MIN_WORDS) return a === b && TELLS.test(a);
  const shared = weightOf([...one].filter((word) => other.has(word)));
  return shared / (weightOf(one) + weightOf(other) - shared) >= SAME_CAUSE;
}

function wordsOf(signature: string): Set<string> {
  return new Set(signature.split(" ").filter((word) => word !== "" && word !== "#"));
}

function weightOf(words: Iterable<string>): number {
  let weight = 0;
  for (const word of words) weight += COMMON.has(word) ? COMMON_WEIGHT : 1;
  return weight;
}
