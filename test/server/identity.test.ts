import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { launchFor, report, repository, task, tokenIn } from "./checkout.ts";
import { graphOf, logOf, query } from "./graph-file.ts";
import { ParallelServer, temporaryFolder } from "./parallel-server.ts";

async function offered() {
  const folder = await repository();
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", tasks: [task("1"), task("2")] });
  const { launch } = await server.call("batch_next", { plan: "p" });
  const token = (id: string) => tokenIn(launchFor(launch, id).prompt);
  /** Says that the call with this id is made by that agent, as the host's hook does before it. */
  const calls = (agent: string, use: string) =>
    server.hook({ event: "PreToolUse", agent, use, tool: "mcp__plugin_parallel_tasks__task_get" });
  return { server, launch, token, calls, log: () => logOf(graphOf(folder)), path: graphOf(folder) };
}

describe("the tool of the hooks", () => {
  it("is not listed", async () => {
    const { server } = await offered();
    expect((await server.tools()).map((tool) => tool.name)).not.toContain("hook");
  });

  it("refuses a call that a model made, and nothing changes", async () => {
    const { server, log, calls } = await offered();
    await calls("a1", "u1");
    const before = log();
    const stop = { event: "SubagentStop", agent: "a1" };
    const error = await server.refused("hook", stop, { toolUseId: "toolu_1" });
    expect(error.message).toContain("hook");
    expect(log()).toEqual(before);
  });

  it("answers an event that it does not know with nothing", async () => {
    const { server } = await offered();
    expect(await server.hook({ event: "Later" })).toEqual({});
  });
});

describe("an agent", () => {
  it("may have a breakdown checked, and plans nothing", async () => {
    const { server } = await offered();
    const decision = async (input: Readonly<Record<string, unknown>>) => {
      const tool = "mcp__plugin_parallel_tasks__plan_create";
      const event = { event: "PreToolUse", agent: "a1", use: "u1", tool, input: JSON.stringify(input) };
      return (await server.hook(event)).hookSpecificOutput;
    };
    const draft = { plan: "p", from: "specs/p/03-tasks.draft.json" };
    expect(await decision({ ...draft, dryRun: true })).toMatchObject({ permissionDecision: "allow" });
    for (const input of [draft, { ...draft, dryRun: false }]) {
      expect(await decision(input)).toMatchObject({
        permissionDecision: "deny",
        permissionDecisionReason: expect.stringContaining("Only the main conversation plans"),
      });
    }
  });

  it("is bound to the attempt with whose token it makes its first call", async () => {
    const { server, token, calls, path } = await offered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    expect(query(path, "select agent_id from claims where task_id = '1'")).toEqual([{ agent_id: "a1" }]);
  });

  it("cannot use the token of an attempt that another agent works on", async () => {
    const { server, token, calls, log, path } = await offered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await calls("a2", "u2");
    const before = log();
    const error = await server.refused(
      "task_report",
      { task: "p/1", token: token("1"), outcome: "failed", summary: "Mine now." },
      { toolUseId: "u2" },
    );
    expect(error).toMatchObject({ kind: "refused_token", message: expect.stringContaining("another agent") });
    const after = log();
    expect(after.slice(0, before.length)).toEqual(before);
    // What it tried is kept as evidence, with its name.
    expect(after.slice(before.length)).toMatchObject([
      {
        type: "token.refused",
        data: { why: "it is another agent's", tried: { outcome: "failed", summary: "Mine now." } },
      },
    ]);
    expect(query(path, "select actor from events order by seq desc limit 1")).toEqual([
      { actor: "agent a2" },
    ]);
  });

  it("that is bound to one attempt cannot use the token of another", async () => {
    const { server, token, calls, log } = await offered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await calls("a1", "u2");
    const before = log();
    const error = await server.refused("task_get", { task: "p/2", token: token("2") }, { toolUseId: "u2" });
    expect(error.kind).toBe("refused_token");
    expect(log()).toEqual(before);
  });

  it("changes no task but its own: of another one it may only say something", async () => {
    const { server, token, calls, log } = await offered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await calls("a1", "u2");
    const before = log();
    for (const change of [
      { status: "cancelled" },
      { addWrites: ["src/1.ts"], note: "Mine." },
      { split: [{ subject: "Half" }, { subject: "The other half" }] },
    ]) {
      const error = await server.refused("task_update", { task: "p/2", ...change }, { toolUseId: "u2" });
      expect(error.kind).toBe("wrong_state");
    }
    expect(log()).toEqual(before);
    await server.call("task_update", { task: "p/2", note: "Look at the parser." }, { toolUseId: "u2" });
    await server.call(
      "task_update",
      { task: "p/1", token: token("1"), addWrites: ["extra.ts"] },
      { toolUseId: "u2" },
    );
    await server.call("task_update", { task: "p/2", status: "cancelled" });
    expect((await server.call("task_get", { task: "p/2" })).task.status).toBe("cancelled");
  });

  it("that has ended changes not even its own any more", async () => {
    const { server, token, calls, launch } = await offered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed" });
    await calls("a1", "u2");
    const again = { task: "p/1", status: "cancelled" };
    expect((await server.refused("task_update", again, { toolUseId: "u2" })).kind).toBe("wrong_state");
  });

  it("that stops without a report is asked once, and then its attempt has failed", async () => {
    const { server, token, calls, log } = await offered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    const stop = () => server.hook({ event: "SubagentStop", agent: "a1", last: "I think I am done." });
    expect(await stop()).toMatchObject({ decision: "block", reason: expect.stringContaining("p/1") });
    expect(await stop()).toEqual({});
    const ended = log().find((line) => line.type === "attempt.ended");
    expect(ended?.data).toMatchObject({ outcome: "unreported", lastMessage: "I think I am done." });
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("pending");
  });

  it("that reported may stop", async () => {
    const { server, token, calls, launch } = await offered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await report(server, "p", launchFor(launch, "1"));
    expect(await server.hook({ event: "SubagentStop", agent: "a1" })).toEqual({});
  });
});

describe("a database that several repositories share", () => {
  async function two() {
    const folders = [await repository(), await repository()] as const;
    const url = `sqlite:${join(temporaryFolder(), "shared.sqlite")}`;
    const env = { PARALLEL_DATABASE_URL: url };
    const [one, other] = await Promise.all(folders.map((folder) => ParallelServer.start(folder, { env })));
    if (!one || !other) throw new Error("no servers");
    for (const server of [one, other]) {
      await server.call("plan_create", { plan: "p", tasks: [task("1"), task("2")] });
    }
    return { one, other, path: url.slice("sqlite:".length) };
  }

  it("keeps their plans of the same name apart", async () => {
    const { one, other } = await two();
    const { launch } = await one.call("batch_next", { plan: "p" });
    await report(one, "p", launchFor(launch, "1"));
    expect((await one.call("task_list", { status: "completed" })).tasks).toHaveLength(1);
    expect((await other.call("task_list", { status: "completed" })).tasks).toEqual([]);
    expect((await other.call("batch_next", { plan: "p" })).launch).toHaveLength(2);
  });

  it("gives a token no right in another repository", async () => {
    const { one, other, path } = await two();
    const { launch } = await one.call("batch_next", { plan: "p" });
    const token = tokenIn(launchFor(launch, "1").prompt);
    const before = logOf(path);
    for (const [tool, input] of [
      ["task_get", { task: "p/1", token }],
      ["task_update", { task: "p/1", token, note: "Hello" }],
      ["task_report", { task: "p/1", token, outcome: "failed", summary: "No." }],
    ] as const) {
      expect((await other.refused(tool, input)).kind).toBe("refused_token");
    }
    expect(logOf(path).filter((line) => line.type !== "token.refused")).toEqual(before);
    expect((await report(one, "p", launchFor(launch, "1"))).status).toBe("completed");
  });
});

describe("tokens in the database", () => {
  it("are stored hashed; an offer's own is there only until it is taken up", async () => {
    const { server, token, path, log } = await offered();
    const stored = () => query(path, "select task_id, token_hash, offer_token from claims order by task_id");
    expect(stored().map((row) => row.offer_token)).toEqual([token("1"), token("2")]);
    await server.call("task_get", { task: "p/1", token: token("1") });
    expect(stored().map((row) => row.offer_token)).toEqual([null, token("2")]);
    expect(stored()[0]?.token_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(log())).not.toContain(token("1"));
    expect(JSON.stringify(log())).not.toContain(token("2"));
  });
});
