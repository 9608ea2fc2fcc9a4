/**
 * Markdown read line by line: which lines are prose and which belong to fenced code or a comment. Made for files that
 * people and models write, not for rendering: what is indented counts as prose, because in a list it mostly is, and
 * CommonMark would make code of it.
 */

export interface MarkdownLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  /** `opening` and `closing` are the marks of a fence. */
  readonly kind: "prose" | "opening" | "code" | "closing" | "comment";
  /** Without the quote and list marks and the indentation of the fence that it belongs to; of prose all of it. */
  readonly content: string;
  /** The quote and list marks before an opening fence. */
  readonly lead: string;
}

interface Fence {
  readonly mark: string;
  readonly indent: number;
  readonly quoted: boolean;
  /** Index of the first line that is not part of it. */
  readonly end: number;
  readonly closed: boolean;
}

const OPENING = /^((?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*)(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSING = /^[\s>]*(`{3,}|~{3,})\s*$/;

/**
 * The lines of a text; line ends are those of any system.
 * @param comments whether there are comments: not for somebody who escapes what begins them.
 */
export function markdownLines(text: string, comments = true): MarkdownLine[] {
  const texts = text.split(/\r\n?|\n/);
  const fenceAt = fencesIn(texts);
  const lines: MarkdownLine[] = [];
  let fence: Fence | undefined;
  let comment = false;
  const add = (at: number, kind: MarkdownLine["kind"], content: string, lead = "") =>
    lines.push({ number: at + 1, text: texts[at] ?? "", kind, content, lead });
  for (const [at, line] of texts.entries()) {
    if (fence !== undefined && at >= fence.end) fence = undefined;
    if (fence !== undefined) {
      const closes = fence.closed && at === fence.end - 1;
      add(at, closes ? "closing" : "code", insideOf(fence, line));
    } else if (comment) {
      comment = !line.includes("-->");
      add(at, "comment", line);
    } else {
      const lead = OPENING.exec(line)?.[1];
      fence = lead === undefined ? undefined : fenceAt(at);
      if (fence && lead !== undefined) {
        add(at, "opening", line.slice(lead.length), lead.trim());
        continue;
      }
      comment = comments && line.lastIndexOf("<!--") > line.lastIndexOf("-->");
      add(at, comment && line.trimStart().startsWith("<!--") ? "comment" : "prose", line);
    }
  }
  return lines;
}

/** Looks up the fence that a line opens; a fence without an end reaches as far as the quote or list that holds it. */
function fencesIn(texts: readonly string[]): (at: number) => Fence {
  const closing = texts.map((line) => CLOSING.exec(line)?.[1] ?? "");
  const neverClosed = new Set<string>();
  return (at) => {
    const [, lead = "", mark = ""] = OPENING.exec(texts[at] ?? "") ?? [];
    const quoted = lead.includes(">");
    const isOutside = (line: string) =>
      quoted ? !/^\s*>/.test(line) : line.trim() !== "" && indentOf(line) < lead.length;
    const fence = { mark, indent: lead.length, quoted };
    const search = (stop: (line: string, at: number) => boolean) => {
      for (let i = at + 1; i < texts.length; i++) if (stop(texts[i] ?? "", i)) return i;
      return texts.length;
    };
    if (!quoted && neverClosed.has(mark)) return { ...fence, end: search(isOutside), closed: false };
    const closes = (at: number) =>
      (closing[at] ?? "").startsWith(mark) && /^\s*>/.test(texts[at] ?? "") === quoted;
    const last = search((line, i) => closes(i) || (quoted && isOutside(line)));
    if (closes(last)) return { ...fence, end: last + 1, closed: true };
    if (!quoted) neverClosed.add(mark);
    return { ...fence, end: search(isOutside), closed: false };
  };
}

function insideOf({ quoted, indent }: Fence, line: string): string {
  const unquoted = quoted ? line.replace(/^\s*(?:>\s?)+/, "") : line;
  return unquoted.slice(Math.min(indentOf(unquoted), quoted ? 0 : indent));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** A piece of inline code: where it stands in its line, marks included, and what it says. */
export interface CodeSpan {
  readonly start: number;
  readonly end: number;
  readonly code: string;
}

/** The inline code of a line of prose, as CommonMark finds it; `open`: a mark has no partner in this line. */
export function inlineCode(line: string): { readonly spans: readonly CodeSpan[]; readonly open: boolean } {
  // Between its marks a backslash is a backslash, so a run may close code at its full length.
  const runs = [...line.matchAll(/(\\*)(`+)/g)].map(({ index, 1: slashes = "", 2: ticks = "" }) => ({
    at: index + slashes.length,
    length: ticks.length,
    escaped: slashes.length % 2 === 1,
  }));
  const spans: CodeSpan[] = [];
  const withoutPartner = new Set<number>();
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i] as (typeof runs)[number];
    // The first tick behind a backslash is a tick; those behind it are a run of their own.
    const length = run.escaped ? run.length - 1 : run.length;
    if (length === 0 || withoutPartner.has(length)) continue;
    const start = run.escaped ? run.at + 1 : run.at;
    let close = i + 1;
    while (close < runs.length && runs[close]?.length !== length) close += 1;
    const partner = runs[close];
    if (!partner) {
      withoutPartner.add(length);
      continue;
    }
    const code = line.slice(start + length, partner.at);
    spans.push({ start, end: partner.at + length, code: code.trim() === "" ? code : code.trim() });
    i = close;
  }
  return { spans, open: withoutPartner.size > 0 };
}
