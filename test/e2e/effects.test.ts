import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { AttributedEffect, HeldFilesChanged, NamedCall } from "../../mcp-server/src/graph/effect.ts";
import { runCommand } from "../support/command-line.ts";
import { isLong } from "../support/long-tests.ts";
import { Milestones } from "./adversary-work.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { arrivals } from "./harness/conversation.ts";
import type { RecordedRequest } from "./harness/recording.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import { type Scenario, type SpecTask, specification } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { edits, reports, runs, type Step, stopsSilently, uses, type Work } from "./harness/worker.ts";
import { agentsAt, expectLawfulLog, headlessRun, storyOf } from "./small-plan.ts";

/** What the second agent has in its file, and nobody else has. */
const HELD = "src/b/two.txt";
const HOLDERS = "the cost of b, half done\n";

const TASKS: SpecTask[] = [
  { id: "1.1", description: "Say amount instead of price in a", writes: ["src/a/**"], agent: "renamer" },
  { id: "1.2", description: "Write b anew", writes: ["src/b/**"] },
  { id: "1.3", description: "Check c", writes: ["src/c/**"] },
];

/** Programs of the project that write into every file that says so, whoever holds it: no command names one. */
const FILES = {
  "src/a/one.txt": "the price of a\n",
  [HELD]: "the price of b\n",
  "src/c/three.txt": "nothing of it\n",
  "scripts/rename.sh": "grep -rlE 'price|cost' src | xargs sed -i 's/price/amount/; s/cost.*/amount/'\n",
  "scripts/rename.mjs": [
    'import { readFileSync, writeFileSync } from "node:fs";',
    'for (const file of ["src/a/one.txt", "src/b/two.txt"])',
    '  writeFileSync(file, readFileSync(file, "utf8").replace(/price|cost.*/, "amount"));',
    "",
  ].join("\n"),
  "scripts/later.sh": "until [ -e .let ]; do sleep 0.1; done; sh scripts/rename.sh; touch .written\n",
  Makefile: "rename:\n\tnode scripts/rename.mjs\n",
  // Agents of this plugin have no tools of other servers.
  ".claude/agents/renamer.md": `---\nname: renamer\ndescription: Renames.\ntools: Read, Bash, mcp__files__put, ${taskTool("task_report")}\n---\nRename.\n`,
  ".mcp.json": JSON.stringify({
    mcpServers: {
      files: {
        command: process.execPath,
        args: [fileURLToPath(new URL("files-server.mjs", import.meta.url))],
      },
    },
  }),
};

/** What goes on in the project while the agents are at work; known once the host has started. */
class Project {
  folder = "";

  readonly isAt = (live: { project: string }): void => {
    this.folder = live.project;
  };

  has(file: string): boolean {
    return existsSync(join(this.folder, file));
  }

  /** The model answers when the file is there, too. */
  when(file: string, step: Step): Step {
    return (assignment) => {
      const { when = () => true, ...turn } = step(assignment);
      return { ...turn, when: () => this.has(file) && when() };
    };
  }

  /** The file is there as soon as the model gets to this step. */
  puts(file: string, step: Step): Step {
    return (assignment) => {
      writeFileSync(join(this.folder, file), "");
      return step(assignment);
    };
  }

  /** Whether the host has noticed that what an agent had left running is over. */
  get isWorkOver(): boolean {
    const projects = join(this.folder, "../home/.claude/projects");
    return readdirSync(projects, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".jsonl") && !path.includes("subagents"))
      .some((path) => readFileSync(join(projects, path), "utf8").includes("Background command"));
  }
}

const COMMAND = /parallel-tasks restore \S[^\n]*/;

/** Runs what it has just been told, to the letter; who is told of no command looks at the file. */
const restoresAsTold: Step = (assignment) => {
  const arrived = arrivals(assignment.conversation);
  const told = arrived.map((block) => ("text" in block ? block.text : "")).join("\n");
  return runs(COMMAND.exec(told)?.[0] ?? `cat ${HELD}`)(assignment);
};

const ownWork = edits(HELD, "the price of b", HOLDERS.trim());
const looks = runs(`cat ${HELD}`);
const reportsHeld = reports({ filesChanged: [HELD] });

/** Agents of the first tasks, at work at once; the user lets everything run that they call. */
function story(name: string, environment: Record<string, string>, workers: Record<string, Work>): Scenario {
  const tasks = TASKS.filter(({ id }) => id in workers);
  return storyOf(name, tasks, {
    files: { ...FILES, ...specification("demo", tasks) },
    workers,
    environment,
    settings: {
      permissions: { allow: ["Bash", "Edit", "mcp__files"] },
      enableAllProjectMcpServers: true,
    },
    beginTogether: tasks.length,
    runs: [headlessRun()],
  });
}

/** A change of what the second agent holds that is not its own, with the calls of which one made it. */
interface Intrusion {
  by: AttributedEffect["by"];
  isUndone: boolean;
  look: HeldFilesChanged;
  calls: readonly NamedCall[];
}

function intrusionsIn({ database }: Outcome): Intrusion[] {
  const looks = eventsOf(readGraph(database), "files.changed").map(
    ({ data }) => data as unknown as HeldFilesChanged,
  );
  return looks.flatMap((look) =>
    look.files
      .filter(({ path, by }) => path === HELD && by !== "own")
      .map(({ by, call, undone }) => ({
        by,
        isUndone: undone === true,
        look,
        calls: by === "uncertain" ? look.calls : look.calls.filter(({ id }) => id === call),
      })),
  );
}

/** Expects that one was seen, and no other. */
function onlyIntrusionIn(outcome: Outcome): Intrusion {
  const [intrusion, ...others] = intrusionsIn(outcome);
  expect(others).toEqual([]);
  if (!intrusion) throw new Error("nothing was seen");
  return intrusion;
}

function requestsOf(outcome: Outcome, task: string): RecordedRequest[] {
  const [agent] = agentsAt(outcome, task);
  return outcome.recording.requests.filter(({ conversation }) => conversation.agentId === agent?.agentId);
}

/** Whether the host may have run the call at that time: asked for by the model, and not yet answered to it. */
function mayHaveRun({ recording }: Outcome, call: string, { sinceMs, untilMs }: HeldFilesChanged): boolean {
  const answered = recording.requests.find(({ conversation }) =>
    conversation.blocks.some((block) => block.kind === "result" && block.callId === call),
  );
  const asked = recording.requests.findLast(
    ({ conversation }) =>
      conversation.agentId === answered?.conversation.agentId &&
      !conversation.blocks.some((block) => block.kind === "call" && block.id === call) &&
      (answered === undefined || conversation.blocks.length < answered.conversation.blocks.length),
  );
  return (asked?.startMs ?? 0) <= untilMs && (answered?.startMs ?? 0) >= sinceMs;
}

/** What an agent reads in the first request after the change was seen, joined; a model reads the blocks as one. */
function readNext(outcome: Outcome, task: string, { look }: Intrusion): string {
  const next = requestsOf(outcome, task).find(({ startMs }) => startMs >= look.untilMs);
  const text = arrivals(next?.conversation ?? { sessionId: "", model: "", tools: [], blocks: [] })
    .map((block) => ("text" in block ? block.text : ""))
    .join("\n");
  return /hook additional context: ([\s\S]*?)(?:\n\n|$)/.exec(text)?.[1] ?? text;
}

/** Expects that all ended well, that the holder's bytes are in its file, and that none of them are listed as lost. */
async function expectHoldersBytes(outcome: Outcome): Promise<void> {
  expectLawfulLog(outcome);
  const graph = readGraph(outcome.database);
  for (const task of Object.keys(graph.tasks)) expect(outcomesOf(graph, task)).toEqual(["completed"]);
  expect(readFileSync(join(outcome.project, HELD), "utf8")).toBe(HOLDERS);
  const { out } = await runCommand(outcome.project, "restore", "demo");
  expect(out).not.toContain(HELD);
}

describe("two agents at work, of which one changes the other's file", () => {
  const others: [string, string, Step][] = [
    ["a program of the project", "Bash", runs("node scripts/rename.mjs")],
    ["make", "Bash", runs("make rename")],
  ];
  it.each([
    ["a script of the project", "Bash", runs("sh scripts/rename.sh")],
    [
      "a file server of the project",
      "mcp__files__put",
      uses("mcp__files__put", { name: HELD, text: "the amount of b\n" }),
    ],
    ...(isLong ? others : []),
  ] as [string, string, Step][])(
    "two agents at work, of which one changes the other's file by %s, are both told, and it is undone",
    async (name, tool, intrudes) => {
      const steps = new Milestones();
      const intruder: Work = [
        steps.after(["edited"], runs("grep -rlE 'price|cost' src | xargs sed -i s/price/amount/")),
        intrudes,
        steps.at("over", reports({ filesChanged: ["src/a/one.txt"] })),
      ];
      const holder: Work = [ownWork, steps.at("edited", steps.after(["over"], looks)), reportsHeld];
      await runScenario(story(name, {}, { "1.1": intruder, "1.2": holder }), async (outcome) => {
        // The plain form is refused before it happens.
        expect(eventsOf(readGraph(outcome.database), "write.denied")).toHaveLength(1);
        const intrusion = onlyIntrusionIn(outcome);
        expect(intrusion).toMatchObject({ by: "certain", isUndone: true });
        expect(intrusion.calls.map((call) => [call.caller.task, call.tool])).toEqual([["demo/1.1", tool]]);
        const toIntruder = readNext(outcome, "1.1", intrusion);
        expect(toIntruder).toContain(HELD);
        expect(toIntruder).toContain(`Your ${tool} `);
        expect(toIntruder).toContain("demo/1.2");
        expect(toIntruder).toContain("This was undone");
        const toHolder = readNext(outcome, "1.2", intrusion);
        expect(toHolder).toContain(`demo/1.1 changed ${HELD} with ${tool}`);
        expect(toHolder).toContain("This was undone: what stood there before is there again.");
        await expectHoldersBytes(outcome);
      });
    },
  );

  it("two agents at work, of which one changes the other's file while a third runs a command, leave a set of two, and all three are told", async () => {
    const project = new Project();
    const steps = new Milestones();
    const waits = runs("touch src/c/begun.txt; until [ -e src/c/let.txt ]; do sleep 0.1; done");
    await runScenario(
      story(
        "three",
        {},
        {
          "1.1": [
            project.when("src/c/begun.txt", steps.after(["edited"], runs("make rename"))),
            project.puts("src/c/let.txt", steps.at("over", reports({ filesChanged: ["src/a/one.txt"] }))),
          ],
          "1.2": [ownWork, steps.at("edited", steps.after(["over"], looks)), restoresAsTold, reportsHeld],
          "1.3": [waits, reports()],
        },
      ),
      async (outcome) => {
        const intrusion = onlyIntrusionIn(outcome);
        expect(intrusion.by).toBe("uncertain");
        expect(intrusion.calls.map(({ caller }) => caller.task).sort()).toEqual(["demo/1.1", "demo/1.3"]);
        for (const { id } of intrusion.calls) expect(mayHaveRun(outcome, id, intrusion.look)).toBe(true);
        expect(readNext(outcome, "1.1", intrusion)).toContain("your Bash and demo/1.3 (Bash) ran");
        expect(readNext(outcome, "1.3", intrusion)).toContain("your Bash and demo/1.1 (Bash) ran");
        expect(readNext(outcome, "1.2", intrusion)).toMatch(
          /demo\/1\.[13] \(Bash\) and demo\/1\.[13] \(Bash\) ran/,
        );
        await expectHoldersBytes(outcome);
      },
      project.isAt,
    );
  });

  it("two agents at work, of which one changes the other's file while that runs a command itself, are named together, and the holder is told", async () => {
    const project = new Project();
    const steps = new Milestones();
    const waits = runs("touch src/b/begun.txt; until [ -e src/b/let.txt ]; do sleep 0.1; done");
    await runScenario(
      story(
        "beside the holder",
        {},
        {
          "1.1": [
            project.when("src/b/begun.txt", steps.after(["edited"], runs("make rename"))),
            project.puts("src/b/let.txt", reports({ filesChanged: ["src/a/one.txt"] })),
          ],
          "1.2": [ownWork, steps.at("edited", waits), restoresAsTold, reportsHeld],
        },
      ),
      async (outcome) => {
        const intrusion = onlyIntrusionIn(outcome);
        expect(intrusion.calls.map(({ caller }) => caller.task).sort()).toEqual(["demo/1.1", "demo/1.2"]);
        for (const { id } of intrusion.calls) expect(mayHaveRun(outcome, id, intrusion.look)).toBe(true);
        expect(readNext(outcome, "1.2", intrusion)).toContain(
          "changed while your Bash and demo/1.1 (Bash) ran",
        );
        await expectHoldersBytes(outcome);
      },
      project.isAt,
    );
  });

  it("two agents at work, of which one changes the other's file, which then only reports: the report waits until it has read of it", async () => {
    const steps = new Milestones();
    await runScenario(
      // With this guard nothing is undone.
      story(
        "reports unknowing",
        { PARALLEL_GUARD: "warn" },
        {
          "1.1": [
            steps.after(["edited"], runs("make rename")),
            steps.at("over", reports({ filesChanged: ["src/a/one.txt"] })),
          ],
          "1.2": [
            ownWork,
            steps.at("edited", steps.after(["over"], reportsHeld)),
            restoresAsTold,
            reportsHeld,
          ],
        },
      ),
      async (outcome) => {
        const intrusion = onlyIntrusionIn(outcome);
        expect(readNext(outcome, "1.2", intrusion)).toContain("Look at this first, then report again.");
        await expectHoldersBytes(outcome);
      },
    );
  });
});

describe("an agent that leaves something running, which writes after its report", () => {
  it("an agent that leaves something running, which writes after its report, is named, and no longer than it runs", async () => {
    const project = new Project();
    const steps = new Milestones();
    const leaves = uses("Bash", {
      command: "sh scripts/later.sh",
      description: "Later",
      run_in_background: true,
    });
    await runScenario(
      story(
        "in the background",
        {},
        {
          "1.1": [steps.after(["edited"], leaves), reports(), steps.at("ended", stopsSilently("DONE"))],
          "1.2": [
            ownWork,
            steps.at("edited", steps.after(["ended"], looks)),
            project.puts(".let", project.when(".written", looks)),
            (assignment) => ({ ...restoresAsTold(assignment), when: () => project.isWorkOver }),
            reportsHeld,
          ],
        },
      ),
      async (outcome) => {
        // What the holder puts back afterwards is its own doing, and nobody else's.
        const intrusion = onlyIntrusionIn(outcome);
        expect(intrusion).toMatchObject({ by: "certain", isUndone: false });
        expect(intrusion.calls.map((call) => [call.caller.task, call.tool])).toEqual([["demo/1.1", "Bash"]]);
        expect(readNext(outcome, "1.2", intrusion)).toContain(`demo/1.1 changed ${HELD} with Bash`);
        await expectHoldersBytes(outcome);
      },
      project.isAt,
    );
  });

  it("an agent that leaves something running without a word to the host is never cleared of what that writes, and it can be put back", async () => {
    const project = new Project();
    const steps = new Milestones();
    const leaves = runs("nohup sh scripts/later.sh > /dev/null 2>&1 &");
    await runScenario(
      story(
        "left behind",
        {},
        {
          "1.1": [steps.after(["edited"], leaves), reports(), steps.at("ended", stopsSilently("DONE"))],
          "1.2": [
            ownWork,
            steps.at("edited", steps.after(["ended"], looks)),
            project.puts(".let", project.when(".written", looks)),
            restoresAsTold,
            reportsHeld,
          ],
        },
      ),
      async (outcome) => {
        const intrusion = onlyIntrusionIn(outcome);
        expect(["nobody", "uncertain"]).toContain(intrusion.by);
        expect(readNext(outcome, "1.2", intrusion)).toContain(HELD);
        await expectHoldersBytes(outcome);
      },
      project.isAt,
    );
  });
});
