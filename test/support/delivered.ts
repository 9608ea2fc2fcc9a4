import { setTimeout as sleep } from "node:timers/promises";
import type { ToolClient } from "./tool-client.ts";

/** Waits until nothing of a plan is on its way onto a branch. */
export async function delivered(server: ToolClient, plan: string): Promise<void> {
  for (;;) {
    const { plans } = await server.call("task_list", { plan, limit: 1 });
    if ((plans[0]?.counts.delivering ?? 0) === 0) return;
    await sleep(5);
  }
}
