import { type Node, parseTree } from "jsonc-parser";
import { cellWidth } from "../../text/cell-width.ts";

const MAX_WIDTH = 80;
const EMPTY_LINE = /[ \t,]*\r?\n[ \t]*\r?\n/y;

/** How a file is indented and how its lines end. */
interface Layout {
  readonly step: string;
  readonly newline: string;
}

/**
 * The text in the default form of Prettier, so that a repository that checks the form of its files accepts it: what
 * fits stands on one line, an object only if it began on one. Line ends are kept, and an indentation that repositories
 * set, by tabs or by four spaces; any other becomes two spaces.
 * @param text valid JSON.
 */
export function formatJson(text: string): string {
  const root = parseTree(text);
  if (!root) return text;
  const indentation = /\n([ \t]+)\S/.exec(text)?.[1] ?? "";
  const layout = {
    step: ["\t", "    "].includes(indentation) ? indentation : "  ",
    newline: text.includes("\r\n") ? "\r\n" : "\n",
  };
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  return `${mark}${render(root, text, layout, "", 0, 0)}${layout.newline}`;
}

/**
 * A value that may take several lines.
 * @param column where the value begins on its line.
 * @param after how many cells must be left behind it, for a comma.
 */
function render(
  node: Node,
  text: string,
  layout: Layout,
  indent: string,
  column: number,
  after: number,
): string {
  const flat = flatOf(node, text);
  if (flat !== undefined && column + cellWidth(flat) + after <= MAX_WIDTH) return flat;
  const children = node.children ?? [];
  // What holds nothing cannot be divided.
  if (children.length === 0) return flat ?? rawOf(node, text);
  const inner = indent + layout.step;
  const [open, close] = node.type === "object" ? "{}" : "[]";
  const body =
    node.type === "array" && isOfNumbers(children)
      ? filled(children, text, layout, inner)
      : children
          .map((child, at) => {
            const isLast = at === children.length - 1;
            const item = renderMember(child, text, layout, inner, isLast ? 0 : 1);
            return `${item}${isLast ? "" : `,${blankAfter(child, text) ? layout.newline : ""}`}`;
          })
          .join(layout.newline + inner);
  return `${open}${layout.newline}${inner}${body}${layout.newline}${indent}${close}`;
}

/** An element of a list, or a key with its value. */
function renderMember(node: Node, text: string, layout: Layout, indent: string, after: number): string {
  const [key, value] = node.children ?? [];
  if (node.type !== "property" || !key || !value)
    return render(node, text, layout, indent, widthOf(indent), after);
  const label = `${rawOf(key, text)}: `;
  return label + render(value, text, layout, indent, widthOf(indent) + cellWidth(label), after);
}

/** The value on one line; undefined if it must not be. */
function flatOf(node: Node, text: string): string | undefined {
  const children = node.children ?? [];
  if (node.type === "object") {
    if (children.length === 0) return "{}";
    if (beginsOnNewLine(node, text) || isDivided(children, text)) return undefined;
    const members = children.map(({ children: [key, value] = [] }) => {
      const flat = value && flatOf(value, text);
      return key && flat !== undefined ? `${rawOf(key, text)}: ${flat}` : undefined;
    });
    return members.includes(undefined) ? undefined : `{ ${members.join(", ")} }`;
  }
  if (node.type === "array") {
    if (isOfGroups(children) || (isOfNumbers(children) && isDivided(children, text))) return undefined;
    const elements = children.map((child) => flatOf(child, text));
    return elements.includes(undefined) ? undefined : `[${elements.join(", ")}]`;
  }
  return node.type === "number" ? numberOf(rawOf(node, text)) : rawOf(node, text);
}

/** As many numbers on each line as it holds. */
function filled(numbers: readonly Node[], text: string, { newline }: Layout, indent: string): string {
  let [written, line] = ["", ""];
  for (const [at, node] of numbers.entries()) {
    const before = numbers[at - 1];
    const item = `${numberOf(rawOf(node, text))}${at === numbers.length - 1 ? "" : ","}`;
    const isDivision = before !== undefined && blankAfter(before, text);
    if (before === undefined) line = item;
    else if (!isDivision && widthOf(indent) + line.length + 1 + item.length <= MAX_WIDTH) line += ` ${item}`;
    else {
      written += `${line}${isDivision ? newline : ""}${newline}${indent}`;
      line = item;
    }
  }
  return written + line;
}

/** Several lists, or several objects, of more than one member each stand below each other. */
function isOfGroups(elements: readonly Node[]): boolean {
  const [first] = elements;
  return (
    elements.length > 1 &&
    (first?.type === "object" || first?.type === "array") &&
    elements.every(({ type, children = [] }) => type === first.type && children.length > 1)
  );
}

function isOfNumbers(elements: readonly Node[]): boolean {
  return elements.length > 1 && elements.every(({ type }) => type === "number");
}

function beginsOnNewLine({ offset, children: [first] = [] }: Node, text: string): boolean {
  return first !== undefined && text.slice(offset, first.offset).includes("\n");
}

function isDivided(members: readonly Node[], text: string): boolean {
  return members.slice(0, -1).some((member) => blankAfter(member, text));
}

/** Whether an empty line follows the member: people divide a long object with it. */
function blankAfter({ offset, length }: Node, text: string): boolean {
  EMPTY_LINE.lastIndex = offset + length;
  return EMPTY_LINE.test(text);
}

function rawOf({ offset, length }: Node, text: string): string {
  return text.slice(offset, offset + length);
}

/** As Prettier writes numbers. */
function numberOf(raw: string): string {
  return raw
    .toLowerCase()
    .replace("e+", "e")
    .replace(/(\.\d+?)0+(?=e|$)/, "$1");
}

/** A tab counts as two cells, as Prettier has it by default. */
function widthOf(indent: string): number {
  return indent.replaceAll("\t", "  ").length;
}
