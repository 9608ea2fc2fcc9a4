import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { Machine } from "./machine.ts";

const FAULT_EVERY_MS = 3_000;

/**
 * The network of a machine: always slow, and now and then worse.
 * @param end by `performance.now()`; then all is well.
 */
export async function disturb({ database, remote }: Machine, random: Random, end: number): Promise<void> {
  database.maxDelayMs = 10;
  remote.maxDelayMs = 30;
  remote.breaking = 0.1;
  for (;;) {
    const leftMs = end - performance.now();
    await sleep(Math.max(0, Math.min(leftMs, FAULT_EVERY_MS * (0.5 + random.next()))));
    if (performance.now() >= end) break;
    const proxy = random.pick([database, remote]);
    const kind = random.next();
    if (kind < 0.5) proxy.cut();
    else if (kind < 0.8) await proxy.hold(random.between(200, 3_000));
    else await proxy.down(random.between(200, 4_000));
  }
  for (const proxy of [database, remote]) {
    proxy.maxDelayMs = 0;
    proxy.breaking = 0;
  }
}
