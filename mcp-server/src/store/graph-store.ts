import type { Actor } from "../graph/event.ts";
import type { EstimatesFrom } from "../graph/task-estimates.ts";
import { Doorbell } from "./doorbell.ts";
import type { Engine, ReadAhead } from "./engine.ts";
import { GraphReader } from "./graph-reader.ts";
import { GraphWriter } from "./graph-writer.ts";
import { GraphMemory } from "./plan-mirror.ts";

/** The durable graph: readers see the last commit, writers run one at a time across all processes. */
export class GraphStore {
  readonly #memory = new GraphMemory();
  readonly #waiting = new Map<Doorbell, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #writes = 0;

  constructor(
    private readonly engine: Engine,
    private readonly estimatesFrom: EstimatesFrom,
  ) {}

  /**
   * Runs `work` on one snapshot of the last commit. It must not read or write by the store itself.
   * @param wanted what it is known to need, to be read at once.
   */
  async read<T>(work: (reader: GraphReader) => Promise<T>, wanted: ReadAhead = {}): Promise<T> {
    return this.#inTurn(() =>
      this.engine.read(async (transaction) => {
        this.#memory.begin(transaction.stamp);
        const reader = new GraphReader(transaction, this.#memory, this.estimatesFrom);
        await reader.readAhead(wanted);
        return work(reader);
      }),
    );
  }

  /**
   * Runs `work` in one transaction: all of its changes are kept, or none. It must not read or write by the
   * store itself.
   * @param now read when it is this writer's turn, which it may have waited for, and after the database has told its
   *   time: the log's times follow its order, and no lease begins with a part of it used up.
   * @param wanted what it is known to need, to be read at once.
   */
  async write<T>(
    now: () => number,
    actor: Actor,
    work: (tx: GraphWriter) => Promise<T>,
    wanted: ReadAhead = {},
  ): Promise<T> {
    const { result, changedPlans } = await this.#inTurn(async () => {
      let writer: GraphWriter | undefined;
      try {
        return await this.engine.write(async (transaction) => {
          this.#memory.begin(transaction.stamp);
          writer = new GraphWriter(transaction, this.#memory, this.estimatesFrom, now, actor);
          await writer.readAhead({ ...wanted, held: true });
          const result = await work(writer);
          await writer.save();
          return { result, changedPlans: writer.changedPlans };
        });
      } catch (error) {
        this.#memory.undo(writer?.changedPlans ?? []);
        throw error;
      } finally {
        this.#writes += 1;
      }
    });
    for (const [bell, awaited] of this.#waiting) if (changedPlans.has(awaited)) bell.ring();
    return result;
  }

  /** A cheap look without a transaction: another text whenever anything of the graph may have changed. */
  async state(): Promise<string> {
    return `${await this.engine.state()}.${this.#writes}`;
  }

  /** Returns when the plan has an event after `afterSeq`, after `waitMs`, or when the signal is aborted. */
  async changed(planId: number, afterSeq: number, waitMs: number, signal: AbortSignal): Promise<void> {
    const end = performance.now() + waitMs;
    const bell = new Doorbell();
    this.#waiting.set(bell, planId);
    const stopWatching = this.engine.watch((changed) => {
      if (changed === undefined || changed === planId) bell.ring();
    });
    try {
      for (;;) {
        const leftMs = end - performance.now();
        if (leftMs <= 0 || signal.aborted) return;
        if ((await this.read((reader) => reader.version(planId))) > afterSeq) return;
        await bell.sleep(leftMs, signal);
      }
    } finally {
      stopWatching();
      this.#waiting.delete(bell);
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  /** One transaction of this process at a time, because plans in memory are shared by all of them. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
