// import:breakdown.mjs in breakdown/markdown/breakdown.mjs
import { toBreakdown } from "../../breakdown.mjs";

// import:breakdown/spec-kit.mjs in breakdown/markdown/breakdown.mjs
import { isSpecKit, readSpecKit } from "../spec-kit.mjs";

// import:breakdown/superpowers.mjs in breakdown/markdown/breakdown.mjs
import { isSuperpowers, readSuperpowers } from "../superpowers.mjs";

// import:breakdown/markdown.mjs in breakdown/markdown/breakdown.mjs
import { parseMarkdown } from "../markdown.mjs";

// mcp-server/src/breakdown/markdown/breakdown.ts
function readMarkdownBreakdown(text, file) {
  const document = parseMarkdown(text, file);
  if (isSpecKit(document)) return toBreakdown(readSpecKit(document, file), file);
  if (isSuperpowers(document)) return toBreakdown(readSuperpowers(document, file), file);
  return void 0;
}
export {
  readMarkdownBreakdown
};
