/** A piece of a text, its end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A list in a JSON text with its elements. */
export interface ListSpan extends Span {
  readonly elements: readonly Span[];
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;

/**
 * Where the list under a key of the outermost object stands in a valid JSON text; of several such keys the last,
 * as `JSON.parse` has it. Undefined if there is none.
 */
export function listUnder(key: string, text: string): ListSpan | undefined {
  let found: ListSpan | undefined;
  let depth = 0;
  let name: string | undefined;
  let list: { start: number; elements: Span[] } | undefined;
  let element: { start: number; end: number } | undefined;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const end = index + token.length;
    const opens = token === "{" || token === "[";
    const closes = token === "}" || token === "]";
    if (closes) depth -= 1;
    if (list === undefined) {
      if (depth === 1 && token.startsWith('"')) name ??= JSON.parse(token) as string;
      else if (depth === 1 && token === ",") name = undefined;
      else if (depth === 1 && token === "[" && name === key) list = { start: index, elements: [] };
    } else if (depth === 1 && token === "]") {
      if (element) list.elements.push(element);
      found = { start: list.start, end, elements: list.elements };
      [list, element, name] = [undefined, undefined, undefined];
    } else if (depth === 2 && token === ",") {
      if (element) list.elements.push(element);
      element = undefined;
    } else {
      element = { start: element?.start ?? index, end };
    }
    if (opens) depth += 1;
  }
  return found;
}
