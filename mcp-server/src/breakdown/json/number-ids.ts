import { type Node, parseTree } from "jsonc-parser";
import { DEPENDENCY_KEYS } from "../task-fields.ts";
import { listed } from "../unread-lines.ts";
import { positionOf } from "./position.ts";

/**
 * Ids that a JSON text writes as numbers. 1.10 and 1.1 are one number and two ids, so an id is the text of its number
 * and not its value, which is all that `JSON.parse` tells before Node 21.
 */

const KEYS: ReadonlySet<string> = new Set(["id", ...DEPENDENCY_KEYS]);
/** A number that might not be written as it is read; looked for first, because it is rare. */
const SUSPECT = /[[\s:,]-?(?:\d+\.\d*0|\d+(?:\.\d+)?[eE]|\d[\d.]{15})/;

/** An id whose number, once it is read, is written differently. */
export interface NumberId {
  readonly offset: number;
  /** As it stands in the text. */
  readonly written: string;
  readonly read: string;
}

/** All such ids of a valid JSON text, in its order. */
export function numberIds(text: string): NumberId[] {
  if (!SUSPECT.test(text)) return [];
  const found: NumberId[] = [];
  const root = parseTree(text);
  const left: Node[] = root ? [root] : [];
  for (let node = left.pop(); node; node = left.pop()) {
    const { type, children = [] } = node;
    if (type === "property" && KEYS.has(String(children[0]?.value))) {
      for (const id of [children[1], ...(children[1]?.children ?? [])]) {
        if (id?.type !== "number") continue;
        const written = text.slice(id.offset, id.offset + id.length);
        if (written !== String(id.value)) found.push({ offset: id.offset, written, read: String(id.value) });
      }
    }
    // One by one: a list may have more elements than a call can have arguments.
    for (const child of children.toReversed()) left.push(child);
  }
  return found;
}

/** The text with such ids as texts of their own: what it holds has every id as it is written. */
export function withIdsAsTexts(text: string, ids: readonly NumberId[] = numberIds(text)): string {
  let [result, at] = ["", 0];
  for (const { offset, written } of ids) {
    result += `${text.slice(at, offset)}"${written}"`;
    at = offset + written.length;
  }
  return result + text.slice(at);
}

export function numberIdWarnings(text: string, ids: readonly NumberId[]): string[] {
  const [first] = ids;
  if (!first) return [];
  const places = ids.map(({ offset, written }) => `${written} (line ${positionOf(text, offset).line})`);
  return [
    `ids written as numbers are taken as they stand: ${listed(places)}. Write them as texts, such as "${first.written}": most programs read this number as ${first.read}`,
  ];
}
