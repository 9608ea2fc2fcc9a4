import type { DocumentLine } from "./document.ts";
import { listedPaths } from "./listed-paths.ts";

/** The files that a task lists as those that it creates, changes, moves, deletes or reads. */
export interface FileList {
  /** Absent: the list names only what is read. Empty: it says that nothing is written. */
  readonly writes?: readonly string[];
  readonly reads: readonly string[];
  /** Items that say what is to be changed without a path. */
  readonly pathless: readonly string[];
}

const LABEL =
  /^\s*(?:[-*+]\s+)?(?:#{1,6}\s+)?(?:\*\*|__)?(?:(?:new|affected|changed|modified|target|related|key|source|test)\s+)?(files?(?:\s+(?:changes|changed|touched|affected|involved|list|to\s+(?:[a-z/]+(?:\s+or\s+[a-z]+)?)))?|文件|檔案|ファイル)(?:\s*\([^)]*\))?\s*(?:\*\*|__)?\s*(?:[:：]\s*(?:\*\*|__)?\s*(.*))?$/iu;
const READING =
  /^(?:read|verify|verified|reference|see|check|inspect|unchanged|consult|context|no changes?|do not|don['’]t|existing|review)/i;
const VERB =
  /^(?:\*\*|__|\[)?([A-Za-z][A-Za-z ,/&+-]{1,40}?)(?:\s*[(（][^)）]*[)）])?(?:\*\*|__|\])?\s*(?:[:：]|\s[-–—]\s)(?:\*\*|__)?\s*(.*)$/;
const BARE_VERB =
  /^(?:\*\*|__|\[)?(new|create[sd]?|add(?:ed)?|modif(?:y|ied)|update[ds]?|change[ds]?|edit(?:ed)?|delete[ds]?|remove[ds]?|rename[ds]?|move[ds]?|extend|test|read|verify|reference|see|check)(?:\*\*|__|\])?\s+(.*)$/i;
const CHANGING = /^(?:new|creat|add|modif|updat|chang|edit|delet|remov|renam|mov|extend|refactor)/i;
const NONE = /^(?:none|n\/a|nothing|no files?\b|[-–—]\s*$|无|無|なし)/i;
/** The list below "Files:", or undefined where there is none. A list that says "none" is empty. */
export function filesIn(body: readonly DocumentLine[]): FileList | undefined {
  const files = { writes: new Set<string>(), reads: new Set<string>(), pathless: [] };
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
  const { writes, reads, pathless } = files;
  if (writes.size + reads.size === 0 && !found) return undefined;
  return {
    ...((writes.size > 0 || found) && { writes: [...writes] }),
    reads: [...reads].filter((path) => !writes.has(path)),
    pathless,
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
    const cells = /^\s*\|(.*)\|\s*$/
      .exec(text)?.[1]
      ?.split("|")
      .map((cell) => cell.trim());
    if (cells) {
      // A row of a table: the path, and what is done there.
      items.push({ text: cells[0] ?? "", verb: cells.find((cell) => READING.test(cell)) ?? "", indent: 0 });
      continue;
    }
    const [, space = "", item] = /^(\s*)(?:[-*+•]|\d+[.)])\s+(?!\[[^\]]?\]\s)(.*)$/.exec(text) ?? [];
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
  files: { readonly writes: Set<string>; readonly reads: Set<string>; readonly pathless: string[] },
  item: string,
  inherited: string,
): void {
  const [, verb = "", text = item] = VERB.exec(item) ?? BARE_VERB.exec(item) ?? [];
  const said = verb.trim() || inherited;
  const test = /^(?:test|verify)/i.test(said);
  const reading = READING.test(said);
  const paths = listedPaths(text, test);
  if (paths.length === 0 && CHANGING.test(said) && !NONE.test(text)) files.pathless.push(item);
  for (const { path, use } of paths) {
    (reading || use !== "maybe-written" ? files.reads : files.writes).add(path);
  }
}
