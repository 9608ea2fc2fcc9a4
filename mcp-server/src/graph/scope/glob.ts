/** A glob relative to the checkout's top level, with forward slashes, as it is written and stored. */
export type Glob = string;

/** The glob that matches this path; for braces and parentheses, which a glob cannot quote, any character may stand. */
export function literalGlob(path: string): Glob {
  return path.replace(/[*?[]/g, "[$&]").replace(/[{},()|!]/g, "?");
}

/** What two paths have in common where the file system takes them for the same file. */
export function pathKey(path: string, caseInsensitive: boolean): string {
  return caseInsensitive ? path.toLowerCase() : path;
}
