import { describe, expect, it } from "vitest";
import { outcomesOf, readGraph } from "./graph-state.ts";
import { offeredTools } from "./harness/conversation.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { type SpecTask, specification } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { reports, stopsSilently, type Work, writes } from "./harness/worker.ts";
import { agentOpening, agentsAt, expectCleanEnd, headlessRun, shownToUser, storyOf } from "./small-plan.ts";

const POET = "---\nname: poet\ndescription: Writes odes.\ntools: Read, Write\n---\nRhyme.\n";

const TASKS: SpecTask[] = [
  { id: "1.1", description: "Write an ode", writes: ["ode.txt"], agent: "poet" },
  { id: "1.2", description: "Paint it", writes: ["picture.txt"], agent: "painter" },
  { id: "1.3", description: "Test it", writes: [], agent: "test-runner" },
  { id: "2.1", description: "Read the ode", dependencies: ["1.1"], writes: [] },
];

const writesOde: Work = [writes({ "ode.txt": "O plan\n" }), stopsSilently("DONE. The ode is in ode.txt.")];
const readsOde: Work = [reports({ summary: "Read it." })];

const NOBODY = { sessionId: "", model: "", tools: [], blocks: [] };

describe("a plan with roles of several kinds", () => {
  it("a plan is done by this plugin's agents, a user's own, and a stand-in for a role that nobody has", async () => {
    await runScenario(
      storyOf("roles", TASKS, {
        runs: [headlessRun()],
        workers: { "1.1": writesOde, "1.3": readsOde, "2.1": readsOde },
        files: { ...specification("demo", TASKS), ".claude/agents/poet.md": POET },
      }),
      (outcome) => {
        expectCleanEnd(outcome);
        const graph = readGraph(outcome.database);
        expect(Object.values(graph.tasks)).toEqual(Array(4).fill("completed"));
        expect(outcomesOf(graph, "1.1")).toEqual(["completed"]);
        const agentFor = (task: string) => agentsAt(outcome, task)[0]?.agentId ?? "";
        const openingFor = (task: string) =>
          outcome.recording.requests.find(({ conversation }) => conversation.agentId === agentFor(task))
            ?.conversation ?? NOBODY;
        const toolsFor = (task: string) => openingFor(task).tools;
        // What the main conversation loads only when it needs it, an agent that lists its tools has at once.
        expect(toolsFor("1.3")).toEqual(expect.arrayContaining(["Bash", taskTool("task_report")]));
        expect(toolsFor("1.3")).not.toContain("Write");
        expect(toolsFor("1.1").filter((tool) => tool.startsWith("mcp__"))).toEqual([]);
        expect(offeredTools(openingFor("1.2"))).toContain(taskTool("task_report"));
        expect(agentOpening(outcome, agentFor("1.1"))).toContain("Your last message is your report");
        expect(agentOpening(outcome, agentFor("2.1"))).toContain("> DONE. The ode is in ode.txt.");
        const said = shownToUser(outcome, 1);
        expect(said).toContain("no report: the agent's last message was taken as it was");
      },
    );
  });
});
