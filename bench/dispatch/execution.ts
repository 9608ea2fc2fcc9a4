import type { ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";
import type { Reality } from "./reality.ts";

/** What one who dispatches knows at a moment. Times are in the unit of the durations. */
export interface Moment {
  readonly now: number;
  /** Tasks whose predecessors have completed, those that became ready first (or failed, and wait again) first. */
  readonly ready: readonly number[];
  /** What runs, with the time at which its attempt began. */
  readonly running: ReadonlyMap<number, number>;
  readonly completed: ReadonlySet<number>;
  /** What there is of each resource. */
  readonly free: readonly number[];
}

/** Which tasks to start at a moment. */
export type Dispatcher = (moment: Moment) => Iterable<number>;

/**
 * Carries a plan out: whenever attempts end, the dispatcher is asked what to start.
 * @returns how long it takes.
 * @throws Error when the dispatcher starts what cannot start, or nothing although nothing runs.
 */
export function execute(input: ProblemInput, reality: Reality, dispatch: Dispatcher): number {
  const run = new Execution(input, reality);
  while (!run.isOver) {
    for (const task of dispatch(run.moment())) run.start(task);
    run.passToNextEnd();
  }
  return run.now;
}

class Execution {
  now = 0;
  readonly #input: ProblemInput;
  readonly #reality: Reality;
  readonly #ready: Set<number>;
  readonly #running = new Map<number, number>();
  readonly #completed = new Set<number>();
  readonly #failures = new Map<number, number>();
  readonly #free: number[];
  /** The predecessors that each task still waits for. */
  readonly #missing: number[];
  readonly #successors: readonly number[][];

  constructor(input: ProblemInput, reality: Reality) {
    const { activities, capacities } = input;
    this.#input = input;
    this.#reality = reality;
    this.#free = [...capacities];
    this.#missing = activities.map(({ predecessors, needs }) => needs ?? predecessors.length);
    this.#ready = new Set([...activities.keys()].filter((task) => this.#missing[task] === 0));
    const successors = activities.map((): number[] => []);
    activities.forEach(({ predecessors }, task) => {
      for (const other of predecessors) successors[other]?.push(task);
    });
    this.#successors = successors;
  }

  get isOver(): boolean {
    return this.#completed.size === this.#input.activities.length;
  }

  moment(): Moment {
    return {
      now: this.now,
      ready: [...this.#ready],
      running: this.#running,
      completed: this.#completed,
      free: [...this.#free],
    };
  }

  start(task: number): void {
    if (!this.#ready.delete(task)) throw new Error(`task ${task} is started and is not ready`);
    this.#take(task, 1);
    if (this.#free.some((amount) => amount < 0)) throw new Error(`task ${task} is started and does not fit`);
    this.#running.set(task, this.now);
  }

  passToNextEnd(): void {
    if (this.#running.size === 0) throw new Error("nothing runs and nothing is started");
    this.now = Math.min(...[...this.#running].map(([task, began]) => this.#endOf(task, began)));
    for (const [task, began] of [...this.#running]) {
      if (this.#endOf(task, began) === this.now) this.#end(task);
    }
  }

  #endOf(task: number, began: number): number {
    return began + (this.#reality[task]?.[this.#failures.get(task) ?? 0] as number);
  }

  #end(task: number): void {
    this.#running.delete(task);
    this.#take(task, -1);
    const failures = (this.#failures.get(task) ?? 0) + 1;
    if (failures < (this.#reality[task]?.length ?? 0)) {
      this.#failures.set(task, failures);
      this.#ready.add(task);
      return;
    }
    this.#completed.add(task);
    for (const next of this.#successors[task] ?? []) {
      const missing = (this.#missing[next] as number) - 1;
      this.#missing[next] = missing;
      if (missing === 0) this.#ready.add(next);
    }
  }

  #take(task: number, sign: 1 | -1): void {
    for (const { resource, amount } of this.#input.activities[task]?.demands ?? []) {
      this.#free[resource] = (this.#free[resource] as number) - sign * amount;
    }
  }
}
