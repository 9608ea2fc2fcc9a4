import { type AnyClaim, type AttemptId, isLive, takesPlace } from "./attempt.ts";
import { hasEnded, needsHold, statusesOf } from "./readiness.ts";
import { sameDefinition, type Task, type TaskId, type TaskStatus } from "./task.ts";

/**
 * A plan in memory with what the use cases ask of it most: counts, live claims, and the ready tasks in order of
 * priority. It is brought up to date with the rows that changed, so its cost grows with the change and not with
 * the plan.
 */
export class PlanGraph {
  // Both maps keep their insertion order, which is the order of position and of id: later ones are larger.
  readonly #tasks = new Map<TaskId, Task>();
  readonly #claims = new Map<AttemptId, AnyClaim>();
  readonly #claimsOf = new Map<TaskId, Set<AttemptId>>();
  readonly #dependents = new Map<TaskId, Set<TaskId>>();
  readonly #live = new Map<TaskId, AttemptId>();
  /** The same in order, with those under the cap; undefined: to be made when somebody asks. */
  #liveClaims: { readonly all: readonly AnyClaim[]; readonly underCap: readonly AnyClaim[] } | undefined;
  readonly #draining = new Set<AttemptId>();
  readonly #checkouts = new Set<string>();
  readonly #counts = new Map<TaskStatus, number>();
  readonly #weight: (task: Task) => number;
  readonly #readyIds = new Set<TaskId>();
  #shape = 0;
  #definitions = 0;
  #endings = 0;
  #ranks: ReadonlyMap<TaskId, number> | undefined;
  /** The ready tasks by rank; not kept before somebody asked for them. */
  #ready: Task[] = [];

  /** @param weight what a task adds to the length of a chain; the longest chain behind a task is its rank. */
  constructor(weight: (task: Task) => number) {
    this.#weight = weight;
  }

  get tasks(): ReadonlyMap<TaskId, Task> {
    return this.#tasks;
  }

  /** Every claim that the plan ever had, oldest first. */
  get claims(): readonly AnyClaim[] {
    return [...this.#claims.values()];
  }

  claim(id: AttemptId): AnyClaim | undefined {
    return this.#claims.get(id);
  }

  /** The claims of a task, oldest first. */
  claimsOf(task: TaskId): AnyClaim[] {
    const ids = this.#claimsOf.get(task);
    // Of a large plan most tasks have none, and some calls ask for each.
    return ids === undefined ? [] : [...ids].flatMap((id) => this.#claims.get(id) ?? []);
  }

  /** Claims that hold their task, oldest first. */
  get live(): readonly AnyClaim[] {
    return this.#liveInOrder().all;
  }

  /** Those of them that hold a place under the cap. */
  get underCap(): readonly AnyClaim[] {
    return this.#liveInOrder().underCap;
  }

  #liveInOrder() {
    if (this.#liveClaims) return this.#liveClaims;
    const ids = [...this.#live.values()].sort((a, b) => a - b);
    const all = ids.flatMap((id) => this.#claims.get(id) ?? []);
    this.#liveClaims = { all, underCap: all.filter(takesPlace) };
    return this.#liveClaims;
  }

  /** Ended attempts whose scope may still be held. */
  get draining(): AnyClaim[] {
    return [...this.#draining].flatMap((id) => this.#claims.get(id) ?? []);
  }

  /** Every checkout in which a claim of the plan was made. */
  get checkouts(): ReadonlySet<string> {
    return this.#checkouts;
  }

  hasLiveClaim(task: TaskId): boolean {
    return this.#live.has(task);
  }

  count(status: TaskStatus): number {
    return this.#counts.get(status) ?? 0;
  }

  /** How many tasks are still to be done. */
  get openCount(): number {
    return this.count("pending") + this.count("in_progress");
  }

  /** Pending tasks whose `needs` hold and that nobody has claimed: highest rank first, then by position. */
  get ready(): readonly Task[] {
    this.#rankAll();
    return this.#ready;
  }

  isReady(id: TaskId): boolean {
    return this.#readyIds.has(id);
  }

  get readyCount(): number {
    return this.#readyIds.size;
  }

  /** Another number whenever tasks, their dependencies or their estimates have changed, and not only their state. */
  get shape(): number {
    return this.#shape;
  }

  /** Another number whenever there is a task more, or one is to be done in another way. */
  get definitions(): number {
    return this.#definitions;
  }

  /** Another number whenever a task has ended, or is to be done again. */
  get endings(): number {
    return this.#endings;
  }

  /** Takes over the rows that changed since the last time, in order of position and of id. */
  apply(tasks: readonly Task[], claims: readonly AnyClaim[]): void {
    const touched = new Set<TaskId>();
    for (const task of tasks) this.#putTask(task, touched);
    for (const claim of claims) {
      this.#putClaim(claim);
      touched.add(claim.task);
    }
    for (const id of touched) this.#updateReady(id);
  }

  #putTask(task: Task, touched: Set<TaskId>): void {
    const old = this.#tasks.get(task.id);
    this.#tasks.set(task.id, task);
    if (old) this.#counts.set(old.status, this.count(old.status) - 1);
    this.#counts.set(task.status, this.count(task.status) + 1);
    if (hasEnded(old?.status ?? "pending") !== hasEnded(task.status)) this.#endings += 1;
    if (!old || !sameDefinition(old, task)) this.#definitions += 1;
    if (!old || changesOrder(old, task, this.#weight)) {
      for (const id of old?.dependencies ?? []) this.#dependents.get(id)?.delete(task.id);
      for (const id of task.dependencies) {
        const dependents = this.#dependents.get(id);
        if (dependents) dependents.add(task.id);
        else this.#dependents.set(id, new Set([task.id]));
      }
      this.#ranks = undefined;
      this.#shape += 1;
    }
    touched.add(task.id);
    // One that was named before it came counted as pending.
    if ((old?.status ?? "pending") !== task.status) {
      for (const id of this.#dependents.get(task.id) ?? []) touched.add(id);
    }
  }

  #putClaim(claim: AnyClaim): void {
    this.#liveClaims = undefined;
    this.#claims.set(claim.id, claim);
    this.#checkouts.add(claim.checkout);
    const ids = this.#claimsOf.get(claim.task);
    if (ids) ids.add(claim.id);
    else this.#claimsOf.set(claim.task, new Set([claim.id]));
    if (isLive(claim)) this.#live.set(claim.task, claim.id);
    else if (this.#live.get(claim.task) === claim.id) this.#live.delete(claim.task);
    if (claim.state === "ended" && claim.drainsUntilMs !== undefined) this.#draining.add(claim.id);
    else this.#draining.delete(claim.id);
  }

  #isReady(task: Task): boolean {
    return (
      task.status === "pending" &&
      !this.#live.has(task.id) &&
      needsHold(task.needs, statusesOf(task, this.#tasks))
    );
  }

  #rankAll(): void {
    if (this.#ranks) return;
    this.#ranks = this.#chains();
    this.#ready = [...this.#readyIds].flatMap((id) => this.#tasks.get(id) ?? []);
    this.#ready.sort((a, b) => this.#before(a, b));
  }

  /**
   * The longest chain of work behind each task, itself included: from the tasks that nobody waits for to those before
   * them, each when all that wait for it are done (Kahn).
   * @throws when the graph has a cycle; import refuses those, so that is a defect.
   */
  #chains(): Map<TaskId, number> {
    const ranks = new Map<TaskId, number>();
    const behind = new Map<TaskId, number>();
    const waiting = new Map<TaskId, number>();
    const open: Task[] = [];
    for (const task of this.#tasks.values()) {
      const dependents = this.#dependents.get(task.id)?.size ?? 0;
      if (dependents === 0) open.push(task);
      else waiting.set(task.id, dependents);
    }
    for (let task = open.pop(); task !== undefined; task = open.pop()) {
      const rank = (behind.get(task.id) ?? 0) + this.#weight(task);
      ranks.set(task.id, rank);
      // A set, because that is what waits for a task: who names it twice waits once.
      for (const id of task.dependencies.length > 1 ? new Set(task.dependencies) : task.dependencies) {
        const before = this.#tasks.get(id);
        if (!before) continue;
        if (rank > (behind.get(id) ?? 0)) behind.set(id, rank);
        const left = (waiting.get(id) ?? 0) - 1;
        waiting.set(id, left);
        if (left === 0) open.push(before);
      }
    }
    if (ranks.size !== this.#tasks.size) throw new Error("the dependencies form a cycle");
    return ranks;
  }

  #before(a: Task, b: Task): number {
    return (this.#ranks?.get(b.id) ?? 0) - (this.#ranks?.get(a.id) ?? 0) || a.position - b.position;
  }

  #updateReady(id: TaskId): void {
    const task = this.#tasks.get(id);
    if (!task) return;
    const isReady = this.#isReady(task);
    if (isReady) this.#readyIds.add(id);
    else this.#readyIds.delete(id);
    if (!this.#ranks) return;
    this.#removeReady(task);
    if (isReady) this.#ready.splice(this.#placeOf(task), 0, task);
  }

  #removeReady(task: Task): void {
    const place = this.#placeOf(task);
    if (this.#ready[place]?.id === task.id) this.#ready.splice(place, 1);
  }

  /** Where the task stands, or would stand, among the ready ones. */
  #placeOf(task: Task): number {
    let low = 0;
    let high = this.#ready.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#before(this.#ready[middle] as Task, task) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function changesOrder(old: Task, task: Task, weight: (task: Task) => number): boolean {
  return (
    weight(old) !== weight(task) ||
    old.dependencies.length !== task.dependencies.length ||
    old.dependencies.some((id, i) => id !== task.dependencies[i])
  );
}
