import type { GitMove } from "../graph/effect.ts";

/** The state of a repository at one moment, as far as its own files tell. Commits are whole names. */
export interface RepositoryState {
  /** The ref that is checked out, or the commit where none is. */
  readonly head: string;
  /** Refs in files of their own; they stand above those that are packed. */
  readonly loose: ReadonlyMap<string, string>;
  readonly packed: ReadonlyMap<string, string>;
  /** Commits of the stash's entries, the oldest first. */
  readonly stash: readonly string[];
  /** Digest of what is staged; undefined: there is no index. */
  readonly index: string | undefined;
  /** Branches that other worktrees have checked out. */
  readonly elsewhere: ReadonlySet<string>;
}

/**
 * What is other in the one state than in the one before. Left out is what concerns no file of this work tree: branches
 * of other worktrees, and an index that follows a commit or a switch.
 */
export function repositoryMoves(before: RepositoryState, after: RepositoryState): GitMove[] {
  const head: GitMove[] =
    before.head === after.head ? [] : [{ what: "head", from: before.head, to: after.head }];
  const moved = movedRefs(before, after);
  const refs = moved.filter(
    ({ ref }) =>
      ref === after.head || ref === before.head || !(before.elsewhere.has(ref) || after.elsewhere.has(ref)),
  );
  const gone = missing(before.stash, after.stash);
  const added = missing(after.stash, before.stash);
  const isExplained = head.length > 0 || moved.some(({ ref }) => ref === after.head);
  return [
    ...head,
    ...refs.map(
      ({ ref, from, to }): GitMove => ({
        what: ref.startsWith(TAGS) ? "tag" : "branch",
        name: ref.slice(ref.startsWith(TAGS) ? TAGS.length : HEADS.length),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      }),
    ),
    ...(gone + added > 0 ? [{ what: "stash" as const, gone, added }] : []),
    ...(before.index !== after.index && !isExplained ? [{ what: "index" as const }] : []),
  ];
}

const TAGS = "refs/tags/";
const HEADS = "refs/heads/";

function movedRefs(before: RepositoryState, after: RepositoryState) {
  if (before.loose === after.loose && before.packed === after.packed) return [];
  const names =
    before.packed === after.packed
      ? [...before.loose.keys(), ...after.loose.keys()]
      : [before, after].flatMap(({ loose, packed }) => [...loose.keys(), ...packed.keys()]);
  return [...new Set(names)].sort().flatMap((ref) => {
    const [from, to] = [commitOf(before, ref), commitOf(after, ref)];
    return from === to ? [] : [{ ref, from, to }];
  });
}

function commitOf({ loose, packed }: RepositoryState, ref: string): string | undefined {
  return loose.get(ref) ?? packed.get(ref);
}

function missing(from: readonly string[], others: readonly string[]): number {
  const there = new Set(others);
  return from.filter((commit) => !there.has(commit)).length;
}
