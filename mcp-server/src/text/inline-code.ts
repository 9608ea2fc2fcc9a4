import { inlineCode } from "./markdown-lines.ts";
import { cleanText, escapeBlocks, escapeMarks, LINE_LIMIT } from "./sanitize.ts";
import { escapeTags } from "./tags.ts";
import { exactLine } from "./untrusted-text.ts";

/** Longest code in a report, in characters: what is longer nobody copies from there. */
const CODE_LIMIT = 1_000;

/**
 * Foreign text as inline code of Markdown, word for word, so that a command can be copied; whatever ticks it holds end
 * nothing. With line breaks or characters that nobody sees it is a JSON string.
 */
export function codeSpan(text: string, limit: number = CODE_LIMIT): string {
  const characters = [...exactLine(text.trim()).slice(0, 2 * (limit + 1))];
  const code =
    characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : characters.join("");
  const runs = [...code.matchAll(/`+/g)].map(([run]) => run.length);
  const ticks = "`".repeat(Math.max(0, ...runs) + 1);
  if (code === "") return `${ticks}""${ticks}`;
  return runs.length > 0 ? `${ticks} ${code} ${ticks}` : `${ticks}${code}${ticks}`;
}

/** As `escapeMarkdown`, for sentences: what stands as code in them stays code. */
export function escapeProse(text: string, limit: number = LINE_LIMIT): string {
  const line = cleanText(text, limit);
  let from = 0;
  let result = "";
  for (const { start, end } of inlineCode(line).spans) {
    result += escapeMarks(line.slice(from, start)) + escapeTags(line.slice(start, end));
    from = end;
  }
  return escapeBlocks(result + escapeMarks(line.slice(from)));
}
