/** More alternatives than any scope needs; beyond it an expansion is given up, not cut short. */
const MAX_ALTERNATIVES = 256;
const MAX_NESTING = 16;

/**
 * All texts that a glob's braces stand for: `{a,b}`, nested, `{1..3}`, `{01..10..2}`, `{a..e}`. Braces
 * without a comma or a range are literal. Undefined when there are too many.
 */
export function expandBraces(text: string, depth = 0): readonly string[] | undefined {
  if (depth > MAX_NESTING) return undefined;
  let expanded: string[] = [""];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("{", at);
    const close = open < 0 ? -1 : closingBrace(text, open);
    if (close < 0) {
      // Without a partner the first brace is literal, but a later one may have its own.
      const literal = open < 0 ? text.slice(at) : text.slice(at, open + 1);
      expanded = expanded.map((prefix) => prefix + literal);
      at += literal.length;
      continue;
    }
    const choices = choicesOf(text.slice(open + 1, close), depth);
    if (choices === undefined || expanded.length * choices.length > MAX_ALTERNATIVES) return undefined;
    const before = text.slice(at, open);
    expanded = expanded.flatMap((prefix) => choices.map((choice) => prefix + before + choice));
    at = close + 1;
  }
  return expanded;
}

function choicesOf(body: string, depth: number): readonly string[] | undefined {
  const parts = splitAtCommas(body);
  if (parts.length === 1) {
    const range = rangeOf(body);
    if (range !== "none") return range;
    return expandBraces(body, depth + 1)?.map((inner) => `{${inner}}`);
  }
  const choices: string[] = [];
  for (const part of parts) {
    const inner = expandBraces(part, depth + 1);
    if (inner === undefined) return undefined;
    choices.push(...inner);
    if (choices.length > MAX_ALTERNATIVES) return undefined;
  }
  return choices;
}

function rangeOf(body: string): readonly string[] | "none" | undefined {
  const numbers = /^(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?$/.exec(body);
  if (numbers !== null) {
    const [, from = "", to = "", step = "1"] = numbers;
    const padded = [from, to].some((bound) => /^-?0\d/.test(bound));
    const width = padded ? Math.max(from.length, to.length) : 0;
    return steps(Number(from), Number(to), Number(step))?.map((value) => pad(value, width));
  }
  const letters = /^([a-z])\.\.([a-z])$/i.exec(body);
  if (letters === null) return "none";
  const [, from = "", to = ""] = letters;
  return steps(from.charCodeAt(0), to.charCodeAt(0), 1)?.map((code) => String.fromCharCode(code));
}

function steps(from: number, to: number, step: number): number[] | undefined {
  const stride = Math.abs(step) || 1;
  const count = Math.floor(Math.abs(to - from) / stride) + 1;
  if (count > MAX_ALTERNATIVES) return undefined;
  return Array.from({ length: count }, (_, index) => from + Math.sign(to - from) * stride * index);
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, "0")}` : String(value).padStart(width, "0");
}

function closingBrace(text: string, open: number): number {
  let nesting = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === "{") nesting += 1;
    else if (text[at] === "}") {
      nesting -= 1;
      if (nesting === 0) return at;
    }
  }
  return -1;
}

function splitAtCommas(body: string): string[] {
  const parts: string[] = [];
  let nesting = 0;
  let from = 0;
  for (let at = 0; at < body.length; at += 1) {
    if (body[at] === "{") nesting += 1;
    else if (body[at] === "}") nesting -= 1;
    else if (body[at] === "," && nesting === 0) {
      parts.push(body.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, body.slice(from)];
}
