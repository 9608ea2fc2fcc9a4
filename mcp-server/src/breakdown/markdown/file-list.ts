import { useIn } from "../../graph/scope/path-use.ts";
import { isBareFile, isKnownFile, pathIn } from "../../graph/scope/path-word.ts";
import { inlineCode } from "../../text/markdown-lines.ts";
import type { DocumentLine } from "./document.ts";

/** The files that a task lists as those that it creates, changes, moves, deletes or reads. */
export interface FileList {
  /** Absent: the list names only what is read. Empty: it says that nothing is written. */
  readonly writes?: readonly string[];
  readonly reads: readonly string[];
}

const LABEL =
  /^\s*(?:[-*+]\s+)?(?:#{1,6}\s+)?(?:\*\*|__)?(?:(?:new|affected|changed|modified|target|related|key|source|test)\s+)?(files?(?:\s+(?:changes|changed|touched|affected|involved|list|to\s+(?:[a-z/]+(?:\s+or\s+[a-z]+)?)))?|文件|檔案|ファイル)(?:\s*\([^)]*\))?\s*(?:\*\*|__)?\s*(?:[:：]\s*(?:\*\*|__)?\s*(.*))?$/iu;
const READING =
  /^(?:read|verify|verified|reference|see|check|inspect|unchanged|consult|context|no changes?|do not|don['’]t|existing|review)/i;
const VERB =
  /^(?:\*\*|__|\[)?([A-Za-z][A-Za-z ,/&+-]{1,40}?)(?:\s*[(（][^)）]*[)）])?(?:\*\*|__|\])?\s*(?:[:：]|\s[-–—]\s)(?:\*\*|__)?\s*(.*)$/;
const BARE_VERB =
  /^(?:\*\*|__|\[)?(new|create[sd]?|add(?:ed)?|modif(?:y|ied)|update[ds]?|change[ds]?|edit(?:ed)?|delete[ds]?|remove[ds]?|rename[ds]?|move[ds]?|extend|test|read|verify|reference|see|check)(?:\*\*|__|\])?\s+(.*)$/i;
const NONE = /^(?:none|n\/a|nothing|no files?\b|[-–—]\s*$|无|無|なし)/i;
/** Of what moved away something is gone there. */
const MOVED_FROM =
  /^(?:was|were|moved|renamed|extracted|split|migrated|ported|relocated|formerly|previously|ex)\b/i;

/** The list below "Files:", or undefined where there is none. A list that says "none" is empty. */
export function filesIn(body: readonly DocumentLine[]): FileList | undefined {
  const files = { writes: new Set<string>(), reads: new Set<string>() };
  let found = false;
  for (const [at, line] of body.entries()) {
    if (line.literal) continue;
    const [, label = "", inline] = LABEL.exec(line.text) ?? [];
    const heading = /^\s*#/.test(line.text) || /\*\*|__/.test(line.text);
    if (label === "" || (inline === undefined && !heading)) continue;
    const items = inline ? [{ text: inline, verb: label }] : itemsBelow(body.slice(at + 1));
    const ofLabel = /\bto\s+(read|verify|reference|check|review)/i.exec(label)?.[1] ?? "";
    for (const { text, verb } of items) {
      if (NONE.test(text)) found = true;
      addItem(files, text, verb === label ? ofLabel : verb || ofLabel);
    }
  }
  const { writes, reads } = files;
  if (writes.size + reads.size === 0 && !found) return undefined;
  return {
    ...((writes.size > 0 || found) && { writes: [...writes] }),
    reads: [...reads].filter((path) => !writes.has(path)),
  };
}

interface Item {
  readonly text: string;
  readonly verb: string;
}

/** The items of the list that begins here, wrapped lines joined; an item below another one has its verb. */
function itemsBelow(lines: readonly DocumentLine[]): Item[] {
  const items: { text: string; verb: string; indent: number }[] = [];
  let blank = false;
  for (const { text, literal } of lines) {
    if (literal) break;
    if (text.trim() === "") {
      blank = true;
      continue;
    }
    const [, space = "", item] = /^(\s*)[-*+•]\s+(?!\[[^\]]?\]\s)(.*)$/.exec(text) ?? [];
    const last = items.at(-1);
    if (item === undefined) {
      if (blank || !last || !/^\s/.test(text) || /^\s*(?:\d+[.)]|[-*+])\s/.test(text)) break;
      last.text = `${last.text} ${text.trim()}`;
      continue;
    }
    // A label of another list, such as "- **Acceptance:**" or "- Consumes:" behind a blank line.
    if (blank && last && LIST_LABEL.test(item)) break;
    blank = false;
    const above = items.findLast(({ indent }) => indent < space.length);
    items.push({ text: item, verb: above ? verbOf(above.text) || above.verb : "", indent: space.length });
  }
  return items.map(({ text, verb }) => ({ text, verb }));
}

const LIST_LABEL =
  /^(?:\*\*)?(?:consumes|produces|acceptance|depends|dependencies|steps?|interfaces?|notes?)\b/i;

function verbOf(text: string): string {
  return (VERB.exec(text)?.[1] ?? BARE_VERB.exec(text)?.[1] ?? "").trim();
}

function addItem(
  files: { readonly writes: Set<string>; readonly reads: Set<string> },
  item: string,
  inherited: string,
): void {
  const [, verb = "", text = item] = VERB.exec(item) ?? BARE_VERB.exec(item) ?? [];
  const said = verb.trim() || inherited;
  const test = /^(?:test|verify)/i.test(said);
  const reading = READING.test(said);
  const outside = withoutNotes(text);
  const found = pathsIn(outside, text, test);
  for (const path of found.length > 0 ? found : pathsIn(text, text, test)) {
    (reading || path.use !== "maybe-written" ? files.reads : files.writes).add(path.path);
  }
}

/** Blanks out what stands in brackets, except the place from which something came; lengths stay. */
function withoutNotes(text: string): string {
  const { spans } = inlineCode(text);
  const inCode = (at: number) => spans.some(({ start, end }) => at >= start && at < end);
  let result = "";
  let depth = 0;
  let kept = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (!inCode(at) && /[(（]/.test(character)) {
      depth += 1;
      if (depth === 1) kept = MOVED_FROM.test(text.slice(at + 1));
    }
    result += depth > 0 && !kept ? " " : character;
    if (!inCode(at) && /[)）]/.test(character) && depth > 0) depth -= 1;
  }
  return result;
}

interface Path {
  readonly path: string;
  readonly use: ReturnType<typeof useIn>;
}

/** A path by itself, or a command that names one. */
const COMMAND =
  /^(?:\$\s*)?(?:\.\/)?(?:npm|npx|pnpm|yarn|bun|bunx|deno|node|pytest|python3?|uv|poetry|tox|cargo|go|make|mvnw?|gradlew?|dotnet|php|phpunit|composer|bundle|rspec|rake|mix|swift|xcodebuild|flutter|dart|jest|vitest|playwright|cypress|mocha|tsc|eslint|biome|ruff|mypy|bash|sh|git|docker|cd|echo|curl|just|task|nx|turbo|mise)(?:\s|$)/;
const BETWEEN = /^(?:[\s`,;&+、，；：:→⇒|*]|->|\b(?:and|or|to|new|with)\b)*$/i;
const WORDS = /[^\s`,;，、；：]+/g;

/** @param whole the text with its notes, which may say that a path is only read. */
function pathsIn(text: string, whole: string, test: boolean): Path[] {
  const paths: Path[] = [];
  let folder = "";
  let sibling = "";
  // Where the last path ends: what stands in a list with it is a path, whatever it looks like.
  let last = 0;
  const add = (word: string, code: boolean, start: number, end: number) => {
    const located = withoutLines(word);
    if (located === undefined) return;
    const bare = isBareFile(located) && !isKnownFile(located);
    const folderWord = /^\s*(?:folder|directory|dir)\b/i.test(text.slice(end));
    const named = folderWord && !located.endsWith("/") ? `${located}/` : located;
    const listed = BETWEEN.test(text.slice(last, start));
    const isPath =
      code && listed
        ? isPathInCode(named)
        : pathIn(named, named.includes("/") ? "code" : "plain") !== undefined || (bare && listed);
    if (!isPath) return;
    last = end;
    const path = bare && folder !== "" && isSibling(named, sibling) ? `${folder}${named}` : named;
    if (named.includes("/")) [folder, sibling] = [named.slice(0, named.lastIndexOf("/") + 1), named];
    // A path that is only explained with another one is not written.
    paths.push({ path, use: useIn(whole, start, end, false) });
  };
  const words = (from: number, to: number | undefined) => {
    for (const found of text.slice(from, to).matchAll(WORDS)) {
      const word = found[0].replace(/^[*(<[（]+|[*)>.!?\]）]+$/g, "");
      add(word, false, from + found.index, from + found.index + found[0].length);
    }
  };
  let from = 0;
  for (const { start, end, code } of inlineCode(text).spans) {
    words(from, start);
    from = end;
    if (!isCommand(code)) add(code, true, start, end);
    else if (test)
      for (const [word] of code.matchAll(/[^\s"']+/g)) if (pathIn(word, "plain")) add(word, true, start, end);
  }
  if (COMMAND.test(text.trim())) return paths;
  words(from, undefined);
  return paths;
}

function isCommand(code: string): boolean {
  return COMMAND.test(code) || /\s(?:&&|\|\|?|--?\w)|;\s/.test(code);
}

/** The path without the lines that are meant; undefined for lines alone. */
function withoutLines(word: string): string | undefined {
  const path = word.trim().replace(/(?:::.*|:L?\d[\d,:\sL–-]*|#L?\d.*)$/, "");
  return path === "" || /^(?:L?\d[\d,\s–-]*|lines?)$/i.test(path) ? undefined : path;
}

/** In a list of files code is a path, unless it is a piece of a program. */
function isPathInCode(code: string): boolean {
  if (/[()=<>;"']|^\W*$|::/.test(code.replace(/\([\w.-]+\)\//g, ""))) return false;
  return (
    /[/\\]/.test(code) ||
    /^\.?[\p{L}\p{N}_*{][^\s]*\.[\p{L}\p{N}{*][^\s]*$/u.test(code) ||
    (/^\.?[\p{L}\p{N}_-]+$/u.test(code) && isFileName(code))
  );
}

function isFileName(name: string): boolean {
  return isKnownFile(name) || /^(?:\.[a-z]|[A-Z][a-z]*file$)/.test(name);
}

/** Whether a name is that of a file beside a path: they end in the same way, or begin so; else it lies at the top. */
function isSibling(name: string, path: string): boolean {
  const partsOf = (file: string) => /^(.*?)((?:\.[^.]*)?)$/.exec(file.slice(file.lastIndexOf("/") + 1)) ?? [];
  const [, stem = "", ending] = partsOf(name);
  const [, other = "", otherEnding] = partsOf(path);
  const isTop = stem === stem.toUpperCase() && /\.(?:md|txt|rst)$/i.test(name);
  return (
    !isTop && (path.endsWith("/") || ending === otherEnding || stem.split(".")[0] === other.split(".")[0])
  );
}
