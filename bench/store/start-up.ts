import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Figure, figure, median } from "./figures.ts";

const RUNS = 5;

/**
 * From the start of a server process on a database that is there to its first answers: the handshake, the first call
 * that reads the plan, and the first that dispatches.
 */
export async function startUp(
  engine: string,
  server: string,
  folder: string,
  url: string,
  plan: string,
  size: number,
): Promise<Figure[]> {
  const took: Record<string, number[]> = {};
  for (let run = 0; run < RUNS; run++) {
    for (const [call, ms] of Object.entries(await firstAnswers(server, folder, url, plan))) {
      took[call] = [...(took[call] ?? []), ms];
    }
  }
  return Object.entries(took).map(([call, values]) =>
    figure(engine, `start to ${call}, ${size.toLocaleString("en")} tasks, median`, median(values), "ms"),
  );
}

async function firstAnswers(server: string, folder: string, url: string, plan: string) {
  const began = performance.now();
  const child = spawn(process.execPath, [server], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", PARALLEL_DATABASE_URL: url },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (id: number, method: string, params: object) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    const { value } = await lines.next();
    const { result } = JSON.parse(String(value));
    if (!result || result.isError) throw new Error(`${method}: ${value}`);
    return performance.now() - began;
  };
  const initialize = await ask(1, "initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "bench", version: "1.0.0" },
  });
  child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  const taskList = await ask(2, "tools/call", { name: "task_list", arguments: { plan, limit: 1 } });
  const batchNext = await ask(3, "tools/call", { name: "batch_next", arguments: { plan, max: 1 } });
  child.stdin.end();
  await once(child, "close");
  return { initialize, task_list: taskList, "batch_next after it": batchNext };
}
