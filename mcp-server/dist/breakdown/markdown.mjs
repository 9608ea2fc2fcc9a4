// import:lib/gray-matter.mjs in breakdown/markdown.mjs
import { default as default2 } from "../lib/gray-matter.mjs";

// import:text.mjs in breakdown/markdown.mjs
import { markdownLines } from "../text.mjs";

// import:breakdown.mjs in breakdown/markdown.mjs
import { BreakdownError, withoutByteOrderMark } from "../breakdown.mjs";

// mcp-server/src/breakdown/markdown/document.ts
function parseMarkdown(text, file) {
  const whole = withoutByteOrderMark(text).replace(/\r\n?/g, "\n");
  const { data, content } = readFrontMatter(whole, file);
  const before = whole.split("\n").length - content.split("\n").length;
  const lines = markdownLines(content).map(({ number, text: text2, kind }) => ({
    number: before + number,
    text: text2,
    literal: kind !== "prose"
  }));
  return { frontMatter: data, lines };
}
function headingOf(line) {
  const match = line.literal ? null : /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line.text);
  return match === null ? void 0 : { level: match[1]?.length ?? 1, text: match[2] ?? "" };
}
function bodyOf(lines) {
  const blank = (line) => !line.literal && /^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,})?$/.test(line.text);
  let start = 0;
  let end = lines.length;
  while (start < end && blank(lines[start])) start += 1;
  while (end > start && blank(lines[end - 1])) end -= 1;
  return lines.slice(start, end).map((line) => line.text).join("\n");
}
function titleOf({ frontMatter, lines }, noise) {
  if (typeof frontMatter.title === "string" && frontMatter.title.trim() !== "") return frontMatter.title;
  const heading = lines.map(headingOf).find((found) => found?.level === 1);
  const title = heading?.text.replace(noise, "").trim();
  return title === "" ? void 0 : title;
}
function readFrontMatter(whole, file) {
  const language = /^---[ \t]*([^\s-]\S*)?[ \t]*\n/.exec(whole)?.[1] ?? "yaml";
  if (language !== "yaml" && language !== "yml") {
    throw new BreakdownError(
      file,
      "front matter",
      `its front matter is ${language.slice(0, 40)}`,
      "Write it as YAML between two lines ---"
    );
  }
  try {
    return default2(whole, { language: "yaml" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "";
    throw new BreakdownError(
      file,
      "front matter",
      `its front matter is not valid YAML: ${reason}`,
      "Correct it, or leave it out"
    );
  }
}
export {
  bodyOf,
  headingOf,
  parseMarkdown,
  titleOf
};
