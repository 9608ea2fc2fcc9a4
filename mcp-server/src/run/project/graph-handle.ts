import { statSync } from "node:fs";
import { dirname } from "node:path";
import { StoreUnusable } from "../../errors/store-unusable.ts";
import type { GraphClock } from "../../policy/liveness/graph-clock.ts";
import { estimatesFrom } from "../../schedule/estimate.ts";
import type { GraphStore } from "../../store/graph-store.ts";

/** Where the graph of a checkout lies. */
export type GraphLocation = (
  | { readonly engine: "sqlite"; readonly path: string }
  | { readonly engine: "postgres"; readonly url: string }
) & {
  /** Name of the repository inside the database: a database of its own needs none. */
  readonly repository: string;
};

/** A database that may not hold a graph yet. */
interface GraphSource {
  /** @returns undefined when there is no graph and `create` is not set. */
  open(create: boolean): Promise<GraphStore | undefined>;
  close(): Promise<void>;
}

/** Opens the database once, with the first use that needs it. */
export class GraphHandle implements GraphSource {
  #source: GraphSource | undefined;
  /** Opening is serialised, so that two first calls do not open it twice. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly location: GraphLocation,
    private readonly clock: GraphClock,
  ) {}

  open(create: boolean): Promise<GraphStore | undefined> {
    return this.#inTurn(async () => {
      this.#source ??= await sourceOf(this.location, this.clock);
      return this.#source.open(create);
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => this.#source?.close());
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

async function sourceOf(location: GraphLocation, clock: GraphClock): Promise<GraphSource> {
  if (location.engine === "sqlite") return new GraphFile(location.path);
  // The client is loaded only where PostgreSQL is used.
  const { PostgresGraph } = await import("../../store/engines/postgres.ts");
  return new PostgresGraph(location.url, location.repository, estimatesFrom, clock.heard);
}

/** @throws StoreUnusable where this user cannot see whether there is a graph: another user may have made one. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return false;
    throw new StoreUnusable(
      "unreachable",
      `The task graph ${path} cannot be opened (${code}).`,
      `Give the user who runs this read and write access to ${dirname(path)} and what is in it (a session of another user may have made it), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place of your own.`,
      { cause: error },
    );
  }
}

class GraphFile implements GraphSource {
  #store: GraphStore | undefined;

  constructor(private readonly path: string) {}

  async open(create: boolean): Promise<GraphStore | undefined> {
    if (this.#store) {
      // Where nothing is left of it, a new plan begins a new graph; else the store refuses what is not its own any more.
      if (!create || this.#isSomethingThere()) return this.#store;
      await this.close();
    }
    if (!create && !this.#isSomethingThere()) return undefined;
    // The driver and the query builder are loaded with the first plan, not with every session.
    const { openSqlite } = await import("../../store/engines/sqlite.ts");
    this.#store = await openSqlite(this.path, create, estimatesFrom);
    return this.#store;
  }

  /** A graph, or the log of one that was moved. */
  #isSomethingThere(): boolean {
    return isThere(this.path) || isThere(`${this.path}-wal`);
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }
}
