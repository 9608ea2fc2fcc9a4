import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bodyAsGiven } from "../plugin/checkout.ts";
import { readGraph } from "./graph-state.ts";
import { rulesForInvokedCommands } from "./harness/claude-code.ts";
import { arrivals, type Conversation, offeredTools, textOf, turnsTaken } from "./harness/conversation.ts";
import {
  executesThePlan,
  type Habit,
  neverComesBack,
  type Orchestrator,
  withHabits,
} from "./harness/orchestrator.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { PrintRun, Scenario } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { calls, callsTogether, says, type Turn } from "./harness/turn.ts";
import { reports } from "./harness/worker.ts";
import { errorsInMain, expectCleanEnd, mainRequestsOf, noticesOf } from "./small-plan.ts";

/** A project and what is asked of it, by a user who lets agents edit inside their scopes. */
function story(name: string, runs: PrintRun[], parts: Partial<Scenario> = {}): Scenario {
  return {
    name,
    files: { "README.md": "# Demo\n" },
    latencyMs: { main: 10, agent: 60 },
    ...parts,
    environment: { PARALLEL_APPROVE: "scope", ...parts.environment },
    runs,
  };
}

/** Takes these steps, one a turn, and then goes on. */
function begins(steps: Orchestrator[], then: Orchestrator = () => says("Done.")): Orchestrator {
  return (conversation) => (steps[turnsTaken(conversation)] ?? then)(conversation);
}

/** Everything that the main conversation of a run was told, in order. */
function toldIn(outcome: Outcome, run = 1): string {
  return textOf(mainRequestsOf(outcome, run).at(-1)?.conversation.blocks ?? []);
}

/** What the tools answered in the main conversation of a run, in order. */
function answeredIn(outcome: Outcome, run = 1): { tool: string; text: string; isError: boolean }[] {
  const blocks = mainRequestsOf(outcome, run).at(-1)?.conversation.blocks ?? [];
  return blocks.flatMap((block) => (block.kind === "result" ? [block] : []));
}

const loads =
  (skill: string, args?: string): Orchestrator =>
  () =>
    calls("Skill", { skill, ...(args !== undefined && { args }) });
const lists =
  (input: Record<string, unknown> = { limit: 0 }): Orchestrator =>
  () =>
    calls(taskTool("task_list"), input);

/** Reads a recipe where the command says that it is. */
const readsRecipe =
  (name: string): Orchestrator =>
  (conversation) => {
    const place = /`(\/\S+\/)NAME\.md`/.exec(textOf(conversation.blocks))?.[1];
    return calls("Read", { file_path: `${place}${name}.md` });
  };

type Tasks = Record<string, unknown>[];

/** Creates the plan that the recipe holds, changed for this request. */
const createsPlan =
  (plan: string, change: (tasks: Tasks) => Tasks = (tasks) => tasks): Orchestrator =>
  (conversation) => {
    const read = conversation.blocks.findLast((block) => block.kind === "result" && block.tool === "Read");
    // The host numbers the lines of what it reads.
    const recipe = (read?.kind === "result" ? read.text : "").replaceAll(/^ *\d+\t/gm, "");
    const tasks = JSON.parse(/^```json plan_create\n([\s\S]*?)\n```/m.exec(recipe)?.[1] ?? "[]") as Tasks;
    return calls(taskTool("plan_create"), { plan, title: "As asked", tasks: change(tasks) });
  };

/** A plan that came from no file is not exported. */
const staysOutOfTheRepository: Habit = (inner) => (conversation) => {
  const turn = inner(conversation);
  const outputs = turn.outputs.map((output) =>
    "tool" in output && output.input.export === true
      ? { tool: output.tool, input: { plan: output.input.plan } }
      : output,
  );
  return { ...turn, outputs };
};
const runsThePlan = withHabits(executesThePlan, staysOutOfTheRepository);

describe("/parallel:run", () => {
  it("/parallel:run typed with a request takes a recipe's plan, is corrected, and goes on by name after an early end", async () => {
    const request = "build the session store, the log and the cache, and wire them up";
    const closesACycle = (tasks: Tasks) =>
      tasks.map((task) => (task.id === "1" ? { ...task, dependencies: ["4"] } : task));
    const leavesEarly = begins(
      [
        lists(),
        readsRecipe("implementation"),
        createsPlan("modules", closesACycle),
        createsPlan("modules"),
        loads("parallel:executing-specs"),
      ],
      withHabits(runsThePlan, neverComesBack),
    );
    const goesOn = begins(
      [
        lists(),
        loads("parallel:executing-specs"),
        () => calls(taskTool("plan_analyze"), { plan: "modules" }),
      ],
      runsThePlan,
    );
    await runScenario(
      story("a request", [
        { prompt: `/parallel:run ${request}`, orchestrator: leavesEarly },
        { prompt: "/parallel:run modules", orchestrator: goesOn },
      ]),
      (outcome) => {
        expectCleanEnd(outcome);
        expect(toldIn(outcome)).toContain(bodyAsGiven("parallel:run", request));
        expect(toldIn(outcome)).toContain(bodyAsGiven("parallel:executing-specs"));
        expect(errorsInMain(outcome)).toEqual([
          { tool: taskTool("plan_create"), text: expect.stringMatching(/cycle.*4.*1|cycle.*1.*4/) as string },
        ]);
        expect(noticesOf(outcome, 1).join("\n")).toContain("/parallel:run modules goes on");
        expect(Object.values(readGraph(outcome.database, "modules").tasks)).toEqual(
          Array(5).fill("completed"),
        );
        expect(outcome.recording.launchMessages().map((launches) => launches.length)).toEqual([3, 1, 1]);
        expect(outcome.runs[1]?.texts.join("\n")).toContain("5 of 5 tasks completed");
        expect(existsSync(join(outcome.project, "specs"))).toBe(false);
        expect(outcome.gitStatus).toEqual(["?? src/"]);
      },
    );
  });

  it("/parallel:run invoked by the model: reviews at once, and its report merges what two reviewers found", async () => {
    const finding = {
      severity: "high",
      text: "The token is compared in variable time.",
      file: "src/auth/login.js",
    };
    const other = { severity: "low", text: "The list is sorted twice.", file: "src/db/list.js" };
    await runScenario(
      story(
        "a review",
        [
          {
            prompt: "Please let several agents review auth, api and db.",
            orchestrator: begins(
              [
                loads("parallel:run", "review auth, api and db"),
                lists(),
                readsRecipe("review"),
                createsPlan("areas"),
                loads("parallel:executing-specs"),
              ],
              runsThePlan,
            ),
          },
          {
            prompt: "/parallel:status",
            orchestrator: begins([lists()]),
          },
          {
            prompt: "What came out of it?",
            orchestrator: begins([
              loads("parallel:report", ""),
              lists(),
              () => calls(taskTool("plan_report"), { plan: "areas" }),
            ]),
          },
        ],
        {
          settings: {
            permissions: {
              allow: ["Skill(parallel:run)", "Skill(parallel:report)", ...rulesForInvokedCommands()],
            },
          },
          beginTogether: 3,
          workers: {
            "1": [reports({ findings: [finding] })],
            "2": [reports({ findings: [finding] })],
            "3": [reports({ findings: [other] })],
          },
        },
      ),
      (outcome) => {
        expectCleanEnd(outcome);
        expect(toldIn(outcome)).toContain(bodyAsGiven("parallel:run", "review auth, api and db"));
        expect(outcome.recording.launchMessages().map((launches) => launches.length)).toEqual([3]);
        expect(outcome.recording.mostAtWorkAtOnce()).toBe(3);
        expect(toldIn(outcome, 2)).toContain(bodyAsGiven("parallel:status"));
        expect(JSON.parse(answeredIn(outcome, 2)[0]?.text ?? "")).toMatchObject({
          plans: [{ plan: "areas", done: true, counts: { total: 3, completed: 3 } }],
        });
        expect(toldIn(outcome, 3)).toContain(bodyAsGiven("parallel:report"));
        const { file } = JSON.parse(answeredIn(outcome, 3).at(-1)?.text ?? "{}") as { file: string };
        const report = readFileSync(file, "utf8");
        expect(report.split("compared in variable time").length - 1).toBe(1);
        expect(report.indexOf("variable time")).toBeLessThan(report.indexOf("sorted twice"));
        expect(outcome.gitStatus).toEqual([]);
      },
    );
  });

  it("/parallel:run without its server or without a breakdown leads to what is missing and launches nobody", async () => {
    const looks: Orchestrator = (conversation) =>
      says(
        offeredTools(conversation).includes(taskTool("batch_next"))
          ? "The server runs."
          : "No server: see /mcp.",
      );
    await runScenario(
      story("no server", [{ prompt: "/parallel:run anything", orchestrator: looks }], {
        environment: { NODE_OPTIONS: "--require /nowhere.cjs" },
      }),
      (outcome) => {
        expect(outcome.runs[0]?.texts).toEqual(["No server: see /mcp."]);
        expect(toldIn(outcome)).toMatch(
          /is not listed at all, the server of this plugin is not running: .*`\/mcp`/,
        );
        expect(outcome.recording.agents()).toEqual([]);
      },
    );
    const findsNoBreakdown = begins([() => calls("Bash", { command: "ls specs/demo" })]);
    await runScenario(
      story("no breakdown", [{ prompt: "/parallel:run demo", orchestrator: findsNoBreakdown }], {
        files: { "specs/demo/02-specification.md": "# Demo\n" },
      }),
      (outcome) => {
        expect(answeredIn(outcome)).toMatchObject([{ text: "02-specification.md", isError: false }]);
        expect(toldIn(outcome)).toContain(
          "If that folder has no `03-tasks.json`, name `/spec:decompose` and stop.",
        );
        expect(existsSync(outcome.database)).toBe(false);
      },
    );
  });
});

describe("/parallel:status and /parallel:report", () => {
  it("/parallel:status and /parallel:report without a plan say so and make nothing; an unknown one is an error", async () => {
    await runScenario(
      story("nothing to show", [
        { prompt: "/parallel:status", orchestrator: begins([lists()]) },
        {
          prompt: "/parallel:report nosuch",
          orchestrator: begins([() => calls(taskTool("plan_report"), { plan: "nosuch" }), lists()]),
        },
      ]),
      (outcome) => {
        expectNothingMade(outcome);
        expect(JSON.parse(answeredIn(outcome, 1)[0]?.text ?? "")).toMatchObject({ plans: [], tasks: [] });
        expect(answeredIn(outcome, 2)[0]).toMatchObject({
          isError: true,
          text: expect.stringContaining("nosuch") as string,
        });
        expect(toldIn(outcome, 2)).toContain(bodyAsGiven("parallel:report", "nosuch"));
      },
    );
  });

  it("/parallel:status and /parallel:report show a plan that waits, with what each task waits for, and claim nothing", async () => {
    const tasks = [
      { id: "1", subject: "First", writes: ["a.txt"], estimateMinutes: 3 },
      { id: "2", subject: "Second", writes: ["b.txt"], dependencies: ["1"], estimateMinutes: 3 },
    ];
    const asks: Orchestrator = () =>
      callsTogether([
        { tool: taskTool("task_list"), input: { plan: "waiting", status: "in_progress" } },
        { tool: taskTool("task_list"), input: { plan: "waiting", status: "failed" } },
        { tool: taskTool("task_list"), input: { plan: "waiting", ready: true, limit: 10 } },
        { tool: taskTool("plan_analyze"), input: { plan: "waiting" } },
        { tool: taskTool("task_list"), input: { plan: "waiting", status: "pending", limit: 20 } },
      ]);
    await runScenario(
      story("status", [
        { prompt: "Make a plan.", orchestrator: begins([loads("parallel:run", "a plan for later")]) },
        {
          prompt: "/parallel:run a plan for later",
          orchestrator: begins([() => calls(taskTool("plan_create"), { plan: "waiting", tasks })]),
        },
        { prompt: "/parallel:status waiting", orchestrator: begins([lists(), asks]) },
      ]),
      (outcome) => {
        // What a command may do without a prompt is for the user to allow, who has not typed this one.
        expect(answeredIn(outcome, 1)).toMatchObject([{ tool: "Skill", isError: true }]);
        expect(outcome.runs[0]?.permissionDenials).toMatchObject([
          { tool: "Skill", input: { skill: "parallel:run" } },
        ]);
        const shown = answeredIn(outcome, 3).map(({ text }) => JSON.parse(text) as Record<string, unknown>);
        expect(shown[0]).toMatchObject({ plans: [{ plan: "waiting", done: false }] });
        // Calls of one message are answered as they end, in whatever order.
        const part = (fields: Record<string, unknown>): unknown => expect.objectContaining(fields);
        expect(shown.slice(1)).toEqual(
          expect.arrayContaining([
            part({ tasks: [] }),
            part({ tasks: [part({ task: "waiting/1", ready: true })] }),
            part({ criticalPath: ["1", "2"], levels: [["1"], ["2"]] }),
            part({ tasks: [part({ blockedBy: [] }), part({ blockedBy: ["1"] })] }),
          ]),
        );
        expect(readGraph(outcome.database, "waiting").attempts).toEqual([]);
      },
    );
  });
});

/** Expects that a session left neither a database nor a file, and that nothing was refused for lack of permission. */
function expectNothingMade(outcome: Outcome): void {
  expect(existsSync(outcome.database)).toBe(false);
  expect(outcome.gitStatus).toEqual([]);
  expect(outcome.recording.refusals()).toEqual([]);
}

/** Prices are kept in cents; somebody divides them by ten. */
const SHOP: Record<string, string> = {
  "package.json": '{"type":"module"}\n',
  "data/prices.json": '{"tea":125}\n',
  "src/store.js":
    'import { readFileSync } from "node:fs";\nexport const cents = (id) => JSON.parse(readFileSync("data/prices.json", "utf8"))[id];\n',
  "src/service.js": 'import { cents } from "./store.js";\nexport const price = (id) => cents(id) / 10;\n',
  "src/handler.js":
    'import { price } from "./service.js";\nexport const answer = (id) => price(id).toFixed(2);\n',
  "bin/price.js": 'import { answer } from "../src/handler.js";\nconsole.log(answer(process.argv[2]));\n',
};

const diagnoses = (suspects: string[]): Turn =>
  callsTogether(
    suspects.map((suspect) => ({
      tool: "Agent",
      input: {
        description: `Diagnose the ${suspect}`,
        subagent_type: "parallel:researcher",
        prompt: `node bin/price.js tea prints 12.50 and should print 1.25; data/prices.json holds 125. Suspect: src/${suspect}.js. Where does the number become wrong? Change no file, data or process.`,
        run_in_background: false,
      },
    })),
  );

describe("/debug:api", () => {
  it("/debug:api typed: evidence and diagnoses at once, one of them again, one fix, verified, and no plan", async () => {
    let answered = 0;
    const explores = (conversation: Conversation): Turn => {
      const suspect = /Suspect: src\/(\w+)\.js/.exec(textOf(conversation.blocks))?.[1] ?? "";
      const directory =
        /Primary working directory: (.+)/.exec(textOf(conversation.blocks))?.[1]?.trim() ?? "";
      const seen = arrivals(conversation).find((block) => block.kind === "result");
      if (seen === undefined) return calls("Read", { file_path: join(directory, `src/${suspect}.js`) });
      // The first to look at the handler only announces what it will do.
      if (suspect === "handler" && ++answered === 1) return says("I will look into it.");
      return says(
        /\/ 10;/.test(seen.text) ? "src/service.js:2 divides cents by 10; high." : "No problem found.",
      );
    };
    const service = (conversation: Conversation) => join(project(conversation), "src/service.js");
    await runScenario(
      story(
        "wrong price",
        [
          {
            prompt: "/debug:api the price of tea is ten times too high",
            orchestrator: begins([
              loads("parallel:debugging-in-parallel"),
              () => calls("Bash", { command: "node bin/price.js tea" }),
              () => diagnoses(["store", "service", "handler"]),
              () => diagnoses(["handler"]),
              (conversation) =>
                callsTogether([
                  { tool: "Read", input: { file_path: service(conversation) } },
                  {
                    tool: "Edit",
                    input: { file_path: service(conversation), old_string: "/ 10;", new_string: "/ 100;" },
                  },
                ]),
              () => calls("Bash", { command: "node bin/price.js tea" }),
            ]),
          },
        ],
        {
          files: SHOP,
          agents: explores,
          beginTogether: 3,
          settings: { permissions: { allow: ["Bash(node:*)", "Edit"] } },
        },
      ),
      (outcome) => {
        expect(outcome.recording.refusals()).toEqual([]);
        const told = toldIn(outcome);
        expect(told).toContain(bodyAsGiven("debug:api", "the price of tea is ten times too high"));
        expect(told).toContain(bodyAsGiven("parallel:debugging-in-parallel"));
        expect(outcome.recording.launchMessages().map((launches) => launches.length)).toEqual([3, 1]);
        expect(outcome.recording.mostAgentsAtOnce()).toBe(3);
        const printed = answeredIn(outcome).filter(({ tool }) => tool === "Bash");
        expect(printed.map(({ text }) => text.trim())).toEqual(["12.50", "1.25"]);
        const findings = answeredIn(outcome).filter(({ tool }) => tool === "Agent");
        expect(findings.filter(({ text }) => text.includes("src/service.js:2 divides"))).toHaveLength(1);
        expect(outcome.gitStatus).toEqual([" M src/service.js"]);
        expect(existsSync(outcome.database)).toBe(false);
      },
    );
  });

  it("/debug:api without the plugin parallel: its text still reaches the model, and names what is missing", async () => {
    const root = fileURLToPath(new URL("../../commands/debug", import.meta.url));
    await runScenario(
      story(
        "debug alone",
        [
          {
            prompt: "/debug:api stale list",
            orchestrator: begins([loads("parallel:debugging-in-parallel")]),
          },
        ],
        { plugins: [root] },
      ),
      (outcome) => {
        expect(toldIn(outcome)).toContain("If there is no such skill, the plugin `parallel` is not enabled");
        expect(answeredIn(outcome)).toMatchObject([{ tool: "Skill", isError: true }]);
      },
    );
  });
});

describe("/debug:browser", () => {
  const page = {
    "page/index.html": '<p id="total"></p><script src="basket.js"></script>\n',
    "page/basket.js": 'document.getElementById("sum").textContent = "3";\n',
  };

  it("/debug:browser invoked by the model finds the tools that drive the browser, deferred or not, and verifies with them", async () => {
    const looks: Orchestrator = () =>
      callsTogether([
        { tool: "mcp__playwright__browser_snapshot", input: {} },
        { tool: "mcp__playwright__browser_console_messages", input: {} },
      ]);
    const script = (conversation: Conversation) => join(project(conversation), "page/basket.js");
    await runScenario(
      story(
        "empty basket",
        [
          {
            prompt: "The basket shows no sum in the browser.",
            orchestrator: begins([
              loads("debug:browser", "the basket shows no sum"),
              loads("parallel:debugging-in-parallel"),
              looks,
              (conversation) =>
                callsTogether([
                  { tool: "Read", input: { file_path: script(conversation) } },
                  {
                    tool: "Edit",
                    input: { file_path: script(conversation), old_string: '"sum"', new_string: '"total"' },
                  },
                ]),
              looks,
            ]),
          },
        ],
        {
          files: {
            ...page,
            ".mcp.json": JSON.stringify({
              mcpServers: {
                playwright: {
                  command: process.execPath,
                  args: [fileURLToPath(new URL("browser-server.mjs", import.meta.url))],
                },
              },
            }),
          },
          settings: {
            enableAllProjectMcpServers: true,
            permissions: { allow: ["mcp__playwright", "Edit"] },
          },
        },
      ),
      (outcome) => {
        expect(outcome.recording.refusals()).toEqual([]);
        expect(toldIn(outcome)).toContain(bodyAsGiven("debug:browser", "the basket shows no sum"));
        const last = mainRequestsOf(outcome, 1).at(-1);
        expect(last && offeredTools(last.conversation)).toContain("mcp__playwright__browser_snapshot");
        const seen = answeredIn(outcome).filter(({ tool }) => tool.endsWith("console_messages"));
        expect(seen.map(({ text }) => text)).toEqual([expect.stringContaining("TypeError"), "nothing"]);
        expect(readFileSync(join(outcome.project, "page/basket.js"), "utf8")).toContain('"total"');
      },
    );
  });

  it("/debug:browser typed where no tool drives a browser: says so first, and what then stays unverified", async () => {
    const honest: Orchestrator = (conversation) => {
      const drivesBrowser = offeredTools(conversation).some((tool) =>
        /browser|playwright|chrome/i.test(tool),
      );
      return says(drivesBrowser ? "There is a browser." : "No tool here drives a browser.");
    };
    await runScenario(
      story("no browser", [{ prompt: "/debug:browser the menu is cut off", orchestrator: honest }], {
        files: page,
      }),
      (outcome) => {
        expect(outcome.runs[0]?.texts).toEqual(["No tool here drives a browser."]);
        expect(toldIn(outcome)).toContain(bodyAsGiven("debug:browser", "the menu is cut off"));
        expect(toldIn(outcome)).toContain("If there are none, use a headless one from the shell");
        expectNothingMade(outcome);
      },
    );
  });
});

/** The host tells the main conversation in which folder it works. */
function project(conversation: Conversation): string {
  return /Primary working directory: (.+)/.exec(textOf(conversation.blocks))?.[1]?.trim() ?? "";
}
