import { Command } from "commander";
import { couldWrite } from "../../mcp-server/src/policy/effects/writing-tools.ts";
import { wholeNumber } from "../arguments.ts";
import { type Random, seededRandom } from "../seeded-random.ts";
import { type IntrusionFigures, intrusionFigures, personFigures } from "./figures.ts";
import { intrusions, judge, writesOfPerson } from "./injection.ts";
import { type Recording, readRecording, startedTogether } from "./recording.ts";

interface Options {
  readonly agents: number;
  readonly together?: number;
  readonly writes: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Draws of agents that are started together. */
const DRAWS = 20;
/** An agent with fewer calls that could write does nothing that is worth a replay. */
const MIN_CALLS = 10;
/** People who work beside the agents, and how often they write. */
const PEOPLE = 1_000;
const PERSON_GAP_MS = 60_000;
const PERSON_SEEN_FOR_MS = 600_000;

new Command("bench:replay")
  .description("Who is said to have written, for writes that are injected into the times of a recorded run")
  .argument("<folder>", "transcripts of Claude Code (*.jsonl), in folders or not")
  .option("--agents <n>", "only while at least so many agents are at work", wholeNumber, 2)
  .option(
    "--together <n>",
    "instead: so many of its agents, drawn at random, as if they had begun at once",
    wholeNumber,
  )
  .option("--writes <n>", "writes of calls to inject", wholeNumber, 20_000)
  .option("--seed <n>", "seed of what is drawn", wholeNumber, 1)
  .option("--json", "print JSON instead of tables")
  .action(replay)
  .parse();

async function replay(folder: string, { agents, together, writes, seed, json }: Options): Promise<void> {
  const recorded = await readRecording(folder);
  const random = seededRandom(seed);
  const runs = together === undefined ? [recorded] : drawnRuns(recorded, together, random);
  const count = Math.ceil(writes / runs.length);
  const byCall = runs.flatMap((run) => judge(run, intrusions(run, "by call", count, agents, random)));
  const byTime = runs.flatMap((run) => judge(run, intrusions(run, "by time", count, agents, random)));
  const figures = [intrusionFigures(byCall), intrusionFigures(byTime)] as const;
  const people = runs.flatMap((run) =>
    Array.from({ length: Math.ceil(PEOPLE / runs.length) }, () =>
      judge(run, writesOfPerson(run, PERSON_GAP_MS, agents, random)),
    ),
  );
  const person = personFigures(people, PERSON_SEEN_FOR_MS);
  if (figures.some(({ falselyCertain, untrueSets }) => falselyCertain + untrueSets > 0)) process.exitCode = 1;
  if (json) {
    const [first, second] = figures;
    console.log(
      JSON.stringify({ benchmark: "replay", agents, together, byCall: first, byTime: second, person }),
    );
    return;
  }
  const line = (what: string, of: (one: IntrusionFigures) => string) =>
    `${what.padEnd(44)}${figures.map((one) => of(one).padStart(20)).join("")}`;
  const calls = recorded.calls.filter(({ tool }) => couldWrite(tool)).length;
  console.log(
    [
      `${recorded.callers.filter(({ isAgent }) => isAgent).length} agents, ${calls} calls that could write, at most ${mostAtOnce(recorded)} agents at once`,
      "",
      `${"a call writes into what another agent holds".padEnd(44)}${"each call alike".padStart(20)}${"longer ones more".padStart(20)}`,
      line("writes", ({ writes }) => `${writes}`),
      line("certain, and right", ({ certainPercent }) => share(certainPercent)),
      line("certain, and false", ({ falselyCertain }) => `${falselyCertain}`),
      line("a call of the holder in flight too", ({ holderTooPercent }) => share(holderTooPercent)),
      line("else named: median, p90, most", ({ named }) => `${named.p50}, ${named.p90}, ${named.max}`),
      line("the one that wrote is not named", ({ untrueSets }) => `${untrueSets}`),
      "",
      `${`a person writes there every ${PERSON_GAP_MS / 60_000} min`.padEnd(44)}`,
      `${"writes".padEnd(44)}${`${person.writes}`.padStart(20)}`,
      `${"nobody is named".padEnd(44)}${share(person.nobodyPercent).padStart(20)}`,
      `${"taken for the one call in flight".padEnd(44)}${share(person.takenForCallPercent).padStart(20)}`,
      `${`and no person seen for ${PERSON_SEEN_FOR_MS / 60_000} min before`.padEnd(44)}${share(person.takenUnseenPercent).padStart(20)}`,
    ].join("\n"),
  );
}

function share(percent: number): string {
  return `${percent.toFixed(1)} %`;
}

function drawnRuns(recorded: Recording, together: number, random: Random): Recording[] {
  const able = recorded.callers.filter(
    ({ name, isAgent }) =>
      isAgent &&
      recorded.calls.filter((call) => call.caller === name && couldWrite(call.tool)).length >= MIN_CALLS,
  );
  return Array.from({ length: DRAWS }, () => {
    const left = able.map(({ name }) => name);
    const drawn = Array.from(
      { length: together },
      () => left.splice(Math.floor(random() * left.length), 1)[0] ?? "",
    );
    return startedTogether(recorded, drawn);
  });
}

function mostAtOnce({ callers }: Recording): number {
  const agents = callers.filter(({ isAgent }) => isAgent);
  return Math.max(
    0,
    ...agents.map(
      ({ firstMs }) => agents.filter((one) => one.firstMs <= firstMs && firstMs <= one.lastMs).length,
    ),
  );
}
