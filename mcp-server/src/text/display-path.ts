import { visibleJson } from "./visible-json.ts";

/** No file system has a longer one. */
const MAX_PATH = 4_096;
/** A name that is more than plain words: quotes, tags, or characters that steer a terminal or that nobody sees. */
const ODD = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}"`<]/u;

/**
 * A path or a glob as it is, or, where a reader could be misled, as a JSON string: names are data, and stay exact.
 * What is too long for any path is cut.
 */
export function shownPath(path: string): string {
  const kept = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
  return ODD.test(kept) ? visibleJson(kept).replaceAll("<", "\\u003c") : kept;
}
