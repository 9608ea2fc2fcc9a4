import type { RunContext } from "../../mcp-server/src/run/context.ts";
import { nextBatch } from "../../mcp-server/src/run/next-batch.ts";
import { timed } from "./claim-rate.ts";
import { type Figure, figure, median, quantile, type Target } from "./figures.ts";
import { addHistory, complete, makePlan, tokenOf } from "./product.ts";

const ROUNDS = 150;

/** A run in steady state, a fifth of the plan being done: an agent ends, its report comes in, batch_next fills the free place. */
export async function latency(
  engine: string,
  context: RunContext,
  size: number,
  targets: { readonly batchNext?: Target | undefined; readonly report?: Target | undefined },
): Promise<Figure[]> {
  const plan = `of-${size}`;
  const importMs = await timed(() => makePlan(context, plan, size));
  await addHistory(context, plan, Math.floor(size / 5));
  const running: { task: string; token: string }[] = [];
  const launchMore = async () => {
    const { launch } = await nextBatch(context, "bench", plan, undefined);
    for (const one of launch) running.push({ task: one.task, token: tokenOf(one) });
  };
  await launchMore();
  const [reports, batches]: [number[], number[]] = [[], []];
  for (let round = 0; round < Math.min(ROUNDS, size / 2); round++) {
    const ended = running.shift();
    if (!ended) throw new Error(`nothing runs in ${plan}`);
    reports.push(await timed(() => complete(context, plan, ended.task, ended.token)));
    batches.push(await timed(launchMore));
  }
  for (const { task, token } of running) await complete(context, plan, task, token);
  const tasks = size.toLocaleString("en");
  return [
    figure(engine, `batch_next, ${tasks} tasks, median`, median(batches), "ms", targets.batchNext),
    figure(engine, `batch_next, ${tasks} tasks, p95`, quantile(batches, 0.95), "ms"),
    figure(engine, `task_report, ${tasks} tasks, median`, median(reports), "ms", targets.report),
    figure(engine, `task_report, ${tasks} tasks, p95`, quantile(reports, 0.95), "ms"),
    figure(engine, `plan_create, ${tasks} tasks`, importMs, "ms"),
  ];
}
