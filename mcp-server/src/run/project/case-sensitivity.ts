import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Glob } from "../../graph/scope/glob.ts";
import type { Scope } from "../../graph/scope/scope.ts";

/** Whether the file system below `folder` takes `A` and `a` for the same file. */
export function isCaseInsensitive(folder: string): boolean {
  const swapped = [...folder]
    .map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
    .join("");
  return swapped !== folder && existsSync(swapped);
}

/**
 * The scope as the file system means it: a glob that leads through a link stands for the link's target. What
 * leads out of the checkout stays as it is written; the guard sees real paths and never grants those.
 */
export function realScope(root: string, scope: Scope): Scope {
  const real = (globs: readonly Glob[]) => globs.map((glob) => realGlob(root, glob));
  return { ...scope, writes: real(scope.writes), reads: real(scope.reads) };
}

function realGlob(root: string, glob: Glob): Glob {
  const segments = glob.split("/");
  const firstPattern = segments.findIndex((segment) => /[*?[{(!\\]/.test(segment));
  const literal = firstPattern < 0 ? segments.length : firstPattern;
  // The longest part that exists decides: what is still to be made inherits where its folder leads.
  for (let length = literal; length > 0; length--) {
    const path = join(root, ...segments.slice(0, length));
    if (!existsSync(path)) continue;
    const inside = relative(root, realpathSync(path));
    if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) return glob;
    return [...inside.split(sep), ...segments.slice(length)].join("/");
  }
  return glob;
}
