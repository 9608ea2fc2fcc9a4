import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKOUT } from "../plugin/checkout.ts";
import { type ConformanceTools, fetchTools, runScenario } from "./conformance-tools.ts";
import { type HttpEntry, serveHttp } from "./http-entry.ts";

/**
 * The scenarios that apply to any server. The others call fixtures by name (tools, prompts and resources of the
 * tool's own reference server), or look at sessions, which this server has none of over HTTP.
 */
const SCENARIOS: readonly {
  readonly revision: string;
  readonly scenario: string;
  /** Checks that need a fixture, and which: they must fail, so that none is exempt without need. */
  readonly exempt?: Readonly<Record<string, string>>;
}[] = [
  { revision: "2025-11-25", scenario: "server-initialize" },
  { revision: "2025-11-25", scenario: "ping" },
  { revision: "2025-11-25", scenario: "tools-list" },
  { revision: "2025-11-25", scenario: "prompts-list" },
  { revision: "2025-11-25", scenario: "dns-rebinding-protection" },
  { revision: "2026-07-28", scenario: "tools-list" },
  { revision: "2026-07-28", scenario: "dns-rebinding-protection" },
  { revision: "2026-07-28", scenario: "http-header-validation" },
  { revision: "2026-07-28", scenario: "server-sse-multiple-streams" },
  { revision: "2026-07-28", scenario: "sep-2164-resource-not-found" },
  {
    revision: "2026-07-28",
    scenario: "server-stateless",
    exempt: {
      "sep-2575-server-rejects-undeclared-capability": "the tool test_missing_capability",
      "sep-2575-missing-capability-http-400": "the tool test_missing_capability",
    },
  },
  {
    revision: "2026-07-28",
    scenario: "caching",
    exempt: {
      "sep-2549-resources-list-caching-hints": "resources",
      "sep-2549-resources-templates-list-caching-hints": "resource templates",
    },
  },
];

let folder: string;
let tools: ConformanceTools;
let entry: HttpEntry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parallel-conformance-"));
  tools = await fetchTools(folder);
  entry = await serveHttp(folder);
});

afterAll(async () => {
  await entry?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("over HTTP, the scenario", () => {
  it.each(SCENARIOS)("$scenario of $revision passes", async ({ revision, scenario, exempt = {} }) => {
    const checks = await runScenario(tools, entry.url, revision, scenario, folder);
    const having = (status: string) => checks.filter((check) => check.status === status);
    console.log(
      `${revision} ${scenario}: ${having("SUCCESS").length} passed, ${having("WARNING").length} warnings, ${having("FAILURE").length} failed (${Object.keys(exempt).length} for want of a fixture), ${having("SKIPPED").length} skipped`,
    );
    expect(having("FAILURE").map(({ id }) => id)).toEqual(Object.keys(exempt));
    expect(having("SUCCESS").length, "a scenario that checks nothing proves nothing").toBeGreaterThan(0);
  });
});

describe("over stdio, the inspector in strict mode", () => {
  it.each(["legacy", "modern"])("finds nothing in the tools of the %s era", async (era) => {
    const done = await execa(
      tools.node,
      [
        ...[tools.inspector, "--cli", "--protocol-era", era, "--method", "tools/list", "--strict"],
        ...[process.execPath, join(CHECKOUT, "mcp-server", "dist", "server.js")],
      ],
      { cwd: folder, reject: false },
    );
    expect(done.stderr).toBe("");
    expect(done.exitCode).toBe(0);
    expect((JSON.parse(done.stdout) as { tools: unknown[] }).tools).toHaveLength(12);
    console.log(`inspector --strict, ${era} era: clean`);
  });
});
