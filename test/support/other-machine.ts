import { spawnSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const PRELOAD = pathToFileURL(join(import.meta.dirname, "..", "stress", "machines", "other-machine.mjs"));
const NAMED = 'hostname "$0" && exec "$@"';

/**
 * What stands before a command that runs on a machine of this name: a namespace of the kernel, and where there is none to
 * be had, a process that is told so when it asks.
 * @param network whether it has a network of its own, in which nothing of this machine's is reached.
 */
export function onMachine(name: string, network: "own" | "shared"): readonly string[] {
  const kinds = ["--map-root-user", "--uts", ...(network === "own" ? ["--net"] : [])];
  const command = ["unshare", ...kinds, "sh", "-c", NAMED, name];
  if (spawnSync(command[0] ?? "", [...command.slice(1), "true"]).status === 0) return command;
  console.warn(`${name} is a name only: no namespaces can be made here`);
  return ["env", `MACHINE_NAME=${name}`, `NODE_OPTIONS=--import=${PRELOAD.href}`];
}

/** The address of a database for a machine with a network of its own: a socket in a folder, which leads there. */
export async function fromOutside(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  const folder = temporaryFolder();
  const relay = createServer((inner) => {
    const outer = connect(Number(url.port), url.hostname);
    inner.pipe(outer).pipe(inner);
    for (const end of [inner, outer]) end.on("error", () => inner.destroy() && outer.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(join(folder, `.s.PGSQL.${url.port}`), resolve));
  onTestFinished(() => void relay.close());
  url.searchParams.set("host", folder);
  return url.href;
}
