import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Prompts } from "./prompts/prompts.ts";
import { buildServer } from "./server.ts";
import type { Service } from "./service.ts";
import { AnsweringTransport } from "./stdio.ts";

let loaded: Promise<Service> | undefined;

async function prompts(): Promise<Prompts> {
  const { Prompts, PROMPTS_ROOT } = await import("./prompts/prompts.ts");
  return new Prompts(PROMPTS_ROOT);
}

/** One service for the process, also when the host probes the protocol with an instance that it throws away. */
function service(): Promise<Service> {
  loaded ??= import("./service.ts").then(({ PLUGIN_ROOT, Service }) => {
    const service = new Service({
      directory: process.env.CLAUDE_PROJECT_DIR || undefined,
      env: process.env,
      parentPid: process.ppid,
      pluginRoot: PLUGIN_ROOT,
      now: Date.now,
      inputEnded: inputEnded.signal,
    });
    service.watchClock();
    return service;
  });
  return loaded;
}

/** How often it is looked whether the client is still there. */
const PARENT_CHECK_MS = 5_000;
/** How long calls that are under way may take to be answered once the input has ended. */
const MAX_ANSWERING_MS = 30_000;
/** The same after a signal: whoever sent it waits, and may kill the process, which every call survives. */
const MAX_ANSWERING_AFTER_SIGNAL_MS = 5_000;

const parent = process.ppid;
const inputEnded = new AbortController();
const { transport, stopReading } = AnsweringTransport.over(process.stdin, process.stdout, () => {
  exitAfter(MAX_ANSWERING_MS);
  inputEnded.abort();
});
/** Claude Code sets this for the servers of a plugin, and has the plugin's commands. */
const hasCommands = Boolean(process.env.CLAUDE_PLUGIN_ROOT);

serveStdio(() => buildServer({ service, prompts }, hasCommands), { transport });

// The end of input is the usual sign; a client that was killed may leave the pipe open in a child of its own.
setInterval(() => process.ppid !== parent && process.exit(0), PARENT_CHECK_MS).unref();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    exitAfter(MAX_ANSWERING_AFTER_SIGNAL_MS);
    stopReading();
  });
}
void transport.closed.then(async () => {
  exitAfter(MAX_ANSWERING_AFTER_SIGNAL_MS);
  // A service that could not be loaded, or a graph that cannot be let go, must not keep the process.
  await loaded?.then((service) => service.close()).catch(() => undefined);
  process.stdout.write("", () => process.exit(0));
});

function exitAfter(ms: number): void {
  setTimeout(() => {
    const words = `The server ended although not everything was answered within ${ms / 1_000} s.\n`;
    process.stderr.write(words, () => process.exit(0));
  }, ms);
}
