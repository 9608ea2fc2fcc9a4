// A server that takes one report and kills itself at one point of the delivery that follows: told by its arguments.

import { createContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { reportTask } from "../../../mcp-server/src/run/reporting/report-task.ts";
import type { Seam } from "./seam.ts";

const [directory = "", database = "", task = "", token = "", seam = ""] = process.argv.slice(2);

function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

const ctx = await createContext({
  directory,
  env: { PARALLEL_DATABASE_URL: database, HOME: directory },
  parentPid: process.ppid,
  pluginRoot: directory,
  now: Date.now,
});
const store = await ctx.graph();
if (!store) throw new Error("no graph");

const write = store.write.bind(store);
store.write = async (now, actor, work, ahead) => {
  // The server writes as "server" what it does by itself: here, that the branch has the commit.
  const completes = actor === "server";
  if (completes && seam === ("after the move" satisfies Seam)) await die();
  const result = await write(
    now,
    actor,
    async (writer) => {
      const done = await work(writer);
      if (completes && seam === ("in the second transaction" satisfies Seam)) writer.beforeCommit(die);
      return done;
    },
    ahead,
  );
  if (seam === ("after the first transaction" satisfies Seam)) await die();
  return result;
};

await reportTask(ctx, "main", undefined, {
  task,
  token,
  report: {
    outcome: "completed",
    summary: "Done.",
    evidence: [{ inspected: "the result" }],
    filesChanged: [],
    findings: [],
    notes: [],
  },
});
// It lives until the delivery kills it.
setInterval(() => undefined, 60_000);
