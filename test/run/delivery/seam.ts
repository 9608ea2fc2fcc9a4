import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { bundledScript } from "../../support/bundled-script.ts";
import type { Claimed } from "../../support/worktrees.ts";

/** Where a server may end while it brings the commit of a report onto its branch. */
export const SEAMS = ["after the first transaction", "after the move", "in the second transaction"] as const;
export type Seam = (typeof SEAMS)[number];

const SCRIPT = join(import.meta.dirname, "dying-server.ts");

/** Reports the task to a server of its own, which is killed there. @returns how it ended. */
export async function reportAndDie(
  folder: string,
  database: string,
  { task, token }: Pick<Claimed, "task" | "token">,
  seam: Seam,
): Promise<string> {
  const child = spawn(process.execPath, [await bundledScript(SCRIPT), folder, database, task, token, seam], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal ?? String(code);
}
