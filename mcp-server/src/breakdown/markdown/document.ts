import matter from "gray-matter";
import { markdownLines } from "../../text/markdown-lines.ts";
import { BreakdownError } from "../errors.ts";
import { type JsonObject, withoutByteOrderMark } from "../json/document.ts";

/** One line of a Markdown file. */
export interface DocumentLine {
  /** Counted from 1, in the file. */
  readonly number: number;
  readonly text: string;
  /** Inside a code fence or a comment: its marks mean nothing. */
  readonly literal: boolean;
}

export interface MarkdownDocument {
  readonly frontMatter: JsonObject;
  readonly lines: readonly DocumentLine[];
}

/** A heading's level and text. */
export interface Heading {
  readonly level: number;
  readonly text: string;
}

/** The lines of the text, or a `BreakdownError` for front matter that cannot be read. */
export function parseMarkdown(text: string, file: string): MarkdownDocument {
  const whole = withoutByteOrderMark(text).replace(/\r\n?/g, "\n");
  const { data, content } = readFrontMatter(whole, file);
  const before = whole.split("\n").length - content.split("\n").length;
  const lines = markdownLines(content).map(({ number, text, kind }) => ({
    number: before + number,
    text,
    literal: kind !== "prose",
  }));
  return { frontMatter: data, lines };
}

export function headingOf(line: DocumentLine): Heading | undefined {
  const match = line.literal ? null : /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line.text);
  return match === null ? undefined : { level: match[1]?.length ?? 1, text: match[2] ?? "" };
}

/** The lines without the empty ones and rules at their beginning and end, as one text. */
export function bodyOf(lines: readonly DocumentLine[]): string {
  const blank = (line: DocumentLine) =>
    !line.literal && /^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,})?$/.test(line.text);
  let start = 0;
  let end = lines.length;
  while (start < end && blank(lines[start] as DocumentLine)) start += 1;
  while (end > start && blank(lines[end - 1] as DocumentLine)) end -= 1;
  return lines
    .slice(start, end)
    .map((line) => line.text)
    .join("\n");
}

/** Title of the document: its front matter's, or its first heading without the words that say what kind it is. */
export function titleOf({ frontMatter, lines }: MarkdownDocument, noise: RegExp): string | undefined {
  if (typeof frontMatter.title === "string" && frontMatter.title.trim() !== "") return frontMatter.title;
  const heading = lines.map(headingOf).find((found) => found?.level === 1);
  const title = heading?.text.replace(noise, "").trim();
  return title === "" ? undefined : title;
}

function readFrontMatter(whole: string, file: string): { data: JsonObject; content: string } {
  const language = /^---[ \t]*([^\s-]\S*)?[ \t]*\n/.exec(whole)?.[1] ?? "yaml";
  // The library would run front matter that says it is JavaScript.
  if (language !== "yaml" && language !== "yml") {
    throw new BreakdownError(
      file,
      "front matter",
      `its front matter is ${language.slice(0, 40)}`,
      "Write it as YAML between two lines ---",
    );
  }
  try {
    // With options given, the library keeps no copy of the file.
    return matter(whole, { language: "yaml" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "";
    throw new BreakdownError(
      file,
      "front matter",
      `its front matter is not valid YAML: ${reason}`,
      "Correct it, or leave it out",
    );
  }
}
