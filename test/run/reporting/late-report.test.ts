import { expect, it } from "vitest";
import { expireClaims } from "../../../mcp-server/src/run/attempts/expire-claims.ts";
import { deliveriesEnded } from "../../../mcp-server/src/run/delivery/deliver-waiting.ts";
import { changeGraph } from "../../../mcp-server/src/run/plan/plan-transaction.ts";
import { createContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { reportTask } from "../../../mcp-server/src/run/reporting/report-task.ts";
import { put, repository, task } from "../../support/checkout.ts";
import { emptyEnvironment } from "../../support/temporary-folder.ts";
import { claimNow, fileAt, startServer } from "../../support/worktrees.ts";

it("an attempt that is lost while its report comes in, and goes on by that, is not completed without its work", async () => {
  const folder = await repository();
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const server = await startServer(folder, { now });
  await server.call("plan_create", { plan: "p", tasks: [task("1", { isolation: "worktree" })] });
  const { folder: place, token } = await claimNow(server, "p", "1");
  put(place, { "src/1.ts": "one\n" });
  await server.close();

  const env = emptyEnvironment();
  const ctx = await createContext({
    directory: folder,
    env,
    parentPid: process.pid,
    pluginRoot: folder,
    now,
  });
  const store = await ctx.graph();
  if (!store) throw new Error("no graph");
  const read = store.read.bind(store);
  store.read = async (...given) => {
    const seen = await read(...given);
    // Once the report has found its attempt running, others end it.
    if (aheadMs === 0) {
      aheadMs = 3_600_000;
      await changeGraph(ctx, store, "server", expireClaims);
    }
    return seen;
  };
  const report = {
    ...({ outcome: "completed", summary: "Done.", evidence: [{ inspected: "it" }] } as const),
    ...{ filesChanged: ["src/1.ts"], findings: [], notes: [] },
  };
  const answer = await reportTask(ctx, "main", undefined, { task: "p/1", token, report });
  expect(answer.status).toBe("delivering");
  await deliveriesEnded(ctx);
  expect(await fileAt(folder, "parallel/p", "src/1.ts")).toBe("one\n");
  await ctx.close();
});
