import { existsSync } from "node:fs";
import { relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { type LoggedMessage, messagesIn, Replay, readLog } from "./graph-log.ts";
import { loadsTheModule } from "./harness/claude-code.ts";
import { executesThePlan, type Orchestrator } from "./harness/orchestrator.ts";
import type { Recording } from "./harness/recording.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import { answers } from "./harness/task-tools.ts";
import { executesByWorkflow, SCRIPT_ENGINE, wantsTheWholeReport } from "./harness/workflow-orchestrator.ts";
import { writesItsScope } from "./scope-worker.ts";
import {
  changedFiles,
  filesOfSpecification,
  renderedFiles,
  SPECIFICATIONS,
  tasksInFile,
  writes,
} from "./specifications.ts";

/**
 * Breakdowns that other people wrote for other projects, executed by the real Claude Code in default permission mode.
 * `PARALLEL_APPROVE=scope` is what a headless user sets, because nobody is there to allow each edit.
 */

interface Engine {
  name: string;
  prompt: (slug: string) => string;
  orchestrator: Orchestrator;
  environment?: Record<string, string>;
}

const BURST: Engine = {
  name: "burst",
  prompt: (slug) => `/spec:execute ${slug}`,
  orchestrator: executesThePlan,
};

const WORKFLOW: Engine = {
  name: "workflow",
  prompt: (slug) => `/spec:execute ${slug}`,
  orchestrator: wantsTheWholeReport(executesByWorkflow),
  environment: SCRIPT_ENGINE,
};

const MODULE: Engine = {
  name: "mod",
  prompt: (slug) => `/parallel-run ${slug}`,
  orchestrator: () => {
    throw new Error("the conversation's model was asked");
  },
  // A review of the whole would be one task more.
  environment: { PARALLEL_REVIEW: "off" },
};

interface RealRun {
  slug: string;
  /** `exclusive` is the default and is left unset. */
  unscoped: "exclusive" | "shared";
  /** 5 is the default and is left unset. */
  cap: number;
}

const RUNS: RealRun[] = [
  { slug: "channel-sender-identity", unscoped: "exclusive", cap: 5 },
  { slug: "newsletter", unscoped: "shared", cap: 5 },
  { slug: "billing-account-ladder", unscoped: "exclusive", cap: 5 },
  { slug: "persist-per-session-settings", unscoped: "exclusive", cap: 5 },
  { slug: "agents-as-operators", unscoped: "exclusive", cap: 5 },
  { slug: "agent-runtime-review-remediation", unscoped: "shared", cap: 9 },
  { slug: "mcp-server", unscoped: "exclusive", cap: 5 },
  { slug: "relay-panel-redesign", unscoped: "exclusive", cap: 3 },
  { slug: "shapes", unscoped: "exclusive", cap: 5 },
  { slug: "channels-and-agent-adapters", unscoped: "shared", cap: 5 },
  { slug: "effortless-runtime-switching", unscoped: "shared", cap: 5 },
  { slug: "persistent-session-runtime", unscoped: "exclusive", cap: 5 },
  { slug: "marketplace-05-claude-code-format-superset", unscoped: "shared", cap: 5 },
  { slug: "unified-conversation", unscoped: "exclusive", cap: 5 },
];

/** One of the default, one of each setting: every run of the suite takes them. */
const IN_EVERY_SUITE = ["channel-sender-identity", "newsletter", "relay-panel-redesign"];

const CHOSEN = RUNS.filter(({ slug }) => isLong || IN_EVERY_SUITE.includes(slug));

const rows: Record<string, string | number>[] = [];

describe.skipIf(!existsSync(SPECIFICATIONS))(
  "real specifications, where the folder with them is beside the repository",
  () => {
    afterAll(() => console.table(rows));

    it.each(CHOSEN)("$slug runs to its end, $unscoped, at most $cap at once", (run) => plays(run, BURST));

    describe.runIf(isLong).concurrent("by the other engines", () => {
      const ways = [WORKFLOW, MODULE].flatMap((engine) =>
        RUNS.map((run) => ({ run, engine, slug: run.slug, name: engine.name })),
      );

      it.for(ways)("$slug runs to its end by $name", async ({ run, engine }, { skip }) => {
        if (engine === MODULE && !loadsTheModule()) skip("this Claude Code does not know all of the module");
        await plays(run, engine);
      });
    });
  },
);

async function plays(run: RealRun, engine: Engine): Promise<void> {
  await runScenario(
    {
      name: `${run.slug}, ${engine.name}`,
      files: filesOfSpecification(run.slug),
      environment: {
        PARALLEL_APPROVE: "scope",
        ...(run.unscoped === "exclusive" ? {} : { PARALLEL_UNSCOPED: run.unscoped }),
        ...(run.cap === 5 ? {} : { PARALLEL_MAX_PARALLEL: String(run.cap) }),
        ...engine.environment,
      },
      latencyMs: { main: 10, agent: 150 },
      work: writesItsScope,
      runs: [{ prompt: engine.prompt(run.slug), orchestrator: engine.orchestrator }],
    },
    (outcome) => check(run, engine, outcome),
  );
}

function check({ slug, unscoped, cap }: RealRun, engine: Engine, outcome: Outcome): void {
  const { recording, runs, project, database } = outcome;
  const [run] = runs;
  if (run === undefined) throw new Error("it did not run");
  const events = readLog(database);
  const replay = new Replay(events, cap);
  const messages = messagesIn(events);
  const attempts = [...replay.tasks.keys()].flatMap((task) => replay.attemptsAt(task));
  const overlap = recording.mostAtWorkAtOnce();
  rows.push({
    slug,
    engine: engine.name,
    tasks: replay.tasks.size,
    levels: replay.levels(),
    unscoped,
    cap,
    "wall s": (run.wallMs / 1000).toFixed(1),
    "largest overlap": overlap,
    "requests of the conversation": recording.requests.filter(({ isMain }) => isMain).length,
    batches: messages.length,
    refusals: recording.refusals().length + run.permissionDenials.length,
    attempts: attempts.length,
  });

  expect(run.exit).toEqual({ code: 0, signal: null, timedOut: false });
  expect(run.survivors).toEqual([]);
  expect(recording.refusals()).toEqual([]);
  expect(run.permissionDenials).toEqual([]);

  expect(replay.violations).toEqual([]);
  expect([...replay.tasks.keys()].sort()).toEqual(tasksInFile(slug));
  for (const { name, status } of replay.tasks.values()) {
    const outcomes = replay.attemptsAt(name).map((claim) => claim.outcome);
    expect({ name, status, outcomes }).toEqual({ name, status: "completed", outcomes: ["completed"] });
  }

  if (engine === BURST) expectOneMessageEach(recording, messages);
  else expect(recording.launchMessages()).toEqual([]);

  expect(events.filter(({ data }) => JSON.stringify(data).includes('"contradicted"'))).toEqual([]);
  expect(overlap).toBeLessThanOrEqual(cap);
  if (replay.allowsOverlap()) expect(overlap).toBeGreaterThanOrEqual(2);
  expect(writtenByTwoAtOnce(recording)).toEqual([]);

  const written = writes(recording).map(({ path }) => relative(project, path));
  expect(changedFiles(project)).toEqual(
    [...new Set([...written, ...renderedFiles(slug, replay.tasks.size, project, written)])].sort(),
  );
}

/** Each batch was launched as a whole, by one message. */
function expectOneMessageEach(recording: Recording, messages: readonly LoggedMessage[]): void {
  const offered = offeredPerAnswer(recording);
  expect(
    messages.map(({ inOneMessage, attempts, leftOut }) => [inOneMessage, attempts.length, leftOut]),
  ).toEqual(offered.map((count) => [count, count, []]));
  expect(recording.launchMessages().map((launches) => launches.length)).toEqual(offered);
}

/** How many agents each answer that offered any offered. */
function offeredPerAnswer(recording: Recording): number[] {
  const last = recording.requests.findLast((request) => request.isMain);
  return answers(last?.conversation ?? { sessionId: "", model: "", tools: [], blocks: [] })
    .map(({ value }) => (Array.isArray(value.launch) ? value.launch.length : 0))
    .filter((count) => count > 0);
}

/** Files that two agents wrote which were at work at the same time. */
function writtenByTwoAtOnce(recording: Recording): string[] {
  const intervals = new Map(recording.agents().map((agent) => [agent.agentId, agent]));
  const all = writes(recording);
  return all.flatMap((one, at) =>
    all.slice(at + 1).flatMap((other) => {
      const [a, b] = [intervals.get(one.agentId), intervals.get(other.agentId)];
      if (a === undefined || b === undefined || a === b || one.path !== other.path) return [];
      return a.startMs < (b.reportedMs ?? b.endMs) && b.startMs < (a.reportedMs ?? a.endMs) ? [one.path] : [];
    }),
  );
}
