import { fleet } from "../fleet/main.ts";
import { liveRun } from "./live-run.ts";
import { runWithoutConversation } from "./run-without-conversation.ts";
import { scriptedRun } from "./scripted-run.ts";

/** The demo. `root` is the repository; returns the exit code. */
export async function demo(root: string, parameters: string[]): Promise<number> {
  const [mode, ...more] = parameters;
  if (mode === undefined) return scriptedRun(root);
  if (mode === "--run" && more.length === 0) return runWithoutConversation(root);
  if (mode === "--fleet" && more.length === 0) return fleet(root);
  if (mode === "--serve" && more.length === 0) return scriptedRun(root, { serve: true });
  if (mode === "--live" && more.length === 0) return liveRun(root);
  console.error("Usage: npm run demo              with a scripted model, without an account");
  console.error("       npm run demo -- --serve   the same, with a page to watch it in a browser");
  console.error("       npm run demo -- --run     the same by parallel run, without any conversation");
  console.error(
    "       npm run demo -- --fleet   workers of two vendors on two machines, one of which is killed",
  );
  console.error("       npm run demo -- --live    with your own Claude Code");
  return 2;
}
