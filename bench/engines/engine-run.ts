import { allTokens, newTokens, type Tokens } from "../../mcp-server/src/graph/usage.ts";
import { usageCost } from "../../mcp-server/src/policy/spending/price-table.ts";
import prices from "../../prices.json" with { type: "json" };
import { Replay, readLog } from "../../test/e2e/graph-log.ts";
import { readGraph } from "../../test/e2e/graph-state.ts";
import type { InteractiveClaudeCode } from "../../test/e2e/harness/interactive.ts";
import { endIn, executesByModule, isOfModule } from "../../test/e2e/harness/module-orchestrator.ts";
import {
  createsWithPolicy,
  executesThePlan,
  type Orchestrator,
  usesAgents,
  waitsForWholeBatches,
  withHabits,
} from "../../test/e2e/harness/orchestrator.ts";
import { eventually } from "../../test/e2e/harness/processes.ts";
import type { RecordedRequest, Recording } from "../../test/e2e/harness/recording.ts";
import { runScenario } from "../../test/e2e/harness/run-scenario.ts";
import { type Run, type RunnerRun, specification } from "../../test/e2e/harness/scenario.ts";
import { TokenCount } from "../../test/e2e/harness/token-count.ts";
import { says } from "../../test/e2e/harness/turn.ts";
import { after, reports, type Step } from "../../test/e2e/harness/worker.ts";
import { executesByWorkflow, SCRIPT_ENGINE } from "../../test/e2e/harness/workflow-orchestrator.ts";
import type { TimedPlan } from "./timed-plan.ts";

export const ENGINES = ["burst", "workflow", "run", "mod", "mod-terminal", "mod-yes", "chunks"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Agents at once, the plugin's default. */
export const CAP = 5;
const SLUG = "engines";
const MAX_RUN_MS = 900_000;
const QUESTION = "AskUserQuestion";

type Way = (InConversation | WithoutConversation) & {
  readonly environment: Readonly<Record<string, string>>;
};

interface InConversation {
  readonly prompt: string;
  readonly orchestrator: Orchestrator;
  /** The command is typed into a session in a terminal instead of `claude -p`; the user may be asked there. */
  readonly inTerminal?: "at once" | "asks";
}

/** `parallel run`, a client per task. */
type WithoutConversation = Pick<RunnerRun, "parameters">;

/** The scripts of conversations leave the review out, which the module and the runner would have done. */
const UNREVIEWED = { PARALLEL_REVIEW: "off" };

const BESIDE: InConversation & Way = {
  prompt: `/parallel-run ${SLUG}`,
  orchestrator: (conversation) => says(endIn(conversation) ?? "Hm."),
  environment: UNREVIEWED,
};

const WAYS: Readonly<Record<EngineName, Way>> = {
  burst: { prompt: `/spec:execute ${SLUG}`, orchestrator: usesAgents(executesThePlan), environment: {} },
  workflow: {
    prompt: `/parallel:execute ${SLUG}`,
    orchestrator: executesByWorkflow,
    environment: SCRIPT_ENGINE,
  },
  run: { parameters: [SLUG, "--agents", `claude=${CAP}`, "--yes", "--json"], environment: UNREVIEWED },
  mod: BESIDE,
  "mod-terminal": { ...BESIDE, inTerminal: "at once" },
  "mod-yes": {
    ...BESIDE,
    prompt: `/spec:execute ${SLUG}`,
    orchestrator: executesByModule,
    inTerminal: "asks",
  },
  chunks: {
    prompt: `/spec:execute ${SLUG}`,
    orchestrator: withHabits(
      usesAgents(executesThePlan),
      createsWithPolicy({ barrier: "level" }),
      waitsForWholeBatches,
    ),
    environment: {},
  },
};

/** What a run of a plan by one engine cost. */
export interface EngineRun {
  /** What a place under the cap was taken for beyond a task's own duration, on average: launch, brief and report. */
  readonly launchMs: number;
  /** From the first offer to the end of the last attempt. */
  readonly agentsMs: number;
  /** From the start of Claude Code, or of the runner, to its end. */
  readonly wallMs: number;
  /** What reached the main conversation after the command and its skill; where the user is asked, after his yes. */
  readonly mainCharacters: number;
  /** Requests of the main conversation's model; where the user is asked, after his yes. */
  readonly mainTurns: number;
  /** Requests up to the one that asks the user, with it. */
  readonly turnsBeforeYes?: number;
  /** Tokens of the main conversation, what was read from the cache included, and without it. */
  readonly mainTokens: number;
  readonly mainNewTokens: number;
  readonly agentTokens: number;
  readonly agentNewTokens: number;
  /** In dollars, by the bundled price table. */
  readonly mainCost: number;
  readonly agentCost: number;
  readonly mostAtOnce: number;
  /** What the event log shows that may never happen, such as two tasks at once that write the same file. */
  readonly violations: readonly string[];
}

/**
 * @param plugins folders, as `--plugin-dir` takes them.
 * @param orchestrator the main conversation, where it is not this state's.
 * @throws when the run ends otherwise than with every task completed by one agent.
 */
export async function runBy(
  engine: EngineName,
  plan: TimedPlan,
  plugins: string[],
  orchestrator?: Orchestrator,
): Promise<EngineRun> {
  const works: Step = (assignment) => {
    const id = assignment.task.slice(assignment.task.indexOf("/") + 1);
    return after(plan.durationMs.get(id) ?? 0, reports())(assignment);
  };
  const way = WAYS[engine];
  // Only what is worth agents is asked about: seconds stand for minutes.
  const tasks = plan.tasks.map((task) =>
    isAsked(way) ? { ...task, estimateMinutes: 60 * (task.estimateMinutes ?? 1) } : task,
  );
  let figures: EngineRun | undefined;
  await runScenario(
    {
      name: `${engine}, ${plan.tasks.length} tasks`,
      plugins,
      files: specification(SLUG, tasks),
      environment: {
        PARALLEL_APPROVE: "scope",
        PARALLEL_TOGETHER: "none",
        PARALLEL_MAX_PARALLEL: String(CAP),
        ...way.environment,
      },
      latencyMs: { main: 20, agent: 20 },
      usageOf: new TokenCount().usageOf,
      work: [works],
      runs: [runOf(way, orchestrator)],
    },
    ({ database, recording, runs }) => {
      const { tasks, attempts, events } = readGraph(database, SLUG);
      const completed = Object.values(tasks).filter((status) => status === "completed").length;
      if (completed !== plan.tasks.length || attempts.length !== completed)
        throw new Error(`${completed} of ${plan.tasks.length} completed in ${attempts.length} attempts`);
      const times = (type: string) =>
        new Map(events.filter((event) => event.type === type).map(({ task, atMs }) => [task, atMs]));
      const [offered, ended] = [times("claim.offered"), times("attempt.ended")];
      const taken = [...ended].map(([task, atMs]) => atMs - (offered.get(task) ?? atMs));
      const worked = [...plan.durationMs.values()];
      figures = {
        launchMs: Math.round((sum(taken) - sum(worked)) / completed),
        agentsMs: Math.max(...ended.values()) - Math.min(...offered.values()),
        wallMs: runs[0]?.wallMs ?? 0,
        ...charactersAndTurns(recording),
        ...spent(recording),
        mostAtOnce: recording.mostAtWorkAtOnce(),
        violations: new Replay(readLog(database), CAP).violations,
      };
    },
  );
  if (!figures) throw new Error("nothing was measured");
  return figures;
}

function isAsked(way: Way): boolean {
  return "prompt" in way && way.inTerminal === "asks";
}

/** @param earlier the main conversation, where it is not this state's. */
function runOf(way: Way, earlier: Orchestrator | undefined): Run {
  if (!("prompt" in way)) return { parameters: way.parameters, limitMs: MAX_RUN_MS };
  const { prompt, inTerminal } = way;
  const orchestrator = earlier ?? way.orchestrator;
  if (!inTerminal) return { prompt, orchestrator, limitMs: MAX_RUN_MS };
  const user = async (session: InteractiveClaudeCode, { requests }: Recording) => {
    await session.type(prompt);
    if (isAsked(way)) await session.accept(/Shall I run this plan/);
    const isOver = () =>
      requests.some(({ isMain, conversation }) => isMain && endIn(conversation) !== undefined) &&
      requests.every(({ endMs }) => endMs !== undefined);
    if (!(await eventually(isOver, MAX_RUN_MS))) throw new Error("it has not come to its end");
  };
  return { orchestrator, user };
}

/** By the endpoint's own count. */
function spent({ requests }: Recording) {
  const main = requests.filter(({ isMain }) => isMain);
  const agents = requests.filter(({ conversation }) => conversation.agentId !== undefined);
  return {
    mainTokens: sum(main.map(({ usage }) => allTokens(tokensOf(usage)))),
    mainNewTokens: sum(main.map(({ usage }) => newTokens(tokensOf(usage)))),
    agentTokens: sum(agents.map(({ usage }) => allTokens(tokensOf(usage)))),
    agentNewTokens: sum(agents.map(({ usage }) => newTokens(tokensOf(usage)))),
    mainCost: sum(main.map(costOf)),
    agentCost: sum(agents.map(costOf)),
  };
}

function tokensOf(usage: RecordedRequest["usage"]): Tokens {
  return {
    input: usage?.input_tokens ?? 0,
    cacheWrite: usage?.cache_creation_input_tokens ?? 0,
    cacheRead: usage?.cache_read_input_tokens ?? 0,
    output: usage?.output_tokens ?? 0,
  };
}

/** @throws when the price table does not have the model. */
function costOf({ usage, conversation: { model } }: RecordedRequest): number {
  const tokens = tokensOf(usage);
  const { amount, unpriced } = usageCost({ ...tokens, byModel: { [model]: tokens } }, prices);
  if (unpriced) throw new Error(`${model} has no price`);
  return amount;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function charactersAndTurns(recording: Recording) {
  const turns = recording.requests.filter(({ isMain }) => isMain).length;
  const context = recording.mainContext();
  const asked = context.findIndex(
    ({ source, tool }) => source === "answer of another tool" && tool === QUESTION,
  );
  const pieces = context
    .slice(asked + 1)
    .filter(({ source, text }) => (source !== "opening" || isOfModule(text)) && source !== "skill");
  const characters = sum(pieces.map(({ characters }) => characters));
  const before = recording.requests.findIndex(({ outputs }) =>
    outputs.some((output) => "tool" in output && output.tool === QUESTION),
  );
  if (before === -1) return { mainCharacters: characters, mainTurns: turns };
  const turnsBeforeYes = recording.requests.slice(0, before + 1).filter(({ isMain }) => isMain).length;
  return { mainCharacters: characters, mainTurns: turns - turnsBeforeYes, turnsBeforeYes };
}
