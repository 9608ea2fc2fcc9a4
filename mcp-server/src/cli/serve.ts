import { once } from "node:events";
import { join } from "node:path";
import { CallerError } from "../errors/caller-error.ts";
import { openPage } from "../host/desktop/open-page.ts";
import { readPlan } from "../run/plan/plan-view.ts";
import type { OpenContext } from "../run/project/run-context.ts";
import { type Editor, usualEditor } from "../serve/editor-link.ts";
import { PageServer } from "../serve/http-server.ts";
import { readPageFiles } from "../serve/page-files.ts";

/** Without anybody who looks it ends by itself after so long. */
const IDLE_MS = 30 * 60_000;
const LOOK_MS = 30_000;

export interface ServeOptions {
  readonly port: number;
  readonly open: boolean;
  readonly keep?: boolean;
  readonly readOnly?: boolean;
  readonly allowHost: readonly string[];
  readonly editor?: Editor;
}

/**
 * Serves the page until it is ended by a key or a signal, or nobody has looked for half an hour.
 * @param contexts this checkout, and others whose plans are shown as well.
 * @param plan which is shown first.
 * @throws CallerError for an unknown plan, a port that is taken, or a page that is not there.
 */
export async function serveCommand(
  contexts: readonly [OpenContext, ...OpenContext[]],
  plan: string | undefined,
  options: ServeOptions,
  pluginRoot: string,
): Promise<void> {
  const [ctx] = contexts;
  const store = await ctx.graph();
  if (plan !== undefined && store) await readPlan(ctx, store, plan);
  const server = await start(contexts, options, pluginRoot);
  const end = new AbortController();
  const stop = () => end.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  const link = server.link(plan);
  process.stdout.write(`${link}\nThe link opens the page once, within two minutes.\n`);
  if (options.open) openPage(link, { platform: process.platform, env: process.env });
  const idle = setInterval(() => {
    if (!options.keep && server.idleMs > IDLE_MS) stop();
  }, LOOK_MS);
  const forgetKeys = onKeys({
    o: () => process.stdout.write(`${server.link(plan)}\n`),
    q: stop,
    "\x03": stop,
  });
  if (!end.signal.aborted) await once(end.signal, "abort");
  clearInterval(idle);
  forgetKeys();
  await server.close();
  await Promise.all(contexts.map((context) => context.close()));
}

async function start(
  contexts: readonly [OpenContext, ...OpenContext[]],
  { port, allowHost, readOnly = false, editor = usualEditor(process.env) }: ServeOptions,
  pluginRoot: string,
): Promise<PageServer> {
  const files = readPageFiles(join(pluginRoot, "mcp-server", "dist", "page"));
  const allowedHosts = new Set(allowHost.map((name) => name.toLowerCase()));
  try {
    return await PageServer.start({ contexts, files, port, allowedHosts, readOnly, editor });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new CallerError(
      "bad_input",
      `Port ${port} is taken.`,
      "Name another one, or none: then any that is free is used.",
      "--port",
    );
  }
}

/** Single keys of a terminal. @returns what ends it. */
function onKeys(keys: Readonly<Record<string, () => void>>): () => void {
  const { stdin } = process;
  if (!stdin.isTTY || !process.stdout.isTTY) return () => undefined;
  process.stdout.write("o prints a fresh link, q ends it.\n");
  const onData = (data: Buffer) => keys[data.toString("utf8")]?.();
  stdin.setRawMode(true);
  stdin.on("data", onData);
  return () => {
    stdin.off("data", onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
