import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { database } from "../../mcp-server/src/doctor/database.ts";
import { doctorInputOf } from "../../mcp-server/src/doctor/doctor-input.ts";
import { prepareExamination } from "../../mcp-server/src/doctor/examination.ts";
import type { Check, CheckResult } from "../../mcp-server/src/doctor/finding.ts";
import { plans } from "../../mcp-server/src/doctor/plans.ts";
import { asAdmin, freshDatabase, postgres, stopPostgresAfterAll } from "../store/databases.ts";

stopPostgresAfterAll();
const folder = mkdtempSync(join(tmpdir(), "parallel-doctor-test-"));
execFileSync("git", ["init", "--quiet"], { cwd: folder });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PASSWORD = /s3cret/;

/** What the checks see of the graph at an address. */
async function look(url: string, ...checks: Check[]): Promise<CheckResult[]> {
  const env = {
    PATH: process.env.PATH,
    CLAUDE_CONFIG_DIR: join(folder, "nobody"),
    PARALLEL_DATABASE_URL: url,
  };
  const examination = await prepareExamination(doctorInputOf(folder, env, folder, Date.now()));
  try {
    const results: CheckResult[] = [];
    for (const check of checks) results.push(await check.look(examination));
    expect(JSON.stringify(results)).not.toMatch(PASSWORD);
    return results;
  } finally {
    if (examination.graph.state === "open") await examination.graph.inspection.close();
  }
}

describe("parallel doctor on PostgreSQL", () => {
  it("parallel doctor on PostgreSQL finds nothing wrong with an empty database, and makes nothing in it", async () => {
    const fresh = await freshDatabase("postgres");
    const [seen, listed] = await look(fresh.url, database, plans);
    expect(seen).toEqual({
      seen: expect.stringMatching(/^PostgreSQL \d+\.\d+.*, no graph yet, at postgres:\/\/admin@127/),
      findings: [],
    });
    expect(listed?.skipped).toBe(true);
    const schemas = await asAdmin(fresh.url, "select 1 from pg_namespace where nspname = 'parallel'");
    expect(schemas).toEqual([]);
  });

  it("parallel doctor on PostgreSQL reads a graph that is there, and upgrades nothing", async () => {
    const fresh = await freshDatabase("postgres");
    await fresh.open();
    await fresh.query("update meta set value = '1.0' where key = 'schema'");
    const [seen, listed] = await look(fresh.url, database, plans);
    expect(seen).toEqual({ seen: expect.stringContaining(", graph 1.0, at "), findings: [] });
    expect(listed).toEqual({ seen: "0 plans", findings: [] });
    expect(await fresh.query("select value from meta")).toEqual([{ value: "1.0" }]);
  });

  it("parallel doctor on PostgreSQL finds a server that cannot be reached, and a user that is not let in", async () => {
    const { url } = await postgres();
    const elsewhere = new URL(url);
    elsewhere.port = "1";
    const [unreachable] = await look(elsewhere.href, database);
    expect(unreachable?.findings).toEqual([
      {
        level: "wrong",
        problem: expect.stringMatching(/^PostgreSQL at 127\.0\.0\.1:1 cannot be reached/),
        remedy: expect.stringMatching(/^Start it, or correct host and port/),
      },
    ]);
    const refused = new URL(url);
    refused.password = "s3cret-but-wrong";
    const [stranger] = await look(refused.href, database);
    expect(stranger?.findings).toMatchObject([
      {
        problem: expect.stringMatching(/does not let the user admin in/),
        remedy: expect.stringMatching(/^Correct user/),
      },
    ]);
  });

  it("parallel doctor on PostgreSQL finds a graph of a newer major version", async () => {
    const fresh = await freshDatabase("postgres");
    await fresh.open();
    await fresh.query("update meta set value = '2.0' where key = 'schema'");
    const [seen] = await look(fresh.url, database);
    expect(seen?.findings).toMatchObject([
      {
        problem: expect.stringMatching(/version 2\.x/),
        remedy: expect.stringMatching(/claude plugin update/),
      },
    ]);
  });

  it("parallel doctor on PostgreSQL finds a database that is read-only", async () => {
    const fresh = await freshDatabase("postgres");
    const name = new URL(fresh.url).pathname.slice(1);
    await asAdmin(fresh.url, `alter database ${name} set default_transaction_read_only = on`);
    const [seen] = await look(fresh.url, database);
    expect(seen?.findings).toMatchObject([
      {
        problem: expect.stringMatching(/is read-only/),
        remedy: expect.stringMatching(/^Name the primary server/),
      },
    ]);
  });
});
