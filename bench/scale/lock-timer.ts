import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";
import { timed } from "../store/timed.ts";

/** How long a store writes: while nobody else does, all of that holds the lock. */
export class LockTimer {
  #lockMs = 0;

  constructor(store: GraphStore) {
    const write = store.write.bind(store) as GraphStore["write"];
    store.write = async (...args: Parameters<GraphStore["write"]>) => {
      const { result, ms } = await timed(() => write(...args));
      this.#lockMs += ms;
      return result as never;
    };
  }

  async timed<Result>(work: () => Promise<Result>) {
    this.#lockMs = 0;
    const { result, ms } = await timed(work);
    return { result, ms, lockMs: this.#lockMs };
  }
}
