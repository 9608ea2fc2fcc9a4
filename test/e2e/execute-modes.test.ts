import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { type Conversation, textOf } from "./harness/conversation.ts";
import { executesThePlan, type Habit, type Orchestrator } from "./harness/orchestrator.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { PrintRun } from "./harness/scenario.ts";
import { answers, findToken, taskTool } from "./harness/task-tools.ts";
import { calls, callsTogether, says } from "./harness/turn.ts";
import { reports, workingDirectory } from "./harness/worker.ts";
import {
  expectCleanEnd,
  headlessRun,
  independentTasks,
  mainRequestsOf,
  runNumber,
  shownToUser,
  storyOf,
} from "./small-plan.ts";
import { calledIn, callsAsWritten, follows, heardIn, loadsItsSkill, skillFolder } from "./spec-scripts.ts";

const VALUES = { SLUG: "demo", FROM: "specs/demo/03-tasks.json", SPEC: "specs/demo/02-specification.md" };

/** Reads a page of the skill that was loaded; what it says is then part of the conversation. */
const readsPage = (page: string) => (conversation: Conversation) =>
  calls("Read", { file_path: join(skillFolder(conversation), page) });

/** A run of the plan `demo` in a mode. */
const execute = (mode: string, orchestrator: Orchestrator): PrintRun => ({
  prompt: `/spec:execute demo ${mode}`.trim(),
  orchestrator,
});

/** Pauses right after it has launched the first batch, as `--batch` says, and ends when that has ended. */
const oneBatch: Habit = (inner) => (conversation) => {
  const done = conversation.blocks.flatMap((block) => (block.kind === "call" ? [block] : []));
  const at = (tool: string) => done.findLastIndex((call) => call.tool.endsWith(tool));
  if (at("Read") < 0 && done.length === 1) return readsPage("modes.md")(conversation);
  if (at("Agent") < 0) return inner(conversation);
  if (at("plan_update") < at("Agent"))
    return calls(taskTool("plan_update"), { plan: "demo", action: "pause" });
  if (at("batch_collect") < 0) return calls(taskTool("batch_collect"), { plan: "demo", until: "all" });
  return says("One batch has ended. /spec:execute demo goes on.");
};

const graphBelow = (project: string) => join(project, ".git", "parallel", "graph.sqlite");

/** How many tasks ended how. */
function statuses(outcome: Outcome): Record<string, number> {
  const count: Record<string, number> = {};
  for (const status of Object.values(readGraph(outcome.database).tasks))
    count[status] = (count[status] ?? 0) + 1;
  return count;
}

/** In four levels, as in a real breakdown. */
const nine = [[], [], ["1", "2"], ["3"], ["1"], ["1"], ["5", "6"], ["6"], ["4", "7", "8"]].map(
  (dependencies, index) => {
    const id = String(index + 1);
    return { id, description: `Write part ${id}`, dependencies, writes: [`parts/${id}.txt`] };
  },
);

/** Imports and analyses in one message, as the command says. */
const analysesAtOnce: Habit = (inner) => (conversation) => {
  const { outputs } = inner(conversation);
  const imports = outputs.some((output) => "tool" in output && output.tool === taskTool("plan_create"));
  const analysis = { tool: taskTool("plan_analyze"), input: { plan: "demo" } };
  return { outputs: imports ? [...outputs, analysis] : outputs };
};

/** Runs the tests of the whole before the report, if an answer says so. */
const integrates: Habit = (inner) => (conversation) => {
  const turn = inner(conversation);
  const isReport = turn.outputs.some((output) => "tool" in output && output.tool === taskTool("plan_report"));
  const isDue = isReport && String(answers(conversation).at(-1)?.value.next).includes("all tests");
  const hasRun = conversation.blocks.some((block) => block.kind === "call" && block.tool === "Bash");
  return isDue && !hasRun ? calls("Bash", { command: "git status --short", description: "Test" }) : turn;
};

describe("/spec:execute in a mode", () => {
  it("/spec:execute --dry-run claims nothing; --batch runs one batch; --pause holds it; without one it goes on", async () => {
    const dryRun = execute(
      "--dry-run",
      follows(
        loadsItsSkill,
        readsPage("modes.md"),
        callsAsWritten("plan_create", VALUES, (input) => input.includes("dryRun")),
      ),
    );
    const resume: Orchestrator = (conversation) => {
      const last = answers(conversation).at(-1);
      const goesOn = callsAsWritten("plan_update", VALUES, (input) => input.includes("resume"));
      if (last?.tool === "plan_analyze") return goesOn(conversation);
      if (last?.tool === "plan_update" && !answers(conversation).some(({ tool }) => tool === "batch_next"))
        return calls(taskTool("batch_next"), { plan: "demo" });
      return executesThePlan(conversation);
    };
    const pause = execute(
      "--pause",
      follows(
        loadsItsSkill,
        readsPage("modes.md"),
        callsAsWritten("plan_update", VALUES, (input) => input.includes("pause")),
      ),
    );
    const story = storyOf("runs in modes", independentTasks(5), {
      environment: { PARALLEL_MAX_PARALLEL: "2" },
      runs: [
        dryRun,
        {
          ...execute("--batch", oneBatch(executesThePlan)),
          meanwhile: async (_pid, _recording, { project }) => {
            expect(existsSync(graphBelow(project))).toBe(false);
          },
        },
        pause,
        {
          ...execute("", resume),
          meanwhile: async (_pid, _recording, { project }) => {
            const { status, tasks } = readGraph(graphBelow(project));
            expect(status).toBe("paused");
            expect(Object.values(tasks).sort()).toEqual([
              "completed",
              "completed",
              "pending",
              "pending",
              "pending",
            ]);
          },
        },
      ],
    });
    await runScenario(story, (outcome) => {
      expectCleanEnd(outcome);
      expect(calledIn(outcome, 1)).toEqual(["Skill", "Read", "plan_create"]);
      expect(heardIn(outcome, 1)).toContain("holds only if it stands above word for word");
      expect(calledIn(outcome, 2).filter((tool) => tool === "Agent")).toHaveLength(2);
      expect(runNumber(outcome, 2).texts.at(-1)).toContain("One batch has ended");
      expect(calledIn(outcome, 3)).toEqual(["Skill", "Read", "plan_update"]);
      expect(calledIn(outcome, 4).filter((tool) => tool === "Agent")).toHaveLength(3);
      expect(statuses(outcome)).toEqual({ completed: 5 });
    });
  });

  it("/spec:execute --workers lets two agents empty the plan between them", async () => {
    const workers: Orchestrator = (conversation) => {
      const last = answers(conversation).at(-1);
      if (last?.tool !== "plan_analyze" && last?.tool !== "batch_collect") {
        return conversation.blocks.some((block) => block.kind === "call" && block.tool === "Skill") &&
          !conversation.blocks.some((block) => block.kind === "call" && block.tool === "Read")
          ? readsPage("modes.md")(conversation)
          : executesThePlan(conversation);
      }
      const launched = conversation.blocks.some((block) => block.kind === "call" && block.tool === "Agent");
      if (!launched) {
        const page = conversation.blocks.findLast(
          (block) => block.kind === "result" && block.tool === "Read",
        );
        const quoted =
          /> (You are the worker NAME.*)/.exec(page?.kind === "result" ? page.text : "")?.[1] ?? "";
        return callsTogether(
          ["w1", "w2"].map((name) => ({
            tool: "Agent",
            input: {
              description: `Worker ${name}`,
              prompt: quoted.replaceAll("NAME", name).replaceAll("SLUG", "demo"),
              subagent_type: "general-purpose",
            },
          })),
        );
      }
      if (last.value.done === true) return executesThePlan(conversation);
      return calls(taskTool("batch_collect"), { plan: "demo", until: "next" });
    };
    await runScenario(
      storyOf("is emptied by workers", independentTasks(8), {
        runs: [execute("--workers 2", workers)],
        agents: pullsItsWork,
      }),
      (outcome) => {
        expectCleanEnd(outcome);
        expect(outcome.recording.launchMessages()).toEqual([["Worker w1", "Worker w2"]]);
        expect(statuses(outcome)).toEqual({ completed: 8 });
        const graph = readGraph(outcome.database);
        for (const id of Object.keys(graph.tasks)) expect(outcomesOf(graph, id)).toEqual(["completed"]);
        expect(outcome.recording.mostAgentsAtOnce()).toBe(2);
      },
    );
  });

  it.each([
    ["with reviews", "end", 5],
    ["without", "off", 4],
  ])(
    "/spec:execute %s takes two requests for each message that launches, and at most six more",
    async (_, review, others) => {
      const finding = { severity: "high", text: "Part 1 is not what was asked for.", file: "parts/1.txt" };
      const story = storyOf(`nine tasks, review ${review}`, nine, {
        environment: { PARALLEL_REVIEW: review, PARALLEL_TOGETHER: "none" },
        runs: [headlessRun({ orchestrator: integrates(analysesAtOnce(executesThePlan)) })],
        workers: {
          "plan-review": [reports({ summary: "Not yet.", verdict: "rejected", findings: [finding] })],
          "plan-review2": [reports({ summary: "Sound.", verdict: "accepted" })],
        },
      });
      await runScenario(story, (outcome) => {
        expectCleanEnd(outcome);
        expect(statuses(outcome)).toEqual({ completed: review === "end" ? 12 : 9 });
        const launches = outcome.recording.launchMessages();
        expect(launches.length).toBeGreaterThanOrEqual(review === "end" ? 7 : 4);
        expect(mainRequestsOf(outcome, 1)).toHaveLength(2 * launches.length + others);
        const report = shownToUser(outcome, 1);
        if (review === "end") expect(report).toContain("✓ **The plan as a whole**: accepted in review 2");
      });
    },
  );

  it("/spec:execute with nothing to execute names what is missing; a broken breakdown's refusal is passed on", async () => {
    const missing = execute("", () => says("/spec:decompose demo writes the breakdown."));
    const broken: PrintRun = { prompt: "/spec:execute other", orchestrator: executesThePlan };
    const story = storyOf("has nothing to execute", independentTasks(1), {
      files: {
        "specs/demo/02-specification.md": "# Demo\n",
        "specs/other/03-tasks.json": '{"tasks":[{"id":"1","subject":"One","dependencies":["9"]}]}',
      },
      runs: [missing, broken],
    });
    await runScenario(story, (outcome) => {
      expect(heardIn(outcome, 1)).toContain("that `/spec:decompose <slug>` writes the breakdown");
      expect(calledIn(outcome, 1)).toEqual([]);
      expect(runNumber(outcome, 2).texts.at(-1)).toMatch(/^Stopped\. plan_create answered: .*9/);
      expect(existsSync(outcome.database)).toBe(false);
    });
  });
});

/** A worker that claims, writes the file of its brief, reports, and claims again until there is nothing. */
function pullsItsWork(conversation: Conversation) {
  const name = /You are the worker (\w+) of the plan demo/.exec(textOf(conversation.blocks))?.[1];
  if (name === undefined) return undefined;
  const claims = calls(taskTool("task_claim"), { plan: "demo", worker: name });
  const last = conversation.blocks.findLast((block) => block.kind === "result");
  if (last?.kind !== "result") return claims;
  if (last.tool === taskTool("task_report")) return claims;
  const claim = answers(conversation).findLast(({ tool }) => tool === "task_claim");
  const given = claim?.value.claim as { task: string; token: string } | null;
  if (given === null || claim === undefined) return says("Nothing is left.");
  const file = `parts/${given.task.replace("demo/", "")}.txt`;
  if (last.tool === "Write") {
    const evidence = [{ inspected: "The file." }];
    const done = { outcome: "completed", summary: "Done.", evidence, filesChanged: [file] };
    return calls(taskTool("task_report"), { task: given.task, token: findToken(given.token) ?? "", ...done });
  }
  return calls("Write", {
    file_path: join(workingDirectory(conversation), file),
    content: `${given.task}\n`,
  });
}
