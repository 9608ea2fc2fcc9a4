const NONE = -1;

/**
 * Many priority queues of activities, each activity in at most one of them at a time: skew heaps (Sleator &
 * Tarjan 1986) over shared arrays, so that none of them needs memory of its own.
 */
export class RankHeaps {
  readonly #root: Int32Array;
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  #rank: Int32Array;

  constructor(activities: number, heaps: number) {
    this.#root = new Int32Array(heaps).fill(NONE);
    this.#left = new Int32Array(activities);
    this.#right = new Int32Array(activities);
    this.#rank = new Int32Array(activities);
  }

  /** Empties all of them; from now on the activity with the least rank comes first. */
  reset(rank: Int32Array): void {
    this.#root.fill(NONE);
    this.#rank = rank;
  }

  push(heap: number, activity: number): void {
    this.#left[activity] = NONE;
    this.#right[activity] = NONE;
    this.#root[heap] = this.#merge(this.#root[heap] as number, activity);
  }

  isEmpty(heap: number): boolean {
    return this.#root[heap] === NONE;
  }

  /** The rank of the first activity of a heap that is not empty. */
  firstRank(heap: number): number {
    return this.#rank[this.#root[heap] as number] as number;
  }

  /** Takes the first activity out of a heap that is not empty. */
  pop(heap: number): number {
    const first = this.#root[heap] as number;
    this.#root[heap] = this.#merge(this.#left[first] as number, this.#right[first] as number);
    return first;
  }

  #merge(one: number, other: number): number {
    if (one === NONE) return other;
    if (other === NONE) return one;
    const rank = this.#rank;
    const left = this.#left;
    const right = this.#right;
    const oneFirst = (rank[one] as number) <= (rank[other] as number);
    const root = oneFirst ? one : other;
    let above = root;
    let below = oneFirst ? other : one;
    for (;;) {
      const displaced = right[above] as number;
      right[above] = left[above] as number;
      if (displaced === NONE) {
        left[above] = below;
        return root;
      }
      if ((rank[displaced] as number) <= (rank[below] as number)) {
        left[above] = displaced;
        above = displaced;
      } else {
        left[above] = below;
        above = below;
        below = displaced;
      }
    }
  }
}
