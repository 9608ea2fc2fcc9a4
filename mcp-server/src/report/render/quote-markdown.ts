import { type CodeSpan, inlineCode, markdownLines } from "../../text/markdown-lines.ts";
import { cleanLines } from "../../text/sanitize.ts";

/**
 * Foreign Markdown as a quotation: no heading, fence or comment in it reaches beyond it, and nothing is loaded.
 * Fenced code stands at the left edge, whatever list it was in: there every reader agrees where it begins and ends.
 */
export function quoteMarkdown(text: string): string {
  const quoted: string[] = [];
  let fence = "";
  // Behind a tick that has no partner in its line, code may begin or end anywhere in the paragraph.
  let unclear = false;
  for (const { text: line, kind, content, lead } of markdownLines(cleanLines(text.trim()), false)) {
    if (fence !== "" && kind !== "code") {
      quoted.push(fence);
      fence = "";
      if (kind === "closing") continue;
    }
    if (kind === "opening") {
      fence = /^(?:`+|~+)/.exec(content)?.[0] ?? "";
      if (/\d/.test(lead)) quoted.push(lead);
    }
    if (kind === "opening" || kind === "code") {
      quoted.push(content);
      continue;
    }
    if (line.trim() === "") unclear = false;
    const { spans, open } = inlineCode(line);
    unclear ||= open;
    quoted.push(unclear ? withoutMarkup(line) : outsideCode(line, spans));
  }
  if (fence !== "") quoted.push(fence);
  return quoted.map((line) => `> ${line}`.trimEnd()).join("\n");
}

function outsideCode(line: string, spans: readonly CodeSpan[]): string {
  let from = 0;
  let result = "";
  for (const { start, end } of spans) {
    result += withoutMarkup(line.slice(from, start)) + line.slice(start, end);
    from = end;
  }
  return result + withoutMarkup(line.slice(from));
}

/** What begins HTML, an image or a fence, escaped once: a second backslash would undo the first. */
function withoutMarkup(prose: string): string {
  return prose.replace(/(\\*)(<|!\[|`{3,}|~{3,})/g, (whole, slashes: string, mark: string) =>
    slashes.length % 2 === 1 ? whole : `${slashes}${mark === "![" ? "!\\[" : `\\${mark}`}`,
  );
}
