import { describe, expect, it } from "vitest";
import { MAX_TASKS_BY_AGENTS } from "../../../mcp-server/src/run/plan/orders-of-agents.ts";
import { launchFor, task, tokenIn } from "../../support/checkout.ts";
import { MINE, THEIRS, twoAtWork } from "../../support/two-at-work.ts";

describe("an agent", () => {
  /** A call that the host says an agent makes. */
  async function atWork() {
    const { server, launch } = await twoAtWork({}, [MINE, THEIRS]);
    await server.call("task_create", { plan: "p", tasks: [task("3", { writes: ["c.ts"] })] });
    const as = async (agent: string, tool: string) => {
      await server.hook({ event: "PreToolUse", agent, use: "call", tool });
      return { toolUseId: "call" };
    };
    return { server, as, token: tokenIn(launchFor(launch, "1").prompt) };
  }

  it("an agent gives other tasks no dependencies, known by its host or by its token alone", async () => {
    const { server, as, token } = await atWork();
    const blocks = { task: "p/1", addBlocks: ["3"] };
    const known = await server.refused("task_update", blocks, await as("agent-1", "task_update"));
    expect(known).toMatchObject({ kind: "wrong_state", field: "addBlocks" });
    const byToken = await server.refused("task_update", { ...blocks, token });
    expect(byToken).toMatchObject({ kind: "wrong_state", field: "addBlocks" });
    const other = { task: "p/3", addBlockedBy: ["1"] };
    await server.refused("task_update", other, await as("agent-1", "task_update"));
    expect((await server.call("task_get", { task: "p/3" })).task).toMatchObject({ dependencies: [] });
    expect((await server.call("task_update", blocks)).task).toBeDefined();
  });

  it("an agent adds so many tasks and no more; beyond that the main conversation asks a person", async () => {
    const { server, as } = await atWork();
    const some = (count: number) => Array.from({ length: count }, (_, i) => ({ subject: `More ${i}` }));
    const add = async (count: number, agent: string) =>
      [{ plan: "p", tasks: some(count) }, await as(agent, "task_create")] as const;
    await server.call("task_create", ...(await add(MAX_TASKS_BY_AGENTS - 1, "agent-1")));
    const refused = await server.refused("task_create", ...(await add(2, "agent-2")));
    expect(refused).toMatchObject({ kind: "wrong_state", field: "tasks" });
    expect(refused.remedy).toContain("asks the user");
    await server.call("task_create", ...(await add(1, "agent-2")));
    await server.refused("task_create", ...(await add(1, "agent-1")));
    expect((await server.call("task_create", { plan: "p", tasks: some(2) })).ids).toHaveLength(2);
  });
});
