import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { bundledScript } from "../../support/bundled-script.ts";

/** Where a server may end while it tells something. */
export const TELLING_SEAMS = ["before it is told", "after it was told"] as const;
export type TellingSeam = (typeof TELLING_SEAMS)[number];

const SCRIPT = join(import.meta.dirname, "telling-server.ts");

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
  const file = await bundledScript(SCRIPT);
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
