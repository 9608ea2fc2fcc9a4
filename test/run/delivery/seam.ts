import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { Claimed } from "../../support/worktrees.ts";

/** Where a server may end while it brings the commit of a report onto its branch. */
export const SEAMS = ["after the first transaction", "after the move", "in the second transaction"] as const;
export type Seam = (typeof SEAMS)[number];

const root = join(import.meta.dirname, "..", "..", "..");
let bundle: Promise<string> | undefined;

/** Node runs no TypeScript, so the process's script is bundled; inside node_modules, where it finds its packages. */
async function bundled(): Promise<string> {
  const folder = join(root, "node_modules", ".cache", "parallel-tests");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `dying-server-${process.pid}.mjs`);
  process.once("exit", () => rmSync(outfile, { force: true }));
  await build({
    entryPoints: [join(import.meta.dirname, "dying-server.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  return outfile;
}

/** Reports the task to a server of its own, which is killed there. @returns how it ended. */
export async function reportAndDie(
  folder: string,
  database: string,
  { task, token }: Pick<Claimed, "task" | "token">,
  seam: Seam,
): Promise<string> {
  bundle ??= bundled();
  const child = spawn(process.execPath, [await bundle, folder, database, task, token, seam], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal ?? String(code);
}
