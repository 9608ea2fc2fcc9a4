import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { rebuildFromLog, tablesOf } from "../store/rebuilt-graph.ts";
import { integrityOf } from "../support/graph-file.ts";
import { budget } from "./budget.ts";
import {
  AgentGone,
  type AnyOperation,
  breakdown,
  ChangeTask,
  commands,
  deliveries,
  Import,
  Next,
  policy,
  ReportTask,
  Split,
  TimePasses,
  Use,
} from "./commands.ts";
import { Model, type PolicySpec, type TaskSpec } from "./model.ts";
import { endOwners, World } from "./world.ts";

let folder: string;
let template: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parallel-property-"));
  template = join(folder, "template.sqlite");
  await (await openSqlite(template, true, estimatesFrom))?.close();
});

afterAll(() => {
  endOwners();
  rmSync(folder, { recursive: true, force: true });
});

/** Does the operations to the product and to its model; in the end the log must tell everything that happened. */
async function expectAgreement(run: (model: Model, world: World) => Promise<void>): Promise<void> {
  const world = await World.open(template);
  try {
    await run(new Model(), world);
    const rebuilt = `${world.path}.rebuilt`;
    await rebuildFromLog(world.path, rebuilt);
    expect(withoutLeases(tablesOf(rebuilt))).toEqual(withoutLeases(tablesOf(world.path)));
    expect(integrityOf(world.path)).toBe("ok");
  } finally {
    await world.close();
  }
}

/** Leases are renewed without an event, so the log knows only their first end. */
function withoutLeases(tables: ReturnType<typeof tablesOf>) {
  return {
    ...tables,
    claims: tables.claims.map((claim) =>
      claim.state === "running" ? { ...claim, expires_at_ms: null } : claim,
    ),
    // Without its text the value of a cause says nothing: it stays where nothing else takes its place.
    tasks: tables.tasks.map((task) => (task.cause === null ? { ...task, cause_value: null } : task)),
  };
}

const { runs, operations, seed } = budget();

it.each([
  ["the graph does what its model does, whatever happens in whatever order", commands],
  ["the graph does what its model does while what was reported is on its way onto branches", deliveries],
])(
  "%s",
  async (_title, operationsToTry) => {
    const first = (plan: string, fromFile: boolean) =>
      fc.tuple(breakdown, policy).map(([tasks, rules]) => new Import(plan, tasks, rules, fromFile));
    const property = fc.asyncProperty(
      first("p", true),
      first("q", false),
      fc.commands(operationsToTry, { maxCommands: operations, size: "max" }),
      (importOfP, importOfQ, operations) =>
        expectAgreement(async (model, world) => {
          await importOfP.run(model, world);
          await importOfQ.run(model, world);
          await fc.asyncModelRun(() => ({ model, real: world }), operations);
        }),
    );
    await fc.assert(property, { numRuns: runs, ...(seed !== undefined && { seed }) });
  },
  20_000 + runs * 10_000,
);

describe("what random operations once brought to light", () => {
  const rules: PolicySpec = { maxParallel: 4, failure: "best-effort", retries: 1, testers: 1 };
  const task = (id: string, fields: Partial<TaskSpec> = {}): TaskSpec => ({
    id,
    dependencies: [],
    needs: "all",
    writes: [],
    mentions: [],
    resources: [],
    agent: undefined,
    retries: undefined,
    ...fields,
  });
  const plan = (tasks: readonly TaskSpec[], policy: PolicySpec = rules) =>
    new Import("p", tasks, policy, true);
  const next = (max?: number) => new Next("p", 0, max);
  /** By a session that works in another checkout. */
  const nextElsewhere = (max?: number) => new Next("p", 2, max);
  const completed = (wrote: boolean) => new ReportTask(0, "completed", { question: "" }, wrote);
  /** By the token that was given out last. */
  const takeUp = () => new Use(0);

  const examples: Readonly<Record<string, readonly AnyOperation[]>> = {
    "an offer whose time is over cannot be taken up": [
      plan([task("1")]),
      next(),
      new TimePasses(150),
      takeUp(),
    ],
    "a re-import takes back a task whose offer is over": [
      plan([task("1"), task("2")]),
      next(),
      new TimePasses(150),
      plan([task("1")]),
    ],
    "a dependency on a split task is one on its parts": [
      plan([task("1"), task("2")]),
      new Split("p", 0, false, false),
      new ChangeTask("p", 1, { addBlockedBy: 0 }),
    ],
    "a task that runs while its dependency is split waits for the parts when it is tried again": [
      plan([task("1"), task("2"), task("3", { dependencies: ["1", "2"], needs: "any" })]),
      next(2),
      new ReportTask(0, "completed", { question: "" }),
      next(),
      takeUp(),
      new ChangeTask("p", 0, { status: "pending" }),
      new Split("p", 0, false, true),
      new ReportTask(0, "failed", { question: "" }),
    ],
    "whoever is blocked on a split task waits for its parts": [
      plan([task("1"), task("2")]),
      new Split("p", 0, false, false),
      next(1),
      new ReportTask(0, "blocked", { task: 0 }),
    ],
    "a task starts only where the files of the one before it are": [
      plan([task("1"), task("2", { dependencies: ["1"] }), task("3", { dependencies: ["2"] })]),
      next(1),
      completed(true),
      nextElsewhere(),
      next(1),
      completed(false),
      nextElsewhere(),
      next(),
    ],
    "work that changed no file is everywhere": [
      plan([task("1"), task("2", { dependencies: ["1"] })]),
      next(1),
      completed(false),
      nextElsewhere(),
    ],
    "who needs one of two starts where one of them is": [
      plan([task("1"), task("2"), task("3", { dependencies: ["1", "2"], needs: "any" })]),
      next(1),
      completed(true),
      nextElsewhere(1),
      completed(true),
      nextElsewhere(),
    ],
    "who needs both of two that lie apart starts nowhere": [
      plan([task("1"), task("2"), task("3", { dependencies: ["1", "2"] })]),
      next(1),
      completed(true),
      nextElsewhere(1),
      completed(true),
      nextElsewhere(),
      next(),
    ],
    "an attempt ends once, also when the plan stops because another one's end was found just before": [
      plan([task("1"), task("2")], { ...rules, failure: "fail-fast" }),
      ...[1, 2].flatMap(() => [next(1), takeUp(), new AgentGone(0, false)]),
      next(),
      takeUp(),
      new Use(1),
      new TimePasses(650),
      next(),
    ],
  };

  it.each(Object.entries(examples))(
    "what random operations once brought to light holds: %s",
    (_, operations) =>
      expectAgreement(async (model, world) => {
        for (const operation of operations) if (operation.check(model)) await operation.run(model, world);
      }),
  );
});
