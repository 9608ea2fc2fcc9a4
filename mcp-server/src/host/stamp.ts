import { statSync } from "node:fs";

/** A text that is another one as soon as one of the files has changed, come or gone. */
export function stampOf(paths: readonly string[]): string {
  return paths.map((path) => `${path} ${stampOfFile(path) ?? "-"}`).join("\n");
}

/** When an ordinary file was last changed, and its size; undefined where there is none that can be looked at. */
export function stampOfFile(path: string): string | undefined {
  try {
    const info = statSync(path);
    return info.isFile() ? `${info.mtimeMs} ${info.size}` : undefined;
  } catch {
    return undefined;
  }
}
