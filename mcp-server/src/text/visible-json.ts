import { escapeTagsInJson } from "./tags.ts";

/** Legal in JSON, and yet orders to a terminal or invisible: C1 controls, bidi and zero-width characters, tags. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A value as one line of JSON that says the same with every character visible and nothing that passes for a tag, so
 * that it may be printed.
 */
export function visibleJson(value: unknown): string {
  return escapeTagsInJson(JSON.stringify(value)).replace(INVISIBLE, escaped);
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}
