import { expireClaims } from "../attempts/expire-claims.ts";
import { recordChangesOfEndedAttempts } from "../checkout-watch/record-changes.ts";
import { deliverLeftBehind } from "../delivery/deliver-waiting.ts";
import { forgetOldKept } from "../effects/forget-kept.ts";
import { changeGraph } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";

/** What a crashed session left behind is free as soon as the next one starts. */
export async function sweepOnStart(run: RunContext): Promise<void> {
  const store = await run.graph();
  if (store) {
    await changeGraph(run, store, "server", expireClaims);
    void deliverLeftBehind(run, store).catch(() => undefined);
  }
  await recordChangesOfEndedAttempts(run);
  await forgetOldKept(run);
}
