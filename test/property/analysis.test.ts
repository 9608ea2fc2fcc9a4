import fc from "fast-check";
import { expect, it } from "vitest";
import type { Task, TaskId } from "../../mcp-server/src/graph/task.ts";
import { scopeOf, unstarted } from "../../mcp-server/src/graph/task.ts";
import { DEFAULT_POLICY, type Policy } from "../../mcp-server/src/policy/policy.ts";
import type { Analysis } from "../../mcp-server/src/report/analysis.ts";
import { analyse } from "../../mcp-server/src/run/planning/analysis.ts";
import { Roles } from "../../mcp-server/src/run/project/roles.ts";
import { Estimates } from "../../mcp-server/src/schedule/estimate.ts";

/** The figures of an analysis are rounded to a tenth of a minute. */
const ROUNDED = 0.051;
const PATHS = ["src/a.ts", "src/b.ts", "src/**", "docs/c.md"];
const ESTIMATES = new Estimates();

interface Plan {
  readonly tasks: readonly Task[];
  readonly policy: Policy;
  /** For how many minutes the task has run; absent: it has not begun. */
  readonly running: ReadonlyMap<TaskId, number>;
  /** How many agents do the tasks of one role one after another; absent: each has its own. */
  readonly inTurn: number | null;
}

const oneTask = fc.record({
  before: fc.array(fc.nat(8), { maxLength: 3 }),
  needs: fc.constantFrom("all" as const, "all" as const, "any" as const, "settled" as const),
  minutes: fc.constantFrom(0.001, 1, 5, 10, 20, 50),
  agent: fc.constantFrom("code-writer", "code-writer", "debugger", "code-reviewer"),
  subject: fc.constantFrom("Build it", "Build it", "Review the work", "[P2] Verify everything"),
  writes: fc.option(fc.subarray(PATHS, { maxLength: 2 }), { freq: 5 }),
  reads: fc.subarray(PATHS, { maxLength: 1 }),
  resources: fc.subarray(["port"]),
  ranFor: fc.option(fc.constantFrom(0, 2, 10, 90), { freq: 1 }),
});

/** Plans of up to twelve tasks, in part begun: a task runs only if it waits for nothing. */
const plans: fc.Arbitrary<Plan> = fc
  .record({
    tasks: fc.array(oneTask, { maxLength: 12 }),
    maxParallel: fc.integer({ min: 1, max: 6 }),
    capacity: fc.constantFrom({}, { debugger: 1 }, { "code-writer": 2 }),
    unscoped: fc.constantFrom("exclusive" as const, "shared" as const),
    isBegun: fc.boolean(),
    inTurn: fc.option(fc.constantFrom(1, 2), { freq: 1 }),
  })
  .map(({ tasks: drawn, isBegun, inTurn, ...limits }) => {
    const running = new Map<TaskId, number>();
    const tasks = drawn.map((one, i): Task => {
      const id = `T${i}` as TaskId;
      const dependencies = [...new Set(one.before.map((back) => i - 1 - back).filter((at) => at >= 0))];
      const runs = isBegun && one.ranFor !== null && dependencies.length === 0;
      if (runs) running.set(id, one.ranFor ?? 0);
      const task = unstarted(
        {
          id,
          subject: one.subject,
          description: "",
          priority: "medium",
          dependencies: dependencies.map((at) => `T${at}` as TaskId),
          needs: one.needs,
          ...(one.writes !== null && { writes: one.writes }),
          ...{ reads: one.reads, resources: one.resources, inferredWrites: [], agent: one.agent },
          ...{ estimateMs: one.minutes * 60_000, acceptance: [], origin: "file", extra: {} },
        },
        i,
      );
      return runs ? { ...task, status: "in_progress" } : task;
    });
    return { tasks, running, inTurn, policy: { ...DEFAULT_POLICY, ...limits } };
  });

function analysisOf({ tasks, policy, running, inTurn }: Plan, cap = policy.maxParallel): Analysis {
  const small = tasks.filter(({ agent }) => agent === "code-writer").map(({ id }) => [id, "small"] as const);
  return analyse(
    { roles: new Roles(), caseInsensitive: false },
    {
      ...{ slug: "p", tasks, total: tasks.length, policy, cap, estimates: ESTIMATES, isFromFile: false },
      ...(inTurn !== null && { inTurn: { shapes: new Map(small), agents: new Map([["small", inTurn]]) } }),
      progress: {
        running: new Map([...running].map(([id, minutes]) => [id, minutes * 60_000])),
        completed: new Set(),
        cannotStart: [],
      },
    },
  );
}

/** The conditions look at the same plans: each is analysed once. */
const known = new Map<string, Analysis>();

function holdsOf(check: (plan: Plan, analysis: Analysis) => void): void {
  fc.assert(
    fc.property(plans, (plan) => {
      const key = JSON.stringify([plan.tasks, plan.policy, plan.inTurn, [...plan.running]]);
      const analysis = known.get(key) ?? analysisOf(plan);
      known.set(key, analysis);
      check(plan, analysis);
    }),
    { numRuns: 1_000, seed: 20_261_129 },
  );
}

const CHAIN = "the critical path";

it("the critical path is never longer than the lower bound, that than the plan, and that than one after another", () => {
  holdsOf((_, { estimate }) => {
    const { criticalPathMinutes, lowerBoundMinutes, makespanMinutes, sequentialMinutes } = estimate;
    expect(criticalPathMinutes).toBeLessThanOrEqual(lowerBoundMinutes);
    expect(lowerBoundMinutes).toBeLessThanOrEqual(makespanMinutes);
    expect(makespanMinutes).toBeLessThanOrEqual(sequentialMinutes);
    if (makespanMinutes > 1) {
      expect(Math.abs(estimate.speedup - sequentialMinutes / makespanMinutes)).toBeLessThan(0.2);
    }
  });
});

it("a lower bound above the critical path names what else holds the plan, and so does the bottleneck", () => {
  holdsOf((_, { estimate, bottleneck }) => {
    const { criticalPathMinutes, lowerBoundMinutes, makespanMinutes, lowerBoundBy } = estimate;
    if (lowerBoundMinutes > criticalPathMinutes + ROUNDED) {
      expect(lowerBoundBy).not.toBe(CHAIN);
      expect(bottleneck).toContain(lowerBoundBy);
    }
    if (bottleneck.startsWith(`${CHAIN}:`)) {
      expect(criticalPathMinutes).toBeGreaterThanOrEqual(0.97 * makespanMinutes - ROUNDED);
    }
  });
});

it("the critical path is a chain of dependencies without slack that is as long as its tasks", () => {
  holdsOf(({ tasks }, { criticalPath, slackMinutes, schedule, estimate }) => {
    const taskOf = new Map<string, Task>(tasks.map((task) => [task.id, task]));
    for (const [i, id] of criticalPath.slice(1).entries()) {
      expect(taskOf.get(id)?.dependencies).toContain(criticalPath[i]);
    }
    const lengths = new Map<string, number>(
      schedule.map(({ task, startMs, endMs }) => [task, endMs - startMs]),
    );
    const sumMs = criticalPath.reduce((sum, id) => sum + (lengths.get(id) ?? 0), 0);
    expect(Math.abs(sumMs / 60_000 - estimate.criticalPathMinutes)).toBeLessThanOrEqual(ROUNDED);
    for (const id of criticalPath) expect(slackMinutes[id]).toBe(0);
    for (const slack of Object.values(slackMinutes)) expect(slack).toBeGreaterThanOrEqual(0);
  });
});

it("what is said to help gains something, and never more than is above what holds the plan", () => {
  holdsOf(({ policy }, { help, estimate, bottleneck, minutesByCap }) => {
    for (const one of help) {
      const [, gain = ""] = /: ([\d.]+) min shorter$/.exec(one) ?? [];
      expect(Number(gain)).toBeGreaterThan(0);
      expect(Number(gain)).toBeLessThanOrEqual(estimate.makespanMinutes);
      // Where the longest chain is all of it, nothing helps that leaves it as it is.
      if (bottleneck.startsWith(`${CHAIN}:`)) expect(one).toMatch(/^(split|T\d+ not after)/);
      if (one.startsWith("a cap of")) {
        const { maxParallel: cap } = policy;
        const next = minutesByCap[cap] ?? minutesByCap.at(-1) ?? 0;
        expect(Math.abs(estimate.makespanMinutes - next - Number(gain))).toBeLessThanOrEqual(2 * ROUNDED);
      }
    }
  });
});

it("what is said to help drops nothing that a review needs or that is read, and says write only of what writes", () => {
  holdsOf(({ tasks }, { help, running }) => {
    const taskOf = new Map<string, Task>(tasks.map((task) => [task.id, task]));
    for (const one of help) {
      const [, id, from] = /^(T\d+) not after (T\d+),/.exec(one) ?? [];
      const task = taskOf.get(id ?? "");
      const dependency = taskOf.get(from ?? "");
      if (task && dependency) {
        expect(`${task.agent} ${task.subject}`).not.toMatch(/review|verify/i);
        expect(task.writes).not.toEqual([]);
        expect(task.reads.filter((path) => dependency.writes?.includes(path))).toEqual([]);
        expect(running).not.toContain(task.id);
      }
      const [, path] = /^let only one task write (\S+):/.exec(one) ?? [];
      const writers = tasks.filter((task) => scopeOf(task).writes.includes(path ?? ""));
      if (path !== undefined) expect(writers.length).toBeGreaterThan(1);
      const [, divided] = /^split (T\d+) in two/.exec(one) ?? [];
      if (divided !== undefined) expect(running).not.toContain(divided);
    }
  });
});

it("of what runs only the rest counts, in all figures alike, and it starts now", () => {
  holdsOf((plan, { running, schedule, estimate }) => {
    expect(running).toEqual([...plan.running.keys()]);
    let sumMs = 0;
    for (const [i, { task, startMs, endMs }] of schedule.entries()) {
      sumMs += endMs - startMs;
      const ranForMs = plan.running.get(task);
      if (ranForMs === undefined) continue;
      const wholeMs = (plan.tasks[i]?.estimateMs ?? 0) + ESTIMATES.launchMs;
      expect(startMs).toBe(0);
      expect(endMs).toBe(wholeMs > ranForMs * 60_000 ? wholeMs - ranForMs * 60_000 : Math.ceil(wholeMs / 2));
    }
    expect(Math.abs(sumMs / 60_000 - estimate.sequentialMinutes)).toBeLessThanOrEqual(ROUNDED);
    const wholeTokens = plan.tasks.reduce((sum, task) => sum + ESTIMATES.tokens(task), 0);
    expect(estimate.tokens).toBeLessThanOrEqual(wholeTokens);
    if (plan.running.size > 0) expect(estimate.tokens).toBeLessThan(wholeTokens + plan.tasks.length);
  });
});

it("more agents never take longer, and the plan takes what it takes with as many as it has", () => {
  holdsOf(({ tasks, policy }, { minutesByCap, estimate }) => {
    for (const [i, minutes] of minutesByCap.slice(1).entries()) {
      expect(minutes).toBeLessThanOrEqual(minutesByCap[i] as number);
    }
    expect(estimate.makespanMinutes).toBe(minutesByCap[policy.maxParallel - 1] ?? minutesByCap.at(-1));
    if (tasks.every(({ status }) => status === "pending")) {
      expect(minutesByCap[0]).toBe(estimate.sequentialMinutes);
    }
  });
});

it("a plan of which nothing is left says that nothing holds it, and proposes nothing", () => {
  const { estimate, bottleneck, help, criticalPath, levels } = analysisOf({
    ...{ tasks: [], running: new Map(), inTurn: null, policy: DEFAULT_POLICY },
  });
  expect({ bottleneck, help, criticalPath, levels }).toEqual({
    ...{ bottleneck: "nothing: all tasks have ended", help: [], criticalPath: [], levels: [] },
  });
  expect(estimate).toMatchObject({
    ...{ sequentialMinutes: 0, makespanMinutes: 0, criticalPathMinutes: 0, lowerBoundMinutes: 0 },
    ...{ lowerBoundBy: "nothing", speedup: 0, tokens: 0, basis: "nothing is left to estimate" },
  });
});
