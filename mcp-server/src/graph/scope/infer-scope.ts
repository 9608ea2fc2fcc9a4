import { inlineCode, markdownLines } from "../../text/markdown-lines.ts";
import type { Glob } from "./glob.ts";
import { clauseBefore, isDocument, type Use, useIn, WRITE_WORD } from "./path-use.ts";
import { isBareFile, pathIn, type Setting } from "./path-word.ts";

/**
 * Which paths a task's description names as places to work in. A path that is only perhaps written counts
 * as written, because a scope that is too wide costs some parallelism and one that is too narrow costs work.
 */

const MAX_PATHS = 60;

/** The path as a scope holds it and whether this place in the text asks for reading it only. */
interface Mention {
  readonly glob: Glob;
  readonly use: Use;
}

/** The globs that the description names as written: normalised, sorted, each once, at most 60. */
export function inferWrites(description: string): Glob[] {
  const { mentions, bare } = mentionsIn(description);
  const withUse = (use: Use) => mentions.filter((mention) => mention.use === use).map(({ glob }) => glob);
  const forbidden = new Set(withUse("forbidden"));
  const written = [...new Set(withUse("maybe-written"))].filter((glob) => !forbidden.has(glob));
  if (written.every((glob) => isAfterthought(description, glob))) return [];
  // Beside a path of a known place a name alone is a file too, wherever it lies.
  const places = written.length > 0 ? [...new Set(bare)].map(anywhere) : [];
  const named = [
    ...written,
    ...places.filter((glob) => !mentions.some((other) => saysMore(other.glob, glob))),
  ];
  return named
    .filter((glob) => !named.some((other) => other !== glob && saysMore(other, glob)))
    .slice(0, MAX_PATHS)
    .sort();
}

/** By custom a document in capitals lies at the top. */
function anywhere(name: string): Glob {
  return isDocument(name) && name === name.replace(/^[^.]+/, (stem) => stem.toUpperCase())
    ? name
    : `**/${name}`;
}

/** Whether a document is only where the work is described at last, and what the work writes is not known. */
function isAfterthought(description: string, glob: Glob): boolean {
  // Documents of a whole repository: whoever works on something else mentions its change in them.
  if (/^(?:README|CHANGELOG|CONTRIBUTING|AGENTS|CLAUDE|LICENSE)(?:\.\w+)?$/.test(glob))
    return !isAbout(description);
  if (!isDocument(glob)) return false;
  const name = glob.slice(glob.lastIndexOf("/") + 1);
  const at = sentencesOf(description).findIndex((text) => text.includes(name));
  return (
    at > 0 &&
    /\b(?:document|describe|explain|mention|note)(?:d|ed|s)?\b/i.test(sentencesOf(description)[at] ?? "")
  );
}

function sentencesOf(description: string): string[] {
  return description.split(/\n+|[.!?;]\s+|[。；]/).filter((text) => /\p{L}{2}/u.test(text));
}

const OVERVIEW = /\b(?:README|CHANGELOG|CONTRIBUTING|AGENTS|CLAUDE|LICENSE)\b/i;
const ALSO =
  /\b(?:and|then|plus)\s+(?:then\s+)?(?:add|also|describe|document|explain|mention|note|update|write)\b/i;

/** Whether the text is about these documents: its first sentence names one and does nothing before. */
function isAbout(description: string): boolean {
  const [first = ""] = sentencesOf(description);
  const at = first.search(OVERVIEW);
  return at >= 0 && !ALSO.test(first.slice(0, at));
}

/** A file below a named folder says which part of it is meant; a full path says which `ui/x.ts` is meant. */
function saysMore(other: Glob, glob: Glob): boolean {
  const name = glob.startsWith("**/") ? glob.slice("**/".length) : glob;
  if (other === name || other.endsWith(`/${name}`)) return other !== glob;
  if (!glob.endsWith("/**")) return other.startsWith(`${glob}/`);
  const folder = glob.slice(0, -"**".length);
  return other.startsWith(folder) || other.includes(`/${folder}`);
}

interface Found {
  readonly mentions: Mention[];
  /** Names of files without their folder, set apart as code. */
  readonly bare: string[];
}

function mentionsIn(description: string): Found {
  const found: Found = { mentions: [], bare: [] };
  let atFenceStart = false;
  let section: Use = "maybe-written";
  for (const { text, kind, content } of markdownLines(description)) {
    if (kind === "opening") atFenceStart = true;
    else if (kind === "code" && content.trim() !== "") {
      found.mentions.push(...mentionsInCode(content, atFenceStart));
      atFenceStart = false;
    } else if (kind === "prose" || kind === "comment") {
      section = sectionAfter(text, section);
      addFromProse(found, text, section);
    }
  }
  return found;
}

/** In code only a first line that is nothing but a path in a comment, and commands that move or make files. */
function mentionsInCode(line: string, first: boolean): Mention[] {
  const comment = first ? /^\s*(?:\/\/|\/\*+|#|--|<!--)\s*([^\s:*]+\/[^\s:*]+)(?=$|[\s:*])/.exec(line) : null;
  const command = /^\s*\$?\s*(?:git\s+(?:mv|rm|add)|mv|cp|rm|touch|mkdir)\s+(.+)$/.exec(line);
  const texts = [...(comment?.[1] === undefined ? [] : [comment[1]]), ...(command?.[1]?.split(/\s+/) ?? [])];
  return texts.flatMap((text) => {
    const glob = pathIn(text, "code");
    return glob === undefined ? [] : [{ glob, use: "maybe-written" as const }];
  });
}

const READ_SECTION =
  /\b(?:references?|read first|files? to read|pre-?reading|read[- ]only|see also|out of scope|non-goals)\b/i;
const FORBIDDEN_SECTION = /\b(?:do not|don't|must not|never) (?:touch|modify|edit|change)\b/i;

function sectionAfter(line: string, section: Use): Use {
  const heading = /^\s*(?:#{1,6}\s+(.*)|\*\*([^*]+)\*\*:?\s*|([A-Z][A-Z ()&/-]{3,}):?\s*)$/.exec(line);
  const title = heading?.[1] ?? heading?.[2] ?? heading?.[3];
  if (title === undefined) return section;
  if (FORBIDDEN_SECTION.test(title)) return "forbidden";
  return READ_SECTION.test(title) && !WRITE_WORD.test(title) ? "read" : "maybe-written";
}

/** What stands between the members of a list of paths. */
const BETWEEN = /^[\s`]*(?:[,;&+/、，；]|\band\b|\bor\b|\bwith\b)?[\s`]*(?:\band\b\s*)?$/i;

function addFromProse({ mentions, bare }: Found, line: string, section: Use): void {
  // Where the last path ends: a name alone counts beside it.
  let last = -1;
  for (const { text, setting, start, end } of wordsOf(line)) {
    const glob = pathIn(text, setting);
    const isBare = glob === undefined && setting === "code" && isBareFile(text);
    if (glob === undefined && !isBare) continue;
    const use = section === "maybe-written" ? useIn(line, start, end, isDocument(text)) : section;
    const isListed = last >= 0 && BETWEEN.test(line.slice(last, start));
    if (glob !== undefined) mentions.push({ glob, use });
    else if (use === "maybe-written" && (isListed || WRITE_WORD.test(clauseBefore(line.slice(0, start))))) {
      bare.push(text);
    }
    if (glob !== undefined || isListed) last = end;
  }
}

interface Word {
  readonly text: string;
  readonly setting: Setting;
  readonly start: number;
  readonly end: number;
}

/** Marks that end a word in languages that put no space behind them. */
const WORD = /\]\(([^)\s]+)\)|(?:(?!\]\()[^\s`"'“”‘’|（）【】「」『』《》〈〉，。、；：！？])+/g;
/** A letter of a language without spaces beside one of a path. */
const SCRIPT_CHANGE =
  /(?<=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])(?=\w)|(?<=\w)(?=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])/gu;
const MAX_PLACE_WORD = 10;
const BEFORE_PLACE = /\b(?:in|under|into|inside|within|below|at|to|from|on)\s+$/i;

/** Inline code, targets of links, and words; code that has spaces is no path. */
function* wordsOf(line: string): Generator<Word> {
  const { spans } = inlineCode(line);
  let from = 0;
  for (const span of [...spans, undefined]) {
    for (const found of line.slice(from, span?.start).matchAll(WORD)) {
      const start = from + found.index;
      if (found[1] !== undefined) {
        yield { text: found[1], setting: "code", start, end: start + found[0].length };
        continue;
      }
      let at = start;
      for (const part of found[0].split(SCRIPT_CHANGE)) {
        const setting = BEFORE_PLACE.test(line.slice(Math.max(0, at - MAX_PLACE_WORD), at))
          ? "place"
          : "plain";
        const text = withoutMarks(part);
        const inside = at + part.indexOf(text);
        yield { text, setting, start: inside, end: inside + text.length };
        at += part.length;
      }
    }
    if (span) yield { text: span.code, setting: "code", start: span.start, end: span.end };
    from = span?.end ?? line.length;
  }
}

/** Without what surrounds a word in a sentence; the brackets of `app/[slug]` belong to it. */
function withoutMarks(word: string): string {
  const bare = word.replace(/^[*(<]+|[*)>.,;!?]+$/g, "");
  return bare.startsWith("[") ? bare.replace(/^\[|\]$/g, "") : bare;
}
