// import:node:fs in serve/page-files.mjs
import { readFileSync } from "node:fs";

// import:node:path in serve/page-files.mjs
import { join } from "node:path";

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
      { type, bytes: readFileSync(join(folder, name)) }
    ])
  );
}
export {
  readPageFiles
};
