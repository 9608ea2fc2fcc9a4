// import:lib/gray-matter.mjs in host/front-matter.mjs
import { default as default2 } from "../lib/gray-matter.mjs";

// mcp-server/src/host/front-matter.ts
var MAX_FRONT_MATTER = 16384;
var BLOCK = /^---[ \t]*\n(?:([\s\S]*?)\n)?---[ \t]*(?:\n|$)/;
var FIELD = /^([A-Za-z][\w-]*):[ \t]+(?![|>"'])(.+)$/;
function frontMatterOf(text) {
  const plain = text.slice(0, MAX_FRONT_MATTER).replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const block = BLOCK.exec(plain)?.[1];
  if (block === void 0) return void 0;
  const lines = block.split("\n").filter((line) => line.trim() !== "");
  return parse(lines) ?? parse(lines.map(quoted));
}
function quoted(line) {
  const [, key, value] = FIELD.exec(line) ?? [];
  return key === void 0 || value === void 0 ? line : `${key}: ${JSON.stringify(value.trim())}`;
}
function parse(lines) {
  try {
    const { data } = default2(`---
${lines.join("\n")}
---
`, { language: "yaml" });
    return isRecord(data) ? data : void 0;
  } catch {
    return void 0;
  }
}
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
export {
  MAX_FRONT_MATTER,
  frontMatterOf
};
