import { type Node, parseTree } from "jsonc-parser";

/** A piece of a text, its end excluded. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A list in a JSON text with its elements. */
export interface ListSpan extends TextSpan {
  readonly elements: readonly TextSpan[];
}

/**
 * Where the list under a key of the outermost object stands in a valid JSON text; of several such keys the last,
 * as `JSON.parse` has it. Undefined if there is none.
 */
export function listUnder(key: string, text: string): ListSpan | undefined {
  const property = parseTree(text)?.children?.findLast(({ children }) => children?.[0]?.value === key);
  const list = property?.children?.[1];
  return list?.type === "array"
    ? { ...spanOf(list), elements: (list.children ?? []).map(spanOf) }
    : undefined;
}

function spanOf({ offset, length }: Node): TextSpan {
  return { start: offset, end: offset + length };
}
