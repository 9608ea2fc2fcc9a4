import { join } from "node:path";
import { expect, it } from "vitest";
import { launchFor, put, report, repository, task, tokenIn } from "../support/checkout.ts";
import { graphOf, logOf } from "../support/graph-file.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TranscriptHome } from "../support/transcript-home.ts";
import { rebuildFromLog, tablesOf } from "./rebuilt-graph.ts";

/** A run in which as much as possible happens. Returns the path of its graph. */
async function eventfulRun(): Promise<string> {
  const folder = await repository();
  const host = new TranscriptHome();
  const server = await ParallelServer.start(folder, { env: host.env });
  const tasks = [
    task("1"),
    task("2", { retries: 1 }),
    task("3", { dependencies: ["1"] }),
    task("4"),
    task("5", { writes: null, description: "Unknown." }),
  ];
  await server.call("plan_create", { plan: "p", tasks, title: "Eventful" });
  await server.call("plan_create", { plan: "p", tasks: [...tasks, task("6")], policy: { maxParallel: 4 } });
  await server.call("plan_create", { plan: "other", tasks: [task("x", { writes: ["x"] })] });
  await server.call("task_update", { task: "p/6", status: "cancelled" });
  await server.call("task_update", { task: "p/1", note: "Careful.", owner: "me", metadata: { a: 1 } });
  await server.call("task_update", { task: "p/1", metadata: { b: [2] } });
  const { launch } = await server.call("batch_next", { plan: "p" });
  const launchOf = (id: string) => ({
    tool: "Agent",
    use: `launch-${id}`,
    input: JSON.stringify({ prompt: launchFor(launch, id).prompt }),
  });
  await server.hook({ event: "PreToolUse", ...launchOf("1") });
  await server.hook({ event: "PreToolUse", ...launchOf("2") });
  const calls = ["1", "2"].map((id) => ({
    tool_name: "Agent",
    tool_use_id: `launch-${id}`,
    tool_response: "The user refused it.",
  }));
  await server.hook({ event: "PostToolBatch", session: "s", calls: JSON.stringify(calls) });
  const token = tokenIn(launchFor(launch, "1").prompt);
  await server.call("task_get", { task: "p/1", token });
  await server.hook({
    event: "PreToolUse",
    agent: "a1",
    use: "u1",
    tool: "mcp__plugin_parallel_tasks__task_get",
  });
  await server.call("task_get", { task: "p/1", token }, { toolUseId: "u1" });
  for (const path of ["src/new.ts", "src/2.ts"]) {
    const input = JSON.stringify({ file_path: join(folder, path) });
    await server.hook({ event: "PreToolUse", agent: "a1", use: "w", tool: "Write", input });
  }
  await server.hook({ event: "SubagentStop", agent: "a1" });
  put(folder, { "src/1.ts": "one", "src/3.ts": "past the guard" });
  await report(server, "p", launchFor(launch, "1"), { notes: ["Hello."] });
  await report(server, "p", launchFor(launch, "1"), { summary: "Again." }).catch(() => undefined);
  await report(server, "p", launchFor(launch, "2"), { outcome: "failed" });
  await report(server, "p", launchFor(launch, "4"), {
    outcome: "blocked",
    blockedOn: { writes: ["more.ts"] },
  });
  const again = (await server.call("batch_next", { plan: "p" })).launch;
  const agent2 = { agent: "a2", use: "u2", tool: "Read" };
  await server.hook({ event: "PreToolUse", ...agent2 });
  const second = tokenIn(launchFor(again, "2").prompt);
  await server.call("task_get", { task: "p/2", token: second }, { toolUseId: "u2" });
  await server.call("plan_update", { plan: "p", action: "stop" });
  await server.hook({ event: "SubagentStop", agent: "a2" });
  await server.call("plan_update", { plan: "p", action: "reopen" });
  host.says(host.agent("a1"), 10);
  host.says(host.main, 10);
  await server.call("plan_report", { plan: "p" });
  await server.call("batch_next", { plan: "p" });
  await server.close();
  return graphOf(folder);
}

/** `observations` is no part of the graph: without it the next look only begins anew. */
it("the log alone rebuilds the graph", async () => {
  const original = await eventfulRun();
  const log = logOf(original);
  expect([...new Set(log.map((line) => line.type))].sort()).toEqual([
    "attempt.bound",
    "attempt.compared",
    "attempt.drained",
    "attempt.ended",
    "attempt.measured",
    "attempt.reminded",
    "attempt.started",
    "attempt.widened",
    "batch.launched",
    "claim.offered",
    "claim.returned",
    "conversation.measured",
    "decision.taken",
    "files.changed",
    "plan.created",
    "plan.reported",
    "plan.status",
    "plan.updated",
    "scope.touched",
    "task.annotated",
    "task.created",
    "task.defined",
    "task.status",
    "token.refused",
    "write.denied",
  ]);
  const path = join(temporaryFolder(), "replayed.sqlite");
  await rebuildFromLog(original, path);
  expect(tablesOf(path)).toEqual(tablesOf(original));
});
