import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";

/** Where a server may end while it tells something. */
export const TELLING_SEAMS = ["before it is told", "after it was told"] as const;
export type TellingSeam = (typeof TELLING_SEAMS)[number];

const root = join(import.meta.dirname, "..", "..", "..");
let bundle: Promise<string> | undefined;

/** Node runs no TypeScript, so the process's script is bundled; inside node_modules, where it finds its packages. */
async function bundled(): Promise<string> {
  const folder = join(root, "node_modules", ".cache", "parallel-tests");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `telling-server-${process.pid}.mjs`);
  process.once("exit", () => rmSync(outfile, { force: true }));
  await build({
    entryPoints: [join(import.meta.dirname, "telling-server.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  return outfile;
}

/**
 * Servers of their own look for what is to be told, all at once.
 * @param seams one for each server: where it is killed; undefined: nowhere.
 * @returns how each ended: a signal's name or an exit code.
 */
export async function tell(
  folder: string,
  env: Readonly<Record<string, string>>,
  seams: readonly (TellingSeam | undefined)[],
): Promise<string[]> {
  bundle ??= bundled();
  const file = await bundle;
  const servers = seams.map((seam) => start(file, folder, env, seam));
  await Promise.all(servers.map(({ stdout }) => stdout && once(stdout, "data")));
  const ends = servers.map(async (server) => {
    const [code, signal] = (await once(server, "exit")) as [number | null, string | null];
    return signal ?? String(code);
  });
  for (const { stdin } of servers) stdin?.write("go\n");
  return Promise.all(ends);
}

function start(
  file: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  seam: TellingSeam | undefined,
): ChildProcess {
  const server = spawn(process.execPath, [file, folder, seam ?? ""], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void server.kill("SIGKILL"));
  return server;
}
