import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { hookInput } from "../../../mcp-server/src/hooks/hook-event.ts";
import { onPreToolUse } from "../../../mcp-server/src/hooks/pre-tool-use.ts";
import { claimTask } from "../../../mcp-server/src/run/claims/claim-task.ts";
import { createPlan } from "../../../mcp-server/src/run/edits/create-plan.ts";
import { listTasks } from "../../../mcp-server/src/run/edits/list-tasks.ts";
import {
  createContext,
  type OpenContext,
  type RunContext,
} from "../../../mcp-server/src/run/project/run-context.ts";
import { reportTask } from "../../../mcp-server/src/run/reporting/report-task.ts";
import { SessionMemory } from "../../../mcp-server/src/run/session/session.ts";
import { asAdmin, databaseUrl, postgres, stopPostgresAfterAll } from "../../store/databases.ts";
import { PostgresProxy } from "../../store/postgres-proxy.ts";
import { put, repository } from "../../support/checkout.ts";

stopPostgresAfterAll();

const ROOT = join(import.meta.dirname, "..", "..", "..");
const task = (id: string) => ({ id, subject: id, description: "Do it.", writes: [`src/${id}.ts`] });

/** A plan of three tasks in a git repository, whose graph lies behind a proxy. */
async function graphBehindProxy(): Promise<{ ctx: OpenContext; proxy: PostgresProxy; folder: string }> {
  const { url } = await postgres();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(url, `create database ${name}`);
  const proxy = await PostgresProxy.start(databaseUrl(url, name));
  const folder = await repository();
  const env = { PARALLEL_DATABASE_URL: proxy.url };
  const ctx = await createContext({
    directory: folder,
    env,
    parentPid: process.pid,
    pluginRoot: ROOT,
    now: Date.now,
  });
  onTestFinished(async () => {
    await ctx.close();
    await proxy.stop();
    await asAdmin(url, `drop database ${name} with (force)`);
  });
  await createPlan(ctx, "main", { plan: "shop", tasks: ["1", "2", "3"].map(task) });
  return { ctx, proxy, folder };
}

async function claim(ctx: RunContext, agentId?: string): Promise<{ task: string; token: string }> {
  const { claim: claimed } = await claimTask(ctx, "main", agentId, { plan: "shop", worker: "w" });
  if (!claimed) throw new Error("nothing to claim");
  return claimed;
}

function report(ctx: RunContext, { task: name, token }: { task: string; token: string }, agentId?: string) {
  return reportTask(ctx, "main", agentId, {
    task: name,
    token,
    report: {
      outcome: "completed",
      summary: "Done.",
      evidence: [{ command: "npm test", exitCode: 0, result: "ok" }],
      filesChanged: [`src/${name.split("/")[1]}.ts`],
      findings: [],
      notes: [],
    },
  });
}

it("a claim and a report take at most four round trips to PostgreSQL under the lock", async () => {
  const { ctx, proxy, folder } = await graphBehindProxy();
  let claimed = { task: "", token: "" };
  const claiming = await proxy.underLock(async () => {
    claimed = await claim(ctx, "a1");
  });
  put(folder, { "src/1.ts": "one" });
  const reporting = await proxy.underLock(() => report(ctx, claimed, "a1"));
  for (const statements of [claiming, reporting]) {
    expect(
      statements.map(({ sql }) => sql.slice(0, 60)).length,
      JSON.stringify(statements),
    ).toBeLessThanOrEqual(4);
    expect(statements.at(0)?.sql).toContain("pg_advisory_xact_lock");
    expect(statements.at(-1)?.sql).toBe("commit");
  }
});

it("a claim reads what its brief needs as it is written, so it takes no transaction of its own", async () => {
  const { ctx, proxy } = await graphBehindProxy();
  await report(ctx, await claim(ctx, "a1"), "a1");
  const claiming = await proxy.during(() => claim(ctx, "a1"));
  expect(claiming.filter(({ sql }) => sql.startsWith("begin"))).toHaveLength(2);
  expect(claiming.at(-1)?.sql).toBe("commit");
  expect(claiming.filter(({ sql }) => /pg_advisory_xact_lock/.test(sql))).toHaveLength(1);
});

it("reading takes no lock, and nothing needs a session of the database", async () => {
  const { ctx, proxy } = await graphBehindProxy();
  await report(ctx, await claim(ctx));
  const reading = await proxy.during(() => listTasks(ctx, { plan: "shop", limit: 10 }));
  expect(reading.filter(({ sql }) => /advisory|for update/i.test(sql))).toEqual([]);
  // A pooler gives every transaction another session: what one leaves behind in it would reach strangers.
  expect(proxy.roundTrips.filter(({ statementName }) => statementName !== "")).toEqual([]);
  const leaving = /^\s*(set|reset|listen|prepare|declare)\b|pg_advisory_lock|create temp|'(,\s*)false\)/i;
  expect(proxy.roundTrips.filter(({ sql }) => leaving.test(sql))).toEqual([]);
});

it("the tool call of an agent reads once; without a claim it only looks whether the graph has changed", async () => {
  const { ctx, proxy, folder } = await graphBehindProxy();
  const session = new SessionMemory(true);
  const write = (agent: string, path: string) =>
    onPreToolUse(
      ctx,
      session,
      hookInput.parse({
        event: "PreToolUse",
        agent,
        tool: "Write",
        input: JSON.stringify({ file_path: join(folder, path) }),
      }),
    );
  const transactions = async (work: () => Promise<unknown>) =>
    (await proxy.during(work)).filter(({ sql }) => sql.startsWith("begin")).length;
  await claim(ctx, "a1");
  await claim(ctx, "a2");

  expect(await transactions(() => write("a1", "src/1.ts"))).toBe(1);
  // A grant and a refusal are written.
  expect(await transactions(() => write("a1", "README.md"))).toBe(2);
  expect(await transactions(() => write("a1", "src/2.ts"))).toBe(2);

  await write("stranger", "src/1.ts");
  const look = await proxy.during(() => write("stranger", "src/1.ts"));
  expect(look.map(({ sql }) => sql)).toEqual([expect.stringContaining("max(")]);
  await claim(ctx, "a3");
  expect(await transactions(() => write("stranger", "src/1.ts"))).toBe(1);
});
