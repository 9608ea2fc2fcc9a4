import { overlap } from "./globs.ts";

/** A glob relative to the checkout's top level, with forward slashes. */
export type Glob = string;

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

/** Why two scopes cannot be held at the same time. */
export type Clash =
  | { readonly kind: "write-write" | "write-read"; readonly ours: Glob; readonly theirs: Glob }
  | { readonly kind: "resource"; readonly resource: string };

/**
 * Why the two scopes cannot be held at the same time; undefined if they can. An unscoped one has no globs
 * and so clashes only by its resources: whether it runs alone is for the policy to say.
 */
export function clashOf(a: Scope, b: Scope, caseInsensitive = false): Clash | undefined {
  const meeting = (ours: readonly Glob[], theirs: readonly Glob[]) => {
    for (const one of ours) {
      const other = theirs.find((glob) => overlap(one, glob, caseInsensitive));
      if (other !== undefined) return { ours: one, theirs: other };
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
