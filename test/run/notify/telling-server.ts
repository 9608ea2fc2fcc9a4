// A server that tells what is to be told in a graph, and ends when that is done, or kills itself at one point of it.

import { Notifier } from "../../../mcp-server/src/run/notify/notifier.ts";
import { createContext } from "../../../mcp-server/src/run/project/run-context.ts";
import type { TellingSeam } from "./telling-servers.ts";

const [directory = "", seam = ""] = process.argv.slice(2);

function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

const ctx = await createContext({
  directory,
  env: process.env,
  parentPid: process.ppid,
  pluginRoot: directory,
  now: Date.now,
});
const store = await ctx.graph();
if (!store) throw new Error("no graph");

let writes = 0;
const write = store.write.bind(store);
store.write = async (...given) => {
  writes += 1;
  // The first takes the right to tell, the second says that it is done.
  if (writes === 2 && seam === ("after it was told" satisfies TellingSeam)) await die();
  const result = await write(...given);
  if (writes === 1 && seam === ("before it is told" satisfies TellingSeam)) await die();
  return result;
};

// All begin at once when the last of them is there.
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
await new Notifier(ctx).close();
await ctx.close();
process.exit(0);
