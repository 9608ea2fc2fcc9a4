/** The activities that run, by the time at which they end: a binary heap. */
export class EndQueue {
  readonly #at: Float64Array;
  readonly #activity: Int32Array;
  #size = 0;

  constructor(activities: number) {
    this.#at = new Float64Array(activities);
    this.#activity = new Int32Array(activities);
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  clear(): void {
    this.#size = 0;
  }

  /** When the next one ends; the queue must not be empty. */
  get next(): number {
    return this.#at[0] as number;
  }

  push(at: number, activity: number): void {
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.#at[parent] as number) <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#at[hole] = at;
    this.#activity[hole] = activity;
  }

  /** Takes the activity out that ends next; the queue must not be empty. */
  pop(): number {
    const first = this.#activity[0] as number;
    this.#size -= 1;
    const at = this.#at[this.#size] as number;
    const activity = this.#activity[this.#size] as number;
    let hole = 0;
    for (let child = 1; child < this.#size; child = 2 * hole + 1) {
      if (child + 1 < this.#size && (this.#at[child + 1] as number) < (this.#at[child] as number)) child += 1;
      if ((this.#at[child] as number) >= at) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#at[hole] = at;
    this.#activity[hole] = activity;
    return first;
  }

  #move(from: number, to: number): void {
    this.#at[to] = this.#at[from] as number;
    this.#activity[to] = this.#activity[from] as number;
  }
}
