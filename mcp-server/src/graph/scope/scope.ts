import type { Glob } from "./glob.ts";
import { overlap } from "./globs-meet.ts";
import { type ParsedGlob, parseGlob } from "./parse-glob.ts";

/**
 * What a task may touch. `declared`: a person or the breakdown said so. `inferred`: read out of the
 * description; keeps tasks apart but gives no right and no denial. `unscoped`: nothing is known.
 */
export interface Scope {
  readonly basis: "declared" | "inferred" | "unscoped";
  readonly writes: readonly Glob[];
  readonly reads: readonly Glob[];
  readonly resources: readonly string[];
}

/** A scope as the file system of a checkout takes it. Never stored: other checkouts read what is. */
export interface ParsedScope {
  readonly basis: Scope["basis"];
  readonly writes: readonly ParsedGlob[];
  readonly reads: readonly ParsedGlob[];
  readonly resources: readonly string[];
}

/** @param caseInsensitive whether the checkout's file system takes `A` and `a` for the same name. */
export function parseScope(scope: Scope, caseInsensitive: boolean): ParsedScope {
  const parsed = (globs: readonly Glob[]) => globs.map((glob) => parseGlob(glob, caseInsensitive));
  return { ...scope, writes: parsed(scope.writes), reads: parsed(scope.reads) };
}

/** Why two scopes cannot be held at the same time. */
export type Clash =
  | { readonly kind: "write-write" | "write-read"; readonly ours: Glob; readonly theirs: Glob }
  | { readonly kind: "resource"; readonly resource: string };

/**
 * Why the two scopes cannot be held at the same time; undefined if they can. An unscoped one has no globs
 * and so clashes only by its resources: whether it runs alone is for the policy to say.
 */
export function clashOf(a: ParsedScope, b: ParsedScope): Clash | undefined {
  const meeting = (ours: readonly ParsedGlob[], theirs: readonly ParsedGlob[]) => {
    for (const one of ours) {
      const other = theirs.find((glob) => overlap(one, glob));
      if (other !== undefined) return { ours: one.glob, theirs: other.glob };
    }
    return undefined;
  };
  const writes = meeting(a.writes, b.writes);
  if (writes !== undefined) return { kind: "write-write", ...writes };
  const writeAndRead = meeting(a.writes, b.reads) ?? meeting(a.reads, b.writes);
  if (writeAndRead !== undefined) return { kind: "write-read", ...writeAndRead };
  const resource = a.resources.find((name) => b.resources.includes(name));
  return resource === undefined ? undefined : { kind: "resource", resource };
}

/** Whether somebody with this scope may change files: of a declared one it is known, any other may. */
export function scopeMayWrite({ basis, writes }: Scope): boolean {
  return basis !== "declared" || writes.length > 0;
}
