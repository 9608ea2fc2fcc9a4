import { type Node, parseTree } from "jsonc-parser";
import { positionOf } from "./position.ts";

const KEYS = new Set(["id", "dependencies", "dependsOn", "depends_on", "blockedBy", "blocked_by"]);
/** A number that might not be written as it was read; looked for first, because it is rare. */
const SUSPECT = /[[\s:,]-?(?:\d+\.\d*0|\d+(?:\.\d+)?[eE]|\d{16})/;

export interface MisreadId {
  readonly line: number;
  readonly written: string;
  readonly read: string;
}

/** The first id that a valid JSON text writes as a number which is another one once it is read: 1.10 is 1.1. */
export function misreadId(text: string): MisreadId | undefined {
  if (!SUSPECT.test(text)) return undefined;
  const root = parseTree(text);
  const left: Node[] = root ? [root] : [];
  for (let node = left.pop(); node; node = left.pop()) {
    const { type, children = [] } = node;
    if (type === "property" && KEYS.has(String(children[0]?.value))) {
      for (const id of [children[1], ...(children[1]?.children ?? [])]) {
        if (id?.type !== "number") continue;
        const written = text.slice(id.offset, id.offset + id.length);
        if (written !== String(id.value)) {
          return { line: positionOf(text, id.offset).line, written, read: String(id.value) };
        }
      }
    }
    left.push(...[...children].reverse());
  }
  return undefined;
}
