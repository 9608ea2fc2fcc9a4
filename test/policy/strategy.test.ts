import { describe, expect, it } from "vitest";
import {
  chooseStrategy,
  type StrategyFacts,
  type StrategyTask,
} from "../../mcp-server/src/policy/strategy.ts";

const MINUTE = 60_000;

function tasks(count: number, of: Partial<StrategyTask> = {}): StrategyTask[] {
  return Array.from({ length: count }, (_, i) => ({
    subject: `Build part ${i}`,
    durationMs: 10 * MINUTE,
    isStated: true,
    dependencies: [],
    writes: [`src/${i}.ts`],
    ...of,
  }));
}

/** The choice for tasks that are done `atOnce` times faster than one after another. */
function choiceFor(all: readonly StrategyTask[], facts: Partial<StrategyFacts> = {}, atOnce = 4) {
  return chooseStrategy({ tasks: all, total: all.length, speedup: atOnce, levels: 1, ...facts });
}

describe("the strategy", () => {
  it("the strategy for independent tasks is parallel, with the gain", () => {
    const { strategy, reasons } = choiceFor(tasks(4));
    expect(strategy).toBe("parallel");
    expect(reasons.join()).toContain("4.0 times");
  });

  it("the strategy for levels of tasks is hybrid", () => {
    expect(choiceFor(tasks(4), { levels: 2 }, 2).strategy).toBe("hybrid");
  });

  it("the strategy for a chain is sequential, and says that it is one", () => {
    const { strategy, reasons } = choiceFor(tasks(4), { levels: 4 }, 1);
    expect(strategy).toBe("sequential");
    expect(reasons.join()).toMatch(/chain/);
  });

  it("the strategy for tasks that shared files keep apart is sequential, and says so", () => {
    const { strategy, reasons } = choiceFor(tasks(4), { levels: 2 }, 1.05);
    expect(strategy).toBe("sequential");
    expect(reasons.join()).toMatch(/shared files/);
  });

  it.each([
    ["nothing that is left", tasks(0)],
    ["one short task", tasks(1)],
    ["less than 30 seconds of work", tasks(2, { durationMs: 14_000 })],
    ["tasks of seconds each", tasks(8, { durationMs: 20_000 })],
    ["one file", tasks(4, { writes: ["src/all.ts"] })],
    ["questions to the user", tasks(3, { subject: "Brainstorm names with the user" })],
  ])("the strategy for %s is to do it directly, with one reason", (_, all) => {
    const { strategy, reasons } = choiceFor(all);
    expect(strategy).toBe("direct");
    expect(reasons).toHaveLength(1);
  });

  it("the strategy for tasks that agents were quick at so far is as for any", () => {
    expect(choiceFor(tasks(4, { durationMs: 5_000, isStated: false })).strategy).toBe("parallel");
  });

  it("the strategy for one long task is one agent in the background", () => {
    expect(choiceFor(tasks(1, { durationMs: 40 * MINUTE })).strategy).toBe("background");
    const dominated = [...tasks(1, { durationMs: 60 * MINUTE }), ...tasks(2, { durationMs: 2 * MINUTE })];
    expect(choiceFor(dominated, { levels: 3 }, 1).strategy).toBe("background");
  });

  it("the strategy for one long task beside enough others is as for any", () => {
    const mixed = [...tasks(1, { durationMs: 60 * MINUTE }), ...tasks(6)];
    expect(choiceFor(mixed, {}, 2).strategy).toBe("parallel");
  });

  it("the strategy leaves the last task of a longer plan to an agent", () => {
    expect(choiceFor(tasks(1), { total: 4 }).strategy).toBe("sequential");
  });

  it("the strategy for several views of one question is a swarm, with or without a task that brings them together", () => {
    const views = tasks(3, { writes: [], subject: "Review the login from one side" });
    expect(choiceFor(views).strategy).toBe("swarm");
    const joined = [...views, ...tasks(1, { dependencies: ["1", "2", "3"] })];
    expect(choiceFor(joined, { levels: 2 }).strategy).toBe("swarm");
    expect(choiceFor([...views, ...tasks(1)]).strategy).toBe("parallel");
    expect(choiceFor(tasks(3, { writes: undefined })).strategy).toBe("parallel");
  });

  it("the strategy for the cause of one failure is sequential where files change, and a swarm where they are read", () => {
    const repairs = tasks(3, { subject: "Debug the crash at start" });
    expect(choiceFor(repairs)).toMatchObject({
      strategy: "sequential",
      reasons: [expect.stringContaining("what helped")],
    });
    expect(choiceFor(tasks(3, { subject: "Diagnose one layer", writes: [] })).strategy).toBe("swarm");
    expect(choiceFor([...repairs, ...tasks(1)]).strategy).toBe("parallel");
  });

  it("the strategy takes a plan in which one of many tasks asks the user for what it is", () => {
    expect(choiceFor([...tasks(5), ...tasks(1, { subject: "Ask the user for the logo" })]).strategy).toBe(
      "parallel",
    );
  });

  it("the strategy for what agents save hardly any time at, and pay more for, is to do it here, with both figures", () => {
    const none = { input: 0, cacheWrite: 0, output: 0, cacheRead: 0 };
    const way = (ms: number, cacheRead: number) => ({ ms, agents: { ...none, cacheRead }, main: none });
    const ways = (savedMs: number, times: number) => ({
      parallel: way(MINUTE, times * 1_000),
      inTurn: way(MINUTE + savedMs, times * 1_000),
      direct: way(MINUTE + savedMs, 1_000),
    });
    const { strategy, reasons } = choiceFor(tasks(4), { ways: ways(1.5 * MINUTE, 2) });
    expect(strategy).toBe("direct");
    expect(reasons).toEqual([
      "Agents would save 1.5 min and use about 2.0 times the tokens of doing it here.",
    ]);
    expect(choiceFor(tasks(4), { ways: ways(3 * MINUTE, 2) }).strategy).toBe("parallel");
    expect(choiceFor(tasks(4), { ways: ways(1.5 * MINUTE, 1) }).strategy).toBe("parallel");
  });
});
