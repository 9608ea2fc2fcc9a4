import { copyFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { BundledServer } from "../support/bundled-server.ts";
import { launchFor, report, repository, task } from "../support/checkout.ts";
import { graphOf, integrityOf, type LogLine, logOf } from "../support/graph-file.ts";
import { asksToUse, HELD, twoAtWorkWith } from "../support/two-at-work.ts";

/** Two agents at work in one session, and another session beside it. */
async function twoSessions() {
  const work = await twoAtWorkWith((folder) => BundledServer.start(folder));
  const { folder, server, write } = work;
  expect(await write(join(folder, "src/a/one.ts"))).toBe("passes");
  const other = await BundledServer.start(folder, { ownParent: true });
  expect((await other.call("task_list", { plan: "p" })).tasks).toHaveLength(2);
  const graph = graphOf(folder);
  return { ...work, server, other, graph, before: logOf(graph) };
}

/** What no session acknowledges while the file is not its own. */
async function acknowledgesNothing(server: BundledServer): Promise<void> {
  for (const [tool, input] of [
    ["task_create", { plan: "p", tasks: [task("3")] }],
    ["plan_create", { plan: "q", tasks: [task("1")] }],
    ["task_list", {}],
  ] as const) {
    const error = await server.refused(tool, input);
    expect(error.kind).toBe("store_moved");
    expect(error.remedy).toMatch(/^Put the file back/);
  }
}

/** A graph of another repository, as a backup is. */
async function backup(): Promise<string> {
  const folder = await repository();
  const server = await BundledServer.start(folder);
  await server.call("plan_create", { plan: "old", tasks: [task("1")] });
  const path = join(folder, "backup.sqlite");
  await server.close();
  // With its end the server has written everything into the file itself.
  await expect.poll(() => statSync(`${graphOf(folder)}-wal`).size).toBe(0);
  copyFileSync(graphOf(folder), path);
  return path;
}

describe("a graph file that is moved under open sessions", () => {
  it("a graph file that is moved under open sessions lets nothing be acknowledged or wrongly written, and put back it has lost nothing", async () => {
    const { folder, server, other, launch, graph, before, write } = await twoSessions();
    renameSync(graph, `${graph}.elsewhere`);
    expect(await write(join(folder, "src/b/two.ts"))).toMatch(HELD);
    expect(await write(join(folder, "src/a/one.ts"))).toBe("passes");
    expect(await write(join(folder, "src/free.ts"))).toMatch(/^denied: The task graph .*was moved/);
    await acknowledgesNothing(server);
    await acknowledgesNothing(other);
    await expect(report(server, "p", launchFor(launch, "1"))).rejects.toThrow(/was moved/);

    renameSync(`${graph}.elsewhere`, graph);
    expect(await write(join(folder, "src/free.ts"))).toBe("passes");
    expect((await report(server, "p", launchFor(launch, "1"))).status).toBe("completed");
    expect((await other.call("task_list", { plan: "p" })).tasks).toHaveLength(2);
    const after = logOf(graph);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
    expect(integrityOf(graph)).toBe("ok");
  });

  it("a graph file that is moved under open sessions without its log is not begun anew by the next session", async () => {
    const { folder, server, other, graph, before } = await twoSessions();
    renameSync(graph, `${graph}.elsewhere`);
    server.kill();
    other.kill();
    const next = await BundledServer.start(folder);
    const error = await next.refused("plan_create", { plan: "q", tasks: [task("1")] });
    expect(error.kind).toBe("store_moved");
    expect(error.message).toContain("its log");
    expect(await asksToUse(next, "agent-1", folder, "Write", { file_path: "src/b/two.ts" })).toMatch(
      /^denied: /,
    );
    renameSync(`${graph}.elsewhere`, graph);
    expect(logOf(graph)).toEqual(before);
    expect((await next.call("task_list", { plan: "p" })).tasks).toHaveLength(2);
  });

  it("a graph file that is moved under open sessions is missed as well when it is only its log", async () => {
    const { server, other, graph, before } = await twoSessions();
    rmSync(`${graph}-wal`);
    await acknowledgesNothing(server);
    await acknowledgesNothing(other);
    for (const events of saved(graph)) expect(events).toEqual(before);
  });

  it("a graph file that is moved under open sessions with all that belongs to it makes room for a new one", async () => {
    const { server, other, graph, before } = await twoSessions();
    renameSync(dirname(graph), `${dirname(graph)}-old`);
    expect((await server.refused("task_list", {})).kind).toBe("store_moved");
    await server.call("plan_create", { plan: "q", tasks: [task("1")] });
    await acknowledgesNothing(other);
    expect(logOf(join(`${dirname(graph)}-old`, "graph.sqlite"))).toEqual(before);
    expect(logOf(graph).map(({ type }) => type)).toContain("plan.created");
  });
});

/** The events of every copy that sessions have saved beside the graph. */
function saved(graph: string): LogLine[][] {
  const names = readdirSync(dirname(graph)).filter((name) => /\.moved-\d+\.backup$/.test(name));
  expect(names).not.toEqual([]);
  return names.map((name) => logOf(join(dirname(graph), name)));
}

describe("a graph file that is replaced under open sessions", () => {
  it("a graph file that is replaced under open sessions is left as it is, and what was acknowledged before is saved beside it", async () => {
    const restored = await backup();
    const { folder, server, other, graph, before } = await twoSessions();
    renameSync(restored, graph);
    await acknowledgesNothing(server);
    await acknowledgesNothing(other);
    for (const events of saved(graph)) expect(events).toEqual(before);

    await server.close();
    await other.close();
    const next = await BundledServer.start(folder);
    expect(integrityOf(graph)).toBe("ok");
    expect((await next.call("task_list", {})).tasks.map(({ task }) => task)).toEqual(["old/1"]);
  });
});
