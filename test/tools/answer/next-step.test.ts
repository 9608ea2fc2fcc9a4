import { describe, expect, it } from "vitest";
import { type TaskInput, task } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";

async function agentsPlan(tasks: readonly TaskInput[], env: Readonly<Record<string, string>> = {}) {
  const { server } = await planOf(tasks, {}, { env });
  return {
    server,
    /** Calls a tool as an agent, of which the host's hooks tell. */
    async asAgent<T extends "task_claim" | "task_create">(tool: T, input: Readonly<Record<string, unknown>>) {
      const use = `use-${tool}`;
      await server.hook({
        event: "PreToolUse",
        agent: "a1",
        use,
        tool: `mcp__plugin_parallel_tasks__${tool}`,
      });
      return (await server.call(tool, { plan: "p", ...input }, { toolUseId: use })) as unknown as {
        next: string;
      };
    },
  };
}

/** Whoever sits before a terminal is woken; a headless session has to wait in a tool. */
const IN_TERMINAL = { CLAUDE_CODE_ENTRYPOINT: "cli" };

const pair = [task("1"), task("2", { dependencies: ["1"] })];

describe("a worker for whom there is nothing", () => {
  it("a worker for whom there is nothing ends its turn if it is an agent: it may not wait in a tool", async () => {
    const { server, asAgent } = await agentsPlan(pair);
    await server.call("task_claim", { plan: "p", worker: "main" });
    const { next } = await asAgent("task_claim", { worker: "w1" });
    expect(next).toMatch(/^End your turn/);
    expect(next).not.toContain("batch_collect");
  });

  it("a worker for whom there is nothing waits in the tool where it may, and is told the whole call", async () => {
    const { server } = await agentsPlan(pair);
    await server.call("task_claim", { plan: "p", worker: "main" });
    const { next } = await server.call("task_claim", { plan: "p", worker: "main" });
    expect(next).toContain('batch_collect {plan: "p", until: "next"}');
  });

  it("a worker for whom there is nothing reports first if it is the main conversation and all is done", async () => {
    const { server } = await agentsPlan([task("1")]);
    await server.call("task_update", { task: "p/1", status: "cancelled" });
    const { next } = await server.call("task_claim", { plan: "p", worker: "main" });
    expect(next).toBe('There is nothing more to claim; plan_report {plan: "p"} tells how the plan ended.');
  });
});

describe("what to do next", () => {
  it("what to do next is never a launch for an agent that adds tasks", async () => {
    const { asAgent } = await agentsPlan(pair);
    const { next } = await asAgent("task_create", { tasks: [{ subject: "Fix it" }] });
    expect(next).not.toContain("batch_next");
    expect(next).toContain("Go on with your own task");
  });

  it("what to do next is the main conversation's launch when it adds tasks itself", async () => {
    const { server } = await agentsPlan(pair);
    const answer = await server.call("task_create", { plan: "p", tasks: [{ subject: "Fix it" }] });
    expect(answer).toMatchObject({ next: "Call batch_next." });
  });

  it("what to do next is not to wait for a notification that nobody will send", async () => {
    const other = [task("1", { writes: ["src/1.ts"] })];
    const { server } = await agentsPlan(other, IN_TERMINAL);
    await server.call("plan_create", { plan: "q", tasks: other });
    await server.call("task_claim", { plan: "q", worker: "w" });
    const { launch, next } = await server.call("batch_next", { plan: "p" });
    expect(launch).toEqual([]);
    expect(next).not.toContain("woken");
    expect(next).toContain('batch_collect {plan: "p", launch: true}');
    const looked = await server.call("batch_collect", { plan: "p", launch: true, waitSeconds: 0 });
    expect(looked).toMatchObject({ launch: [], decision: "wait" });
    expect(looked.next).not.toMatch(/woken|^Call batch_next/);
  });

  it("what to do next in a paused plan is to wait while something runs, and names how it goes on", async () => {
    const { server } = await agentsPlan(pair);
    const idle = await server.call("plan_update", { plan: "p", action: "pause" });
    expect(idle.next).toMatch(/plan_update \{plan: "p", action: "resume"\} goes on\.$/);
    await server.call("plan_update", { plan: "p", action: "resume" });
    await server.call("task_claim", { plan: "p", worker: "w" });
    const { next } = await server.call("plan_update", { plan: "p", action: "pause" });
    expect(next).toMatch(/What runs may finish\. Wait with batch_collect \{plan: "p", launch: true\}\.$/);
  });

  it("what to do next names where the agents to stop stand, after a call that names none", async () => {
    const { server } = await agentsPlan(pair);
    const stopped = await server.call("plan_update", { plan: "p", action: "stop" });
    expect(stopped.next).toContain("stop[] of batch_next");
  });

  it("what to do next claims the task for the main conversation where agents are not worth it", async () => {
    const { server } = await agentsPlan([task("1", { estimateMinutes: 0.2 })]);
    const { strategy, next } = await server.call("plan_analyze", { plan: "p" });
    expect(strategy).toBe("direct");
    expect(next).toContain('task_claim {plan: "p", worker: "main"}');
  });

  it("what to do next is not an import after a trial", async () => {
    const { server } = await agentsPlan(pair);
    const { next } = await server.call("plan_create", { plan: "q", tasks: pair, dryRun: true });
    expect(next).toBe("Nothing was written.");
  });
});
