import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { freshDatabase, stopPostgresAfterAll } from "../store/databases.ts";
import type { LaunchAnswer } from "../support/answers.ts";
import { BundledServer, type BundleOptions } from "../support/bundled-server.ts";
import { launchFor, report, repository, task, tokenIn } from "../support/checkout.ts";
import { graphOf, logOf } from "../support/graph-file.ts";
import { answerOf } from "../support/two-at-work.ts";

stopPostgresAfterAll();

const LEASE_MS = 6_000;
const LEASE = { leaseMinutes: LEASE_MS / 60_000 };
const IDS = ["1", "2", "3", "4"];

interface HookEntry {
  readonly matcher?: string;
  readonly hooks: readonly { readonly type: string; readonly input?: Readonly<Record<string, string>> }[];
}

const HOOKS = (
  JSON.parse(readFileSync(join(import.meta.dirname, "../../hooks/hooks.json"), "utf8")) as {
    hooks: Readonly<Record<string, readonly HookEntry[]>>;
  }
).hooks;

/** What the host does with an event: it calls the hooks whose matcher has the tool's whole name. */
async function hostSays(server: BundledServer, event: string, facts: Readonly<Record<string, string>>) {
  const answers: string[] = [];
  for (const { matcher, hooks } of HOOKS[event] ?? []) {
    if (matcher !== undefined && !new RegExp(`^(?:${matcher})$`).test(facts.tool_name ?? "")) continue;
    for (const { input } of hooks) {
      const given = { ...facts, hook_event_name: event };
      const filled = Object.entries(input ?? {}).map(([name, text]) => [
        name,
        text.replace(/^\$\{(\w+)\}$/, (_, field: string) => given[field as keyof typeof given] ?? ""),
      ]);
      answers.push(answerOf(await server.hook(Object.fromEntries(filled))));
    }
  }
  return answers;
}

function begins(server: BundledServer, id: string, tool: string, input: unknown = {}) {
  return hostSays(server, "PreToolUse", {
    agent_id: `agent-${id}`,
    tool_name: tool,
    tool_use_id: `use-${id}`,
    tool_input: JSON.stringify(input),
  });
}

/** Agents take up what they were given, as the host tells of it. */
async function takeUp(server: BundledServer, launch: readonly LaunchAnswer[], ids: readonly string[]) {
  for (const id of ids) {
    await begins(server, id, "mcp__plugin_parallel_tasks__task_get");
    const token = tokenIn(launchFor(launch, id).prompt);
    await server.call("task_get", { task: `p/${id}`, token }, { toolUseId: `use-${id}` });
    await hostSays(server, "PostToolBatch", { agent_id: `agent-${id}`, tool_calls: "[]" });
  }
}

/** Four agents at work, each at its own task. */
async function atWork(options: BundleOptions = {}, policy: Readonly<Record<string, unknown>> = LEASE) {
  const folder = await repository();
  const server = await BundledServer.start(folder, options);
  const tasks = IDS.map((id) => task(id));
  await server.call("plan_create", { plan: "p", tasks, policy: { ...policy, review: "off" } });
  const { launch } = await server.call("batch_next", { plan: "p" });
  await takeUp(server, launch, IDS);
  return {
    folder,
    server,
    launch,
    log: (type: string) => logOf(graphOf(folder)).filter((line) => line.type === type),
    reportAll: async () => {
      const statuses = await Promise.all(
        IDS.map(async (id) => (await report(server, "p", launchFor(launch, id))).status),
      );
      return statuses;
    },
  };
}

const ALL_COMPLETED = IDS.map(() => "completed");

/** The server does not run for longer than a lease. */
async function standsStill(server: BundledServer, meanwhile: () => Promise<unknown> = async () => {}) {
  process.kill(server.pid, "SIGSTOP");
  try {
    await pause(LEASE_MS * 1.5);
    await meanwhile();
  } finally {
    process.kill(server.pid, "SIGCONT");
  }
}

describe("a server that was stopped for longer than the lease", () => {
  it("a server that was stopped for longer than the lease takes the reports of all four agents, and ended none", async () => {
    const { server, log, reportAll } = await atWork();
    await standsStill(server);
    // The first call after it is one that ends whatever time has ended.
    expect((await server.call("batch_next", { plan: "p" })).counts).toMatchObject({ running: 4 });
    expect(await reportAll()).toEqual(ALL_COMPLETED);
    expect(log("attempt.ended").map(({ data }) => data.outcome)).toEqual(ALL_COMPLETED);
  });

  it("a server that was stopped for longer than the lease takes them also after another has ended the attempts, while nobody took the tasks", async () => {
    const { folder, server, log, reportAll } = await atWork();
    const other = await BundledServer.start(folder, { ownParent: true });
    await standsStill(server, () => other.call("plan_update", { plan: "p", action: "pause" }));
    await other.call("plan_report", { plan: "p" });
    expect(log("attempt.ended").map(({ data }) => data.outcome)).toEqual(IDS.map(() => "lost"));
    // A tool call revives the attempt, and may write again.
    const written = await begins(server, "1", "Write", { file_path: join(folder, "src/1.ts"), content: "" });
    expect(written).not.toContainEqual(expect.stringContaining("denied"));
    expect(log("attempt.revived").map((line) => line.task)).toEqual(["1"]);
    expect(await reportAll()).toEqual(ALL_COMPLETED);
    expect(log("attempt.revived")).toHaveLength(4);
    const { tasks } = await server.call("task_list", { plan: "p", status: "completed" });
    expect(tasks).toHaveLength(4);
  });

  it("a server that was stopped for longer than the lease cannot have back what somebody else has taken meanwhile", async () => {
    const { folder, server, log, launch } = await atWork();
    const other = await BundledServer.start(folder, { ownParent: true });
    await standsStill(server, async () => {
      await other.call("plan_report", { plan: "p" });
      await pause(LEASE_MS);
      await other.call("task_claim", { plan: "p", task: "2", worker: "w" });
    });
    await expect(report(server, "p", launchFor(launch, "2"))).rejects.toThrow(/its attempt has ended/);
    expect((await report(server, "p", launchFor(launch, "1"))).status).toBe("completed");
    expect(log("attempt.revived").map((line) => line.task)).toEqual(["1"]);
  });
});

describe("an agent that only uses WebFetch", () => {
  it("an agent that only uses WebFetch, PowerShell or another server's tools for three leases is alive, and one that uses none is lost", async () => {
    const { server, log, launch } = await atWork();
    const tools = { 1: "WebFetch", 2: "PowerShell", 3: "mcp__files__read" };
    const end = performance.now() + 3 * LEASE_MS;
    while (performance.now() < end) {
      for (const [id, tool] of Object.entries(tools)) {
        await begins(server, id, tool);
        await hostSays(server, "PostToolBatch", { agent_id: `agent-${id}`, tool_calls: "[]" });
      }
      await pause(LEASE_MS / 4);
      await server.call("plan_report", { plan: "p" });
    }
    expect(log("attempt.ended").map((line) => [line.task, line.data.outcome])).toEqual([["4", "lost"]]);
    for (const id of Object.keys(tools))
      expect((await report(server, "p", launchFor(launch, id))).status).toBe("completed");
  });
});

describe("a call that is in flight", () => {
  it("a call that is in flight is a sign of life however long it takes, and none when it has ended", async () => {
    const { folder, server, log } = await atWork();
    const other = await BundledServer.start(folder, { ownParent: true });
    for (const id of ["1", "2"]) await begins(server, id, "Bash", { command: "npm test" });
    await hostSays(server, "PostToolBatch", { agent_id: "agent-2", tool_calls: "[]" });
    await pause(LEASE_MS * 2);
    await other.call("plan_report", { plan: "p" });
    expect(log("attempt.ended").map((line) => line.task)).toEqual(["2", "3", "4"]);
    await hostSays(server, "PostToolBatch", { agent_id: "agent-1", tool_calls: "[]" });
    await pause(LEASE_MS * 2);
    await other.call("plan_report", { plan: "p" });
    expect(log("attempt.ended").map((line) => line.task)).toEqual(["2", "3", "4", "1"]);
  });
});

describe("two machines whose clocks are an hour apart", () => {
  const AHEAD = "const own = Date.now; Date.now = () => own() + 3_600_000;";
  const hourAhead = ["--import", `data:text/javascript,${encodeURIComponent(AHEAD)}`];

  it("two machines whose clocks are an hour apart share a graph on PostgreSQL and lose nothing", async () => {
    const database = await freshDatabase("postgres");
    const env = { PARALLEL_DATABASE_URL: database.url };
    const { folder, server, launch } = await atWork({ env }, { leaseMinutes: 1 });
    const other = await BundledServer.start(folder, { env, ownParent: true, nodeOptions: hourAhead });
    await other.call("task_create", { plan: "p", tasks: [task("5")] });
    const theirs = (await other.call("batch_next", { plan: "p" })).launch;
    // Whoever looks finds four agents at work and an offer, whichever clock it has.
    for (const looks of [server, other]) {
      expect((await looks.call("plan_report", { plan: "p" })).report).not.toContain("lost");
      const { plans } = await looks.call("task_list", { plan: "p", limit: 0 });
      expect(plans).toMatchObject([{ counts: { running: 5 } }]);
    }
    await takeUp(other, theirs, ["5"]);
    await begins(other, "5", "WebFetch");
    await server.call("plan_report", { plan: "p" });
    for (const id of IDS) expect((await report(other, "p", launchFor(launch, id))).status).toBe("completed");
    expect((await report(server, "p", launchFor(theirs, "5"))).status).toBe("completed");
    const events = await database.query("select type, at_ms, data from events order by seq");
    const times = events.map(({ at_ms }) => Number(at_ms));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(600_000);
    const ends = events.filter(({ type }) => type === "attempt.ended" || type === "claim.returned");
    expect(ends.map(({ data }) => (JSON.parse(String(data)) as { outcome?: string }).outcome)).toEqual([
      ...ALL_COMPLETED,
      "completed",
    ]);
  });
});
