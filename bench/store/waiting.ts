import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { nextBatch } from "../../mcp-server/src/run/claims/next-batch.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { collect } from "../../mcp-server/src/run/reporting/collect.ts";
import { type Figure, figure, median } from "./figures.ts";
import { complete, contextOf, makePlan, openGraph, tokenOf } from "./product.ts";

const ROUNDS = 30;
const IDLE_MS = 20_000;
const PLAN = "waiting";
const NEVER = new AbortController().signal;

/** What another process is started with. */
export interface OtherProcess {
  readonly bundle: string;
  readonly url: string;
  readonly root: string;
}

/** Another process that works on the same graph; every line that it is told is answered by one. */
class Other {
  readonly #child;
  readonly #lines;

  constructor({ bundle, url, root }: OtherProcess, role: "completer" | "waiter") {
    this.#child = spawn(process.execPath, [bundle, role, url, root], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async said(): Promise<number> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the other process has ended");
    return Number(value);
  }

  end(): void {
    this.#child.stdin.end();
  }
}

/** How soon a batch_collect learns of a completion by another process, and what an idle one costs. */
export async function waiting(engine: string, context: RunContext, other: OtherProcess): Promise<Figure[]> {
  await makePlan(context, PLAN, 500);
  const completer = new Other(other, "completer");
  await completer.said();
  const delays: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { launch } = await nextBatch(context, "bench", PLAN, 2);
    const [one] = launch;
    if (!one) throw new Error("nothing to complete");
    const input = { plan: PLAN, until: "next" as const, waitMs: 30_000, sinceSeq: undefined };
    const collected = collect(context, "bench", input, NEVER, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50 + 13 * (round % 10)));
    completer.tell(`${one.task} ${tokenOf(one)}`);
    await collected;
    const noticedAt = Date.now();
    delays.push(Math.max(0, noticedAt - (await completer.said())));
  }
  completer.end();
  const waiter = new Other(other, "waiter");
  const cpuMs = await waiter.said();
  waiter.end();
  return [
    figure(engine, "batch_collect learns of a completion, median", median(delays), "ms"),
    figure(engine, "batch_collect learns of a completion, max", Math.max(...delays), "ms", { most: 250 }),
    figure(engine, "CPU while batch_collect waits", (cpuMs / IDLE_MS) * 100, "% of a core", { most: 1 }),
  ];
}

/** Completes the tasks that it is told, and says when each was committed. */
export async function completer(url: string, root: string): Promise<void> {
  const store = await openGraph(url, root);
  const context = await contextOf(store, root);
  console.log(0);
  for await (const line of createInterface({ input: process.stdin })) {
    const [task = "", token = ""] = line.split(" ");
    await complete(context, PLAN, task, token);
    console.log(Date.now());
  }
  await store.close();
}

/** Waits for tasks that nobody completes, and says how many milliseconds of CPU that took. */
export async function waiter(url: string, root: string): Promise<void> {
  const store = await openGraph(url, root);
  const context = await contextOf(store, root);
  const wait = (waitMs: number) =>
    collect(
      context,
      "bench",
      { plan: PLAN, until: "all", tasks: ["499"], waitMs, sinceSeq: undefined },
      NEVER,
      () => undefined,
    );
  await nextBatch(context, "bench", PLAN, 1);
  await wait(500);
  const before = process.cpuUsage();
  await wait(IDLE_MS);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1_000);
  await store.close();
  process.stdin.destroy();
}
