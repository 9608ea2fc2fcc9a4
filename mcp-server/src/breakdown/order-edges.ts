/**
 * What waits for what in a file, collected from what the author says and from what follows from the place of things.
 * What is said always counts, also where it is a cycle, which is then refused with its names. What only follows is
 * left out where it would contradict what is there.
 */
export class OrderEdges<Id> {
  readonly #edges = new Map<Id, Set<Id>>();
  /** Those of them that the file says in words. */
  readonly #said = new Map<Id, Set<Id>>();
  readonly #position: ReadonlyMap<Id, number>;
  /** Whether something waits for what comes later in the file: without that there is no cycle. */
  #backwards = false;

  /** @param order all ids as they stand in the file. */
  constructor(order: readonly Id[]) {
    this.#position = new Map(order.map((id, at) => [id, at]));
  }

  /** What it waits for, in the order of the file. */
  of(id: Id): Id[] {
    const place = (one: Id) => this.#position.get(one) ?? -1;
    return [...(this.#edges.get(id) ?? [])].sort((a, b) => place(a) - place(b));
  }

  /** What of that no words of the file say, in no order: it follows from the place of things, their files or names. */
  inferredOf(id: Id): Id[] {
    const said = this.#said.get(id);
    return [...(this.#edges.get(id) ?? [])].filter((other) => !said?.has(other));
  }

  /** The author says that it waits for these. */
  state(id: Id, others: readonly Id[]): void {
    for (const other of others) this.#add(id, other, true);
  }

  /**
   * It waits for these as far as none of them waits for it.
   * @param isSaid whether the file says so of what they belong to, such as their phases.
   * @returns those that wait for it.
   */
  suggest(id: Id, others: readonly Id[], isSaid = false): Id[] {
    return others.filter((other) => {
      if (other === id) return false;
      if ((this.#backwards || this.#isLater(other, id)) && this.#reaches(other, id)) return true;
      this.#add(id, other, isSaid);
      return false;
    });
  }

  #add(id: Id, other: Id, isSaid: boolean): void {
    if (id === other) return;
    if (isSaid) this.#said.set(id, (this.#said.get(id) ?? new Set()).add(other));
    this.#backwards ||= this.#isLater(other, id);
    const waiting = this.#edges.get(id) ?? new Set();
    this.#edges.set(id, waiting.add(other));
  }

  #isLater(a: Id, b: Id): boolean {
    return (this.#position.get(a) ?? -1) > (this.#position.get(b) ?? -1);
  }

  #reaches(from: Id, to: Id): boolean {
    const left = [from];
    const seen = new Set(left);
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (at === to) return true;
      for (const next of this.#edges.get(at) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        left.push(next);
      }
    }
    return false;
  }
}
