import { describe, expect, it } from "vitest";
import { usageCost } from "../../mcp-server/src/policy/spending/price-table.ts";
import prices from "../../prices.json" with { type: "json" };
import { isLong } from "../support/long-tests.ts";
import { eventsOf, type GraphState, readGraph } from "./graph-state.ts";
import { textOf } from "./harness/conversation.ts";
import { executesThePlan, usesAgents } from "./harness/orchestrator.ts";
import type { RecordedRequest } from "./harness/recording.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { says } from "./harness/turn.ts";
import { after, fails, runs, type Step } from "./harness/worker.ts";
import {
  agentsAt,
  expectCleanEnd,
  headlessRun,
  independentTasks,
  shownToUser,
  storyOf,
} from "./small-plan.ts";

/** What each request of these stories uses, by the endpoint's word. */
const TURN = {
  input_tokens: 10,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 5_000,
  output_tokens: 40,
};
const NEW_TOKENS = 150;
/** How long a turn of an agent takes. */
const TURN_MS = 600;

/** What the sessions' model costs a turn; all work on the model that the host takes by itself. */
function costOf(model: string): number {
  const tokens = { input: 10, cacheWrite: 100, cacheRead: 5_000, output: 40 };
  return usageCost({ ...tokens, byModel: { [model]: tokens } }, prices).amount;
}

const MODEL = "claude-opus-5-5";

/** So many turns of an agent, as each of the limits states them; what lies between them takes time as well. */
const limitsOf = (turns: number) => ({
  maxTokens: turns * NEW_TOKENS,
  maxCost: turns * costOf(MODEL),
  maxTurns: turns,
  maxMinutes: (3 * turns * TURN_MS) / 60_000,
});

const SETTINGS = {
  maxTokens: "PARALLEL_MAX_TOKENS",
  maxCost: "PARALLEL_MAX_COST",
  maxTurns: "PARALLEL_MAX_TURNS",
  maxMinutes: "PARALLEL_MAX_MINUTES",
} as const;

type Limit = keyof typeof SETTINGS;
const LIMITS = Object.keys(SETTINGS) as Limit[];

/** What requests come to, in the measure of a limit. */
function spentOf(limit: Limit, requests: readonly RecordedRequest[]): number {
  const answered = requests.filter(({ usage }) => usage !== undefined);
  switch (limit) {
    case "maxTokens":
      return answered.length * NEW_TOKENS;
    case "maxTurns":
      return answered.length;
    case "maxCost":
      return answered.reduce((sum, { conversation }) => sum + costOf(conversation.model), 0);
    case "maxMinutes":
      return answered.reduce((sum, { startMs, endMs = startMs }) => sum + endMs - startMs, 0) / 60_000;
  }
}

/** How long the agents of a plan have been at their tasks, which is how a plan's minutes are counted. */
function minutesAt(graph: GraphState, atMs: number): number {
  const ends = new Map(eventsOf(graph, "attempt.ended").map((one) => [one.attempt, one.atMs]));
  const times = eventsOf(graph, "attempt.started").map((one) => {
    const endMs = ends.get(one.attempt) ?? Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(endMs, atMs) - one.atMs);
  });
  return times.reduce((sum, ms) => sum + ms, 0) / 60_000;
}

const isReport = ({ outputs }: RecordedRequest) =>
  outputs.some((output) => "tool" in output && output.tool === taskTool("task_report"));

describe.runIf(isLong)("what may be spent", () => {
  it.each(LIMITS)(
    "a task whose agent would go on for ever is told at four fifths of %s, and ends with one turn beyond it at most",
    async (limit) => {
      const turns = 15;
      const max = limitsOf(turns)[limit];
      const [first, ...others] = independentTasks(2);
      const tasks = [{ ...(first as SpecTask), [limit]: max, retries: 2 }, ...others];
      const step: Step = (at) => {
        const { blocks } = at.conversation;
        if (blocks.some((block) => block.kind === "call" && block.tool === taskTool("task_report")))
          return says("FAILED");
        if (textOf(blocks).includes("This task is at its limit")) return fails("Half of it is done.")(at);
        return runs("true")(at);
      };
      const work = Array.from({ length: 80 }, () => after(TURN_MS, step));
      const story = storyOf(`${limit} of a task`, tasks, {
        workers: { "1.1": work },
        usageOf: () => TURN,
        runs: [headlessRun({ orchestrator: usesAgents(executesThePlan) })],
      });
      await runScenario(story, (outcome) => {
        const graph = readGraph(outcome.database);
        expectCleanEnd(outcome);
        expect(graph.tasks).toEqual({ "1.1": "failed", "1.2": "completed" });
        const [agent, ...more] = agentsAt(outcome, "1.1");
        expect(more).toEqual([]);
        const own = outcome.recording.requests.filter(
          ({ conversation }) => conversation.agentId === agent?.agentId,
        );
        const hears = (words: string) =>
          own.findIndex(({ conversation }) => textOf(conversation.blocks).includes(words));
        const [toldAt, askedAt] = [hears("most is spent: "), hears("This task is at its limit")];
        console.log(
          `${limit} of a task: ${max}; told at ${spentOf(limit, own.slice(0, toldAt))}, asked at ${spentOf(limit, own.slice(0, askedAt))}, reported with ${spentOf(limit, own.slice(0, own.findIndex(isReport) + 1))}, in all ${spentOf(limit, own)}`,
        );
        // In minutes what lies between the turns counts as well.
        const least = limit === "maxMinutes" ? 0 : 0.8 * max;
        expect(toldAt).toBeGreaterThan(0);
        expect(spentOf(limit, own.slice(0, toldAt))).toBeGreaterThanOrEqual(least);
        expect(spentOf(limit, own.slice(0, toldAt))).toBeLessThan(max);
        expect(askedAt).toBeGreaterThan(toldAt);
        const begunBeyond = own.filter((_, at) => spentOf(limit, own.slice(0, at)) >= max);
        expect(begunBeyond.length).toBeLessThanOrEqual(1);
        expect(shownToUser(outcome, 1)).toContain(`1.1 was asked to report what it had: ${limit}`);
      });
    },
  );

  it.each([
    ...LIMITS.map((limit) => [limit, 1] as const),
    ["maxTurns", 3] as const,
    ["maxTokens", 3] as const,
  ])(
    "a plan is told at four fifths of %s, starts nothing beyond it, and with %i agents at once each takes one turn beyond it at most",
    async (limit, cap) => {
      // An agent takes three turns; with the main conversation's, money is spent faster.
      const turns = { maxCost: 40, maxMinutes: 6, maxTokens: 16, maxTurns: 16 }[limit] + (cap === 1 ? 0 : 14);
      const max = limitsOf(turns)[limit];
      const story = storyOf(`${limit} of a plan with ${cap}`, independentTasks(14), {
        environment: {
          [SETTINGS[limit]]: String(max),
          PARALLEL_MAX_PARALLEL: String(cap),
          PARALLEL_REVIEW: "off",
        },
        latencyMs: { main: 10, agent: TURN_MS },
        usageOf: () => TURN,
        runs: [headlessRun({ orchestrator: usesAgents(executesThePlan) })],
      });
      await runScenario(story, (outcome) => {
        const graph = readGraph(outcome.database);
        expectCleanEnd(outcome);
        const offers = eventsOf(graph, "claim.offered").map(({ atMs }) => atMs);
        const { requests } = outcome.recording;
        const ofAgents = requests.filter(({ conversation }) => conversation.agentId !== undefined);
        const ofMain = requests.filter(
          ({ isMain, endMs = 0 }) => isMain && endMs >= (offers[0] ?? Number.POSITIVE_INFINITY),
        );
        const counted = limit === "maxCost" ? [...ofAgents, ...ofMain] : ofAgents;
        const spentAt = (atMs: number) =>
          limit === "maxMinutes"
            ? minutesAt(graph, atMs)
            : spentOf(
                limit,
                counted.filter(({ endMs = Number.POSITIVE_INFINITY }) => endMs <= atMs),
              );
        const begunBeyond = ofAgents.filter(({ startMs }) => spentAt(startMs) >= max * (1 - 1e-9));
        const near = eventsOf(graph, "limit.near").map(({ data }) => data.reason);
        console.log(
          `${limit} of a plan, ${cap} at once: ${max}; spent at each start ${offers.map((atMs) => Number(spentAt(atMs).toPrecision(4))).join(", ")}; in all ${spentAt(Number.POSITIVE_INFINITY)}, of it agents ${spentOf(limit, ofAgents)}; agents' requests begun beyond it ${begunBeyond.length}; told: ${near.join("; ")}`,
        );
        expect(near).toEqual([expect.stringMatching(new RegExp(`^${limit}: .* \\((?:8|9)\\d %\\)$`))]);
        for (const atMs of offers) expect(spentAt(atMs)).toBeLessThan(max);
        expect(begunBeyond.length).toBeLessThanOrEqual(cap);
        for (const { conversation } of begunBeyond)
          expect(begunBeyond.filter((one) => one.conversation.agentId === conversation.agentId)).toHaveLength(
            1,
          );
        expect(Object.values(graph.tasks)).toContain("pending");
        expect(Object.values(graph.tasks)).not.toContain("failed");
        expect(spentAt(Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(0.8 * max);
        expect(eventsOf(graph, "decision.taken").map(({ data }) => data.decision)).toEqual(["stop"]);
        expect(shownToUser(outcome, 1)).toContain(`${limit} is `);
      });
    },
  );

  it("an agent that would go on for ever is asked to report when its plan is at its limit, and its task waits for more", async () => {
    const step: Step = (at) => {
      const { blocks } = at.conversation;
      if (blocks.some((block) => block.kind === "call" && block.tool === taskTool("task_report")))
        return says("FAILED");
      if (textOf(blocks).includes("This plan is at its limit")) return fails("Half of it is done.")(at);
      return runs("true")(at);
    };
    const work = Array.from({ length: 80 }, () => after(TURN_MS, step));
    const cap = 2;
    const max = 20;
    const story = storyOf("a plan's limit for agents at work", independentTasks(3), {
      environment: {
        PARALLEL_MAX_TURNS: String(max),
        PARALLEL_MAX_PARALLEL: String(cap),
        PARALLEL_REVIEW: "off",
      },
      workers: { "1.1": work, "1.2": work, "1.3": work },
      usageOf: () => TURN,
      runs: [headlessRun({ orchestrator: usesAgents(executesThePlan) })],
    });
    await runScenario(story, (outcome) => {
      const graph = readGraph(outcome.database);
      expectCleanEnd(outcome);
      const ofAgents = outcome.recording.requests.filter(
        ({ conversation }) => conversation.agentId !== undefined,
      );
      console.log(`maxTurns ${max} with ${cap} at once: ${ofAgents.length} in all`);
      expect(ofAgents.length).toBeGreaterThanOrEqual(0.8 * max);
      expect(ofAgents.length).toBeLessThanOrEqual(max + cap);
      expect(graph.tasks).toEqual({ "1.1": "pending", "1.2": "pending", "1.3": "pending" });
      expect(shownToUser(outcome, 1)).toContain("1.1 was asked to report what it had: the plan's maxTurns");
    });
  });
});
