import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ENDING, SLUG, scriptedWorkers } from "../../examples/balcony/scripted-workers.ts";
import { isLong } from "../support/long-tests.ts";
import { readGraph } from "./graph-state.ts";
import { loadsTheModule, type PermissionMode } from "./harness/claude-code.ts";
import { consents, type Dialog, dialogsIn, NOTES_DIALOGS } from "./harness/dialogs.ts";
import { hasTmux } from "./harness/interactive.ts";
import { executesByModule, withoutCalls } from "./harness/module-orchestrator.ts";
import {
  command,
  executesThePlan,
  type Habit,
  inOtherWords,
  type Orchestrator,
} from "./harness/orchestrator.ts";
import type { Recording } from "./harness/recording.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { Scenario } from "./harness/scenario.ts";
import { answers, taskTool } from "./harness/task-tools.ts";
import { calls } from "./harness/turn.ts";
import type { Step, Work } from "./harness/worker.ts";
import { executesByWorkflow, SCRIPT_ENGINE } from "./harness/workflow-orchestrator.ts";
import { writesItsScope } from "./scope-worker.ts";
import { filesOfSpecification, SPECIFICATIONS, tasksInFile } from "./specifications.ts";

/**
 * What Claude Code asks its user in a session in a terminal while a plan runs, by engine and mode of permissions: the
 * question whether to run it, the form of commands to approve, and dialogs for single calls. The provider's check of
 * auto mode has a stand-in at the endpoint, which lets everything pass.
 */

const EXAMPLE = fileURLToPath(new URL("../../examples/balcony/", import.meta.url));

const ENGINES: Readonly<Record<string, Orchestrator>> = {
  burst: executesThePlan,
  workflow: executesByWorkflow,
  mod: executesByModule,
};

/** What the user wants: the plan as it is, or with edits inside scopes and its commands approved. */
type Choice = "as it is" | "approved";

interface Way {
  readonly engine: string;
  readonly mode: PermissionMode;
  readonly choice: Choice;
}

const MODES: readonly { mode: PermissionMode; choice: Choice }[] = [
  { mode: "default", choice: "as it is" },
  { mode: "default", choice: "approved" },
  { mode: "acceptEdits", choice: "as it is" },
  { mode: "acceptEdits", choice: "approved" },
  { mode: "auto", choice: "as it is" },
];

const WAYS: Way[] = Object.keys(ENGINES).flatMap((engine) => MODES.map((mode) => ({ engine, ...mode })));

/** Where the user's one word has taken away what could be asked. */
const isSilent = ({ mode, choice }: Way) => mode === "auto" || choice === "approved";

const SPECS = [
  "channel-sender-identity",
  "newsletter",
  "billing-account-ladder",
  "read-todos-from-disk",
  "persist-per-session-settings",
  "agents-as-operators",
  "agent-runtime-review-remediation",
  "mcp-server",
  "relay-panel-redesign",
  "shapes",
];

const rows: ({ plan: string } & Record<string, string | number>)[] = [];

/** What `plan_analyze` chose where the user named no engine, and why. */
const chosen = new Map<string, { plan: string; mode: string; engine: string; why: string }>();

/** Has the edits and commands approved before the plan begins, as the skill's second choice says. */
const asksForApproval: Habit = (inner) => (conversation) => {
  const isApproval = (input: Record<string, unknown>) => input.action === "approve";
  const asked = answers(conversation).some(({ callId }) =>
    conversation.blocks.some(
      (block) => block.kind === "call" && block.id === callId && isApproval(block.input),
    ),
  );
  const turn = inner(withoutCalls(inOtherWords(conversation, "all"), isApproval));
  const begins = turn.outputs.some(
    (output) =>
      "tool" in output &&
      (output.tool === taskTool("batch_next") ||
        output.tool === "Workflow" ||
        (output.tool === taskTool("plan_update") && output.input.action === "run")),
  );
  if (asked || !begins) return turn;
  const { plan } = command(conversation);
  return calls(taskTool("plan_update"), { plan, policy: { approve: "scope" }, action: "approve" });
};

function hasReported(recording: Recording): boolean {
  return recording.requests.some(
    ({ isMain, outputs }) =>
      isMain && outputs.some((output) => "text" in output && /\d+ of \d+ tasks? completed/.test(output.text)),
  );
}

/** The analysis that the conversation was given last. */
function analysisIn({ requests }: Recording): Record<string, unknown> {
  const analyses = requests.flatMap(({ isMain, conversation }) =>
    isMain ? answers(conversation).filter(({ tool }) => tool === "plan_analyze") : [],
  );
  return analyses.at(-1)?.value ?? {};
}

/** Plays it in a terminal, and notes what was asked. */
async function count(
  { engine, mode, choice }: Way,
  plan: string,
  parts: Pick<Scenario, "files"> & Partial<Scenario>,
  expected: number,
): Promise<Dialog[]> {
  const orchestrator = ENGINES[engine] ?? executesThePlan;
  const called = mode === "default" ? "manual" : mode;
  let asked: Dialog[] = [];
  const isOver = ({ requests }: Recording) => requests.every(({ endMs }) => endMs !== undefined);
  await runScenario(
    {
      name: `${plan}, ${engine}, ${mode}, ${choice}`,
      settings: NOTES_DIALOGS,
      latencyMs: { main: 0, agent: 0 },
      mode,
      environment: { PARALLEL_REVIEW: "off", PARALLEL_TOGETHER: "none", ...SCRIPT_ENGINE },
      ...parts,
      runs: [
        {
          orchestrator: choice === "approved" ? asksForApproval(orchestrator) : orchestrator,
          user: async (session, recording) => {
            await session.type(`/spec:execute ${plan}`);
            await consents(session, () => hasReported(recording) && isOver(recording));
          },
        },
      ],
    },
    ({ home, database, recording }) => {
      const { tasks, attempts } = readGraph(database, plan);
      asked = dialogsIn(home);
      const of = (kind: Dialog["kind"]) => asked.filter((dialog) => dialog.kind === kind);
      const completed = Object.values(tasks).filter((status) => status === "completed").length;
      const row = {
        plan,
        engine,
        mode: called,
        choice,
        tasks: Object.keys(tasks).length,
        completed,
        "single calls": of("permission").length,
        about: [...new Set(of("permission").map(({ about }) => about.split(" ")[0]))].join(", "),
        questions: of("question").length,
        forms: of("form").length,
        "checks of auto mode": recording.checks,
        agents: recording.agents().length,
      };
      rows.push(row);
      // The table comes after ninety runs.
      console.log(Object.values(row).join(" | "));
      const { use, why } = analysisIn(recording).engine as { use: string; why: string };
      chosen.set(`${plan} ${mode}`, { plan, mode: called, engine: use, why });
      expect(completed).toBe(expected);
      expect(attempts.length).toBeGreaterThanOrEqual(expected);
      expect(recording.refusals()).toEqual([]);
      if (mode === "auto") expect(recording.checks).toBeGreaterThan(0);
    },
  );
  return asked;
}

describe.runIf(isLong).concurrent("what the user is asked while a plan runs", () => {
  afterAll(() => {
    console.table(rows);
    console.table([...chosen.values()]);
  });

  beforeEach(async ({ skip }) => {
    if (!loadsTheModule()) skip("this Claude Code does not know all that the module uses");
    if (!(await hasTmux())) skip("tmux is not installed");
  });

  it.each(WAYS)("the demo by $engine in mode $mode, $choice", async (way) => {
    const workers = scriptedWorkers(join(EXAMPLE, "written"));
    const asked = await count(
      way,
      SLUG,
      {
        // Without the rule by which the example lets its tests run.
        files: { ".claude/settings.json": "{}" },
        folders: { ".": join(EXAMPLE, "project") },
        workers: Object.fromEntries(
          Object.entries(workers).map(([id, work]) => [
            id,
            isSequence(work) ? work.map(atOnce) : atOnce(work),
          ]),
        ),
      },
      ENDING.completed.length,
    );
    if (isSilent(way)) expect(asked.filter(({ kind }) => kind === "permission")).toEqual([]);
    expect(asked.filter(({ kind }) => kind === "question")).toHaveLength(1);
  });

  describe.skipIf(!existsSync(SPECIFICATIONS))("by other people's specifications", () => {
    // What an approval changes is seen with the demo.
    const ways = WAYS.filter(({ choice }) => choice === "as it is");
    const pairs = SPECS.flatMap((slug) => ways.map((way) => ({ slug, ...way })));

    it.each(pairs)("$slug by $engine in mode $mode", async ({ slug, ...way }) => {
      const { ".claude/settings.json": _, ...files } = filesOfSpecification(slug);
      const asked = await count(way, slug, { files, work: writesItsScope }, tasksInFile(slug).length);
      expect(asked.filter(({ kind }) => kind === "question").length).toBeLessThanOrEqual(1);
    });
  });
});

function isSequence(work: Work | Work[]): work is Work[] {
  return Array.isArray(work[0]);
}

/** The same work without the time that its model takes. */
function atOnce(work: Work): Work {
  return work.map(
    (step): Step =>
      (assignment) => ({ ...step(assignment), latencyMs: 0 }),
  );
}
