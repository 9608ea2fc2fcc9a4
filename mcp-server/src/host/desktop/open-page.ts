import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The browser has read the file long before. */
const FILE_LIFE_MS = 60_000;

export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * How this desktop opens a file; undefined where there is none, or it is at the other end of a connection.
 * @see the link is never an argument: other users may read the command lines of all processes.
 */
export function opener({ platform, env }: Desktop): readonly [string, ...string[]] | undefined {
  if (env.SSH_CONNECTION || env.CI) return undefined;
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open"] : undefined;
}

/**
 * Opens a page in the user's browser, by a file that only this user can read and that leads there.
 * @param url of this program's own making.
 * @returns whether something was started that opens it.
 */
export function openPage(url: string, desktop: Desktop): boolean {
  const command = opener(desktop);
  if (!command) return false;
  const folder = mkdtempSync(join(tmpdir(), "parallel-page-"));
  chmodSync(folder, 0o700);
  const file = join(folder, "open.html");
  const escaped = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${escaped}">\n`, {
    mode: 0o600,
  });
  const [program, ...parameters] = command;
  const child = spawn(program, [...parameters, pathToFileURL(file).href], {
    stdio: "ignore",
    detached: true,
  });
  // Without such a program the link that is printed is all there is.
  child.once("error", () => undefined);
  child.unref();
  setTimeout(() => rmSync(folder, { recursive: true, force: true }), FILE_LIFE_MS).unref();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return true;
}
