import type { RunContext } from "../run/context.ts";
import { exportLedger } from "../run/report-plan.ts";

/** Writes the ledger of a plan and says where. */
export async function exportCommand(
  ctx: RunContext,
  plan: string,
  options: { json?: boolean },
): Promise<number> {
  const { written, keptAside } = await exportLedger(ctx, plan);
  const aside =
    keptAside === undefined ? "" : `The ledger that was edited by hand is kept as ${keptAside}.\n`;
  process.stdout.write(
    options.json ? `${JSON.stringify({ written, keptAside })}\n` : `${aside}Written: ${written}\n`,
  );
  return 0;
}
