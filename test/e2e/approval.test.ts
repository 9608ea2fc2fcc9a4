import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApprovedCommands } from "../../mcp-server/src/run/approval/approved-commands.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { hasTmux } from "./harness/interactive.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { answers, taskTool } from "./harness/task-tools.ts";
import { calls, says } from "./harness/turn.ts";
import { reports, runs, type Work, writes } from "./harness/worker.ts";
import { expectLawfulLog, headlessRun, runNumber, storyOf } from "./small-plan.ts";

/** It notes who runs it: an agent's shell is marked by the host, and the server's is not. */
const check = (id: string) => `echo "${id} \${CLAUDECODE:-server}" >> ../ran.log; test -f parts/${id}.txt`;

/** One after the other, so that nobody else writes when one is reported. */
const tasks: SpecTask[] = ["1.1", "1.2"].map((id, i, ids) => ({
  id,
  description: `Write part ${id}`,
  dependencies: ids.slice(0, i),
  writes: [`parts/${id}.txt`],
  acceptance: [{ criterion: "It is there", command: check(id) }],
  retries: 0,
}));

const claims = (id: string) =>
  reports({
    filesChanged: [`parts/${id}.txt`],
    evidence: [{ criterion: "1", command: check(id), exitCode: 0, result: "fine" }],
  });

const workers: Record<string, Work> = {
  // Runs its own check, and tries that of another task, for which the host asks.
  "1.1": [writes({ "parts/1.1.txt": "1\n" }), runs(check("1.1")), runs(check("1.2")), claims("1.1")],
  // Says twice that it has done what it has not: the server sees that.
  "1.2": [claims("1.2"), claims("1.2")],
};

it("what the user has approved runs without a prompt for its own task alone, and the server runs it itself", async () => {
  const story = storyOf("approved commands", tasks, {
    workers,
    settings: { permissions: { allow: ["Write"] } },
    environment: { PARALLEL_VERIFY: "run" },
    runs: [
      headlessRun({
        meanwhile: async (_pid, _recording, { home, project }) => {
          const root = realpathSync(project);
          const approved = new ApprovedCommands({
            hostFolder: join(home, ".claude"),
            root,
            gitCommonDir: join(root, ".git"),
          });
          for (const id of ["1.1", "1.2"]) approved.add(check(id));
        },
      }),
    ],
  });
  await runScenario(story, (outcome) => {
    const graph = readGraph(outcome.database);
    const ran = readFileSync(join(outcome.project, "..", "ran.log"), "utf8")
      .trim()
      .split("\n");
    expect(ran).toEqual(["1.1 1", "1.1 server", "1.2 server", "1.2 server"]);
    expect(runNumber(outcome, 1).permissionDenials).toMatchObject([
      { tool: "Bash", input: { command: check("1.2") } },
    ]);
    expect(outcomesOf(graph, "1.1")).toEqual(["completed"]);
    expect(outcomesOf(graph, "1.2")).toEqual(["failed"]);
    const standings = eventsOf(graph, "attempt.ended").map(({ data }) => {
      const { evidence } = data.report as { evidence: { standing?: string }[] };
      return evidence.map(({ standing }) => standing);
    });
    expect(standings[0]).toEqual(["run"]);
    expect(eventsOf(graph, "report.returned")).toHaveLength(1);
    expectLawfulLog(outcome);
  });
});

/** Makes the plan, has the user asked, and says what came of it. */
const asksForApproval: Orchestrator = (conversation) => {
  const last = answers(conversation).at(-1);
  const plan = "demo";
  if (last === undefined) return calls(taskTool("plan_create"), { plan, from: "specs/demo/03-tasks.json" });
  if (last.tool === "plan_create") return calls(taskTool("plan_update"), { plan, action: "approve" });
  return says(`Approved: ${last.value.approved}. ${last.value.next}`);
};

describe("the form of Claude Code that asks for approval", () => {
  const settings = { permissions: { allow: ["mcp__plugin_parallel_tasks"] } };

  it("the form shows the user each command in full, and a yes approves them", async ({ skip }) => {
    if (!(await hasTmux())) skip("tmux is not installed");
    const story = storyOf("the form", tasks, {
      settings,
      runs: [
        {
          orchestrator: asksForApproval,
          user: async (session) => {
            await session.type("Have the commands approved");
            await session.waitFor(/requests your input/);
            const screen = (await session.screen()).replace(/\s+/g, " ");
            for (const id of ["1.1", "1.2"]) expect(screen).toContain(`${check(id)} (${id})`);
            await session.pressUntil("Space", /Approve: (?!☐|not set)\S/);
            await session.pressUntil("Down", /❯ Accept/);
            await session.pressUntil("Enter", /Approved: 2\. The user has approved them\./);
          },
        },
      ],
    });
    await runScenario(story, ({ home, project }) => {
      const root = realpathSync(project);
      const place = { hostFolder: join(home, ".claude"), root, gitCommonDir: join(root, ".git") };
      return expect(new ApprovedCommands(place).has(check("1.1"))).resolves.toBe(true);
    });
  });

  it("the form is closed where nobody sits before the session, and nothing is approved", async () => {
    const run = { prompt: "Have the commands approved", orchestrator: asksForApproval };
    await runScenario(storyOf("no form", tasks, { settings, runs: [run] }), (outcome) => {
      expect(runNumber(outcome, 1).texts.at(-1)).toContain("Approved: 0. They were not approved");
    });
  });
});
