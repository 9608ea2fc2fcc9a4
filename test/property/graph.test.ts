import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openSqlite } from "../../mcp-server/src/store/sqlite.ts";
import { integrityOf } from "../server/graph-file.ts";
import { rebuildFromLog, tablesOf } from "../store/rebuilt-graph.ts";
import { budget } from "./budget.ts";
import { breakdown, commands, Import, policy } from "./commands.ts";
import { Model } from "./model.ts";
import { endOwners, World } from "./world.ts";

let folder: string;
let template: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parallel-property-"));
  template = join(folder, "template.sqlite");
  await (await openSqlite(template, true))?.close();
});

afterAll(() => {
  endOwners();
  rmSync(folder, { recursive: true, force: true });
});

/** Leases are renewed without an event, so the log knows only their first end. */
function withoutLeases(tables: ReturnType<typeof tablesOf>) {
  return {
    ...tables,
    claims: tables.claims.map((claim) =>
      claim.state === "running" ? { ...claim, expires_at_ms: null } : claim,
    ),
  };
}

const { runs, operations, seed } = budget();

it(
  "the graph does what its model does, whatever happens in whatever order, and its log tells it all",
  async () => {
    const first = (plan: string, fromFile: boolean) =>
      fc.tuple(breakdown, policy).map(([tasks, rules]) => new Import(plan, tasks, rules, fromFile));
    const property = fc.asyncProperty(
      first("p", true),
      first("q", false),
      fc.commands(commands, { maxCommands: operations, size: "max" }),
      async (importOfP, importOfQ, operations) => {
        const world = await World.open(template);
        try {
          const model = new Model();
          await importOfP.run(model, world);
          await importOfQ.run(model, world);
          await fc.asyncModelRun(() => ({ model, real: world }), operations);
          const rebuilt = `${world.path}.rebuilt`;
          await rebuildFromLog(world.path, rebuilt);
          expect(withoutLeases(tablesOf(rebuilt))).toEqual(withoutLeases(tablesOf(world.path)));
          expect(integrityOf(world.path)).toBe("ok");
        } finally {
          await world.close();
        }
      },
    );
    await fc.assert(property, { numRuns: runs, ...(seed !== undefined && { seed }), endOnFailure: false });
  },
  20_000 + runs * 10_000,
);
