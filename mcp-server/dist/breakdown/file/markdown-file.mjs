// import:breakdown.mjs in breakdown/file/markdown-file.mjs
import { BreakdownError, toBreakdown } from "../../breakdown.mjs";

// import:breakdown/markdown.mjs in breakdown/file/markdown-file.mjs
import { parseMarkdown, singleTaskKeys, taskLikeLines } from "../markdown.mjs";

// import:breakdown/spec-kit.mjs in breakdown/file/markdown-file.mjs
import { isSpecKit, readSpecKit } from "../spec-kit.mjs";

// import:breakdown/superpowers.mjs in breakdown/file/markdown-file.mjs
import { isSuperpowers, readSuperpowers } from "../superpowers.mjs";

// mcp-server/src/breakdown/file/markdown-file.ts
function readMarkdownBreakdown(text, file) {
  const document = parseMarkdown(text, file);
  const read = foreignBreakdown(document, file);
  const keys = singleTaskKeys(document);
  if (keys.length > 0 && (read === void 0 || read.tasks.length + read.done.length < 2)) {
    const problem = `it is one task, by its front matter (${keys.join(", ")}), and not a plan of several`;
    const remedy = 'Name a file that holds all tasks; from one file for each, make a 03-tasks.json {"tasks": […]} with id, subject, dependencies and files';
    throw new BreakdownError(file, "front matter", problem, remedy);
  }
  return read && toBreakdown(read, file);
}
function unreadTasks(text, file) {
  return taskLikeLines(parseMarkdown(text, file));
}
function foreignBreakdown(document, file) {
  if (isSpecKit(document)) return readSpecKit(document, file);
  if (isSuperpowers(document)) return readSuperpowers(document, file);
  return void 0;
}
export {
  readMarkdownBreakdown,
  unreadTasks
};
