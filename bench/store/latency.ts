import { getTask } from "../../mcp-server/src/run/briefs/get-task.ts";
import { nextBatch } from "../../mcp-server/src/run/claims/next-batch.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { type Figure, figure, median, quantile, type Target } from "./figures.ts";
import { addHistory, complete, makePlan, tokenOf } from "./product.ts";
import { type Timed, timed } from "./timed.ts";

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
  const imported = await timed(() => makePlan(context, plan, size));
  await addHistory(context, plan, Math.floor(size / 5));
  const running: { task: string; token: string }[] = [];
  const batches: Timed<unknown>[] = [];
  const reports: Timed<unknown>[] = [];
  const launchMore = async () => {
    const batch = await timed(() => nextBatch(context, "bench", plan, undefined));
    batches.push(batch);
    for (const one of batch.result.launch) {
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
  const figuresOf = (call: string, all: readonly Timed<unknown>[], target: Target | undefined) => {
    const ms = all.map((one) => one.ms);
    return [
      figure(engine, `${call}, ${tasks} tasks, median`, median(ms), "ms", target),
      figure(engine, `${call}, ${tasks} tasks, p95`, quantile(ms, 0.95), "ms"),
      figure(engine, `${call}, ${tasks} tasks, median of CPU`, median(all.map((one) => one.cpuMs)), "ms"),
    ];
  };
  return [
    ...figuresOf("batch_next", batches, targets.batchNext),
    ...figuresOf("task_report", reports, targets.report),
    figure(engine, `plan_create, ${tasks} tasks`, imported.ms, "ms"),
  ];
}
