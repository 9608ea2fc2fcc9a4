/** A place in a text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

type Expected = "value" | "value or ]" | "key" | "key or }" | ":" | ", or end" | "nothing";

/**
 * Where a text stops being JSON; undefined if it is JSON. The host's own parser says so in words that differ
 * from version to version and often without a position, so the text is walked through once more.
 */
export function jsonErrorPosition(text: string): Position | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = 0;
  const afterValue = (): Expected => (open.length === 0 ? "nothing" : ", or end");
  for (;;) {
    TOKEN.lastIndex = at;
    const [whole, mark, string, scalar] = TOKEN.exec(text) ?? [];
    if (whole === undefined) {
      const rest = /[^ \t\r\n]/.exec(text.slice(at));
      if (rest === null && expected === "nothing") return undefined;
      return positionOf(text, rest === null ? text.length : at + rest.index);
    }
    const inObject = open.at(-1) === "{";
    const wantsValue = expected === "value" || expected === "value or ]";
    const wantsKey = expected === "key" || expected === "key or }";
    let next: Expected | undefined;
    if (wantsValue && (string !== undefined || scalar !== undefined)) next = afterValue();
    else if (wantsKey && string !== undefined) next = ":";
    else if (expected === ":" && mark === ":") next = "value";
    else if (expected === ", or end" && mark === ",") next = inObject ? "key" : "value";
    else if (wantsValue && (mark === "{" || mark === "[")) {
      open.push(mark);
      next = mark === "{" ? "key or }" : "value or ]";
    } else if (
      (mark === "}" && inObject && (expected === ", or end" || expected === "key or }")) ||
      (mark === "]" && !inObject && (expected === ", or end" || expected === "value or ]"))
    ) {
      open.pop();
      next = afterValue();
    }
    if (next === undefined) return positionOf(text, at + whole.search(/[^ \t\r\n]/));
    expected = next;
    at += whole.length;
  }
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}
