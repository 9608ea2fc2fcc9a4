// import:node:events in cli/serve.mjs
import { once } from "node:events";

// import:node:path in cli/serve.mjs
import { join } from "node:path";

// import:errors.mjs in cli/serve.mjs
import { CallerError } from "../errors.mjs";

// import:host/desktop/open-page.mjs in cli/serve.mjs
import { openPage } from "../host/desktop/open-page.mjs";

// import:run/plan.mjs in cli/serve.mjs
import { readPlan } from "../run/plan.mjs";

// import:serve/editor-link.mjs in cli/serve.mjs
import { usualEditor } from "../serve/editor-link.mjs";

// import:serve/http-server.mjs in cli/serve.mjs
import { PageServer } from "../serve/http-server.mjs";

// import:serve/page-files.mjs in cli/serve.mjs
import { readPageFiles } from "../serve/page-files.mjs";

// mcp-server/src/cli/serve.ts
var IDLE_MS = 30 * 6e4;
var LOOK_MS = 3e4;
async function serveCommand(contexts, plan, options, pluginRoot) {
  const [ctx] = contexts;
  const store = await ctx.graph();
  if (plan !== void 0 && store) await readPlan(ctx, store, plan);
  const server = await start(contexts, options, pluginRoot);
  const end = new AbortController();
  const stop = () => end.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, stop);
  const link = server.link(plan);
  process.stdout.write(`${link}
The link opens the page once, within two minutes.
`);
  if (options.open) openPage(link, { platform: process.platform, env: process.env });
  const idle = setInterval(() => {
    if (!options.keep && server.idleMs > IDLE_MS) stop();
  }, LOOK_MS);
  const forgetKeys = onKeys({
    o: () => process.stdout.write(`${server.link(plan)}
`),
    q: stop,
    "": stop
  });
  if (!end.signal.aborted) await once(end.signal, "abort");
  clearInterval(idle);
  forgetKeys();
  await server.close();
  await Promise.all(contexts.map((context) => context.close()));
}
async function start(contexts, { port, allowHost, readOnly = false, editor = usualEditor(process.env) }, pluginRoot) {
  const files = readPageFiles(join(pluginRoot, "mcp-server", "dist", "page"));
  const allowedHosts = new Set(allowHost.map((name) => name.toLowerCase()));
  try {
    return await PageServer.start({ contexts, files, port, allowedHosts, readOnly, editor });
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    throw new CallerError(
      "bad_input",
      `Port ${port} is taken.`,
      "Name another one, or none: then any that is free is used.",
      "--port"
    );
  }
}
function onKeys(keys) {
  const { stdin } = process;
  if (!stdin.isTTY || !process.stdout.isTTY) return () => void 0;
  process.stdout.write("o prints a fresh link, q ends it.\n");
  const onData = (data) => keys[data.toString("utf8")]?.();
  stdin.setRawMode(true);
  stdin.on("data", onData);
  return () => {
    stdin.off("data", onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
export {
  serveCommand
};
