import type { RefMove } from "../../git/plan-branch.ts";

/**
 * What came apart can be joined by this move of the plan's branch, but its gate has seen neither side with the other: it
 * has to pass the commit first. Nothing has moved.
 */
export class UntestedJoin extends Error {
  override readonly name = "UntestedJoin";
  constructor(readonly move: RefMove) {
    super("the plan's gate has yet to test what several clones did, joined");
  }
}
