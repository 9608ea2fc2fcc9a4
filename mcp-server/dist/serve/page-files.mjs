// import:node:fs in serve/page-files.mjs
import { readFileSync } from "node:fs";

// import:node:path in serve/page-files.mjs
import { join } from "node:path";

// import:errors.mjs in serve/page-files.mjs
import { CallerError } from "../errors.mjs";

// mcp-server/src/serve/page-files.ts
var TYPES = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8"
};
function readPageFiles(folder) {
  return new Map(
    Object.entries(TYPES).map(([name, type]) => [
      name === "index.html" ? "/" : `/${name}`,
      { type, bytes: bytesOf(join(folder, name)) }
    ])
  );
}
function bytesOf(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CallerError(
      "wrong_state",
      `The page cannot be read: ${path} (${error.code}).`,
      "Install or update the plugin again; in a checkout of its sources, npm run build makes it."
    );
  }
}
export {
  readPageFiles
};
