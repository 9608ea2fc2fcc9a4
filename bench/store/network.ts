import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { PostgresProxy } from "../../test/store/postgres-proxy.ts";
import { type Figure, figure, median } from "./figures.ts";
import { complete, contextOf, makePlan, openGraph } from "./product.ts";
import { timed } from "./timed.ts";

const LATENCY_MS = 5;
const ROUNDS = 20;

/** What a claim and a report take, and their round trips while they hold the lock, where each takes so long. */
export async function network(engine: string, url: string, folder: string): Promise<Figure[]> {
  const root = join(folder, "far-checkout");
  mkdirSync(root, { recursive: true });
  const proxy = await PostgresProxy.start(url, LATENCY_MS);
  const store = await openGraph(proxy.url, root);
  const context = await contextOf(store, root);
  await makePlan(context, "far", 200);
  const taken = { claim: [] as number[], report: [] as number[] };
  const locked = { claim: [] as number[], report: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const measure = async <T>(what: keyof typeof taken, work: () => Promise<T>) => {
      let result: T | undefined;
      const trips = await proxy.underLock(async () => {
        const { result: done, ms } = await timed(work);
        result = done;
        // The first round warms up.
        if (round > 0) taken[what].push(ms);
      });
      if (round > 0) locked[what].push(trips.length);
      return result as T;
    };
    const { claim } = await measure("claim", () =>
      claimTask(context, "bench", undefined, { plan: "far", worker: "bench" }),
    );
    if (!claim) throw new Error("nothing to claim");
    const task = claim.task.replace("far/", "");
    await measure("report", () => complete(context, "far", task, claim.token));
  }
  await store.close();
  await proxy.stop();
  const over = `over a network of ${LATENCY_MS} ms`;
  const figures = (what: keyof typeof taken, tool: string) => [
    figure(engine, `${tool} ${over}, median`, median(taken[what]), "ms"),
    figure(engine, `${tool}, round trips under the lock, max`, Math.max(...locked[what]), "", { most: 4 }),
  ];
  return [...figures("claim", "task_claim"), ...figures("report", "task_report")];
}
