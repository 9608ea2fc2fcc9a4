import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { nextBatch } from "../../mcp-server/src/run/claims/next-batch.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { type Figure, figure, median } from "./figures.ts";
import { CAP, complete, makePlan, tokenOf } from "./product.ts";
import type { RawLoop } from "./raw-loop.ts";
import { timed } from "./timed.ts";

const ROUNDS = 15;
/** Claims of each kind, those of the first round included, which warms up and does not count. */
export const CLAIMS = (ROUNDS + 1) * CAP;

/**
 * Claims per second, from the median time of one: through task_claim (one claim, one commit) and by the raw loop (one
 * claim, one commit) in turn, so that a busy moment of the machine hits both; and through batch_next (a burst, one
 * commit). Only claiming is timed; what was claimed is completed in between, because the cap holds.
 * @param target percent of the raw loop's rate.
 */
export async function claimRate(
  engine: string,
  context: RunContext,
  raw: RawLoop,
  target: number | undefined,
): Promise<Figure[]> {
  await makePlan(context, "rate", 3_000);
  const [rawMs, claimMs, burstMs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const ended: { task: string; token: string }[] = [];
    for (let i = 0; i < CAP; i++) {
      rawMs.push((await timed(() => raw.claim())).ms);
      const { result, ms } = await timed(() =>
        claimTask(context, "bench", undefined, { plan: "rate", worker: "bench" }),
      );
      if (!result.claim) throw new Error("nothing to claim");
      ended.push({ task: result.claim.task.replace("rate/", ""), token: result.claim.token });
      claimMs.push(ms);
    }
    for (const { task, token } of ended) await complete(context, "rate", task, token);
    const burst = await timed(() => nextBatch(context, "bench", "rate", CAP));
    burstMs.push(burst.ms / burst.result.launch.length);
    for (const one of burst.result.launch) await complete(context, "rate", one.task, tokenOf(one));
  }
  const perSecond = (ms: number[], warmUp: number) => 1_000 / median(ms.slice(warmUp));
  const [rawRate, claimRate, burstRate] = [
    perSecond(rawMs, CAP),
    perSecond(claimMs, CAP),
    perSecond(burstMs, 1),
  ];
  const promised = target === undefined ? undefined : { least: target };
  return [
    figure(engine, "raw loop", rawRate, "claims/s"),
    figure(engine, "task_claim", claimRate, "claims/s"),
    figure(engine, "task_claim beside the raw loop", (claimRate / rawRate) * 100, "%", promised),
    figure(engine, "batch_next, bursts of 20", burstRate, "claims/s"),
    figure(engine, "batch_next beside the raw loop", (burstRate / rawRate) * 100, "%", promised),
  ];
}
