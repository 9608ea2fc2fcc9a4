import { describe, expect, it } from "vitest";
import { idsOf, launchFor, repository, task, tokenIn } from "../../support/checkout.ts";
import { graphOf, logOf, query } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { agentStops, launches, SESSION, TranscriptHome } from "../../support/transcript-home.ts";

const SMALL = { estimateMinutes: 0.5 };

/** A plan in a session of Claude Code, whose hooks say who the agents are. */
async function plan(tasks: readonly ReturnType<typeof task>[], policy: object = {}) {
  const folder = await repository();
  const host = new TranscriptHome();
  const server = await ParallelServer.start(folder, { env: host.env });
  await server.call("plan_create", { plan: "p", tasks, policy });
  let calls = 0;
  return {
    host,
    server,
    path: graphOf(folder),
    launch: async () => (await server.call("batch_next", { plan: "p" })).launch,
    /** The agent reports, as the host's hooks tell of it. */
    reports: async (agent: string, id: string, token: string, outcome = "completed") => {
      const use = `report-${++calls}`;
      const tool = "mcp__plugin_parallel_tasks__task_report";
      await server.hook({ event: "PreToolUse", session: SESSION, agent, tool, use, input: "{}" });
      const given = { task: `p/${id}`, token, outcome, summary: "Done.", evidence: [{ inspected: "it" }] };
      return server.call("task_report", given, { toolUseId: use });
    },
  };
}

const smallOnes = (count: number, fields: object = {}) =>
  Array.from({ length: count }, (_, i) => task(`${i + 1}`, { ...SMALL, ...fields }));

describe("small tasks of one shape", () => {
  it("small tasks of one shape go to one agent, one after another: its report brings the next, and each has its evidence", async () => {
    const { host, server, path, launch, reports } = await plan(smallOnes(3));
    const first = await launch();
    expect(idsOf(first)).toEqual(["1"]);
    await launches(server, "a1", launchFor(first, "1"));
    host.says(host.agent("a1"), 100);
    let [id, token] = ["1", tokenIn(launchFor(first, "1").prompt)];
    const brought: string[] = [];
    for (;;) {
      // Nothing else is launched while the agent is at it.
      expect(await launch()).toEqual([]);
      const { status, claim, next, reply } = await reports("a1", id, token);
      expect(status).toBe("completed");
      if (!claim) {
        expect(next).toBe(`Reply with exactly: ${reply}`);
        break;
      }
      expect(next).toContain("Do not end: one more small task is yours");
      expect(claim.brief).toContain(`Task: ${claim.task}`);
      id = claim.task.replace("p/", "");
      token = claim.token;
      brought.push(id);
      host.says(host.agent("a1"), 100);
    }
    expect(brought).toEqual(["2", "3"]);
    await agentStops(server, "a1", host.agent("a1"));
    const claims = query(
      path,
      "select task_id, agent_id, outcome, started_at_ms, ended_at_ms from claims order by id",
    );
    expect(claims.map(({ task_id, agent_id, outcome }) => [task_id, agent_id, outcome])).toEqual([
      ["1", "a1", "completed"],
      ["2", "a1", "completed"],
      ["3", "a1", "completed"],
    ]);
    // Never two at once.
    for (const [i, claim] of claims.slice(1).entries()) {
      expect(Number(claim.started_at_ms)).toBeGreaterThanOrEqual(Number(claims[i]?.ended_at_ms));
    }
    expect(logOf(path).filter(({ type }) => type === "attempt.ended")).toHaveLength(3);
    expect((await server.call("batch_next", { plan: "p" })).done).toBe(true);
  });

  it("small tasks of one shape are planned one after another, where a policy gives each an agent they are planned at once", async () => {
    const shown = async (policy: object) => {
      const { server } = await plan(smallOnes(5, { estimateMinutes: 0.9 }), policy);
      return server.call("plan_analyze", { plan: "p" });
    };
    const inTurn = await shown({});
    const { makespanMinutes, sequentialMinutes } = inTurn.estimate;
    expect(makespanMinutes).toBe(sequentialMinutes);
    expect(inTurn.bottleneck).toContain("small tasks that 1 agent does one after another");
    expect(inTurn.strategy).toBe("sequential");
    const atOnce = await shown({ together: "none" });
    expect(atOnce.estimate.makespanMinutes).toBeLessThan(makespanMinutes / 3);
    // One beginning in the place of five.
    const tokens = (ways: readonly string[]) =>
      Number(/about ([\d,]+)/.exec(ways[0] ?? "")?.[1]?.replaceAll(",", ""));
    expect(tokens(inTurn.estimate.ways)).toBeLessThan(tokens(atOnce.estimate.ways));
  });

  it("small tasks of one shape whose agent has died, or failed, go to another one", async () => {
    const { server, launch, reports } = await plan(smallOnes(3), { retries: 0 });
    const first = await launch();
    await launches(server, "a1", launchFor(first, "1"));
    const failed = await reports("a1", "1", tokenIn(launchFor(first, "1").prompt), "failed");
    expect(failed).not.toHaveProperty("claim");
    const second = await launch();
    // Two are not several.
    expect(idsOf(second)).toEqual(["2", "3"]);
  });

  it("small tasks of one shape get one agent for eight of them", async () => {
    const { launch } = await plan(smallOnes(17), {});
    expect(await launch()).toHaveLength(3);
  });

  it("small tasks of one shape each get an agent of their own where the policy says so, or there are two", async () => {
    expect(await (await plan(smallOnes(4), { together: "none" })).launch()).toHaveLength(4);
    expect(await (await plan(smallOnes(2))).launch()).toHaveLength(2);
  });

  it("small tasks of one shape are not those of another role or model, nor larger ones, nor those whose size is a guess", async () => {
    const tasks = [
      ...["1", "2"].map((id) => task(id, SMALL)),
      ...["3", "4"].map((id) => task(id, { ...SMALL, agent: "test-writer" })),
      task("5", { estimateMinutes: 20 }),
    ];
    expect(await (await plan(tasks)).launch()).toHaveLength(5);
    const guessed = ["1", "2", "3", "4"].map((id) => task(id, { size: "xs" }));
    expect(await (await plan(guessed)).launch()).toHaveLength(4);
  });
});
