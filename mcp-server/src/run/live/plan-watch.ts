import { setTimeout as sleep } from "node:timers/promises";
import type { PlanSnapshot, SnapshotHead, SnapshotUpdate, TaskRow } from "../../live/snapshot.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { isSameHead, steadyRow } from "./facts/steady.ts";
import { planSnapshot } from "./plan-snapshot.ts";

/** Leases are renewed and limits end without an event: so often the plan is looked at though nothing has happened. */
const LOOK_MS = 5_000;
/** Two looks are apart by at least this, and by half of what one takes: a burst of events costs few looks. */
const MIN_PAUSE_MS = 60;
/** Nobody has asked for so long: the plan is not watched any more. */
const IDLE_MS = 60_000;

interface KnownRow {
  readonly row: TaskRow;
  readonly text: string;
  /** The revision in which it became what it is. */
  readonly revision: number;
}

/**
 * Watches one plan for all who look at it. Each look that finds something else is a revision; a reader says which it has
 * and gets what is other since, so nothing is queued for anybody.
 */
export class PlanWatch {
  #head: SnapshotHead | undefined;
  /** As of the last revision. */
  #told: SnapshotHead | undefined;
  #rows = new Map<string, KnownRow>();
  /** Ids of rows that are no more, with the revision in which they went. */
  readonly #gone = new Map<string, number>();
  #revision = 0;
  #watching: Promise<void> | undefined;
  #end = new AbortController();
  #lastAskedMs = 0;
  #waiting = 0;
  #next = deferred();

  /** @param epoch tells the cursors of this watch from those of any other. */
  constructor(
    private readonly ctx: RunContext,
    private readonly store: GraphStore,
    private readonly slug: string,
    private readonly epoch: string,
  ) {}

  /** The plan as it stands now. @throws CallerError when there is no such plan. */
  async snapshot(): Promise<PlanSnapshot> {
    await this.#look();
    return { ...(this.#head as SnapshotHead), tasks: [...this.#rows.values()].map(({ row }) => row) };
  }

  /**
   * What is other than at the cursor; waits until something is. A cursor of another watch, or none, gets everything.
   * @returns undefined when the signal was aborted.
   * @throws what made the graph unreadable.
   */
  async updateAfter(cursor: string | undefined, signal: AbortSignal): Promise<SnapshotUpdate | undefined> {
    const known = this.#revisionOf(cursor);
    if (this.#head === undefined) await this.#look();
    this.#watch();
    const aborted = deferred();
    signal.addEventListener("abort", aborted.resolve);
    this.#waiting += 1;
    try {
      while (!signal.aborted && !this.#end.signal.aborted) {
        if (known === undefined || this.#revision > known) return this.#update(known);
        this.#watch();
        await Promise.race([this.#next.promise, aborted.promise]);
      }
      return undefined;
    } finally {
      this.#waiting -= 1;
      signal.removeEventListener("abort", aborted.resolve);
    }
  }

  get isClosed(): boolean {
    return this.#end.signal.aborted;
  }

  /** Ends the watching; who waits gets nothing any more. */
  async close(): Promise<void> {
    this.#end.abort();
    this.#ring();
    await this.#watching;
  }

  #revisionOf(cursor: string | undefined): number | undefined {
    const [epoch, text = ""] = cursor?.split(".") ?? [];
    const revision = Number(text);
    const isOwn = epoch === this.epoch && Number.isSafeInteger(revision) && revision > 0;
    return isOwn && revision <= this.#revision ? revision : undefined;
  }

  #update(known: number | undefined): SnapshotUpdate {
    const rows = [...this.#rows.values()];
    return {
      cursor: `${this.epoch}.${this.#revision}`,
      head: this.#head as SnapshotHead,
      rows: rows.filter(({ revision }) => known === undefined || revision > known).map(({ row }) => row),
      gone: [...this.#gone].flatMap(([id, revision]) =>
        known !== undefined && revision > known ? [id] : [],
      ),
      ...(known === undefined && { reset: true as const }),
    };
  }

  #watch(): void {
    this.#lastAskedMs = performance.now();
    this.#watching ??= this.#keepLooking().finally(() => {
      this.#watching = undefined;
    });
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#end;
    try {
      let planId = await this.#look();
      while (this.#waiting > 0 || performance.now() - this.#lastAskedMs < IDLE_MS) {
        if (signal.aborted) return;
        const seq = this.#head?.seq ?? 0;
        await this.store.changed(planId, seq, LOOK_MS, signal);
        if (signal.aborted) return;
        const beganMs = performance.now();
        planId = await this.#look();
        const tookMs = performance.now() - beganMs;
        await sleep(Math.max(MIN_PAUSE_MS, tookMs / 2), undefined, { signal }).catch(() => undefined);
      }
    } catch (error) {
      // Whoever asks next begins anew.
      this.#next.reject(error);
      this.#next = deferred();
    }
  }

  /** @returns the plan's id. */
  async #look(): Promise<number> {
    await this.ctx.prices.refresh();
    return await readGraph(this.ctx, this.store, async (view) => {
      const plan = await view.plan(this.slug);
      this.#take(await planSnapshot(plan, this.ctx.now()));
      return plan.id;
    });
  }

  #take({ tasks, ...head }: PlanSnapshot): void {
    const revision = this.#revision + 1;
    const rows = new Map<string, KnownRow>();
    let isOther = this.#told === undefined || !isSameHead(this.#told, head);
    for (const task of tasks) {
      const known = this.#rows.get(task.id);
      // What has not changed is the same object.
      if (known?.row === task) {
        rows.set(task.id, known);
        continue;
      }
      const row = steadyRow(known?.row, task, head.atMs);
      const text = JSON.stringify(row);
      const isSame = known?.text === text;
      rows.set(task.id, isSame ? { ...known, row } : { row, text, revision });
      isOther ||= !isSame;
    }
    for (const id of this.#rows.keys()) {
      if (rows.has(id)) continue;
      this.#gone.set(id, revision);
      isOther = true;
    }
    for (const id of rows.keys()) this.#gone.delete(id);
    this.#head = head;
    this.#rows = rows;
    // What is expected is compared with what was told, so that small shifts do not add up unseen.
    if (!isOther) return;
    this.#told = head;
    this.#revision = revision;
    this.#ring();
  }

  #ring(): void {
    this.#next.resolve();
    this.#next = deferred();
  }
}

function deferred() {
  let resolve = () => {};
  let reject = (_error: unknown) => {};
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  // Nobody may be waiting.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
