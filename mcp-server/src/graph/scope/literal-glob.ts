import type { Glob } from "./scope.ts";

/** The glob that matches this path; for braces and parentheses, which a glob cannot quote, any character may stand. */
export function literalGlob(path: string): Glob {
  return path.replace(/[*?[]/g, "[$&]").replace(/[{},()|!]/g, "?");
}
