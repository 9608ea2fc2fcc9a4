import { describe, expect, it } from "vitest";
import { launchFor, report, task } from "../support/checkout.ts";
import { query } from "../support/graph-file.ts";
import { offeredPlan } from "../support/plan-of.ts";

async function twoOffered() {
  const { offered: launch, ...plan } = await offeredPlan([task("1"), task("2")]);
  /** Says that the call with this id is made by that agent, as the host's hook does before it. */
  const calls = (agent: string, use: string) =>
    plan.server.hook({ event: "PreToolUse", agent, use, tool: "mcp__plugin_parallel_tasks__task_get" });
  return { ...plan, launch, calls };
}

describe("the tool of the hooks", () => {
  it("the tool of the hooks is not listed", async () => {
    const { server } = await twoOffered();
    expect((await server.tools()).map((tool) => tool.name)).not.toContain("hook");
  });

  it("the tool of the hooks refuses a call that a model made, and nothing changes", async () => {
    const { server, log, calls } = await twoOffered();
    await calls("a1", "u1");
    const before = log();
    const stop = { event: "SubagentStop", agent: "a1" };
    const error = await server.refused("hook", stop, { toolUseId: "toolu_1" });
    expect(error.message).toContain("hook");
    expect(log()).toEqual(before);
  });

  it("the tool of the hooks answers an event that it does not know with nothing", async () => {
    const { server } = await twoOffered();
    expect(await server.hook({ event: "Later" })).toEqual({});
  });
});

describe("an agent", () => {
  it("an agent may have a breakdown checked, and plans nothing", async () => {
    const { server } = await twoOffered();
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

  it("an agent is bound to the attempt with whose token it makes its first call", async () => {
    const { server, token, calls, path } = await twoOffered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    expect(query(path, "select agent_id from claims where task_id = '1'")).toEqual([{ agent_id: "a1" }]);
  });

  it("an agent cannot use the token of an attempt that another agent works on", async () => {
    const { server, token, calls, log, path } = await twoOffered();
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

  it("an agent that is bound to one attempt cannot use the token of another", async () => {
    const { server, token, calls, log } = await twoOffered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await calls("a1", "u2");
    const before = log();
    const error = await server.refused("task_get", { task: "p/2", token: token("2") }, { toolUseId: "u2" });
    expect(error.kind).toBe("refused_token");
    expect(log()).toEqual(before);
  });

  it("an agent changes no task but its own: of another one it may only say something", async () => {
    const { server, token, calls, log } = await twoOffered();
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

  it("an agent that has ended changes not even its own any more", async () => {
    const { server, token, calls, launch } = await twoOffered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed" });
    await calls("a1", "u2");
    const again = { task: "p/1", status: "cancelled" };
    expect((await server.refused("task_update", again, { toolUseId: "u2" })).kind).toBe("wrong_state");
  });

  it("an agent that stops without a report is asked once, and then its attempt has failed", async () => {
    const { server, token, calls, log } = await twoOffered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    const stop = () => server.hook({ event: "SubagentStop", agent: "a1", last: "I think I am done." });
    expect(await stop()).toMatchObject({ decision: "block", reason: expect.stringContaining("p/1") });
    expect(await stop()).toEqual({});
    const ended = log().find((line) => line.type === "attempt.ended");
    expect(ended?.data).toMatchObject({ outcome: "unreported", lastMessage: "I think I am done." });
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("pending");
  });

  it("an agent that reported may stop", async () => {
    const { server, token, calls, launch } = await twoOffered();
    await calls("a1", "u1");
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await report(server, "p", launchFor(launch, "1"));
    expect(await server.hook({ event: "SubagentStop", agent: "a1" })).toEqual({});
  });
});
