import { describe, expect, it } from "vitest";
import { idsOf, report, task, tokenIn } from "../../support/checkout.ts";
import { offeredPlan } from "../../support/plan-of.ts";

const one = (id: string, after: readonly string[] = []) =>
  task(id, { writes: [`src/${id}.ts`], dependencies: [...after] });

/** A plan whose first batch is at work, and whose orchestrator waits for what it is to launch. */
async function atWork(
  tasks: Parameters<typeof offeredPlan>[0],
  policy: Readonly<Record<string, unknown>> = {},
) {
  const plan = await offeredPlan(tasks, policy);
  for (const item of plan.offered) await plan.brief(item);
  let isOver = false;
  const collect = async (fields: Readonly<Record<string, unknown>> = {}) => {
    isOver = false;
    const answer = await plan.server.call("batch_collect", {
      plan: "p",
      launch: true,
      waitSeconds: 20,
      ...fields,
    });
    isOver = true;
    return answer as typeof answer & {
      readonly launch: typeof plan.offered;
      readonly ended?: readonly { readonly task: string; readonly line?: string }[];
    };
  };
  return { ...plan, collect, isOver: () => isOver };
}

describe("batch_collect with launch", () => {
  it("batch_collect with launch comes back with what an end lets start, offered as batch_next does", async () => {
    const { server, item, collect, brief } = await atWork([one("1"), one("2"), one("3", ["1"])]);
    const waiting = collect();
    await report(server, "p", item("1"));
    const { launch, next, counts } = await waiting;
    expect(idsOf(launch)).toEqual(["3"]);
    expect(await brief(launch[0] as (typeof launch)[0])).toContain("p/3");
    expect(next).toMatch(/^Launch it as given\./);
    expect(counts).toMatchObject({ completed: 1, running: 2 });
  });

  it("batch_collect with launch sleeps through an end that lets nothing start", async () => {
    const { server, item, collect, isOver } = await atWork([one("1"), one("2"), one("3", ["1", "2"])]);
    const waiting = collect();
    await report(server, "p", item("1"));
    await server.call("task_list", { plan: "p" });
    expect(isOver()).toBe(false);
    await report(server, "p", item("2"));
    expect(idsOf((await waiting).launch)).toEqual(["3"]);
  });

  it("batch_collect with launch answers once for ends that come together", async () => {
    const { server, item, collect } = await atWork([
      one("1"),
      one("2"),
      one("3"),
      one("4", ["1"]),
      one("5", ["2"]),
    ]);
    const waiting = collect();
    await Promise.all([report(server, "p", item("1")), report(server, "p", item("2"))]);
    expect(idsOf((await waiting).launch).sort()).toEqual(["4", "5"]);
  });

  it("batch_collect with launch comes back when the plan is done, and names the report", async () => {
    const { server, item, collect } = await atWork([one("1")]);
    const waiting = collect();
    await report(server, "p", item("1"));
    const { launch, next, ...answer } = await waiting;
    expect(launch).toEqual([]);
    expect(answer).toMatchObject({ done: true, counts: { total: 1, completed: 1 } });
    expect(next).toContain('plan_report {plan: "p"}');
  });

  it("batch_collect with launch tells of what failed, and not of what went well", async () => {
    const { server, item, collect } = await atWork([one("1"), one("2"), one("3", ["2"])], { retries: 0 });
    const waiting = collect();
    await report(server, "p", item("1"), { outcome: "failed", summary: "No port." });
    await report(server, "p", item("2"));
    expect((await waiting).ended).toEqual([{ task: "1", outcome: "failed", line: "No port." }]);
  });

  it("batch_collect with launch decides for the user when nothing more can run", async () => {
    const { server, item, collect } = await atWork([one("1"), one("2", ["1"])], { retries: 0 });
    const waiting = collect();
    await report(server, "p", item("1"), { outcome: "failed", summary: "No port." });
    expect(await waiting).toMatchObject({ launch: [], done: true, decision: "escalate" });
  });

  it("batch_collect with launch names an agent to stop once, and then waits for something new", async () => {
    const { server, token, collect } = await atWork([one("1"), one("2")]);
    await server.hook({ event: "PreToolUse", agent: "a1", use: "u1", tool: "Read" });
    await server.call("task_get", { task: "p/1", token: token("1") }, { toolUseId: "u1" });
    await server.call("task_update", { task: "p/1", status: "cancelled" });
    expect(await collect()).toMatchObject({ launch: [], stop: [{ task: "1", agentId: "a1" }] });
    expect(await collect({ waitSeconds: 0.2 })).toMatchObject({ launch: [], decision: "wait" });
  });

  it("batch_collect with launch gives no offer again that was launched, and one that was left out at once", async () => {
    const { server, offered, collect } = await offeredPlan([one("1"), one("2")]).then((plan) => ({
      ...plan,
      collect: (fields = {}) =>
        plan.server.call("batch_collect", { plan: "p", launch: true, waitSeconds: 0.2, ...fields }),
    }));
    const [first] = offered;
    const input = JSON.stringify({ prompt: first?.prompt, description: "x", subagent_type: "y" });
    await server.hook({ event: "PreToolUse", use: "launch-1", tool: "Agent", input });
    const { launch } = (await collect()) as unknown as { launch: typeof offered };
    expect(idsOf(launch)).toEqual(["2"]);
    const last = JSON.stringify({ prompt: launch[0]?.prompt, description: "x", subagent_type: "y" });
    await server.hook({ event: "PreToolUse", use: "launch-2", tool: "Agent", input: last });
    expect(await collect()).toMatchObject({ launch: [], counts: { running: 2 } });
  });

  it("batch_collect with launch leaves offers to whoever has them where no hook tells what was launched", async () => {
    const { server, offered } = await offeredPlan([one("1")]);
    const answer = await server.call("batch_collect", { plan: "p", launch: true, waitSeconds: 0.2 });
    expect(answer).toMatchObject({ launch: [], done: false });
    expect(tokenIn(offered[0]?.prompt ?? "")).not.toBe("");
  });

  it("batch_collect with launch waits for nothing by name", async () => {
    const { server } = await offeredPlan([one("1")]);
    const error = await server.refused("batch_collect", { plan: "p", launch: true, until: "all" });
    expect(error).toMatchObject({ field: "launch", remedy: expect.stringContaining("Leave") });
  });
});
