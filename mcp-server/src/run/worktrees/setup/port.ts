import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readlink, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { CallerError } from "../../../errors/caller-error.ts";

/** Below those that the systems give to connections by themselves. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** Names the variable in which commands find the port of their worktree. */
export const PORT_VARIABLE = "PARALLEL_PORT";

/**
 * A port of the loopback address for a worktree alone: nobody listens there now, and no other worktree of this user on
 * this machine has it as long as this one is there. It is the same one again as far as that is possible.
 * @param worktree a real path.
 * @throws CallerError when all are taken
 */
export async function reservePort(worktree: string): Promise<number> {
  // A link per port, to the worktree that has it: making one succeeds once, and it dangles when the worktree is gone.
  const folder = join(tmpdir(), `parallel-ports-${userInfo().uid}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const start = createHash("sha256").update(worktree).digest().readUInt32BE() % PORTS;
  for (let n = 0; n < PORTS; n++) {
    const port = FIRST_PORT + ((start + n) % PORTS);
    const reservation = join(folder, String(port));
    if (!(await isReserved(reservation, worktree))) continue;
    if (await isFree(port)) return port;
    await rm(reservation, { force: true });
  }
  throw new CallerError("wrong_state", "No port is free for another worktree.", "End programs that listen.");
}

/** Reserves it, unless a worktree that is there has it. */
async function isReserved(reservation: string, worktree: string): Promise<boolean> {
  const holder = await readlink(reservation).catch(() => undefined);
  if (holder === worktree) return true;
  if (holder !== undefined && existsSync(holder)) return false;
  if (holder !== undefined) await rm(reservation, { force: true });
  try {
    await symlink(worktree, reservation, "junction");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
