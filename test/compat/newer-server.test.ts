import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { doctorInputOf } from "../../mcp-server/src/doctor/doctor-input.ts";
import { prepareExamination } from "../../mcp-server/src/doctor/examination.ts";
import { plans } from "../../mcp-server/src/doctor/plans.ts";
import {
  ENGINES,
  type EngineName,
  freshDatabase,
  stopPostgresAfterAll,
  type TestDatabase,
} from "../store/databases.ts";
import { rebuildFromLog } from "../store/rebuilt-graph.ts";
import { launchFor, report, repository, task } from "../support/checkout.ts";
import { query } from "../support/graph-file.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

stopPostgresAfterAll();

interface Started {
  readonly folder: string;
  readonly server: ParallelServer;
  readonly database: TestDatabase;
}

const TASKS = [task("1"), task("2"), task("3", { dependencies: ["2"] }), task("4", { writes: ["src/1.ts"] })];

/** A server with a plan `p`. What a newer server would do to its graph, the tests write past it. */
async function started(engine: EngineName): Promise<Started> {
  const database = await freshDatabase(engine);
  const env = { PARALLEL_DATABASE_URL: database.url };
  const folder = await repository();
  const server = await ParallelServer.start(folder, { env });
  await server.call("plan_create", { plan: "p", tasks: TASKS, policy: { review: "off" } });
  return { folder, server, database };
}

/** Lets servers notice a change that was written past them. */
async function writePast({ database }: Started, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await database.query(statement);
  await database.query(
    `insert into events (at_ms, plan_id, type, actor, v, data) values (${Date.now()}, 1, 'moon.risen', 'x', 1, '{}')`,
  );
  const [{ seq } = { seq: 0 }] = await database.query("select max(seq) as seq from events");
  for (const table of ["tasks", "claims"]) await database.query(`update ${table} set changed_seq = ${seq}`);
  await database.query(`update plans set version = ${seq}`);
}

describe.each(ENGINES)("a graph in %s in which a newer server has written", (engine) => {
  it("a plan with settings that are not known is listed with them, and keeps them when it is changed", async () => {
    const graph = await started(engine);
    const { server, database } = graph;
    await writePast(
      graph,
      `update plans set policy = '{"retries":2,"colour":"blue","guard":"by-the-moon"}', added_policy = '{"scent":[1]}'`,
    );
    const { plans, warnings } = await server.call("task_list", {});
    expect(plans).toHaveLength(1);
    const setting = (name: string) =>
      `The plan p has the setting \`${name}\` of a newer version; this server keeps it and does not apply it.`;
    expect(warnings).toEqual(["scent", "colour", "guard"].map(setting));
    const updated = await server.call("plan_update", { plan: "p", policy: { maxParallel: 2 } });
    expect(updated.policy).toMatchObject({ retries: 2, maxParallel: 2, guard: "enforce" });
    expect(updated.warnings).toEqual(expect.arrayContaining(["scent", "colour", "guard"].map(setting)));
    const again = await server.call("plan_create", { plan: "p", tasks: TASKS, policy: { commit: "none" } });
    expect(again.warnings).toEqual(expect.arrayContaining([setting("colour")]));
    const [row] = await database.query("select policy, added_policy from plans");
    const stored = { ...JSON.parse(String(row?.added_policy)), ...JSON.parse(String(row?.policy)) };
    expect(stored).toEqual({
      retries: 2,
      colour: "blue",
      guard: "by-the-moon",
      scent: [1],
      maxParallel: 2,
      commit: "none",
    });
    expect((await server.call("plan_report", { plan: "p" })).report).toContain("of a newer version");
  });

  it("a caller cannot give a setting that is not known", async () => {
    const { server, database } = await started(engine);
    const error = await server.refused("plan_update", { plan: "p", policy: { colour: "blue" } });
    expect(error).toMatchObject({ kind: "bad_input", message: expect.stringContaining("colour") });
    await server.refused("plan_create", { plan: "q", tasks: TASKS, policy: { colour: "blue" } });
    expect(await database.query("select added_policy from plans")).toEqual([{ added_policy: null }]);
  });

  it("a claim in a state that is not known is kept as a live one, and left alone", async () => {
    const graph = await started(engine);
    const { server, database } = graph;
    await server.call("plan_update", { plan: "p", policy: { maxParallel: 2 } });
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(launch.map((item) => item.task)).toEqual(["2", "1"]);
    // Its lease is over and its owner is gone: any other claim would be swept.
    await writePast(
      graph,
      "update claims set state = 'dreaming', expires_at_ms = 1, owner_pid = 99999999, offer_token = null where task_id = '1'",
    );
    const before = await database.query("select * from claims where task_id = '1'");

    // Task 4 writes the same file, and task 3 may start: with the cap of two, only one place is left.
    await report(server, "p", launchFor(launch, "2"));
    const next = await server.call("batch_next", { plan: "p" });
    expect(next.launch.map((item) => item.task)).toEqual(["3"]);
    expect(next.counts.running).toBe(2);
    await report(server, "p", launchFor(next.launch, "3"));
    const held = await server.call("batch_next", { plan: "p" });
    expect(held).toMatchObject({ launch: [], counts: { running: 1 } });
    expect(held.done).not.toBe(true);
    const { claim } = await server.call("task_claim", { plan: "p", worker: "w" });
    expect(claim).toBeNull();
    const refused = await server
      .call("task_report", {
        task: "p/1",
        token: /\d+-[a-z2-7]{26}/.exec(launchFor(launch, "1").prompt)?.[0],
        outcome: "completed",
        summary: "Done.",
        evidence: [{ inspected: "it" }],
      })
      .catch((error: unknown) => String(error));
    expect(refused).toContain("newer version");
    await server.call("plan_update", { plan: "p", action: "stop" });
    await server.call("plan_update", { plan: "p", action: "reopen" });
    await server.call("task_update", { task: "p/1", status: "cancelled" });
    await server.call("task_update", { task: "p/1", status: "pending" });
    expect((await server.call("batch_next", { plan: "p" })).launch).toEqual([]);
    expect((await server.call("plan_report", { plan: "p" })).report).toContain("dreaming");
    expect(await database.query("select * from claims where task_id = '1'")).toEqual(before);
  });

  it("words that are not known stay where they are, are named, and work goes on beside them", async () => {
    const graph = await started(engine);
    const { server, database } = graph;
    const { launch } = await server.call("batch_next", { plan: "p" });
    await report(server, "p", launchFor(launch, "2"), {
      findings: [{ severity: "low", text: "A smell." }],
      evidence: [{ inspected: "the result" }],
    });
    const [row] = await database.query("select definition from tasks where id = '3'");
    const definition = JSON.parse(String(row?.definition));
    const strange = {
      ...definition,
      size: "tiny",
      priority: "urgent",
      origin: "server",
      extra: { purpose: { kind: "dance", of: ["1"] } },
    };
    const [claim] = await database.query("select report from claims where task_id = '2'");
    const said = {
      ...JSON.parse(String(claim?.report)),
      verdict: "perhaps",
      evidence: [
        { criterion: "1", drawing: "a cat" },
        { command: "npm test", exitCode: 0, result: "ok", standing: "sworn", seen: "an oath" },
      ],
      findings: [{ severity: "fatal", text: "A smell." }],
      blockedOn: { weather: "rain" },
    };
    await writePast(
      graph,
      `update tasks set definition = '${JSON.stringify(strange)}' where id = '3'`,
      "update tasks set status = 'resting' where id = '4'",
      `update claims set outcome = 'partial', isolation = 'moon', report = '${JSON.stringify(said)}' where task_id = '2'`,
    );
    const { tasks, warnings = [] } = await server.call("task_list", { plan: "p" });
    expect(tasks.find((one) => one.task === "p/4")).toMatchObject({ status: "in_progress", ready: false });
    for (const word of ["tiny", "urgent", "dance", "resting", "partial"]) {
      expect(warnings.join("\n")).toContain(`\`${word}\``);
    }
    await report(server, "p", launchFor(launch, "1"));
    const next = await server.call("batch_next", { plan: "p" });
    expect(next.launch.map((item) => item.task)).toEqual(["3"]);
    await report(server, "p", launchFor(next.launch, "3"));
    expect((await server.call("batch_next", { plan: "p" })).done).not.toBe(true);
    const { report: text } = await server.call("plan_report", { plan: "p" });
    expect(text).toContain("a cat");
    expect(text).toMatch(/claimed: a newer version calls it .*sworn/);
    expect(text).toContain("(fatal) A smell.");
    await server.call("plan_report", { plan: "p", format: "json" });
    await server.call("plan_analyze", { plan: "p" });
    await server.call("task_get", { task: "p/3" });
    await server.call("task_update", { task: "p/3", note: "Well done." });
    const after = await database.query(
      "select definition, status from tasks where id in ('3', '4') order by id",
    );
    expect(JSON.parse(String(after[0]?.definition))).toEqual(strange);
    expect(after[1]?.status).toBe("resting");
    const ended = await database.query("select outcome, isolation, report from claims where task_id = '2'");
    expect(ended).toEqual([{ outcome: "partial", isolation: "moon", report: JSON.stringify(said) }]);
  });

  it("a plan whose status is not known starts nothing until somebody resumes it", async () => {
    const graph = await started(engine);
    const { server, database } = graph;
    await writePast(graph, "update plans set status = 'asleep'");
    expect((await server.call("batch_next", { plan: "p" })).launch).toEqual([]);
    expect(await database.query("select status from plans")).toEqual([{ status: "asleep" }]);
    expect((await server.call("plan_report", { plan: "p" })).report).toContain("asleep");
    await server.call("plan_update", { plan: "p", action: "resume" });
    expect((await server.call("batch_next", { plan: "p" })).launch).not.toEqual([]);
  });

  it("a graph in which a newer server has written is no trouble for the doctor, who says what to do about it", async () => {
    const graph = await started(engine);
    await writePast(graph, `update plans set status = 'asleep', policy = '{"colour":"blue"}'`);
    const env = { PATH: process.env.PATH, PARALLEL_DATABASE_URL: graph.database.url };
    const home = temporaryFolder();
    const examination = await prepareExamination(doctorInputOf(graph.folder, env, home, Date.now()));
    if (examination.graph.state !== "open") throw new Error(`the graph is ${examination.graph.state}`);
    const { findings } = await plans.look(examination);
    await examination.graph.inspection.close();
    const said = JSON.stringify(findings);
    for (const word of ["colour", "asleep", "moon.risen", "claude plugin update parallel"])
      expect(said).toContain(word);
    expect(said).not.toContain("is paused");
  });

  it("events of a type or a version that is not known are left out of the report, which says so", async () => {
    const graph = await started(engine);
    const { server, database } = graph;
    const event = (type: string, v: number, data: string) =>
      `insert into events (at_ms, plan_id, task_id, attempt_id, type, actor, v, data) values (${Date.now()}, 1, '1', 77, '${type}', 'x', ${v}, '${data}')`;
    await writePast(
      graph,
      event("sun.set", 1, '{"a":1}'),
      event("decision.taken", 2, '{"decision":{"of":"another form"}}'),
      event("worktree.cut", 9, '{"where":"elsewhere"}'),
    );
    const { report: text } = await server.call("plan_report", { plan: "p" });
    expect(text).toMatch(/events of a newer version \(4, such as .*sun\.set.*decision\.taken/);
    expect(text).not.toContain("another form");
    const { launch } = await server.call("batch_next", { plan: "p" });
    await report(server, "p", launchFor(launch, "1"));
    const kept = await database.query("select type, v from events where type in ('sun.set', 'worktree.cut')");
    expect(kept).toEqual([
      { type: "sun.set", v: 1 },
      { type: "worktree.cut", v: 9 },
    ]);
  });
});

it("a log with events that are not known rebuilds the tables from those that are", async () => {
  const graph = await started("sqlite");
  await graph.database.query(
    "insert into events (at_ms, plan_id, task_id, type, actor, v, data) values (1, 1, '1', 'sun.set', 'x', 3, '{}')",
  );
  const path = join(temporaryFolder(), "rebuilt.sqlite");
  await rebuildFromLog(graph.database.url.slice("sqlite:".length), path);
  const tasks = "select id, status, definition from tasks order by id";
  expect(query(path, tasks)).toEqual(await graph.database.query(tasks));
});
