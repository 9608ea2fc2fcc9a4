import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { pluginFolders } from "../../examples/demo/plugin-folders.ts";
import type { Orchestrator } from "../../test/e2e/harness/orchestrator.ts";
import { wholeNumber } from "../arguments.ts";
import { earlierConversations } from "./earlier-conversations.ts";
import { CAP, ENGINES, type EngineName, type EngineRun, runBy } from "./engine-run.ts";
import { realPlan } from "./real-plan.ts";
import { idealMs, timedPlan } from "./timed-plan.ts";

interface Options {
  readonly tasks: number[];
  readonly engines: EngineName[];
  readonly before?: string;
  readonly shortest?: number;
  readonly specs?: string;
  readonly json?: boolean;
}

/** Long enough that a task outweighs its launch, and short enough that somebody waits for the table. */
const SHORTEST_MS = { few: 2_000, many: 500 };
const MANY = 50;

/** With cache reads, of an agent that makes 12 requests of 20,000 to 45,000 characters, at 4 characters a token. */
const AGENT_TOKENS = (12 * (20_000 + 45_000)) / 2 / 4;

/**
 * Characters and turns are those after the user's yes where he is asked. Tokens in thousands and with cache reads; `of
 * shape`: those of the main conversation beside agents of that shape. The ideals know all durations; `at best` is the
 * same for every engine, with launches that cost nothing.
 */
const COLUMNS = [
  "tasks",
  "engine",
  "characters",
  "turns",
  "before yes",
  "main k",
  "agents k",
  "main $",
  "agents $",
  "of shape",
  "at once",
  "launch ms",
  "at best s",
  "ideal s",
  "took s",
  "of ideal",
  "wall s",
];

await new Command("bench:engines")
  .description("What the engines cost the main conversation, and how near they come to the ideal")
  .option("--tasks <list>", "sizes of plans", numbers, [5, 9, 20, 60, 200])
  .option("--engines <list>", `of ${ENGINES.join(", ")}`, names, [...ENGINES])
  .option("--before <checkout>", "run burst and workflow as an earlier state has them as well")
  .option("--shortest <ms>", "what the shortest task takes, the longest takes four times that", wholeNumber)
  .option("--specs <folder>", "instead of made plans, at least so many tasks of the breakdowns there")
  .option("--json", "print JSON lines instead of a table")
  .action(compare)
  .parseAsync();

/** A line of the table. The ideal knows all durations beforehand, and pays for each task what its launch cost. */
interface Row extends EngineRun {
  readonly tasks: number;
  readonly engine: EngineName | `${EngineName}, before`;
  readonly idealMs?: number;
  /** Where launching costs nothing. */
  readonly atBestMs?: number;
}

async function compare({ tasks: sizes, engines, before, shortest, specs, json }: Options): Promise<void> {
  const earlier: Partial<Record<EngineName, Orchestrator>> =
    before === undefined ? {} : await earlierConversations(before);
  if (!json) console.log(header());
  for (const size of sizes) {
    const shortestMs = shortest ?? (size > MANY ? SHORTEST_MS.many : SHORTEST_MS.few);
    const plan = specs === undefined ? timedPlan(size, shortestMs) : realPlan(specs, size);
    const tell = (engine: Row["engine"], run: EngineRun) => {
      // What breakdowns of other people write is inferred by the server; here nobody knows their ideal.
      const ideal =
        specs === undefined
          ? { idealMs: idealMs(plan, CAP, run.launchMs), atBestMs: idealMs(plan, CAP, 0) }
          : {};
      const row: Row = { tasks: plan.tasks.length, engine, ...ideal, ...run };
      for (const violation of run.violations) console.error(violation);
      if (run.violations.length > 0) process.exitCode = 1;
      console.log(json ? JSON.stringify({ benchmark: "engines", ...row }) : line(row));
    };
    for (const engine of engines) {
      if (before !== undefined && earlier[engine]) {
        const plugins = pluginFolders(resolve(before));
        tell(`${engine}, before`, await runBy(engine, plan, plugins, earlier[engine]));
      }
      tell(engine, await runBy(engine, plan, pluginFolders(process.cwd())));
    }
  }
}

function header(): string {
  return COLUMNS.map(padded).join("");
}

function line(row: Row): string {
  return [
    row.tasks,
    row.engine,
    row.mainCharacters.toLocaleString("en"),
    row.mainTurns,
    row.turnsBeforeYes ?? "",
    thousands(row.mainTokens),
    thousands(row.agentTokens),
    row.mainCost.toFixed(2),
    row.agentCost.toFixed(2),
    `${((100 * row.mainTokens) / (row.tasks * AGENT_TOKENS)).toFixed(1)} %`,
    row.mostAtOnce,
    row.launchMs,
    row.atBestMs === undefined ? "" : (row.atBestMs / 1_000).toFixed(1),
    row.idealMs === undefined ? "" : (row.idealMs / 1_000).toFixed(1),
    (row.agentsMs / 1_000).toFixed(1),
    row.idealMs === undefined ? "" : `${((100 * row.idealMs) / row.agentsMs).toFixed(0)} %`,
    (row.wallMs / 1_000).toFixed(1),
  ]
    .map(padded)
    .join("");
}

function padded(cell: string | number, column: number): string {
  return String(cell).padStart(COLUMNS[column] === "engine" ? 18 : 11);
}

function thousands(tokens: number): string {
  return (tokens / 1_000).toFixed(tokens < 10_000 ? 1 : 0);
}

function numbers(text: string): number[] {
  const list = text.split(",").map(Number);
  if (list.some((size) => !Number.isSafeInteger(size) || size < 1))
    throw new InvalidArgumentError("Whole numbers.");
  return list;
}

function names(text: string): EngineName[] {
  return text.split(",").map((name) => {
    const engine = ENGINES.find((known) => known === name);
    if (!engine) throw new InvalidArgumentError(`Of ${ENGINES.join(", ")}.`);
    return engine;
  });
}
