import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { RunReport } from "../../mcp-server/src/report/aggregate.ts";
import prices from "../../prices.json" with { type: "json" };
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { textOf } from "./harness/conversation.ts";
import type { RecordedRequest } from "./harness/recording.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { says } from "./harness/turn.ts";
import { fails, runs, type Step } from "./harness/worker.ts";
import {
  agentsAt,
  expectCleanEnd,
  expectEachDoneOnce,
  headlessRun,
  independentTasks,
  shownToUser,
  storyOf,
} from "./small-plan.ts";

const COMMAND_LINE = fileURLToPath(new URL("../../bin/parallel", import.meta.url));

/** The report as the user gets it in a terminal. */
function reportOf({ project, home }: Outcome): Promise<RunReport> {
  const env = { PATH: process.env.PATH, HOME: home };
  return new Promise((resolve) => {
    // Its exit code says how the plan stands, which is not what this is about.
    execFile(
      process.execPath,
      [COMMAND_LINE, "report", "demo", "--json"],
      { cwd: project, env },
      (_, stdout) => resolve(JSON.parse(stdout) as RunReport),
    );
  });
}

/** What the endpoint handed out, in the words of the report. */
function handedOut(requests: readonly RecordedRequest[]) {
  const sum = { input: 0, cacheWrite: 0, cacheRead: 0, output: 0 };
  for (const { usage } of requests) {
    sum.input += usage?.input_tokens ?? 0;
    sum.cacheWrite += usage?.cache_creation_input_tokens ?? 0;
    sum.cacheRead += usage?.cache_read_input_tokens ?? 0;
    sum.output += usage?.output_tokens ?? 0;
  }
  return sum;
}

/** What requests cost, by the table that comes with the plugin; no prompt of these stories is a long one. */
function costOf(requests: readonly RecordedRequest[]): number {
  return requests.reduce((sum, { usage, conversation }) => {
    const price = (prices.models as Record<string, (typeof prices.models)["claude-opus-5-5"]>)[
      conversation.model
    ];
    if (usage === undefined || price === undefined) return Number.NaN;
    const amount =
      usage.input_tokens * price.input +
      usage.cache_creation_input_tokens * price.cacheWrite +
      usage.cache_read_input_tokens * price.cacheRead +
      usage.output_tokens * price.output;
    return sum + amount / 1_000_000;
  }, 0);
}

describe("the tokens in the report", () => {
  it("the tokens in the report are what the model's provider handed out", async () => {
    const tasks = [
      ...independentTasks(5),
      { id: "2.1", description: "Join", dependencies: ["1.1"], writes: ["joined.txt"] },
    ];
    await runScenario(storyOf("tokens", tasks, { runs: [headlessRun()] }), async (outcome) => {
      const { requests } = outcome.recording;
      const graph = expectEachDoneOnce(outcome);
      const report = await reportOf(outcome);
      const fromMs = eventsOf(graph, "claim.offered")[0]?.atMs ?? 0;
      const toMs = eventsOf(graph, "plan.reported")[0]?.atMs ?? 0;
      const orchestrating = requests.filter(
        ({ isMain, endMs = 0 }) => isMain && endMs >= fromMs && endMs <= toMs,
      );
      const agents = requests.filter(({ conversation }) => conversation.agentId !== undefined);
      expect(orchestrating.length).toBeGreaterThan(2);
      expect(agents.length).toBeGreaterThan(2 * tasks.length);
      expect(report.figures.usage).toMatchObject({
        agents: handedOut(agents),
        main: handedOut(orchestrating),
        unmeasuredAttempts: 0,
        unmeasuredSessions: 0,
      });
      for (const { task, agentId } of graph.attempts) {
        const own = agents.filter(({ conversation }) => conversation.agentId === agentId);
        const { usage, cost } = report.tasks.find((one) => one.task === task) ?? {};
        expect(usage).toMatchObject({ ...handedOut(own), requests: own.length });
        expect(cost?.amount).toBeCloseTo(costOf(own), 9);
      }
      // The main conversation was shown its own figures, although it had only just said so.
      const [measured] = eventsOf(graph, "conversation.measured");
      expect(measured?.data.usage).toMatchObject(handedOut(orchestrating));
      // Model by model, and with what it cost.
      const { spending } = report.figures;
      expect(spending?.byModel.map(({ who, model }) => [who, model])).toEqual([
        ["agents", agents[0]?.conversation.model],
        ["main", orchestrating[0]?.conversation.model],
      ]);
      expect(spending?.total?.amount).toBeCloseTo(costOf(agents) + costOf(orchestrating), 9);
      // What the host asks on the side is nobody's: every request is an agent's, the main conversation's, or named so.
      const main = requests.filter(({ isMain }) => isMain);
      const aside = requests.filter(
        ({ isMain, conversation }) => !isMain && conversation.agentId === undefined,
      );
      expect(report.figures.usage?.mainBefore).toMatchObject(
        handedOut(main.filter(({ endMs = 0 }) => endMs < fromMs)),
      );
      expect(aside.every(({ conversation }) => !conversation.tools.includes("Agent"))).toBe(true);
      expect(report.notMeasured.join()).toContain("what Claude Code asks models on the side");
      const ledger = readFileSync(join(outcome.project, "specs/demo/04-implementation.md"), "utf8");
      expect(ledger).toMatch(
        /- Tokens without cache reads: [\d,]+ by its agents, [\d,]+ by its main conversation/,
      );
    });
  });

  it("the tokens in the report end a run that has used what it may, and the user is told", async () => {
    const environment = { PARALLEL_MAX_TOKENS: "1500" };
    const story = storyOf("maxTokens", independentTasks(7), { environment, runs: [headlessRun()] });
    await runScenario(story, (outcome) => {
      const graph = readGraph(outcome.database);
      expectCleanEnd(outcome);
      expect(graph.attempts).toHaveLength(5);
      expect(Object.values(graph.tasks).sort()).toEqual([
        ...Array.from({ length: 5 }, () => "completed"),
        "pending",
        "pending",
      ]);
      expect(eventsOf(graph, "decision.taken").map(({ data }) => data)).toEqual([
        {
          decision: "stop",
          reason: expect.stringMatching(
            /^The agents have used [\d,]+ tokens, maxTokens is 1,500: nothing more is launched\.$/,
          ),
          maxTokens: 1_500,
        },
      ]);
      expect(eventsOf(graph, "plan.reported").length).toBeGreaterThan(0);
      expect(shownToUser(outcome, 1)).toContain("maxTokens is 1,500");
      expect(outcome.runs[0]?.stderr).toMatch(
        /demo is not finished: 5 of 7 completed, 0 failed\. The agents have used .*plan_update/,
      );
    });
  });

  it("the tokens in the report are no more than a task may use, but for its agent's last words", async () => {
    const [first, ...others] = independentTasks(2);
    const tasks = [{ ...(first as SpecTask), maxTurns: 5, retries: 2 }, ...others];
    // It would go on for ever, and does as it is told.
    const step: Step = (at) => {
      const { blocks } = at.conversation;
      const hasReported = blocks.some(
        (block) => block.kind === "call" && block.tool === taskTool("task_report"),
      );
      if (hasReported) return says("FAILED");
      if (textOf(blocks).includes("This task is at its limit")) return fails("Half of it is done.")(at);
      return runs("true")(at);
    };
    const work = Array.from({ length: 30 }, () => step);
    await runScenario(
      storyOf("maxTurns", tasks, { workers: { "1.1": work }, runs: [headlessRun()] }),
      (outcome) => {
        const graph = readGraph(outcome.database);
        expectCleanEnd(outcome);
        expect(graph.tasks).toEqual({ "1.1": "failed", "1.2": "completed" });
        expect(outcomesOf(graph, "1.1")).toEqual(["failed"]);
        const [agent] = agentsAt(outcome, "1.1");
        expect(agent?.requests).toBeLessThanOrEqual(6);
        expect(shownToUser(outcome, 1)).toContain("1.1 was asked to report what it had: maxTurns");
      },
    );
  });
});
