import type { GateHistory } from "./gate-run.ts";

/** A waiting merge in its place: the plan's branch with this one merged, and all that stand before it. */
export interface MergeInOrder<Id> {
  readonly id: Id;
  readonly commit: string;
}

/** Why the gate runs. */
export type GateReason =
  /** What the merges are built on was never tested. */
  | "base"
  /** All merges that wait. */
  | "merges"
  /** Part of merges that are red together. */
  | "part"
  /** One that was red with others, now alone. */
  | "suspect"
  /** What several clones did apart, joined. */
  | "join"
  /** The same commit once more, because it was red. */
  | "again";

/** What is to be done next about merges that wait for the gate. */
export type GateStep<Id> =
  | {
      readonly kind: "run";
      readonly commit: string;
      readonly merges: readonly Id[];
      readonly reason: GateReason;
    }
  /** The branch moves to a commit that the gate has passed. */
  | { readonly kind: "land"; readonly commit: string; readonly merges: readonly Id[] }
  /** Red on top of what is green: it is put behind the others, which do not wait for it to be tested again. */
  | { readonly kind: "suspect"; readonly merge: Id; readonly commit: string }
  /** Red, and red again, on top of what is green. */
  | { readonly kind: "blame"; readonly merge: Id; readonly commit: string }
  /** All was tried on a base that is red: nobody can be blamed. */
  | { readonly kind: "stuck" };

/**
 * In which groups merges are tested; the first for which there is something to do comes first. On a green base the
 * merges that nobody suspects are tested together, and suspects alone after them. On a red one it is tried whether all
 * together, or one alone, make it green.
 * @param waiting merges in the order in which they were accepted.
 */
export function groupsToTest<Id>(
  waiting: readonly Id[],
  suspects: ReadonlySet<Id>,
  isBaseRed: boolean,
): (readonly Id[])[] {
  const alone = (ids: readonly Id[]) => ids.map((id) => [id]);
  if (isBaseRed) return waiting.length > 1 ? [waiting, ...alone(waiting)] : alone(waiting);
  const plain = waiting.filter((id) => !suspects.has(id));
  return plain.length > 0 ? [plain] : alone(waiting);
}

/** Whether the base is shown to be red: then whatever is merged into it tells nothing. */
export function isRedBase(head: string, history: GateHistory): boolean {
  return history.reds(head) >= history.redsToBlame;
}

/**
 * The next step for one group of merges, each on top of the one before and the first on top of the branch.
 *
 * Where all of them are red, the first half is tested, and so on: binary splitting (F. K. Hwang, "A method for detecting
 * all defective members in a population by group testing", 1972), as merge queues do it (docs.mergify.com, "When a batch
 * fails"). What is green lands at once, so that the branch is always the longest part known to be green, and the rest is
 * still known to be red. So the first merge that is red on top of what is green is found after 1 + ceil(log2 n) runs,
 * whatever it takes to be red: one that is bad, or two that only are so together, of which it is the later.
 *
 * @param group not empty.
 * @returns undefined where there is nothing left to do for this group.
 */
export function nextGateStep<Id>(
  head: string,
  group: readonly MergeInOrder<Id>[],
  suspects: ReadonlySet<Id>,
  history: GateHistory,
): GateStep<Id> | undefined {
  const upTo = (count: number) => group.slice(0, count).map(({ id }) => id);
  const commitOf = (count: number) => group[count - 1]?.commit ?? head;
  const run = (count: number, reason: GateReason): GateStep<Id> => {
    const commit = commitOf(count);
    return { kind: "run", commit, merges: upTo(count), reason: history.reds(commit) > 0 ? "again" : reason };
  };
  const land = (count: number): GateStep<Id> => ({
    kind: "land",
    commit: commitOf(count),
    merges: upTo(count),
  });
  const isDoubtful = (commit: string) => history.reds(commit) >= history.redsToDoubt;
  const all = group.length;

  if (!history.isGreen(head)) {
    if (!isRedBase(head, history)) return run(0, "base");
    if (history.isGreen(commitOf(all))) return land(all);
    return isDoubtful(commitOf(all)) ? undefined : run(all, "merges");
  }
  const green = group.findLastIndex(({ commit }) => history.isGreen(commit)) + 1;
  if (green > 0) return land(green);
  const red = group.findIndex(({ commit }) => isDoubtful(commit)) + 1;
  const [first] = group;
  const isSuspect = all === 1 && first !== undefined && suspects.has(first.id);
  if (red === 0) return run(all, isSuspect ? "suspect" : "merges");
  if (red > 1 || first === undefined) return run(Math.floor(red / 2), "part");
  if (!suspects.has(first.id)) return { kind: "suspect", merge: first.id, commit: first.commit };
  if (history.redsInARow(first.commit) < history.redsToBlame) return run(1, "again");
  return { kind: "blame", merge: first.id, commit: first.commit };
}
