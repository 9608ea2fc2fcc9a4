import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { launchFor, report, repository, task } from "./checkout.ts";
import { graphOf, query } from "./graph-file.ts";
import { ParallelServer } from "./parallel-server.ts";
import { agentStops, launches, TranscriptHome } from "./transcript-home.ts";

/** A server of a session with transcripts, and a plan of independent tasks whose first batch is launched. */
export async function measuredPlan(
  ids: string[],
  policy: Record<string, unknown> = {},
  {
    prices,
    model = "",
    task: fields = {},
  }: {
    readonly prices?: object;
    readonly model?: string;
    readonly task?: Readonly<Record<string, unknown>>;
  } = {},
) {
  const folder = await repository();
  const host = new TranscriptHome();
  host.model = model;
  if (prices) {
    const own = join(host.home, ".claude", "parallel");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "prices.json"), JSON.stringify(prices));
  }
  const server = await ParallelServer.start(folder, { env: host.env });
  const tasks = ids.map((id) => task(id, fields));
  await server.call("plan_create", { plan: "p", tasks, policy });
  host.says(host.main, 50_000);
  const { launch } = await server.call("batch_next", { plan: "p" });
  for (const item of launch) await launches(server, `a${item.task}`, item);
  return { folder, host, server, launch, path: graphOf(folder) };
}

export type Running = Awaited<ReturnType<typeof measuredPlan>>;

/** The agent of a task says what uses so many tokens, reports and ends. */
export async function finishes(
  { host, server, launch, path }: Running,
  id: string,
  output: number,
): Promise<void> {
  const file = host.agent(`a${id}`);
  host.says(file, output);
  await report(server, "p", launchFor(launch, id));
  await agentStops(server, `a${id}`, file);
  await expect.poll(() => usageIn(path, id)).toMatchObject({ output });
}

/** What the graph says of the task's last attempt. */
export function usageIn(path: string, id: string): unknown {
  const [row] = query(path, `select usage from claims where task_id = '${id}' order by id desc limit 1`);
  return typeof row?.usage === "string" ? JSON.parse(row.usage) : undefined;
}
