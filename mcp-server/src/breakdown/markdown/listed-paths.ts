import { type Use, useIn } from "../../graph/scope/path-use.ts";
import { isBareFile, isKnownFile, pathIn } from "../../graph/scope/path-word.ts";
import { inlineCode } from "../../text/markdown-lines.ts";

/** The paths that an item of a list of files names. */

export interface ListedPath {
  readonly path: string;
  readonly use: Use;
}

/**
 * The paths that an item names: what notes in brackets name only where there are no others.
 * @param test whether the item is about tests: then the files that a command runs are meant.
 */
export function listedPaths(item: string, test: boolean): ListedPath[] {
  const found = pathsIn(withoutNotes(item), item, test);
  return found.length > 0 ? found : pathsIn(item, item, test);
}

/** A path by itself, or a command that names one. */
const COMMAND =
  /^(?:\$\s*)?(?:\.\/)?(?:npm|npx|pnpm|yarn|bun|bunx|deno|node|pytest|python3?|uv|poetry|tox|cargo|go|make|mvnw?|gradlew?|dotnet|php|phpunit|composer|bundle|rspec|rake|mix|swift|xcodebuild|flutter|dart|jest|vitest|playwright|cypress|mocha|tsc|eslint|biome|ruff|mypy|bash|sh|git|docker|cd|echo|curl|just|task|nx|turbo|mise)(?:\s|$)/;
const BETWEEN = /^(?:[\s`,;&+、，；：:→⇒|*]|->|\b(?:and|or|to|new|with)\b)*$/i;
const WORDS = /[^\s`,;，、；：]+/g;

/** @param whole the text with its notes, which may say that a path is only read. */
function pathsIn(text: string, whole: string, test: boolean): ListedPath[] {
  const paths: ListedPath[] = [];
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
    // A path that is only explained with another one is not written.
    const use = useIn(whole, start, end, false);
    const beside = bare && folder !== "" ? placeOf(named, sibling) : "top";
    if (beside !== "top") paths.push({ path: `${folder}${named}`, use });
    if (beside !== "beside") paths.push({ path: named, use });
    if (named.includes("/")) [folder, sibling] = [named.slice(0, named.lastIndexOf("/") + 1), named];
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

/** What is not known yet in a name: `<timestamp>_users.sql`. */
const PLACEHOLDER = /<[\p{L}\p{N}_. -]{1,40}>/gu;

/** The path without the lines that are meant; undefined for lines alone. */
function withoutLines(word: string): string | undefined {
  const path = word
    .trim()
    .replace(/(?:::.*|:L?\d[\d,:\sL–-]*|#L?\d.*)$/, "")
    .replace(PLACEHOLDER, "*");
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

/** Where a file lies whose name alone stands behind a path: of one that ends or begins in the same way it is known. */
function placeOf(name: string, path: string): "beside" | "top" | "either" {
  const partsOf = (file: string) => /^(.*?)((?:\.[^.]*)?)$/.exec(file.slice(file.lastIndexOf("/") + 1)) ?? [];
  const [, stem = "", ending] = partsOf(name);
  const [, other = "", otherEnding] = partsOf(path);
  if (stem === stem.toUpperCase() && /\.(?:md|txt|rst)$/i.test(name)) return "top";
  const isAlike = ending === otherEnding || stem.split(".")[0] === other.split(".")[0];
  return path.endsWith("/") || isAlike ? "beside" : "either";
}

/** Of what moved away something is gone there. */
const MOVED_FROM =
  /^(?:was|were|moved|renamed|extracted|split|migrated|ported|relocated|formerly|previously|ex)\b/i;

/** Blanks out what stands in brackets, except the place from which something came; lengths stay. */
function withoutNotes(text: string): string {
  // Brackets in code are no notes.
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of inlineCode(text).spans) {
    pieces.push(text.slice(from, start), "x".repeat(end - start));
    from = end;
  }
  const masked = pieces.join("") + text.slice(from);
  let result = "";
  let depth = 0;
  let kept = false;
  for (let at = 0; at < text.length; at++) {
    const opens = /[(（]/.test(masked[at] ?? "");
    if (opens) depth += 1;
    if (opens && depth === 1) kept = MOVED_FROM.test(text.slice(at + 1));
    result += depth > 0 && !kept ? " " : text[at];
    if (/[)）]/.test(masked[at] ?? "") && depth > 0) depth -= 1;
  }
  return result;
}
