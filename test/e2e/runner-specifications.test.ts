import { existsSync } from "node:fs";
import { relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { Replay, readLog } from "./graph-log.ts";
import { isAlive } from "./harness/processes.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { RunnerRun } from "./harness/scenario.ts";
import { stopsSilently, type Work, writes as writesFiles } from "./harness/worker.ts";
import { writesItsScope } from "./scope-worker.ts";
import {
  changedFiles,
  filesOfSpecification,
  renderedFiles,
  SPECIFICATIONS,
  tasksInFile,
  writes,
} from "./specifications.ts";

/** Breakdowns that other people wrote for other projects, executed by `parallel run` with Claude Code's agents. */

interface RunnerCase {
  readonly slug: string;
  readonly unscoped?: "shared";
  /** The first agent of this task does something else, and says nothing of it. */
  readonly ignored?: string;
  /** The runner is killed when so many agents have reported, and started again. */
  readonly killedAfter?: number;
}

const CASES: readonly RunnerCase[] = [
  { slug: "billing-account-ladder" },
  { slug: "channel-sender-identity" },
  { slug: "newsletter", unscoped: "shared", ignored: "DOR-196" },
  { slug: "agents-as-operators", killedAfter: 3 },
  { slug: "persist-per-session-settings" },
  { slug: "agent-runtime-review-remediation", unscoped: "shared" },
  { slug: "mcp-server" },
  { slug: "relay-panel-redesign" },
  { slug: "shapes" },
  { slug: "channels-and-agent-adapters", unscoped: "shared" },
];

const AGENTS = 3;
const ignoresItsBrief: Work = [
  writesFiles({ "elsewhere/idea.md": "Something better to do.\n" }),
  stopsSilently("All good."),
  stopsSilently("All good."),
];
const rows: Record<string, string | number>[] = [];

describe.runIf(isLong && existsSync(SPECIFICATIONS))(
  "real specifications without a conversation, where the folder with them is beside the repository",
  () => {
    afterAll(() => console.table(rows));

    it.each(CASES)("$slug is executed to its end by parallel run", async (one) => {
      const { slug, unscoped, ignored, killedAfter } = one;
      const run: RunnerRun = { parameters: [slug, "--agents", `claude=${AGENTS}`, "--yes", "--json"] };
      const killed: RunnerRun = {
        ...run,
        killWhen: (recording) =>
          recording.agents().filter(({ reportedMs }) => reportedMs !== undefined).length >=
          (killedAfter ?? 0),
      };
      await runScenario(
        {
          name: slug,
          files: filesOfSpecification(slug),
          environment: {
            PARALLEL_REVIEW: "off",
            ...(unscoped !== undefined && { PARALLEL_UNSCOPED: unscoped }),
          },
          latencyMs: { main: 10, agent: 100 },
          work: writesItsScope,
          ...(ignored !== undefined && { workers: { [ignored]: [ignoresItsBrief, writesItsScope] } }),
          runs: killedAfter === undefined ? [run] : [killed, run],
        },
        (outcome) => check(one, outcome),
      );
    });
  },
);

function check({ slug, ignored, killedAfter }: RunnerCase, outcome: Outcome): void {
  const { recording, runs, project, database } = outcome;
  const last = runs.at(-1);
  if (last === undefined) throw new Error("it did not run");
  const events = readLog(database);
  const replay = new Replay(events, 5);
  const attempts = [...replay.tasks.keys()].flatMap((task) => replay.attemptsAt(task));
  rows.push({
    slug,
    tasks: replay.tasks.size,
    attempts: attempts.length,
    lost: attempts.filter(({ outcome: how }) => how === "lost").length,
    "largest overlap": recording.mostAtWorkAtOnce(),
    violations: replay.violations.length,
    "wall s": (runs.reduce((sum, { wallMs }) => sum + wallMs, 0) / 1_000).toFixed(1),
  });
  expect(last.exit, last.stderr.slice(-2_000)).toEqual({ code: 0, signal: null, timedOut: false });
  expect(replay.violations).toEqual([]);
  expect([...replay.tasks.keys()].sort()).toEqual(tasksInFile(slug));
  for (const { name, status } of replay.tasks.values()) {
    const outcomes = replay.attemptsAt(name).map((claim) => claim.outcome);
    expect([name, status, outcomes.at(-1)]).toEqual([name, "completed", "completed"]);
    const isTriedAgain = name === `${slug}/${ignored}` || killedAfter !== undefined;
    expect([name, outcomes.length]).toEqual([name, isTriedAgain ? outcomes.length : 1]);
  }
  if (ignored !== undefined)
    expect(replay.attemptsAt(`${slug}/${ignored}`).map((claim) => claim.outcome)).toHaveLength(2);
  if (killedAfter !== undefined) {
    expect(runs[0]?.exit.signal).toBe("SIGKILL");
    expect(attempts.filter(({ outcome: how }) => how !== "completed" && how !== "lost")).toEqual([]);
  }
  // Each agent is a process of its own, and none is left.
  const pids = runs.flatMap((run) => run.events.flatMap(({ pid }) => (typeof pid === "number" ? [pid] : [])));
  expect(pids.length).toBeGreaterThanOrEqual(replay.tasks.size);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(recording.requests.filter(({ isMain }) => isMain)).toEqual([]);
  expect(recording.mostAtWorkAtOnce()).toBeLessThanOrEqual(AGENTS);
  const written = writes(recording).map(({ path }) => relative(project, path));
  expect(changedFiles(project)).toEqual(
    [...new Set([...written, ...renderedFiles(slug, replay.tasks.size, project, written)])].sort(),
  );
}
