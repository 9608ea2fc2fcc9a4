// import:node:fs in serve/editor-link.mjs
import { realpathSync } from "node:fs";

// import:node:path in serve/editor-link.mjs
import { join, sep } from "node:path";

// import:node:url in serve/editor-link.mjs
import { pathToFileURL } from "node:url";

// mcp-server/src/serve/editor-link.ts
function usualEditor(env) {
  return env.SSH_CONNECTION === void 0 ? "vscode" : "none";
}
function editorLink(editor, root, path) {
  if (editor === "none") return void 0;
  let file;
  try {
    file = realpathSync(join(root, path));
    if (!file.startsWith(`${realpathSync(root)}${sep}`)) return void 0;
  } catch {
    return void 0;
  }
  return editor === "idea" ? `idea://open?file=${encodeURIComponent(file)}` : `${editor}://file${pathToFileURL(file).pathname}`;
}
export {
  editorLink,
  usualEditor
};
