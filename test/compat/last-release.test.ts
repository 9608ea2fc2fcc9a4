import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import { policyInput } from "../../mcp-server/src/run/project/plan-settings.ts";
import { storedPolicy } from "../../mcp-server/src/run/project/stored-policy.ts";
import {
  ENGINES,
  type EngineName,
  freshDatabase,
  stopPostgresAfterAll,
  type TestDatabase,
} from "../store/databases.ts";
import { rebuildFromLog, tablesOf } from "../store/rebuilt-graph.ts";
import type { Answers } from "../support/answers.ts";
import { BundledServer } from "../support/bundled-server.ts";
import { idsOf, launchFor, report, repository, task, tokenIn } from "../support/checkout.ts";
import type { LogLine } from "../support/graph-file.ts";
import { violationsOf } from "../support/log-checker.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { ToolClient } from "../support/tool-client.ts";
import { lastReleaseBundle } from "./last-release.ts";

// Beside test/store, because it is about whole servers of two versions and not about the store alone: each issue that
// stores something new has to pass it as it is.

stopPostgresAfterAll();
const bundle = lastReleaseBundle();

interface Shared {
  readonly database: TestDatabase;
  /** A server of the last release. */
  readonly old: BundledServer;
  /** A server of this tree. */
  readonly young: ParallelServer;
}

/** Two servers of two sessions in one checkout; the graph is made by the one that is called first. */
async function bothServers(engine: EngineName): Promise<Shared> {
  const folder = await repository();
  const database = await freshDatabase(engine);
  const env = { PARALLEL_DATABASE_URL: database.url };
  const old = await BundledServer.start(folder, { env, bundle, ownParent: true });
  const young = await ParallelServer.start(folder, { env, ownParent: true });
  return { database, old, young };
}

/** Six tasks in two layers: three that could start at once, then three that need them. */
const TASKS = [
  task("1"),
  task("2"),
  task("3", { size: "small", priority: "high" }),
  task("4", { dependencies: ["1", "2"] }),
  task("5", { dependencies: ["3"], acceptance: ["It works"] }),
  task("6", { dependencies: ["4", "5"], needs: "settled" }),
];

const EVIDENCE = [{ criterion: "1", inspected: "the result" }];

type Listed = Answers["task_list"];

/** What a server says of all plans and all their tasks, without its hints for what to do next. */
async function listOf(server: ToolClient): Promise<Pick<Listed, "plans" | "tasks">> {
  const { plans, tasks } = await server.call("task_list", { limit: 500 });
  return {
    plans,
    // How long something has been going on depends on when it was asked.
    tasks: tasks.map(({ forSeconds: _for, silentSeconds: _silent, ...row }) => row),
  };
}

async function expectToSeeTheSame({ old, young }: Shared): Promise<void> {
  expect(await listOf(young)).toEqual(await listOf(old));
}

/** Works a plan off, each step at the server whose turn it is: offers and claims of one are reported to the other. */
async function workOff(shared: Shared, plan: string, first: "old" | "young"): Promise<void> {
  let turn = first;
  const next = () => {
    const server = shared[turn];
    turn = turn === "old" ? "young" : "old";
    return server;
  };
  for (let round = 0; round < 20; round += 1) {
    const batch = await next().call("batch_next", { plan });
    if (batch.done) return;
    await expectToSeeTheSame(shared);
    for (const launch of batch.launch) await report(next(), plan, launch, { evidence: EVIDENCE });
    await expectToSeeTheSame(shared);
    const { claim } = await next().call("task_claim", { plan, worker: "w" });
    if (!claim) continue;
    await expectToSeeTheSame(shared);
    await next().call("task_report", {
      task: claim.task,
      token: tokenIn(claim.token),
      outcome: "completed",
      summary: "Done.",
      evidence: EVIDENCE,
    });
  }
  throw new Error(`${plan} was not done after 20 rounds`);
}

async function logIn({ database }: Shared, plan: string): Promise<LogLine[]> {
  const rows = await database.query(
    `select e.* from events e join plans p on p.id = e.plan_id where p.slug = '${plan}' order by e.seq`,
  );
  return rows.map((row) => ({
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    planId: Number(row.plan_id),
    task: row.task_id as string | null,
    attempt: row.attempt_id as number | null,
    type: String(row.type),
    data: JSON.parse(String(row.data)) as Record<string, unknown>,
  }));
}

const KNOWN_TASKS = TASKS.map((one) => ({
  id: one.id,
  dependencies: (one.dependencies ?? []) as string[],
  writes: one.writes as string[],
}));

describe.each(ENGINES)("a server of the last release and one of this tree on one graph in %s", (engine) => {
  it.each(["old", "young"] as const)(
    "servers of the last release and of this tree finish each other's plans when the %s one made the graph",
    async (first) => {
      const shared = await bothServers(engine);
      const second = first === "old" ? "young" : "old";
      const policy = { maxParallel: 3, review: "off" };
      await shared[first].call("plan_create", { plan: "one", tasks: TASKS, policy });
      await shared[second].call("plan_create", { plan: "two", tasks: TASKS, policy });
      await shared[second].call("plan_create", { plan: "one", tasks: TASKS, policy: { retries: 2 } });
      await expectToSeeTheSame(shared);
      await shared.old.call("task_update", { task: "one/6", note: "From the old one." });
      await shared.young.call("task_update", { task: "one/6", note: "From the new one." });
      await shared.young.call("plan_update", { plan: "two", policy: { leaseMinutes: 30 }, action: "pause" });
      await shared.old.call("plan_update", { plan: "two", action: "resume" });
      await workOff(shared, "one", first);
      await workOff(shared, "two", second);
      for (const plan of ["one", "two"]) {
        for (const server of [shared.old, shared.young]) {
          const { report } = await server.call("plan_report", { plan });
          expect(report).toContain("6 of 6 tasks completed");
        }
        expect(violationsOf(await logIn(shared, plan), KNOWN_TASKS, 3)).toEqual([]);
      }
      const { task: last } = await shared.young.call("task_get", { task: "one/6" });
      expect(last.notes).toEqual(["From the old one.", "From the new one."]);
    },
  );

  it("servers of the last release and of this tree share the files: what one holds, the other does not offer", async () => {
    const shared = await bothServers(engine);
    const clashing = [task("1", { writes: ["src/a.ts"] }), task("2", { writes: ["src/b.ts"] })];
    await shared.young.call("plan_create", { plan: "mine", tasks: clashing });
    await shared.old.call("plan_create", { plan: "yours", tasks: clashing });
    const mine = await shared.young.call("batch_next", { plan: "mine" });
    expect(mine.launch).toHaveLength(2);
    expect((await shared.old.call("batch_next", { plan: "yours" })).launch).toEqual([]);
    await report(shared.old, "mine", launchFor(mine.launch, "1"));
    await report(shared.young, "mine", launchFor(mine.launch, "2"));
    const yours = await shared.old.call("batch_next", { plan: "yours" });
    expect(yours.launch).toHaveLength(2);
    expect((await shared.young.call("batch_next", { plan: "mine" })).launch).toEqual([]);
    await expectToSeeTheSame(shared);
  });

  it("servers of both releases go on with a plan whose log tells which tool calls changed its files", async () => {
    const shared = await bothServers(engine);
    await shared.old.call("plan_create", { plan: "p", tasks: TASKS, policy: { review: "off" } });
    const { launch } = await shared.old.call("batch_next", { plan: "p" });
    const [holder = 0] = launch.map(({ prompt }) => Number(tokenIn(prompt).split("-")[0]));
    const store = await shared.database.open();
    const [{ id } = { id: 0 }] = await shared.database.query("select id from plans");
    const call = { id: "toolu_1", tool: "Bash", caller: { session: "s" }, fromMs: 1, untilMs: 2 };
    const file = { path: "src/1.ts", holder: holder as AttemptId, after: "absent", call: call.id };
    await store.write(
      () => Date.now(),
      "server",
      (tx) =>
        tx.append(Number(id), {
          type: "files.changed",
          ...{ sinceMs: 1, untilMs: 2, calls: [call], files: [{ ...file, by: "certain" }] },
        }),
    );
    for (const one of launch) await report(shared.old, "p", one, { evidence: EVIDENCE });
    await expectToSeeTheSame(shared);
    await workOff(shared, "p", "old");
    for (const server of [shared.old, shared.young]) {
      expect((await server.call("plan_report", { plan: "p" })).report).toContain("6 of 6 tasks completed");
    }
  });

  it("servers of both releases go on with every setting and every value that a call may give", async () => {
    const shared = await bothServers(engine);
    await shared.old.call("plan_create", { plan: "old", tasks: TASKS });
    await shared.young.call("plan_create", { plan: "young", tasks: TASKS });
    for (const [field, value] of everySetting()) {
      await shared.young.call("plan_update", { plan: "young", policy: { [field]: value } });
      const { plans } = await shared.old.call("task_list", { limit: 0 });
      expect(plans, `${field}: ${JSON.stringify(value)}`).toHaveLength(2);
    }
  });

  it("servers of both releases go on with a setting and a value that the last release does not know", async () => {
    const shared = await bothServers(engine);
    await shared.old.call("plan_create", { plan: "p", tasks: TASKS, policy: { retries: 2 } });
    // As a server would store it whose `policyInput` had these two.
    const store = await shared.database.open();
    const stored = storedPolicy({ retries: 2, colour: "blue", failure: "by-the-moon" });
    expect(stored).toEqual({
      policy: { retries: 2 },
      addedPolicy: { colour: "blue", failure: "by-the-moon" },
    });
    const [{ id } = { id: 0 }] = await shared.database.query("select id from plans");
    await store.write(
      () => Date.now(),
      "main",
      (tx) => tx.append(Number(id), { type: "plan.updated", ...stored }),
    );
    const warned = (warnings: readonly string[] | undefined) => [
      warnings?.some((text) => text.includes("`colour`")),
      warnings?.some((text) => text.includes("`failure`")),
    ];

    await expectToSeeTheSame(shared);
    expect(warned((await shared.young.call("task_list", {})).warnings)).toEqual([true, true]);
    const changed = await shared.young.call("plan_update", { plan: "p", policy: { maxParallel: 2 } });
    expect(warned(changed.warnings)).toEqual([true, true]);
    await shared.old.call("plan_update", { plan: "p", policy: { retries: 1 } });
    expect(await policiesIn(shared)).toEqual([
      { retries: 1, maxParallel: 2 },
      { colour: "blue", failure: "by-the-moon" },
    ]);

    // Where the old one sets what had the new value, that is what holds, also when the new one writes again.
    await shared.old.call("plan_update", { plan: "p", policy: { failure: "fail-fast" } });
    expect(warned((await shared.young.call("task_list", {})).warnings)).toEqual([true, false]);
    await shared.young.call("plan_update", { plan: "p", policy: { barrier: "level" } });
    expect(await policiesIn(shared)).toEqual([
      { retries: 1, maxParallel: 2, failure: "fail-fast", barrier: "level" },
      { colour: "blue" },
    ]);
    await workOff(shared, "p", "old");
    expect((await shared.young.call("plan_report", { plan: "p" })).report).toContain("colour");
  });

  it("servers of both releases go on with an attempt that the last release took for lost and that lives", async () => {
    const shared = await bothServers(engine);
    const { old, young } = shared;
    const tasks = [task("1"), task("2", { dependencies: ["1"] })];
    await young.call("plan_create", { plan: "p", tasks, policy: { review: "off", leaseMinutes: 0.02 } });
    const { launch } = await young.call("batch_next", { plan: "p" });
    await young.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    const typesOf = async () => (await logIn(shared, "p")).map(({ type }) => type);
    await old.call("plan_update", { plan: "p", action: "pause" });
    const endsByTheLease = async () => {
      await old.call("batch_next", { plan: "p" });
      return typesOf();
    };
    await expect.poll(endsByTheLease, { timeout: 30_000, interval: 500 }).toContain("attempt.ended");
    await old.call("plan_update", { plan: "p", policy: { leaseMinutes: 20 }, action: "resume" });
    expect((await report(young, "p", launchFor(launch, "1"))).status).toBe("completed");
    expect(await typesOf()).toContain("attempt.revived");
    await expectToSeeTheSame(shared);
    await workOff(shared, "p", "old");
    for (const server of [old, young])
      expect((await server.call("plan_report", { plan: "p" })).report).toContain("2 of 2 tasks completed");
    const known = tasks.map(({ id, dependencies = [], writes }) => ({ id, dependencies, writes }));
    expect(violationsOf(await logIn(shared, "p"), known as typeof KNOWN_TASKS, 5)).toEqual([]);
  });

  it.each(["old", "young"] as const)(
    "servers of both releases know each other's search for the cause of failures, when the %s one made it",
    async (first) => {
      const shared = await bothServers(engine);
      const maker = shared[first];
      const other = shared[first === "old" ? "young" : "old"];
      const plan = "p";
      const policy = { maxParallel: 3, review: "off" };
      await maker.call("plan_create", { plan, tasks: [task("a"), task("b"), task("c")], policy });
      const { launch } = await maker.call("batch_next", { plan });
      const fails = (server: ToolClient, id: string) =>
        report(server, plan, launchFor(launch, id), {
          outcome: "failed",
          summary: "Error: the table orders does not exist",
          evidence: [],
        });
      const collected = (server: ToolClient) =>
        server.call("batch_collect", { plan, until: "any", waitSeconds: 0 });
      await fails(maker, "a");
      await fails(maker, "b");
      expect(await collected(other)).toMatchObject({ recovery: [{ task: "recover-1", before: ["a", "b"] }] });
      await fails(other, "c");
      expect(await collected(maker)).toMatchObject({
        recovery: [{ task: "recover-1", before: ["a", "b", "c"] }],
      });
      expect(idsOf((await other.call("batch_next", { plan })).launch)).toEqual(["recover-1"]);
      await expectToSeeTheSame(shared);
    },
  );
});

it("the log that servers of both releases have written rebuilds the graph", async () => {
  const shared = await bothServers("sqlite");
  await shared.old.call("plan_create", { plan: "p", tasks: TASKS, policy: { review: "off" } });
  await shared.young.call("plan_update", { plan: "p", policy: { retries: 0 } });
  await workOff(shared, "p", "young");
  const original = shared.database.url.slice("sqlite:".length);
  const path = join(temporaryFolder(), "rebuilt.sqlite");
  await rebuildFromLog(original, path);
  expect(tablesOf(path)).toEqual(tablesOf(original));
});

/** The columns `policy` and `added_policy` of the only plan. */
async function policiesIn({ database }: Shared): Promise<unknown[]> {
  const [row] = await database.query("select policy, added_policy from plans");
  return [row?.policy, row?.added_policy].map((text) => JSON.parse(String(text)));
}

/** A value of every field of the policy, and of those with words every word. */
function everySetting(): [string, unknown][] {
  const { properties = {} } = z.toJSONSchema(policyInput) as {
    properties?: Record<string, z.core.JSONSchema.Schema>;
  };
  return Object.entries(properties).flatMap(([field, schema]): [string, unknown][] => {
    if (schema.enum) return schema.enum.map((value) => [field, value]);
    if (schema.type === "boolean")
      return [
        [field, true],
        [field, false],
      ];
    if (field === "models") return [[field, { reviewer: "haiku low" }]];
    if (field === "escalate") return [[field, ["opus"]]];
    if (schema.type === "object") return [[field, { reviewer: 1 }]];
    if (schema.type === "string") return [[field, "npm ci"]];
    if (schema.type === "integer" || schema.type === "number") return [[field, 7]];
    throw new Error(`Say here what a value of policy.${field} looks like: ${JSON.stringify(schema)}`);
  });
}
