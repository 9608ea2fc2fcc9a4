// import:node:child_process in host/desktop/open-page.mjs
import { spawn } from "node:child_process";

// import:node:fs in host/desktop/open-page.mjs
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";

// import:node:os in host/desktop/open-page.mjs
import { tmpdir } from "node:os";

// import:node:path in host/desktop/open-page.mjs
import { join } from "node:path";

// import:node:url in host/desktop/open-page.mjs
import { pathToFileURL } from "node:url";

// mcp-server/src/host/desktop/open-page.ts
var FILE_LIFE_MS = 6e4;
function opener({ platform, env }) {
  if (env.SSH_CONNECTION || env.CI) return void 0;
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open"] : void 0;
}
function openPage(url, desktop) {
  const command = opener(desktop);
  if (!command) return false;
  const folder = mkdtempSync(join(tmpdir(), "parallel-page-"));
  chmodSync(folder, 448);
  const file = join(folder, "open.html");
  const escaped = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${escaped}">
`, {
    mode: 384
  });
  const [program, ...parameters] = command;
  const child = spawn(program, [...parameters, pathToFileURL(file).href], {
    stdio: "ignore",
    detached: true
  });
  child.once("error", () => void 0);
  child.unref();
  setTimeout(() => rmSync(folder, { recursive: true, force: true }), FILE_LIFE_MS).unref();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return true;
}
export {
  openPage,
  opener
};
