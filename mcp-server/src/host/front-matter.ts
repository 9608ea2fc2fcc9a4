import matter from "gray-matter";

/** Front matter of an agent is a few lines; longer than this it is somebody's attempt to keep the server busy. */
export const MAX_FRONT_MATTER = 16_384;

const BLOCK = /^---[ \t]*\n(?:([\s\S]*?)\n)?---[ \t]*(?:\n|$)/;
/** A field of the top level that is written on one line without quotes. */
const FIELD = /^([A-Za-z][\w-]*):[ \t]+(?![|>"'])(.+)$/;

/**
 * The fields of a Markdown file's YAML front matter; undefined where it has none, where it says that it is another
 * language, and where nothing can be made of it. Nothing in it is ever run.
 * @param text the beginning of the file, at least as far as its front matter may reach.
 */
export function frontMatterOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const plain = text
    .slice(0, MAX_FRONT_MATTER)
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n");
  const block = BLOCK.exec(plain)?.[1];
  if (block === undefined) return undefined;
  // The parser looks for comments in a way that takes long where there are many empty lines.
  const lines = block.split("\n").filter((line) => line.trim() !== "");
  // Claude Code takes `description: Use this: when needed` at its word, which is no YAML.
  return parse(lines) ?? parse(lines.map(quoted));
}

function quoted(line: string): string {
  const [, key, value] = FIELD.exec(line) ?? [];
  return key === undefined || value === undefined ? line : `${key}: ${JSON.stringify(value.trim())}`;
}

function parse(lines: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  try {
    // The block begins with three dashes and nothing else, so that no other language can be asked for; with options
    // given, the library keeps no copy.
    const { data } = matter(`---\n${lines.join("\n")}\n---\n`, { language: "yaml" });
    return isRecord(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
