import type { RunContext } from "../../mcp-server/src/run/context.ts";
import { getTask } from "../../mcp-server/src/run/get-task.ts";
import { nextBatch } from "../../mcp-server/src/run/next-batch.ts";
import { timed } from "./claim-rate.ts";
import { type Figure, figure, median, quantile, type Target } from "./figures.ts";
import { addHistory, complete, makePlan, tokenOf } from "./product.ts";

const ROUNDS = 150;

/**
 * A run in steady state, a fifth of the plan being done: an agent ends, its report comes in, batch_next fills the free
 * place, and the new agent takes up its task (which is not timed). The first batch_next, which reads the plan, does not
 * count.
 */
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
  const batches: number[] = [];
  const reports: number[] = [];
  const launchMore = async () => {
    const began = performance.now();
    const { launch } = await nextBatch(context, "bench", plan, undefined);
    batches.push(performance.now() - began);
    for (const one of launch) {
      const token = tokenOf(one);
      await getTask(context, "bench", undefined, { task: `${plan}/${one.task}`, token });
      running.push({ task: one.task, token });
    }
  };
  await launchMore();
  batches.length = 0;
  for (let round = 0; round < Math.min(ROUNDS, size / 4); round++) {
    const ended = running.shift();
    if (!ended) throw new Error(`nothing runs in ${plan}`);
    reports.push(await timed(() => complete(context, plan, ended.task, ended.token)));
    await launchMore();
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
