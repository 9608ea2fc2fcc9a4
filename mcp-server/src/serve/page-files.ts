import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CallerError } from "../errors/caller-error.ts";

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
};

/**
 * The three files of the page, by the whole path of the request: nothing is looked up by what a request names, so there
 * is no way from a request to a file.
 * @param folder in which the build has put them.
 * @throws CallerError when one is not there.
 */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  return new Map(
    Object.entries(TYPES).map(([name, type]) => [
      name === "index.html" ? "/" : `/${name}`,
      { type, bytes: bytesOf(join(folder, name)) },
    ]),
  );
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CallerError(
      "wrong_state",
      `The page cannot be read: ${path} (${(error as NodeJS.ErrnoException).code}).`,
      "Install or update the plugin again; in a checkout of its sources, npm run build makes it.",
    );
  }
}
