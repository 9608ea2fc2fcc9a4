import type { AttemptId } from "../../graph/attempt.ts";
import type { GitMove, GitMoved } from "../../graph/effect.ts";
import { type CallRecord, namedCall } from "./calls-in-flight.ts";

/** One look lists at most this many moves; of the rest only the number is known. */
const MAX_MOVES = 50;

/** A move with the attempts that hold the repository's folder; none of the checkout's own repository. */
export interface SeenGitMove {
  readonly move: GitMove;
  readonly holders: readonly AttemptId[];
}

/**
 * What of the moves between two looks nobody was entitled to make, and who may have made it. In the shared checkout
 * only the main conversation commits; in a repository inside it, whoever holds its folder does as it likes.
 * @param calls all calls of anybody that may have run between them.
 * @param doubts why something else may have moved it as well.
 * @returns undefined: nothing is left.
 */
export function judgeGitMoves(
  seen: readonly SeenGitMove[],
  calls: readonly CallRecord[],
  doubts: readonly string[],
): Pick<GitMoved, "moves" | "unlisted" | "calls" | "by" | "doubts"> | undefined {
  const isKnown = calls.length > 0 && doubts.length === 0;
  const moves = seen
    .filter((one) => !(isKnown && calls.every((call) => mayMake(call, one))))
    .map(({ move }) => move);
  if (moves.length === 0) return undefined;
  const unlisted = moves.length - MAX_MOVES;
  return {
    moves: moves.slice(0, MAX_MOVES),
    ...(unlisted > 0 && { unlisted }),
    calls: calls.map(namedCall),
    by: doubts.length > 0 || calls.length > 1 ? "uncertain" : calls.length === 1 ? "certain" : "nobody",
    ...(doubts.length > 0 && { doubts }),
  };
}

function mayMake({ caller }: CallRecord, { move, holders }: SeenGitMove): boolean {
  if (caller.attempt !== undefined && holders.includes(caller.attempt)) return true;
  const isMain = caller.attempt === undefined && caller.agentId === undefined;
  return isMain && move.what === "branch" && move.how === "commit";
}
