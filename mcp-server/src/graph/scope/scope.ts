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

/** What scopes were parsed to before: those of claims that are held are asked for at each claim. */
const parsedBefore = {
  sensitive: new WeakMap<Scope, ParsedScope>(),
  insensitive: new WeakMap<Scope, ParsedScope>(),
};

/** @param caseInsensitive whether the checkout's file system takes `A` and `a` for the same name. */
export function parseScope(scope: Scope, caseInsensitive: boolean): ParsedScope {
  const known = caseInsensitive ? parsedBefore.insensitive : parsedBefore.sensitive;
  const before = known.get(scope);
  if (before) return before;
  const globs = (list: readonly Glob[]) => list.map((glob) => parseGlob(glob, caseInsensitive));
  const parsed = { ...scope, writes: globs(scope.writes), reads: globs(scope.reads) };
  known.set(scope, parsed);
  return parsed;
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
  for (const clash of clashesOf(a, b)) return clash;
  return undefined;
}

/** Every such reason: what both write, what one writes and the other reads, and resources. */
export function* clashesOf(a: ParsedScope, b: ParsedScope): Generator<Clash> {
  yield* meetings("write-write", a.writes, b.writes);
  yield* meetings("write-read", a.writes, b.reads);
  yield* meetings("write-read", a.reads, b.writes);
  for (const resource of a.resources)
    if (b.resources.includes(resource)) yield { kind: "resource", resource };
}

function* meetings(
  kind: "write-write" | "write-read",
  ours: readonly ParsedGlob[],
  theirs: readonly ParsedGlob[],
): Generator<Clash> {
  for (const one of ours) {
    for (const other of theirs) {
      if (overlap(one, other)) yield { kind, ours: one.glob, theirs: other.glob };
    }
  }
}

/** Whether somebody with this scope may change files: of a declared one it is known, any other may. */
export function scopeMayWrite({ basis, writes }: Scope): boolean {
  return basis !== "declared" || writes.length > 0;
}
