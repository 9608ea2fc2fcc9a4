import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { buildServer } from "./server.ts";
import type { Service } from "./service.ts";

let loaded: Promise<Service> | undefined;

/** One service for the process, also when the host probes the protocol with an instance that it throws away. */
function service(): Promise<Service> {
  loaded ??= import("./service.ts").then(
    ({ PLUGIN_ROOT, Service }) =>
      new Service({
        directory: process.env.CLAUDE_PROJECT_DIR || process.cwd(),
        env: process.env,
        parentPid: process.ppid,
        pluginRoot: PLUGIN_ROOT,
        now: Date.now,
      }),
  );
  return loaded;
}

/** Claude Code sets this for the servers of a plugin, and has the plugin's commands. */
const hasCommands = Boolean(process.env.CLAUDE_PLUGIN_ROOT);

serveStdio(() => buildServer(service, hasCommands));
/** How often it is looked whether the client is still there. */
const PARENT_CHECK_MS = 5_000;
const parent = process.ppid;

// The end of input is the usual sign; a client that was killed may leave the pipe open in a child of its own.
setInterval(() => process.ppid !== parent && process.exit(0), PARENT_CHECK_MS).unref();
process.stdin.on("end", () => process.exit(0));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(0));
