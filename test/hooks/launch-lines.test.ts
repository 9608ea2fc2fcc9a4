import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { idsOf, report, task } from "../support/checkout.ts";
import type { ParallelServer, StartOptions } from "../support/parallel-server.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { reviewedPlan } from "../support/reviewed-plan.ts";
import { SESSION, TranscriptHome } from "../support/transcript-home.ts";

const one = (id: string, after: readonly string[] = []) =>
  task(id, { writes: [`src/${id}.ts`], dependencies: [...after] });

/** Somebody sits before it and is woken by notifications. */
const IN_TERMINAL = { env: { CLAUDE_CODE_ENTRYPOINT: "cli" } };

/** A plan of a session in a terminal whose first batch is at work. */
async function atWork(tasks: Parameters<typeof offeredPlan>[0], policy = {}, start: StartOptions = {}) {
  const plan = await offeredPlan(tasks, policy, {
    ...start,
    env: { ...IN_TERMINAL.env, ...start.env },
  });
  for (const item of plan.offered) await plan.brief(item);
  return { ...plan, ...linesOf(plan.server) };
}

/** What the conversation is told with what comes in. */
function linesOf(server: ParallelServer) {
  let prompts = 0;
  const said = async (prompt: string) => {
    const event = { event: "UserPromptSubmit", session: SESSION, prompt, promptId: `p${++prompts}` };
    const { hookSpecificOutput } = (await server.hook(event)) as {
      hookSpecificOutput?: { readonly additionalContext?: string };
    };
    return hookSpecificOutput?.additionalContext;
  };
  return {
    said,
    woken: (agent: string) =>
      said(
        `<task-notification>\n<task-id>${agent}</task-id>\n<status>completed</status>\n</task-notification>`,
      ),
    stop: () => server.hook({ event: "Stop", background: "[]" }),
  };
}

/** The items that a line tells to launch, all in one message. */
function launchesIn(line: string | undefined): Awaited<ReturnType<typeof offeredPlan>>["offered"] {
  const [, items = "[]"] = /launch with Agent, as given[^:]*: (\[.*\])\.$/.exec(line ?? "") ?? [];
  return JSON.parse(items);
}

describe("the line about the plan that comes with a notification", () => {
  it("the line about the plan that comes with a notification carries what to launch, and its briefs are there", async () => {
    const { server, item, woken, brief } = await atWork([one("1"), one("2"), one("3", ["1"])]);
    await report(server, "p", item("1"));
    const line = await woken("a1");
    expect(line).toMatch(/^plan p: 1\/3 done, 1 running; launch with Agent, as given: /);
    const launch = launchesIn(line);
    expect(idsOf(launch)).toEqual(["3"]);
    expect(await brief(launch[0] as (typeof launch)[0])).toContain("Task: p/3");
  });

  it("the line about the plan that comes with a notification says once what several ends let start", async () => {
    const { server, item, woken, stop } = await atWork([
      one("1"),
      one("2"),
      one("3", ["1"]),
      one("4", ["2"]),
    ]);
    await report(server, "p", item("1"));
    await report(server, "p", item("2"));
    const line = await woken("a1");
    expect(idsOf(launchesIn(line)).sort()).toEqual(["3", "4"]);
    expect(line).toContain("all in one message");
    expect(await woken("a2")).toBeUndefined();
    await stop();
  });

  it("the line about the plan that comes with a notification comes after several that came together, too", async () => {
    const { server, item, woken, stop } = await atWork([
      one("1"),
      one("2"),
      one("3"),
      one("4", ["1", "2", "3"]),
    ]);
    await report(server, "p", item("1"));
    await report(server, "p", item("2"));
    await woken("a1");
    await woken("a2");
    await stop();
    await report(server, "p", item("3"));
    expect(idsOf(launchesIn(await woken("a3")))).toEqual(["4"]);
  });

  it.each([
    { said: "The agents are at work.", role: "assistant", launches: ["3"] },
    { said: "[Request interrupted by user]", role: "user", launches: [] },
  ])(
    "the line about the plan comes with a late notification of one turn, unless the user has interrupted that: $said",
    async ({ said, role, launches }) => {
      let nowMs = Date.now();
      const home = new TranscriptHome();
      const { server, item, woken } = await atWork(
        [one("1"), one("2"), one("3", ["1"])],
        {},
        { env: home.env, now: () => nowMs },
      );
      const content = [{ type: "text", text: said }];
      mkdirSync(dirname(home.main), { recursive: true });
      writeFileSync(home.main, `${JSON.stringify({ type: role, message: { role, content } })}\n`);
      await woken("a2");
      await report(server, "p", item("1"));
      nowMs += 2_000;
      expect(idsOf(launchesIn(await woken("a1")))).toEqual(launches);
    },
  );

  it("the line about the plan that comes with a notification asks for nothing where nothing can start", async () => {
    const { server, item, woken } = await atWork([one("1"), one("2"), one("3", ["1", "2"])]);
    await report(server, "p", item("1"));
    expect(await woken("a1")).toBe("plan p: 1/3 done, 1 running; nothing to do: end your turn.");
  });

  it("the line about the plan offers nothing to somebody who types a prompt of his own", async () => {
    const { server, item, said, log } = await atWork([one("1"), one("2"), one("3", ["1"])]);
    await report(server, "p", item("1"));
    const offers = () => log().filter(({ type }) => type === "claim.offered").length;
    const before = offers();
    expect(await said("How far are you?")).toBe("plan p: 1/3 done, 1 running; call batch_next.");
    expect(offers()).toBe(before);
  });

  it("the line about the plan names the agents of a stopped plan before its report", async () => {
    const { server, item, token, woken } = await atWork([one("1"), one("2")], { failure: "fail-fast" });
    await server.hook({ event: "PreToolUse", agent: "a2", use: "u2", tool: "Read" });
    await server.call("task_get", { task: "p/2", token: token("2") }, { toolUseId: "u2" });
    await report(server, "p", item("1"), { outcome: "failed", summary: "No." });
    expect(await woken("a1")).toMatch(/; stop with TaskStop: a2; after that call plan_report\.$/);
  });

  it("the line about the plan brings the review of the whole with the last end, but not to somebody who types", async () => {
    const done = async () => {
      const { server, does } = await reviewedPlan([one("1"), one("2")], {}, IN_TERMINAL);
      await does("1");
      await does("2");
      return linesOf(server);
    };
    expect(idsOf(launchesIn(await (await done()).woken("a2")))).toEqual(["plan-review"]);
    expect(await (await done()).said("And now?")).toMatch(
      /; batch_collect \{plan: "p", launch: true\} brings its review\.$/,
    );
  });

  it("the line about the plan leaves what is ready to agents that claim by themselves", async () => {
    const { server, woken, log } = await atWork([one("1")]);
    await server.call("task_create", { plan: "p", tasks: [one("2"), one("3", ["2"])] });
    await server.hook({
      event: "PreToolUse",
      agent: "w1",
      use: "u1",
      tool: "mcp__plugin_parallel_tasks__task_claim",
    });
    await server.call("task_claim", { plan: "p", worker: "w1" }, { toolUseId: "u1" });
    await server.call("task_create", { plan: "p", tasks: [one("4")] });
    expect(await woken("a1")).toMatch(/nothing to do: end your turn\.$/);
    expect(log().filter(({ type }) => type === "claim.offered")).toHaveLength(2);
  });
});

describe("a main conversation that ends its turn", () => {
  it("a main conversation that ends its turn is sent back once to launch what it left out", async () => {
    const { server, stop } = await offeredPlan([one("1"), one("2")], {}, IN_TERMINAL).then((plan) => ({
      ...plan,
      stop: () => plan.server.hook({ event: "Stop", background: "[]" }),
    }));
    const { decision, reason } = (await stop()) as { decision?: string; reason?: string };
    expect(decision).toBe("block");
    expect(reason).toBe('p: 2 can be launched now. Call batch_next {plan: "p"}.');
    const { launch } = await server.call("batch_next", { plan: "p" });
    expect(idsOf(launch).sort()).toEqual(["1", "2"]);
    expect(await stop()).toMatchObject({ systemMessage: expect.stringContaining("2 ready to launch") });
    await server.call("task_list", { plan: "p" });
  });

  it("a main conversation that ends its turn is never sent back to wait for agents", async () => {
    const { stop } = await atWork([one("1"), one("2", ["1"])]);
    expect(await stop()).toEqual({});
  });
});
