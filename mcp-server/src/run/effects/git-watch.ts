import { join } from "node:path";
import { RepositoryFiles } from "../../git/repository-files.ts";
import { type RepositoryState, repositoryMoves } from "../../git/repository-moves.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import type { GitMove } from "../../graph/effect.ts";
import type { SeenGitMove } from "../../policy/effects/judge-git-moves.ts";

/** Repositories inside the checkout that are watched; beyond it some are left out. */
const MAX_INNER = 50;
/** Branches on which agents commit in worktrees of their own. */
const WORK_BRANCHES = "parallel-work/";
/** What this program's own moves are called in git's log (`run/worktrees/move-refs.ts`). */
const OWN_STEP = "parallel: ";

/** What one look at git found. */
export interface GitMoves {
  readonly moves: readonly SeenGitMove[];
  /** Whether some refs or repositories were left out because there are too many. */
  readonly isIncomplete: boolean;
}

interface Watched {
  readonly files: RepositoryFiles;
  state: RepositoryState;
  /** This program has committed, and writes the index next. */
  ownIndexFollows: boolean;
}

/**
 * HEAD, branches, tags, stash and index of the checkout's repository and of those inside what claims hold. What
 * servers of this program moved is known by git's own log, whichever of them it was.
 */
export class GitWatch {
  readonly #watched = new Map<string, Watched>();

  /**
   * @param root the checkout's top level, a real path.
   * @param now milliseconds since 1970 by the clock that the file system has.
   */
  constructor(
    private readonly root: string,
    private readonly now: () => number,
  ) {}

  /**
   * Compares with the look before. A repository that was not looked at then is taken as it is.
   * @param inner repositories inside what claims hold, with their holders.
   */
  look(inner: ReadonlyMap<string, readonly AttemptId[]> = new Map()): GitMoves {
    const folders = new Map([["", [] as readonly AttemptId[]], ...[...inner].slice(0, MAX_INNER)]);
    for (const folder of this.#watched.keys()) if (!folders.has(folder)) this.#watched.delete(folder);
    const moves = [...folders].flatMap(([folder, holders]) =>
      this.#movesIn(folder).map((move) => ({
        holders,
        move: folder === "" ? move : { ...move, repository: folder },
      })),
    );
    const isCut = [...this.#watched.values()].some(({ files }) => files.isIncomplete);
    return { moves, isIncomplete: isCut || inner.size > MAX_INNER };
  }

  #movesIn(folder: string): GitMove[] {
    const known = this.#watched.get(folder);
    if (!known) {
      const files = RepositoryFiles.in(join(this.root, folder), this.now);
      const state = files?.state();
      if (files && state) this.#watched.set(folder, { files, state, ownIndexFollows: false });
      return [];
    }
    const state = known.files.state();
    if (!state) {
      this.#watched.delete(folder);
      return [{ what: "gone" }];
    }
    const before = known.state;
    known.state = state;
    const moves = repositoryMoves(before, state);
    return moves.flatMap((move) => this.#foreign(move, known, before.index === state.index));
  }

  /** The move with what git's log says of it; none where this program made it. */
  #foreign(move: GitMove, watched: Watched, isIndexAsBefore: boolean): GitMove[] {
    if (move.what === "index") {
      const isOwn = watched.ownIndexFollows;
      watched.ownIndexFollows = false;
      return isOwn ? [] : [move];
    }
    if (move.what !== "branch") return [move];
    if (move.name.startsWith(WORK_BRANCHES)) return [];
    const ref = `refs/heads/${move.name}`;
    const steps = move.to === undefined ? undefined : watched.files.stepsTo(ref, move.from, move.to);
    if (steps?.every((step) => step.startsWith(OWN_STEP))) {
      watched.ownIndexFollows = isIndexAsBefore && ref === watched.state.head;
      return [];
    }
    const how = steps && howOf(steps);
    return [{ ...move, ...(how !== undefined && { how }) }];
  }
}

/** The one word that all steps begin with, such as `commit` of `commit (amend): …`; undefined where they differ. */
function howOf(steps: readonly string[]): string | undefined {
  // An amended commit takes one away that was there, so it is no mere commit.
  const words = new Set(
    steps.map((step) => /^([a-z][a-z-]{0,30}(?: \([a-z-]{1,20}\))?)(?=[: ])/.exec(step)?.[1]),
  );
  const [word] = words;
  return words.size === 1 ? word : undefined;
}
